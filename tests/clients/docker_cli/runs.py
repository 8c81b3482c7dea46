"""docker run."""

from harness.scenario import contains, equal, scenario


@scenario
def run_detached(t):
    name = t.name()
    result = t.background("--name", name, "busybox", "top")
    equal(len(result.id), 64, "an id")
    t.where(name)
    equal(t.ok("inspect", "-f", "{{.State.Status}} {{.Name}} {{.Path}}", name).out, f"running /{name} top\n")


@scenario
def run_prints_output(t):
    result = t.ok("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2")
    equal((result.out, result.err), ("out\n", "err\n"))


@scenario
def run_exit_code(t):
    t.fails(42, "run", "--rm", "busybox", "sh", "-c", "exit 42")
    t.fails(0, "run", "--rm", "busybox", "true")
    t.fails(137, "run", "--rm", "busybox", "sh", "-c", "sh -c 'kill -9 $$'; exit $?")


@scenario
def run_rm_removes(t):
    name = t.name()
    t.ok("run", "--rm", "--name", name, "busybox", "true")
    t.gone(name)
    equal(t.ok("ps", "-aq", "--filter", f"name={name}").out, "")


@scenario
def run_command_not_found(t):
    result = t.fails(127, "run", "--rm", "--name", t.name(), "busybox", "no-such-command")
    contains(result.err, "executable file not found", "no-such-command")
    t.fails(126, "run", "--rm", "--name", t.name("x"), "busybox", "/etc")


@scenario
def run_stdin_half_close(t):
    equal(t.ok("run", "--rm", "-i", "busybox", "cat", stdin="hi\n").out, "hi\n")
    equal(t.ok("run", "--rm", "-i", "busybox", "wc", "-c", stdin="x" * 300_000).out.strip(), "300000")
    # Output goes on after the input has ended.
    late = t.ok("run", "--rm", "-i", "busybox", "sh", "-c", "cat >/dev/null; sleep 1; echo after", stdin="in")
    equal(late.out, "after\n")


@scenario
def run_much_output(t):
    result = t.ok("run", "--rm", "busybox", "sh", "-c", "yes 0123456789abcdef | head -n 400000", compare=False)
    equal(len(result.out), 400000 * 17, "bytes of output")


@scenario
def run_interactive_terminal(t):
    terminal = t.terminal("run", "--rm", "-it", "--name", t.name(), "busybox", "sh")
    terminal.expect("# ")
    terminal.send("tty; echo $((6*7))\n")
    contains(terminal.expect("42"), "/dev/pts/0")
    terminal.expect_size(31, 97)
    terminal.send("exit 5\n")
    equal(terminal.end(), 5, "exit code")
    t.gone(t.name())


@scenario
def run_terminal_resize(t):
    terminal = t.terminal("run", "--rm", "-it", "--name", t.name(), "busybox", "sh")
    terminal.expect("# ")
    terminal.size(44, 121)
    terminal.resized()
    terminal.expect_size(44, 121)
    terminal.send("exit\n")
    equal(terminal.end(), 0, "exit code")


@scenario
def run_environment_and_directory(t):
    result = t.ok("run", "--rm", "-e", "COLOUR=blue", "-w", "/tmp", "-h", "box", "-u", "1:1", "busybox",
                  "sh", "-c", "echo $COLOUR; pwd; hostname; id -u")
    equal(result.out, "blue\n/tmp\nbox\n1\n")


@scenario
def run_limits(t):
    name = t.name()
    t.background("--name", name, "-m", "64m", "--cpus", "0.25", "--pids-limit", "50", "busybox", "top")
    seen = t.ok("inspect", "-f", "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}", name)
    equal(seen.out, "67108864 250000000 50\n")


@scenario
def run_restart_policy(t):
    name = t.name()
    t.background("--name", name, "--restart", "on-failure:2", "busybox", "sh", "-c", "exit 3")
    t.until(lambda: t.run("inspect", "-f", "{{.RestartCount}} {{.State.Status}}", name, compare=False).out
            == "2 exited\n", "two restarts")


@scenario
def run_cidfile_and_labels(t):
    name = t.name()
    identity = t.background("--name", name, "-l", "tier=web", "--label", "empty", "busybox", "top").id
    equal(t.ok("inspect", "-f", '{{index .Config.Labels "tier"}}', name).out, "web\n")
    equal(t.ok("ps", "-q", "--no-trunc", "--filter", "label=tier=web", "--filter", f"name={name}").out.strip(), identity)


@scenario
def run_health_check(t):
    name = t.name()
    t.background("--name", name, "--health-cmd", "test -e /tmp/fine", "--health-interval", "300ms", "--health-retries",
                 "1", "busybox", "top")
    health = lambda wanted: t.until(  # noqa: E731
        lambda: t.run("inspect", "-f", "{{.State.Health.Status}}", name, compare=False).out.strip() == wanted, wanted)
    health("unhealthy")
    t.ok("exec", name, "touch", "/tmp/fine")
    health("healthy")
    t.until(lambda: "(healthy)" in t.run("ps", "--filter", f"name={name}", compare=False).out, "healthy in ps")


@scenario
def run_init_and_sig_proxy(t):
    name = t.name()
    stream = t.stream("run", "--rm", "--init", "--name", name, "busybox", "sh", "-c",
                      "trap 'echo caught; exit 7' TERM; echo ready; while :; do sleep 0.1; done")
    stream.wait_for(lambda lines: "ready" in lines)
    stream.process.terminate()
    equal(stream.end(), 7, "exit code")
    contains("\n".join(stream.lines), "caught")
