"""docker exec."""

from harness.scenario import contains, equal, scenario


def shell(t):
    """A container that stays up, for commands to run in."""
    t.background("--name", t.name(), "busybox", "sh", "-c", "echo 1st > /made; exec top")
    return t.name()


@scenario
def exec_output_and_code(t):
    name = shell(t)
    result = t.ok("exec", name, "sh", "-c", "echo out; echo err >&2")
    equal((result.out, result.err), ("out\n", "err\n"))
    t.fails(9, "exec", name, "sh", "-c", "exit 9")


@scenario
def exec_stdin(t):
    name = shell(t)
    equal(t.ok("exec", "-i", name, "cat", stdin="through exec\n").out, "through exec\n")
    equal(t.ok("exec", "-i", name, "wc", "-c", stdin="y" * 200_000).out.strip(), "200000")


@scenario
def exec_detached(t):
    name = shell(t)
    equal(t.ok("exec", "-d", name, "touch", "/tmp/done").out, "")
    t.until(lambda: t.run("exec", name, "test", "-e", "/tmp/done", compare=False).code == 0, "the file")


@scenario
def exec_terminal(t):
    name = shell(t)
    terminal = t.terminal("exec", "-it", name, "sh")
    terminal.expect("# ")
    terminal.expect_size(31, 97)
    terminal.send("tty; exit 4\n")
    terminal.expect("/dev/pts/0")
    equal(terminal.end(), 4, "exit code")


@scenario
def exec_user_env_directory(t):
    name = shell(t)
    result = t.ok("exec", "-u", "7:8", "-e", "X=y", "-w", "/var", name, "sh", "-c", "id -u; id -g; echo $X; pwd")
    equal(result.out, "7\n8\ny\n/var\n")


@scenario
def exec_errors(t):
    name = shell(t)
    missing = t.run("exec", name, "no-such-command")
    assert missing.code in (126, 127), missing
    contains(missing.out + missing.err, "executable file not found")
    contains(t.fails(1, "exec", t.name("absent"), "true").err, "No such container")
    t.ok("stop", "-t", "0", name)
    contains(t.fails(1, "exec", name, "true").err, "is not running")


@scenario
def exec_while_paused(t):
    name = shell(t)
    t.ok("pause", name)
    contains(t.fails(1, "exec", name, "true").err, "is paused")
    t.ok("unpause", name)
    t.ok("exec", name, "true")


@scenario
def exec_by_id_prefix(t):
    identity = t.background("--name", t.name(), "busybox", "top").id
    equal(t.ok("exec", identity[:12], "echo", "a").out, "a\n")
    equal(t.ok("exec", identity[:7], "echo", "b", compare=False).out, "b\n")
