"""Where containers go: constraints, affinities, ports, resources. One engine has no such choice."""

from harness.scenario import contains, equal, scenario


def refused(t, *args, code=125):
    """A run that must be refused; its error text."""
    return t.fails(code, "run", "-d", *args, "busybox", "top").err


@scenario(endpoint_only=True)
def constraint_label(t):
    for i in range(3):
        t.background("--name", t.name(f"ssd{i}"), "-e", "constraint:storage==ssd", "busybox", "top")
        equal(t.where(t.name(f"ssd{i}")), 1, "node with storage=ssd")
        t.background("--name", t.name(f"disk{i}"), "-e", "constraint:storage!=ssd", "busybox", "top")
        assert t.where(t.name(f"disk{i}")) in (2, 3)
    equal(t.ok("inspect", "-f", "{{.Config.Env}}", t.name("ssd0")).out, "[PATH=/bin]\n", "environment without the constraint")
    text = refused(t, "--name", t.name("tape"), "-e", "constraint:storage==tape")
    contains(text.lower(), "constraint")
    t.gone(t.name("tape"))


@scenario(endpoint_only=True)
def constraint_forms(t):
    for form, nodes in (("node==node-2", {2}), ("node!=node-2", {1, 3}), ("node==/node-[13]/", {1, 3}), ("node!=/node-[13]/", {2}),
                        ("storage==s*", {1}), ("storage==~tape", {1, 2, 3}), ("node==~node-3", {3}), ("ostype==linux", {1, 2, 3}),
                        ("node==/(?i)NODE-2/", {2})):
        name = t.name("x")
        t.background("--name", name, "-e", f"constraint:{form}", "busybox", "top")
        where = t.where(name)
        assert where in nodes, f"{form} put it on node-{where}"
        t.ok("rm", "-f", name)


@scenario(endpoint_only=True)
def constraint_by_label_flag(t):
    t.background("--name", t.name(), "--label", 'com.docker.swarm.constraints=["node==node-3"]', "busybox", "top")
    equal(t.where(t.name()), 3)


@scenario(endpoint_only=True)
def constraint_invalid(t):
    for form in ("storage=ssd", "storage", "==ssd", "storage==", "a b==c", "storage==/(/"):
        contains(refused(t, "-e", f"constraint:{form}"), "Error response from daemon")
    equal(t.ok("ps", "-aq", "--filter", f"name={t.entry.prefix}-").out, "")


@scenario(endpoint_only=True)
def affinity_container(t):
    identity = t.background("--name", t.name("front"), "busybox", "top").id
    home = t.where(t.name("front"))
    for i, whom in enumerate((t.name("front"), identity, identity[:12])):
        t.background("--name", t.name(f"near{i}"), "-e", f"affinity:container=={whom}", "busybox", "top")
        equal(t.where(t.name(f"near{i}")), home, f"affinity to {whom}")
    t.background("--name", t.name("far"), "-e", f"affinity:container!={t.name('front')}", "busybox", "top")
    assert t.where(t.name("far")) != home
    contains(refused(t, "-e", f"affinity:container=={t.name('none')}").lower(), "affinity")
    t.background("--name", t.name("soft"), "-e", f"affinity:container==~{t.name('none')}", "busybox", "top")


@scenario(endpoint_only=True)
def affinity_image(t):
    t.background("--name", t.name("source"), "-e", "constraint:node==node-2", "busybox", "top")
    image = f"{t.name('image')}:1"
    t.ok("commit", t.name("source"), image)
    for i in range(3):
        t.background("--name", t.name(f"user{i}"), "-e", f"affinity:image=={image}", image, "top")
        equal(t.where(t.name(f"user{i}")), 2)


@scenario(endpoint_only=True)
def affinity_label(t):
    t.background("--name", t.name("front"), "--label", f"role={t.name('r')}", "-e", "constraint:node==node-3", "busybox", "top")
    t.background("--name", t.name("near"), "-e", f"affinity:role=={t.name('r')}", "busybox", "top")
    equal(t.where(t.name("near")), 3)
    t.background("--name", t.name("far"), "-e", f"affinity:role!={t.name('r')}", "busybox", "top")
    assert t.where(t.name("far")) != 3


@scenario(endpoint_only=True)
def whitelist(t):
    for i in range(4):
        t.background("--name", t.name(f"w{i}"), "-e", "whitelist:node==node-2|node-3", "busybox", "top")
        assert t.where(t.name(f"w{i}")) in (2, 3)


@scenario(endpoint_only=True)
def same_port_three_times(t):
    nodes = []
    for i in range(3):
        t.background("--name", t.name(str(i)), "-p", "80:80", "busybox", "top")
        nodes.append(t.where(t.name(str(i))))
    equal(sorted(nodes), [1, 2, 3])
    contains(refused(t, "--name", t.name("fourth"), "-p", "80:80"), "port")
    t.gone(t.name("fourth"))
    # The other protocol is another port.
    t.background("--name", t.name("udp"), "-p", "80:80/udp", "busybox", "top")
    t.ok("rm", "-f", t.name("1"))
    t.background("--name", t.name("fourth"), "-p", "80:80", "busybox", "top")
    equal(t.where(t.name("fourth")), nodes[1])


@scenario(endpoint_only=True)
def net_of_container(t):
    t.background("--name", t.name("pod"), "busybox", "top")
    for i in range(3):
        t.background("--name", t.name(f"side{i}"), "--net", f"container:{t.name('pod')}", "busybox", "top")
        equal(t.where(t.name(f"side{i}")), t.where(t.name("pod")))
    t.background("--name", t.name("pid"), "--pid", f"container:{t.name('pod')}", "busybox", "top")
    equal(t.where(t.name("pid")), t.where(t.name("pod")))
    refused(t, "--name", t.name("lost"), "--net", f"container:{t.name('none')}")


@scenario(endpoint_only=True)
def links_go_together(t):
    t.background("--name", t.name("db"), "busybox", "top")
    for i in range(3):
        t.background("--name", t.name(f"app{i}"), "--link", f"{t.name('db')}:db", "busybox", "top")
        equal(t.where(t.name(f"app{i}")), t.where(t.name("db")))
    equal(t.ok("exec", t.name("app0"), "grep", "-cw", "db", "/etc/hosts").out, "1\n")


@scenario(endpoint_only=True, alone=True)
def memory_until_full(t):
    total = int(t.ok("info", "--format", "{{.MemTotal}}").out)
    each = total // 3 // 1024 // 1024 // 2 - 8
    for i in range(6):
        t.ok("create", "--name", t.name(str(i)), "-m", f"{each}m", "busybox", "top")
    per_node = sorted(t.where(t.name(str(i))) for i in range(6))
    equal(per_node, [1, 1, 2, 2, 3, 3])
    contains(refused(t, "--name", t.name("over"), "-m", f"{each}m"), "no resources available to schedule container")
    t.ok("rm", t.name("3"))
    t.ok("create", "--name", t.name("over"), "-m", f"{each}m", "busybox", "top")


@scenario(endpoint_only=True, alone=True)
def cpus_until_full(t):
    each = int(t.cluster.engine(1).get("/info")["NCPU"])
    for i in range(3):
        t.ok("create", "--name", t.name(str(i)), "--cpus", str(each), "busybox", "top")
    equal(sorted(t.where(t.name(str(i))) for i in range(3)), [1, 2, 3])
    contains(refused(t, "--name", t.name("over"), "--cpus", "1"), "no resources available to schedule container")


@scenario(endpoint_only=True, alone=True)
def container_slots(t):
    with slots(t, 2) as manager_port:
        client = type(t.client)(f"tcp://127.0.0.1:{manager_port}")
        for i in range(2):
            result = client.run("create", "--name", t.name(str(i)), "-e", "constraint:node==node-3", "busybox", "top")
            equal(result.code, 0, str(result))
        result = client.run("create", "--name", t.name("third"), "-e", "constraint:node==node-3", "busybox", "top")
        equal(result.code, 1, str(result))
        contains(result.err, "slots")


class slots:
    """Node 3 with the label containerslots=N for a while, and a manager that sees it."""

    def __init__(self, t, count: int):
        self.t, self.count = t, count
        self.file = f"{t.cluster.directory}/node-3/daemon.json"
        with open(self.file) as file:
            self.text = file.read()

    def __enter__(self) -> int:
        self.write(self.text.replace('"storage=disk"', f'"storage=disk", "containerslots={self.count}"'))
        self.manager = self.t.suite.another_manager("slots", "-H", "tcp://127.0.0.1:3380").start()
        self.manager.ready(3380, 3)
        return 3380

    def __exit__(self, *_) -> None:
        self.manager.terminate()
        self.write(self.text)

    def write(self, text: str) -> None:
        """Gives the engine another configuration and waits until it has taken it."""
        with open(self.file, "w") as file:
            file.write(text)
        self.t.cluster.script("reload", 3)
        wanted = "containerslots" in text
        self.t.until(lambda: wanted == any("containerslots" in label for label in self.t.cluster.engine(3).get("/info")["Labels"]),
                     "the engine's new labels")


@scenario(endpoint_only=True, alone=True)
def spread_evenly(t):
    for i in range(6):
        t.background("--name", t.name(str(i)), "busybox", "top")
    equal(sorted(t.where(t.name(str(i))) for i in range(6)), [1, 1, 2, 2, 3, 3])


@scenario(endpoint_only=True, alone=True)
def binpack_fills_one(t):
    with t.suite.another_manager("binpack", "-H", "tcp://127.0.0.1:3381", "--strategy", "binpack").start() as manager:
        manager.ready(3381, 3)
        client = type(t.client)("tcp://127.0.0.1:3381")
        for i in range(4):
            result = client.run("create", "--name", t.name(str(i)), "-m", "32m", "busybox", "top")
            equal(result.code, 0, str(result))
        equal(len({t.where(t.name(str(i))) for i in range(4)}), 1, "nodes used")
