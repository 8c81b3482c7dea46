"""docker ps in all its forms, and inspect."""

import json

from harness.scenario import contains, equal, scenario


def names(t, *options):
    """The names that `docker ps OPTIONS` shows of this scenario's containers."""
    result = t.ok("ps", "--format", "{{.Names}}", "--filter", f"name={t.entry.prefix}-", *options)
    return sorted(name.removeprefix(t.entry.prefix + "-") for name in result.out.split())


@scenario
def ps_table(t):
    t.background("--name", t.name(), "-p", "80", "busybox", "top")
    t.fails(4, "run", "--name", t.name("done"), "busybox", "sh", "-c", "exit 4")
    result = t.ok("ps", "--filter", f"name={t.entry.prefix}-")
    equal(result.out.splitlines()[0].split(), "CONTAINER ID IMAGE COMMAND CREATED STATUS PORTS NAMES".split())
    equal(len(result.out.splitlines()), 2, "lines")
    contains(t.ok("ps", "-a", "--filter", f"name={t.entry.prefix}-").out, "Exited (4)")


@scenario
def ps_filter_status(t):
    t.ok("create", "--name", t.name("created"), "busybox", "top")
    t.background("--name", t.name("running"), "busybox", "top")
    t.background("--name", t.name("paused"), "busybox", "top")
    t.ok("pause", t.name("paused"))
    t.ok("run", "--name", t.name("exited"), "busybox", "true")
    for status in ("created", "running", "paused", "exited"):
        equal(names(t, "-a", "--filter", f"status={status}"), [status])
    equal(names(t, "--filter", "status=exited", "--filter", "status=created"), ["created", "exited"])
    equal(names(t), ["paused", "running"])
    contains(t.fails(1, "ps", "--filter", "status=odd").err, "odd")


@scenario
def ps_filter_exited(t):
    t.ok("run", "--name", t.name("zero"), "busybox", "true")
    t.fails(3, "run", "--name", t.name("three"), "busybox", "sh", "-c", "exit 3")
    equal(names(t, "-a", "--filter", "exited=3"), ["three"])
    equal(names(t, "-a", "--filter", "exited=0"), ["zero"])


@scenario
def ps_filter_label_name_id(t):
    first = t.background("--name", t.name("a"), "-l", "color=red", "-l", "size=1", "busybox", "top").id
    t.background("--name", t.name("b"), "-l", "color=blue", "busybox", "top")
    equal(names(t, "--filter", "label=color"), ["a", "b"])
    equal(names(t, "--filter", "label=color=red"), ["a"])
    equal(names(t, "--filter", "label=color", "--filter", "label=size"), ["a"])
    equal(t.ok("ps", "--filter", f"id={first[:10]}", "--format", "{{.Names}}", compare=False).out, t.name("a") + "\n")
    equal(t.ok("ps", "--filter", f"name=^/{t.name('b')}$", "--format", "{{.Names}}").out, t.name("b") + "\n")
    equal(t.ok("ps", "-q", "--filter", f"name={t.name('none')}").out, "")


@scenario
def ps_filter_ancestor(t):
    t.background("--name", t.name("a"), "busybox", "top")
    for ancestor in ("busybox", "busybox:latest"):
        equal(names(t, "--filter", f"ancestor={ancestor}"), ["a"])
    equal(names(t, "--filter", "ancestor=no-such-image"), [])


@scenario
def ps_filter_network_volume_publish(t):
    t.background("--name", t.name("a"), "-v", "/some/data", "-p", "8000", "--expose", "9000", "busybox", "top")
    t.background("--name", t.name("b"), "--net", "none", "busybox", "top")
    equal(names(t, "--filter", "volume=/some/data"), ["a"])
    equal(names(t, "--filter", "network=none"), ["b"])
    equal(names(t, "--filter", "network=bridge"), ["a"])
    equal(names(t, "--filter", "publish=8000"), names(t, "--filter", "publish=8000/tcp"))
    equal(names(t, "--filter", "expose=9000"), ["a"])
    equal(names(t, "--filter", "is-task=false"), ["a", "b"])


@scenario
def ps_filter_health(t):
    t.background("--name", t.name("plain"), "busybox", "top")
    t.background("--name", t.name("checked"), "--health-cmd", "true", "--health-interval", "300ms", "busybox", "top")
    t.until(lambda: "checked" in t.run("ps", "--filter", "health=healthy", compare=False).out, "a healthy container")
    equal(names(t, "--filter", "health=healthy"), ["checked"])
    equal(names(t, "--filter", "health=none"), ["plain"])


@scenario(alone=True)
def ps_before_since_last(t):
    for suffix in ("1", "2", "3"):
        t.ok("run", "-d", "--name", t.name(suffix), "busybox", "top")
    equal(names(t, "--filter", f"before={t.name('3')}"), ["1", "2"])
    equal(names(t, "--filter", f"since={t.name('1')}"), ["2", "3"])
    equal(t.ok("ps", "-l", "--format", "{{.Names}}").out.split(), [t.name("3")])
    equal(t.ok("ps", "-n", "2", "--format", "{{.Names}}").out.split(), [t.name("3"), t.name("2")])
    equal(t.ok("ps", "--format", "{{.Names}}").out.split(), [t.name("3"), t.name("2"), t.name("1")])
    contains(t.fails(1, "ps", "--filter", f"since={t.name('none')}", compare=False).err.lower(), "no such container", t.name("none"))


@scenario
def ps_quiet_size_no_trunc(t):
    identity = t.background("--name", t.name(), "busybox", "sh", "-c", "head -c 5000 /dev/zero >/file; exec top").id
    t.until(lambda: t.run("exec", t.name(), "test", "-s", "/file", compare=False).code == 0, "the file")
    only = ("--filter", f"name={t.entry.prefix}-")
    equal(t.ok("ps", "-q", *only).out.strip(), identity[:12])
    equal(t.ok("ps", "-q", "--no-trunc", *only).out.strip(), identity)
    contains(t.ok("ps", "-s", *only, "--format", "{{.Size}}").out, "5kB (virtual ")
    t.ok("ps", *only, "--format", "json", compare=False)


@scenario
def ps_bad_filter(t):
    contains(t.fails(1, "ps", "--filter", "colour=red").err, "colour")
    contains(t.fails(1, "ps", "--filter", "exited=many", compare=False).err, "many")
    contains(t.fails(125, "ps", "--filter", "nonsense").err, "bad format of filter")


def shape(value, path=""):
    """The keys and types of a JSON value, leaves out lists' contents."""
    if isinstance(value, dict):
        return {key: shape(inner, f"{path}.{key}") for key, inner in sorted(value.items())}
    return type(value).__name__


@scenario
def inspect_fields(t):
    name = t.name()
    t.background("--name", name, "-p", "80", "-v", "/data", "-e", "A=b", "busybox", "top")
    told = json.loads(t.ok("inspect", name, compare=False).out)[0]
    node = told.pop("Node", None)
    equal(node is not None, t.endpoint, "a Node object")
    if node:
        equal(node["Name"], f"node-{t.where(name)}")
        assert node["Addr"].endswith(":2375") and node["Cpus"] > 0 and node["Memory"] > 0, node
    # Ports and generated names are keys; the rest of the keys and all types must agree.
    told["NetworkSettings"]["Ports"] = sorted(told["NetworkSettings"]["Ports"])
    told["Config"]["Labels"] = {key: value for key, value in (told["Config"]["Labels"] or {}).items()
                                if not key.startswith("com.docker.swarm.")}
    told["Config"]["Volumes"] = sorted(told["Config"]["Volumes"])
    t.note("inspect", json.dumps(shape(told), indent=1))
    equal(told["Config"]["Env"], ["A=b", "PATH=/bin"])
    equal(told["Name"], f"/{name}")


@scenario
def inspect_several_and_errors(t):
    t.background("--name", t.name("a"), "busybox", "top")
    t.background("--name", t.name("b"), "busybox", "top")
    equal(t.ok("inspect", "-f", "{{.Name}}", t.name("a"), t.name("b")).out.split(), [f"/{t.name('a')}", f"/{t.name('b')}"])
    result = t.fails(1, "inspect", "-f", "{{.Name}}", t.name("a"), t.name("none"))
    equal(result.out, f"/{t.name('a')}\n")
    contains(result.err, "o such object")
    contains(t.fails(1, "container", "inspect", t.name("none")).err, "o such container")
    assert "SizeRw" in json.loads(t.ok("inspect", "-s", t.name("a"), compare=False).out)[0]
