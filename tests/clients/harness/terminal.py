"""A command on a pseudo-terminal, typed at and read like a person would."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time


class Terminal:
    """The command's terminal is `columns` by `rows`."""

    def __init__(self, argv: list[str], environment: dict, rows: int = 31, columns: int = 97):
        self.command = " ".join(argv)
        self.master, slave = pty.openpty()
        self.size(rows, columns)
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env={**environment, "TERM": "xterm"},
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.seen = ""

    def size(self, rows: int, columns: int) -> None:
        """Gives the window another size."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resized(self) -> None:
        """Tells the command that its window's size changed."""
        os.kill(self.process.pid, signal.SIGWINCH)

    def _read(self, timeout: float) -> bool:
        if not select.select([self.master], [], [], max(timeout, 0))[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)

    def expect(self, pattern: str, timeout: float = 20) -> str:
        """Reads on until the pattern shows; returns what came up to its end and forgets it."""
        deadline = time.monotonic() + timeout
        while True:
            found = re.search(pattern, self.seen)
            if found:
                before, self.seen = self.seen[:found.end()], self.seen[found.end():]
                return before
            if time.monotonic() > deadline or not self._read(deadline - time.monotonic()):
                raise AssertionError(f"{pattern!r} did not show: {self.command}\n{self.seen!r}")

    def send(self, text: str) -> None:
        """Types."""
        os.write(self.master, text.encode())

    def detach(self, *keys: str) -> int:
        """Types the detach keys one by one, as the engine wants them, until the command ends."""
        deadline = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < deadline:
            for key in keys:
                self.send(key)
                pause = time.monotonic() + 0.15
                while self.process.poll() is None and time.monotonic() < pause:
                    self._read(0.05)
        return self.end(1)

    def expect_size(self, rows: int, columns: int, timeout: float = 20) -> None:
        """Asks the shell at the other end for its size until it is this one."""
        deadline = time.monotonic() + timeout
        while True:
            self.send("stty size\n")
            if f"{rows} {columns}" in self.expect(r"(\d+ \d+|standard input.*)\r\n"):
                return
            # The CLI may not have been listening for the signal yet.
            self.resized()
            assert time.monotonic() < deadline, f"never {rows} by {columns}: {self.command}"

    def end(self, timeout: float = 20) -> int:
        """Waits until the command ends; its exit code. What it printed is in `seen`."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None and time.monotonic() < deadline:
            if not self._read(0.1):
                break
        while self._pending() and self._read(0):
            pass
        try:
            return self.process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self.stop()
            raise AssertionError(f"no end within {timeout} s: {self.command}\n{self.seen!r}") from None

    def _pending(self) -> bool:
        return bool(select.select([self.master], [], [], 0)[0])

    def stop(self) -> None:
        """Ends it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.master >= 0:
            os.close(self.master)
            self.master = -1
