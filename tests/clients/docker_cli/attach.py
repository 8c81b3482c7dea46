"""docker attach and start -a.

Detaching is tried on unix sockets: over plain TCP the CLI itself does not notice the keys (Go
wraps the error that its terminal reader ends with).
"""

import base64
import os
import socket

from harness.scenario import contains, equal, scenario

ECHO = "while read line; do echo got $line; [ $line != quit ] || exit 6; done"


@scenario
def attach_input_and_output(t):
    name = t.name()
    t.ok("run", "-d", "-i", "--name", name, "busybox", "sh", "-c", ECHO)
    stream = t.stream("attach", name)
    stream.send("one\n")
    stream.wait_for(lambda lines: "got one" in lines)
    stream.send("quit\n")
    equal(stream.end(), 6, "exit code")
    equal(stream.lines, ["got one", "got quit"])


@scenario
def attach_two_clients(t):
    name = t.name()
    t.ok("run", "-d", "-i", "--name", name, "busybox", "sh", "-c", ECHO)
    first, second = t.stream("attach", name), t.stream("attach", "--no-stdin", name)
    t.until(lambda: (first.send("ping\n") or True) and "got ping" in second.lines, "output at the second client")
    first.wait_for(lambda lines: "got ping" in lines)
    t.ok("kill", name)
    equal((first.end(), second.end()), (137, 137), "exit codes")


@scenario
def attach_detach_keys(t):
    name = t.name()
    t.ok("run", "-dit", "--name", name, "busybox", "sh")
    terminal = t.terminal_on_unix("attach", name)
    terminal.send("\n")
    terminal.expect("# ")
    terminal.detach("\x10", "\x11")
    equal(t.ok("inspect", "-f", "{{.State.Status}}", name).out, "running\n")
    terminal = t.terminal_on_unix("attach", "--detach-keys", "ctrl-x,x", name)
    terminal.send("echo $((40+2))\n")
    terminal.expect("42")
    terminal.detach("\x18", "x")
    equal(t.ok("inspect", "-f", "{{.State.Status}}", name).out, "running\n")


@scenario
def attach_to_stopped(t):
    name = t.name()
    t.ok("create", "--name", name, "busybox", "true")
    contains(t.fails(1, "attach", name).err, "cannot attach to a stopped container")


@scenario
def start_attached(t):
    name = t.name()
    t.ok("create", "-i", "--name", name, "busybox", "sh", "-c", "cat; echo end; exit 3")
    result = t.fails(3, "start", "-ai", name, stdin="typed\n")
    equal(result.out, "typed\nend\n")
    # Once more: a container may be started again.
    t.fails(3, "start", "-ai", name, stdin="again\n")


@scenario
def run_detach_then_attach(t):
    name = t.name()
    terminal = t.terminal_on_unix("run", "-it", "--name", name, "busybox", "sh")
    terminal.expect("# ")
    terminal.send("X=kept\n")
    terminal.expect("# ")
    equal(terminal.detach("\x10", "\x11"), 0, "exit code")
    terminal = t.terminal_on_unix("attach", name)
    terminal.send("echo =$X=\n")
    terminal.expect("=kept=")
    terminal.send("exit 2\n")
    equal(terminal.end(), 2, "exit code")


def web_socket(host: str, path: str) -> socket.socket:
    """A connection that the daemon made a web socket of."""
    address, port = host.removeprefix("tcp://").rsplit(":", 1)
    client = socket.create_connection((address, int(port)), timeout=10)
    key = base64.b64encode(os.urandom(16)).decode()
    client.sendall(
        f"GET {path} HTTP/1.1\r\nHost: docker\r\nOrigin: http://docker\r\nConnection: Upgrade\r\n"
        f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        assert byte, f"closed after {head!r}"
        head += byte
    assert head.startswith(b"HTTP/1.1 101 ") and b"sec-websocket-accept: " in head.lower(), head
    return client


@scenario
def attach_web_socket(t):
    name = t.name()
    t.ok("run", "-d", "-i", "--name", name, "busybox", "cat")
    path = f"/v1.41/containers/{name}/attach/ws?stream=1&stdin=1&stdout=1"
    with web_socket(t.client.host, path) as client:
        line, mask = b"over a web socket\n", os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(line))
        client.sendall(bytes([0x82, 0x80 | len(line)]) + mask + masked)
        answer = b""
        while len(answer) < len(line) + 2:
            more = client.recv(4096)
            assert more, f"closed after {answer!r}"
            answer += more
    equal(answer, bytes([0x82, len(line)]) + line, "one binary frame back")
