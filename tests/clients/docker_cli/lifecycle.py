"""create, start, stop, restart, kill, pause, wait, rename, update, rm."""

from harness.scenario import contains, equal, scenario


def state(t, name, what="{{.State.Status}}"):
    """A field of inspect."""
    return t.ok("inspect", "-f", what, name).out.strip()


def top(t, suffix="c"):
    """A container that stays up, and its name."""
    t.background("--name", t.name(suffix), "busybox", "top")
    return t.name(suffix)


@scenario
def create_then_start(t):
    name = t.name()
    t.ok("create", "--name", name, "busybox", "top")
    equal(state(t, name), "created")
    equal(t.ok("start", name).out, f"{name}\n")
    equal(state(t, name), "running")
    t.ok("start", name)
    t.where(name)


@scenario
def stop_and_restart(t):
    name = top(t)
    equal(t.ok("stop", "-t", "0", name).out, f"{name}\n")
    equal(state(t, name), "exited")
    t.ok("stop", name)
    t.ok("restart", "-t", "0", name)
    equal(state(t, name), "running")


@scenario
def stop_several(t):
    names = [top(t, suffix) for suffix in "abc"]
    equal(t.ok("stop", "-t", "0", *names).out.split(), names)
    equal([state(t, name) for name in names], ["exited"] * 3)


@scenario
def kill_signals(t):
    name = t.name()
    t.background("--name", name, "busybox", "sh", "-c",
                 "trap 'echo usr1' USR1; echo ready; while :; do sleep 0.1; done")
    t.until(lambda: "ready" in t.run("logs", name, compare=False).out, "the trap")
    t.ok("kill", "-s", "USR1", name)
    t.until(lambda: "usr1" in t.run("logs", name, compare=False).out, "the signal")
    t.ok("kill", name)
    t.until(lambda: state_quiet(t, name) == "exited 137", "the end")
    contains(t.fails(1, "kill", name).err, "is not running")
    contains(t.fails(1, "kill", "-s", "NONSENSE", name).err, "nvalid signal")


def state_quiet(t, name):
    """Status and exit code, not part of the comparison."""
    return t.run("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", name, compare=False).out.strip()


@scenario
def pause_unpause(t):
    name = top(t)
    t.ok("pause", name)
    equal(state(t, name), "paused")
    contains(t.ok("ps", "--filter", f"name={name}", "--format", "{{.Status}}").out, "(Paused)")
    t.fails(1, "pause", name)
    t.ok("unpause", name)
    equal(state(t, name), "running")
    t.fails(1, "unpause", name)


@scenario
def wait_for_exit(t):
    name = t.name()
    t.background("--name", name, "busybox", "sh", "-c", "until [ -e /go ]; do sleep 0.1; done; exit 12")
    stream = t.stream("wait", name)
    t.run("exec", name, "touch", "/go", compare=False)  # the container's end may overtake it
    equal(stream.end(), 0, "exit code")
    equal(stream.lines, ["12"])
    equal(t.ok("wait", name).out, "12\n")


@scenario
def rename_container(t):
    first, second = top(t, "first"), t.name("second")
    t.ok("rename", first, second)
    equal(state(t, second, "{{.Name}}"), f"/{second}")
    contains(t.fails(1, "inspect", first).err, "o such object")
    t.ok("exec", second, "true")
    t.where(second)
    # The old name is free again, the new one is not.
    top(t, "first")
    contains(t.fails(1, "rename", first, second).err, "is already in use")


@scenario
def update_limits(t):
    name = t.name()
    t.background("--name", name, "-m", "64m", "--memory-swap", "64m", "busybox", "top")
    t.ok("update", "-m", "96m", "--memory-swap", "96m", "--restart", "always", name)
    equal(state(t, name, "{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}"), "100663296 always")
    t.ok("update", "--restart", "no", name)


@scenario
def rm_forms(t):
    names = [top(t, suffix) for suffix in "abcd"]
    contains(t.fails(1, "rm", names[0]).err, "ou cannot remove a running container")
    t.ok("rm", "-f", names[0])
    t.ok("stop", "-t", "0", names[1])
    t.ok("rm", names[1])
    equal(t.ok("rm", "-f", names[2], names[3]).out.split(), names[2:])
    for name in names:
        t.gone(name)
    contains(t.fails(1, "rm", names[0]).err, "No such container")


@scenario
def rm_volumes(t):
    name = t.name()
    t.background("--name", name, "-v", "/data", "busybox", "top")
    volume = t.run("inspect", "-f", "{{(index .Mounts 0).Name}}", name, compare=False).out.strip()
    engine = t.engine_of(name)
    equal(engine.request("GET", f"/volumes/{volume}")[0], 200, "the volume before")
    t.ok("rm", "-fv", name)
    equal(engine.request("GET", f"/volumes/{volume}")[0], 404, "the volume after")


@scenario(alone=True)
def container_prune(t):
    for suffix in "abc":
        t.ok("run", "--name", t.name(suffix), "--label", "prune=yes", "busybox", "true")
    keep = top(t, "keep")
    result = t.ok("container", "prune", "-f", "--filter", "label=prune=yes", compare=False)
    equal(len([line for line in result.out.splitlines() if len(line) == 64]), 3, "ids of deleted containers")
    contains(result.out, "Total reclaimed space: 0B")
    for suffix in "abc":
        t.gone(t.name(suffix))
    equal(state(t, keep), "running")


@scenario
def name_conflict(t):
    name = top(t)
    result = t.fails(125, "run", "-d", "--name", name, "busybox", "top")
    contains(result.err, f'The container name "/{name}" is already in use by container', "You have to remove (or rename)")


@scenario
def top_and_stats(t):
    name = t.name()
    t.background("--name", name, "busybox", "sleep", "1000")
    result = t.ok("top", name, compare=False)
    contains(result.out.splitlines()[0], "PID", "CMD")
    contains(result.out, "sleep 1000")
    contains(t.ok("top", name, "-o", "pid,comm", compare=False).out, "COMMAND", "sleep")
    result = t.ok("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", name, compare=False)
    assert result.out.startswith(f"{name} ") and "iB / " in result.out, result.out


@scenario
def ids_and_prefixes(t):
    identity = t.background("--name", t.name(), "busybox", "top").id
    for form in (identity, identity[:12], identity[:8], t.name(), "/" + t.name()):
        equal(t.ok("inspect", "-f", "{{.Id}}", form, compare=False).out.strip(), identity)
