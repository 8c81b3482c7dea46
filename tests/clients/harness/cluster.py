"""Real engines, through deploy/engines.sh."""

import os
import subprocess
import sys

from . import paths
from .engine import EngineApi


class Cluster:
    """The engines of one directory. Its hub is this process's network once `enter` was used."""

    def __init__(self, directory: str, nodes: int):
        self.directory = directory
        self.nodes = nodes

    def script(self, command: str, *args, timeout: float = 120) -> str:
        """Runs one command of engines.sh."""
        done = subprocess.run(
            [str(paths.ENGINES), command, self.directory, *map(str, args)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
        if done.returncode != 0:
            raise RuntimeError(f"engines.sh {command} {args}: {done.stderr}{done.stdout}")
        return done.stdout

    def up(self, *options: str) -> None:
        """Starts the engines; `options` are those of engines.sh."""
        done = subprocess.run(
            [str(paths.ENGINES), "up", str(self.nodes), self.directory, *options],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
        if done.returncode == 3:
            raise CannotRun(done.stderr.strip())
        if done.returncode != 0:
            raise RuntimeError(f"engines.sh up: {done.stderr}")

    def down(self) -> None:
        """Ends the engines and removes their directory."""
        self.script("down")

    def enter(self, argv: list[str]) -> int:
        """Runs a command in the hub and waits for its exit code."""
        return subprocess.call(
            [str(paths.ENGINES), "exec", self.directory, *argv], stdin=subprocess.DEVNULL)

    def address(self, node: int) -> str:
        """HOST:PORT of a node's engine."""
        return f"10.77.1.{node}:2375"

    def socket(self, node: int) -> str:
        """The path of a node's /run/docker.sock, seen from outside the node."""
        with open(f"{self.directory}/node-{node}/init") as record:
            return f"/proc/{record.read().split()[0]}/root/run/docker.sock"

    def engine(self, node: int) -> EngineApi:
        """The API of one engine, straight."""
        return EngineApi("10.77.1.%d" % node, 2375)

    def holders(self, name: str, nodes) -> list[int]:
        """The nodes among `nodes` on which a container of this name or id is."""
        return [node for node in nodes if self.engine(node).has_container(name)]


class CannotRun(Exception):
    """No engine can run on this machine; says why."""


def check() -> None:
    """Raises CannotRun where engines cannot be had."""
    done = subprocess.run([str(paths.ENGINES), "check"], capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotRun(done.stderr.strip())


def inside(directory: str, script: str, argv: list[str]) -> list[str]:
    """The command line that runs a suite's script again, in the hub."""
    os.environ["SUITE_DIR"] = directory
    return [sys.executable, script, *argv]
