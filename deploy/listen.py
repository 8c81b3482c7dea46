"""Listens at ADDR:PORT, then runs a command with that listener as descriptor 3."""

import os
import socket
import sys
import time


def main() -> None:
    address, port = sys.argv[1].rsplit(":", 1)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    deadline = time.monotonic() + 10
    while True:
        try:
            listener.bind((address, int(port)))
            break
        except OSError:
            # The engine that had it may be on its way out.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    listener.listen(1024)
    if listener.fileno() != 3:
        os.dup2(listener.fileno(), 3)
    os.set_inheritable(3, True)
    os.execvp(sys.argv[2], sys.argv[2:])


main()
