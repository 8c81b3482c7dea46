"""Scenarios: what a user does, once straight at one engine and once through the endpoint."""

import dataclasses
import inspect as introspection
import os
import time
import typing

from .client import Docker, Result
from .engine import EngineApi
from .normal import normalise


@dataclasses.dataclass
class Scenario:
    """A registered function and how to run it."""

    name: str
    topic: str
    function: typing.Callable
    alone: bool
    endpoint_only: bool
    seconds: float

    @property
    def prefix(self) -> str:
        """What the names of its containers start with."""
        return self.name.replace("_", "-")


ALL: list[Scenario] = []


def scenario(function=None, *, alone=False, endpoint_only=False, seconds=90):
    """Registers a scenario: `alone` when it looks at, or breaks, more than its own objects."""

    def register(function):
        topic = introspection.getmodule(function).__name__.rsplit(".", 1)[-1]
        ALL.append(Scenario(function.__name__, topic, function, alone, endpoint_only, seconds))
        return function

    return register(function) if function else register


class Trial:
    """One scenario in one mode: the client, the nodes behind it, and what was seen."""

    def __init__(self, suite, entry: Scenario, endpoint: bool):
        self.suite = suite
        self.cluster = suite.cluster
        self.entry = entry
        self.endpoint = endpoint
        self.nodes = suite.nodes if endpoint else [suite.reference]
        self.client = Docker(suite.endpoint if endpoint else suite.straight)
        self.deadline = time.monotonic() + entry.seconds
        self.seen: list[tuple[str, str]] = []
        self.closing: list[typing.Callable] = []

    def name(self, suffix: str = "c") -> str:
        """A name of this scenario's own; swept afterwards."""
        return f"{self.entry.prefix}-{suffix}"

    def left(self) -> float:
        """Seconds until this scenario's deadline."""
        left = self.deadline - time.monotonic()
        assert left > 0, f"not done within {self.entry.seconds} s"
        return left

    # --- commands ---

    def run(self, *args, stdin=b"", compare=True) -> Result:
        """A docker command, whatever its exit code."""
        result = self.client.run(*args, stdin=stdin, timeout=min(self.left(), 60))
        if compare:
            self.note(result.command, f"[{result.code}]\n{result.out}\n--\n{result.err}")
        return result

    def ok(self, *args, stdin=b"", compare=True) -> Result:
        """A docker command that must succeed."""
        result = self.run(*args, stdin=stdin, compare=compare)
        assert result.code == 0, f"failed: {result}"
        return result

    def fails(self, code: int, *args, stdin=b"", compare=True) -> Result:
        """A docker command that must exit with `code`."""
        result = self.run(*args, stdin=stdin, compare=compare)
        assert result.code == code, f"expected exit code {code}: {result}"
        return result

    def background(self, *args) -> Result:
        """`docker run -d ARGS`; the container runs when this returns."""
        return self.ok("run", "-d", *args)

    def stream(self, *args):
        """A command that goes on by itself; ended with the scenario."""
        stream = self.client.stream(*args)
        self.closing.append(stream.stop)
        return stream

    def terminal(self, *args):
        """A command on a terminal; ended with the scenario."""
        terminal = self.client.terminal(*args)
        self.closing.append(terminal.stop)
        return terminal

    def terminal_on_unix(self, *args):
        """As `terminal`, but over the daemon's unix socket."""
        host = self.suite.endpoint_socket if self.endpoint else self.suite.straight_socket
        terminal = Docker(f"unix://{host}").terminal(*args)
        self.closing.append(terminal.stop)
        return terminal

    def note(self, title: str, text: str) -> None:
        """Adds something seen to what both modes must agree on."""
        self.seen.append((normalise(title), normalise(text)))

    # --- checks ---

    def where(self, container: str) -> int:
        """The one node that has it, asked straight; what inspect says must agree."""
        holders = self.cluster.holders(container, self.nodes)
        assert len(holders) == 1, f"{container} is on nodes {holders}, not on one"
        if self.endpoint:
            said = self.client.run("inspect", "-f", "{{.Node.Name}}", container).out.strip()
            assert said == f"node-{holders[0]}", f"inspect puts {container} on {said!r}, it is on node-{holders[0]}"
        return holders[0]

    def gone(self, container: str) -> None:
        """No node has it."""
        holders = self.cluster.holders(container, self.nodes)
        assert not holders, f"{container} is still on nodes {holders}"

    def engine_of(self, container: str) -> EngineApi:
        """The API of the engine that has it."""
        return self.cluster.engine(self.where(container))

    def until(self, condition, what: str, seconds: float = 20):
        """Waits until condition() is true; returns what it returned."""
        deadline = time.monotonic() + min(seconds, self.left())
        while True:
            value = condition()
            if value:
                return value
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
            time.sleep(0.05)

    def close(self) -> None:
        """Ends what runs and removes what was made."""
        for close in reversed(self.closing):
            close()
        for node in self.nodes:
            self.cluster.engine(node).sweep(self.entry.prefix + "-")


def rounds(usual: int, long: int) -> range:
    """How often to do a thing: more often in a long run."""
    return range(long if os.environ.get("SWARM_TESTS_LONG") else usual)


def equal(got, wanted, what: str = "") -> None:
    """Fails with both values when they differ."""
    assert got == wanted, f"{what}: got {got!r}, wanted {wanted!r}"


def contains(text: str, *parts: str) -> None:
    """Fails unless all parts are in the text."""
    for part in parts:
        assert part in text, f"{part!r} is not in:\n{text}"
