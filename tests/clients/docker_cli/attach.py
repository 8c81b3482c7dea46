"""docker attach and start -a.

Detaching is tried on unix sockets: over plain TCP the CLI itself does not notice the keys (Go
wraps the error that its terminal reader ends with).
"""

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
