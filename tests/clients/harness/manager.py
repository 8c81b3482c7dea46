"""A `swarm manage` process under test."""

import os
import signal
import subprocess
import time

from . import paths
from .engine import EngineApi


class Manager:
    """One manager; `arguments` are what follows `swarm manage`."""

    def __init__(self, log_name: str, arguments: list[str], environment=None):
        paths.LOGS.mkdir(parents=True, exist_ok=True)
        self.log_path = paths.LOGS / f"{log_name}.log"
        self.arguments = arguments
        self.environment = {**os.environ, **(environment or {})}
        self.process = None

    def start(self) -> "Manager":
        """Starts it; does not wait."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [str(paths.swarm_binary()), "--debug", "manage", *self.arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)
        return self

    def ready(self, port: int, nodes: int, timeout: float = 30) -> "Manager":
        """Waits until it serves and counts that many healthy nodes."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                if healthy(EngineApi("127.0.0.1", port).get("/info")) >= nodes:
                    return self
            except (OSError, RuntimeError):
                pass
            if self.process.poll() is not None:
                raise RuntimeError(f"swarm manage ended with {self.process.returncode}: {self.tail()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"swarm manage is not ready after {timeout} s: {self.tail()}")
            time.sleep(0.05)

    def terminate(self, timeout: float = 30) -> int:
        """SIGTERM; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"swarm manage did not end within {timeout} s of SIGTERM") from None

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def tail(self, lines: int = 8) -> str:
        """The end of its log."""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def __enter__(self) -> "Manager":
        return self

    def __exit__(self, *_) -> None:
        if self.process and self.process.poll() is None:
            self.kill()


def healthy(info: dict) -> int:
    """How many nodes /info calls healthy."""
    return sum(1 for row in info.get("SystemStatus") or [] if row[0].strip().endswith("Status") and row[1] == "Healthy")


def node_status(info: dict, name: str) -> str:
    """The status of one node in /info's table."""
    rows = info.get("SystemStatus") or []
    for at, row in enumerate(rows):
        if row[0] == f" {name}" or row[0].strip() == name:
            for below in rows[at + 1:]:
                if below[0].strip().endswith("Status"):
                    return below[1]
    return "absent"
