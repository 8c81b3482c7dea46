"""docker events, info, version, ports."""

import http.client
import time

from harness.scenario import contains, equal, scenario


def page(address: str) -> str:
    """GET / of a published port."""
    host, port = address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


SERVER = ("busybox", "sh", "-c", "echo served >/tmp/index.html; exec httpd -f -h /tmp")


@scenario
def port_published(t):
    t.background("--name", t.name(), "-p", "18080:80", *SERVER)
    node = t.where(t.name())
    shown = t.ok("port", t.name(), "80").out.splitlines()[0]
    if t.endpoint:
        equal(shown, f"10.77.1.{node}:18080", "the node's own address")
    reached = shown.replace("0.0.0.0", f"10.77.1.{node}")
    t.until(lambda: reachable(reached), f"the page at {reached}")
    equal(page(reached), "served\n")
    listed = t.ok("ps", "--filter", f"name={t.name()}", "--format", "{{.Ports}}").out
    contains(listed, ":18080->80/tcp")
    contains(t.fails(1, "port", t.name(), "81").err, "o public port '81")


def reachable(address: str) -> bool:
    """Whether something listens there."""
    try:
        return page(address) != ""
    except OSError:
        return False


@scenario
def port_random_and_range(t):
    t.background("--name", t.name("random"), "-P", "--expose", "7000", "busybox", "top")
    contains(t.ok("port", t.name("random")).out, "7000/tcp -> ")
    t.background("--name", t.name("udp"), "-p", "18091:53/udp", "-p", "18092-18093:92-93", "busybox", "top")
    contains(t.ok("port", t.name("udp")).out, "53/udp -> ", "92/tcp -> ", "93/tcp -> ")


@scenario
def port_on_address(t):
    t.background("--name", t.name(), "-p", "127.0.0.1:18095:80", "busybox", "top")
    equal(t.ok("port", t.name()).out, "80/tcp -> 127.0.0.1:18095\n")


@scenario
def events_live(t):
    name = t.name()
    # Nothing tells when the CLI is connected: what came before is replayed.
    stream = t.stream("events", "--since", f"{time.time():.6f}", "--filter", f"container={name}", "--filter", "type=container", "--format",
                      '{{.Action}} {{index .Actor.Attributes "name"}} {{index .Actor.Attributes "node.name"}}')
    t.ok("run", "--name", name, "--label", "a=b", "busybox", "true", compare=False)
    t.ok("rm", name)
    lines = stream.wait_for(lambda lines: any(line.startswith("destroy") for line in lines))
    actions = [line.split()[0] for line in lines]
    equal(actions, ["create", "attach", "start", "die", "destroy"])
    if t.endpoint:
        assert all(line.split()[2].startswith("node-") for line in lines), lines


@scenario
def events_since_until(t):
    name = t.name()
    began = time.time()
    t.ok("run", "-d", "--name", name, "busybox", "true")
    t.ok("wait", name)
    t.ok("rm", name)
    result = t.ok("events", "--since", f"{began:.6f}", "--until", f"{time.time():.6f}", "--filter", f"container={name}",
                  "--format", "{{.Type}} {{.Action}}", compare=False)
    equal([line for line in result.out.splitlines() if line.startswith("container ")],
          [f"container {action}" for action in ("create", "start", "die", "destroy")])
    result = t.ok("events", "--since", f"{began:.6f}", "--until", f"{time.time():.6f}", "--filter", f"container={name}",
                  "--filter", "event=die", "--format", '{{index .Actor.Attributes "exitCode"}}', compare=False)
    equal(result.out, "0\n")


@scenario
def events_filter_label(t):
    began = time.time()
    for suffix, label in (("a", "color=red"), ("b", "color=blue")):
        t.ok("create", "--name", t.name(suffix), "-l", label, "busybox", "true")
    t.ok("rm", t.name("a"), t.name("b"))
    result = t.ok("events", "--since", f"{began:.6f}", "--until", f"{time.time():.6f}", "--filter", "label=color=red",
                  "--format", '{{.Action}} {{index .Actor.Attributes "name"}}', compare=False)
    equal(result.out.splitlines(), [f"create {t.name('a')}", f"destroy {t.name('a')}"])


@scenario
def version_shown(t):
    told = t.ok("version", "--format", "{{.Server.Version}} {{.Server.APIVersion}} {{.Server.Os}} {{.Server.Arch}}", compare=False).out
    if t.endpoint:
        assert told.startswith("swarm/"), told
    t.note("API, OS and architecture", " ".join(told.split()[1:]))
    t.ok("version", compare=False)


@scenario(alone=True)
def info_shown(t):
    t.background("--name", t.name(), "busybox", "top")
    t.ok("create", "--name", t.name("idle"), "busybox", "top")
    told = t.ok("info", "--format", "{{.Containers}} {{.ContainersRunning}} {{.ContainersStopped}} {{.OSType}}", compare=False).out
    equal(told, "2 1 1 linux\n")
    t.ok("info", compare=False)
    if t.endpoint:
        status = t.client.run("info", "--format", "{{.NCPU}} {{.ServerVersion}}").out.split()
        assert int(status[0]) >= 3 and status[1].startswith("swarm/"), status


@scenario
def unknown_command_and_host(t):
    contains(t.fails(1, "frobnicate").err, "frobnicate")
    contains(t.fails(1, "start", t.name("none")).err, "No such container")
    contains(t.fails(1, "stop", t.name("none")).err, "No such container")
    contains(t.fails(1, "pause", t.name("none")).err, "No such container")
    contains(t.fails(1, "top", t.name("none")).err, "No such container")
    contains(t.fails(1, "port", t.name("none")).err, "No such container")
    contains(t.fails(1, "diff", t.name("none")).err, "No such container")
    contains(t.fails(1, "wait", t.name("none")).err, "No such container")
    contains(t.fails(1, "rename", t.name("none"), t.name("new")).err, "No such container")
    contains(t.fails(1, "update", "-m", "64m", t.name("none")).err, "No such container")
    contains(t.fails(1, "export", t.name("none")).err, "No such container")
    contains(t.fails(1, "commit", t.name("none"), "x:y").err, "No such container")


@scenario
def bad_input(t):
    contains(t.fails(125, "run", "--rm", "--name", "a/b", "busybox", "true").err, "Invalid container name")
    contains(t.fails(125, "run", "--rm", "--name", "..", "busybox", "true").err, "Invalid container name")
    contains(t.fails(125, "run", "--rm", "-m", "1m", "--name", t.name(), "busybox", "true").err, "emory limit")
    contains(t.fails(125, "run", "--rm", "-m", "plenty", "busybox", "true").err, "invalid")
    contains(t.fails(125, "run", "--rm", "-p", "99999:80", "busybox", "true").err, "nvalid")
    contains(t.fails(125, "run", "-d", "--restart", "sometimes", "busybox", "true").err, "restart policy")
    contains(t.fails(125, "run", "--rm", "UPPER", "true").err, "must be lowercase")
