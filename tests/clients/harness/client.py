"""The docker CLI as a user has it, at one daemon."""

import dataclasses
import os
import subprocess
import tempfile
import threading

from .terminal import Terminal

CONFIG = tempfile.mkdtemp(prefix="docker-config-")


@dataclasses.dataclass
class Result:
    """What one command did."""

    command: str
    code: int
    out: str
    err: str

    @property
    def id(self) -> str:
        """The last line of the output: the id that `run -d` and `create` print."""
        return self.out.strip().splitlines()[-1] if self.out.strip() else ""

    def __str__(self) -> str:
        return f"$ {self.command}\n[{self.code}]\n{self.out}{self.err}"


class Docker:
    """Runs docker with a given DOCKER_HOST."""

    def __init__(self, host: str, options: list[str] | None = None):
        self.host = host
        self.options = options or []

    def environment(self) -> dict:
        """What docker finds in its environment."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_")}
        return {**clean, "DOCKER_HOST": self.host, "DOCKER_CONFIG": CONFIG, "LC_ALL": "C.UTF-8",
                "DOCKER_CLI_HINTS": "false", "DOCKER_BUILDKIT": "0"}

    def argv(self, args) -> list[str]:
        """The whole command line."""
        return ["docker", *self.options, *map(str, args)]

    def run(self, *args, stdin=b"", timeout: float = 30) -> Result:
        """Runs a command to its end; output as text."""
        done = self.raw(*args, stdin=stdin, timeout=timeout)
        return Result(done.command, done.code, done.out.decode(errors="replace"),
                      done.err.decode(errors="replace"))

    def raw(self, *args, stdin=b"", timeout: float = 30) -> Result:
        """As `run`, output as bytes."""
        if isinstance(stdin, str):
            stdin = stdin.encode()
        command = "docker " + " ".join(map(str, args))
        process = subprocess.Popen(
            self.argv(args), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment())
        try:
            out, err = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"no end within {timeout:.0f} s: {command}\n{out[-2000:]!r}\n{err[-2000:]!r}") from None
        return Result(command, process.returncode, out, err)

    def stream(self, *args) -> "Stream":
        """Starts a command that goes on by itself (logs -f, events)."""
        return Stream(self.argv(args), self.environment())

    def terminal(self, *args) -> Terminal:
        """Starts a command on a terminal of its own."""
        return Terminal(self.argv(args), self.environment())


class Stream:
    """A running command whose output lines arrive one by one."""

    def __init__(self, argv: list[str], environment: dict):
        self.command = " ".join(argv)
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment, text=True)
        self.lines: list[str] = []
        self.errors: list[str] = []
        self.changed = threading.Condition()
        self.threads = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in
                        ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        for thread in self.threads:
            thread.start()

    def _read(self, pipe, lines) -> None:
        for line in pipe:
            with self.changed:
                lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def wait_for(self, condition, timeout: float = 20) -> list[str]:
        """Waits until condition(lines) holds; returns the lines."""
        with self.changed:
            if not self.changed.wait_for(lambda: condition(self.lines), timeout):
                raise AssertionError(f"not seen within {timeout} s: {self.command}\n"
                                     + "\n".join(self.lines + self.errors))
            return list(self.lines)

    def send(self, text: str) -> None:
        """Writes to its standard input."""
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def close_input(self) -> None:
        """Ends its standard input."""
        self.process.stdin.close()

    def end(self, timeout: float = 20) -> int:
        """Waits for it to end by itself; the exit code."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.stop()
            raise AssertionError(f"no end within {timeout} s: {self.command}") from None
        for thread in self.threads:
            thread.join(5)
        return code

    def stop(self) -> None:
        """Ends it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for thread in self.threads:
            thread.join(5)
