"""What only a cluster has: names across nodes, many clients at once, nodes that fail."""

import concurrent.futures
import time

from harness.engine import EngineApi
from harness.manager import node_status
from harness.scenario import contains, equal, rounds, scenario
from harness.suite import PORT


@scenario(endpoint_only=True)
def names_with_node(t):
    t.background("--name", t.name(), "busybox", "top")
    node = t.where(t.name())
    equal(t.ok("exec", f"node-{node}/{t.name()}", "echo", "yes").out, "yes\n")
    listed = t.ok("ps", "--no-trunc", "--filter", f"name={t.name()}", "--format", "{{.Names}}").out
    contains(listed, t.name(), f"node-{node}/{t.name()}")
    other = node % 3 + 1
    t.fails(1, "inspect", "--type", "container", f"node-{other}/{t.name()}")
    equal(t.ok("ps", "-q", "--filter", f"node=node-{other}", "--filter", f"name={t.name()}").out, "")
    equal(len(t.ok("ps", "-q", "--filter", f"node=node-{node}", "--filter", f"name={t.name()}").out.split()), 1)


@scenario(endpoint_only=True)
def name_unique_across_nodes(t):
    t.background("--name", t.name(), "-e", "constraint:node==node-1", "busybox", "top")
    result = t.fails(125, "run", "-d", "--name", t.name(), "-e", "constraint:node==node-2", "busybox", "top")
    contains(result.err, "Conflict", t.name())
    equal(t.where(t.name()), 1)


def many(count, workers, work):
    """Results of work(i) for all i below count, some at a time."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, range(count)))


@scenario(endpoint_only=True, alone=True, seconds=1800)
def hundred_concurrent_runs(t):
    for _ in rounds(1, 10):
        hundred_runs(t)


def hundred_runs(t):
    """All print what they should, and nothing stays."""
    results = many(100, 100, lambda i: t.client.run(
        "run", "--rm", "--name", t.name(str(i)), "busybox", "echo", f"run {i}", timeout=280))
    wrong = [str(result) for i, result in enumerate(results) if (result.code, result.out) != (0, f"run {i}\n")]
    equal(wrong, [], "runs that went wrong")
    left = [c["Names"] for node in t.nodes for c in t.cluster.engine(node).containers(name=f"^/{t.entry.prefix}-")]
    equal(left, [], "containers left behind")


@scenario(endpoint_only=True, alone=True, seconds=180)
def fifty_creates_of_one_name(t):
    results = many(50, 50, lambda _: t.client.run("create", "--name", t.name(), "busybox", "top", timeout=150))
    winners = [result for result in results if result.code == 0]
    equal(len(winners), 1, "creates that succeeded")
    equal(t.cluster.holders(t.name(), t.nodes), [t.where(t.name())])
    wrong = [str(result) for result in results if result.code != 0 and "is already in use" not in result.err]
    equal(wrong, [], "refusals that do not say why")


@scenario(endpoint_only=True, alone=True, seconds=180)
def ports_never_doubled(t):
    results = many(12, 12, lambda i: t.client.run(
        "run", "-d", "--name", t.name(str(i)), "-p", "18200:80", "busybox", "top", timeout=120))
    placed = sorted(t.where(t.name(str(i))) for i, result in enumerate(results) if result.code == 0)
    equal(placed, [1, 2, 3], "nodes of those that got the port")
    equal([str(r) for r in results if r.code != 0 and "port" not in r.err], [], "refusals that do not name the port")


def info():
    """The manager's /info."""
    return EngineApi("127.0.0.1", PORT).get("/info")


def becomes(t, node, status, seconds=60):
    """Waits until the manager gives the node that status."""
    t.until(lambda: node_status(info(), f"node-{node}") == status, f"node-{node} {status}", seconds)


@scenario(endpoint_only=True, alone=True, seconds=900)
def engine_killed_and_back(t):
    for node in t.nodes:
        t.background("--name", t.name(str(node)), "-e", f"constraint:node==node-{node}", "busybox", "top")
    for _ in rounds(1, 10):
        t.cluster.script("kill", 2)
        try:
            becomes(t, 2, "Unhealthy")
            while_down(t)
        finally:
            t.cluster.script("restart", 2)
        becomes(t, 2, "Healthy")
        contains(t.ok("ps", "-a", "--filter", f"name={t.name('2')}", "--format", "{{.Status}}").out, "Exited")
        t.ok("start", t.name("2"))
        t.ok("exec", t.name("2"), "true")
        equal(t.where(t.name("2")), 2)


def while_down(t):
    """What a user sees of a dead node 2 and of the others."""
    contains(t.ok("ps", "-a", "--filter", f"name={t.name('2')}", "--format", "{{.Status}}").out, "Host Down")
    equal(t.ok("ps", "-q", "--filter", f"name={t.name('2')}").out, "", "ps without -a")
    t.ok("exec", t.name("1"), "true")
    t.fails(1, "exec", t.name("2"), "true")
    t.background("--name", t.name("new"), "busybox", "top")
    equal(len(t.cluster.holders(t.name("new"), [1, 3])), 1, "nodes with the new container")
    t.ok("rm", "-f", t.name("new"))
    contains(t.fails(125, "run", "-d", "-e", "constraint:node==node-2", "busybox", "top").err.lower(), "health")


@scenario(endpoint_only=True, alone=True, seconds=240)
def engine_frozen_others_fast(t):
    for node in t.nodes:
        t.background("--name", t.name(str(node)), "-e", f"constraint:node==node-{node}", "busybox", "top")
    t.cluster.script("freeze", 3)
    try:
        slowest = 0.0
        stop = time.monotonic() + 5
        while time.monotonic() < stop:
            began = time.monotonic()
            t.ok("ps", "-a")
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 1.5, f"docker ps took {slowest:.2f} s beside a frozen engine"
        t.ok("exec", t.name("1"), "true")
        becomes(t, 3, "Unhealthy", 120)
    finally:
        t.cluster.script("thaw", 3)
    becomes(t, 3, "Healthy", 90)
    t.until(lambda: t.client.run("exec", t.name("3"), "true").code == 0, "the thawed engine at work", 60)
    # A dockerd that was frozen may restart its containerd some seconds later.
    t.cluster.script("restart", 3)
    becomes(t, 3, "Healthy", 60)


@scenario(endpoint_only=True, alone=True, seconds=120)
def changes_made_behind_the_back(t):
    straight = type(t.client)(f"tcp://{t.cluster.address(2)}")
    result = straight.run("run", "-d", "--name", t.name(), "busybox", "top")
    equal(result.code, 0, str(result))
    t.until(lambda: t.client.run("ps", "-q", "--filter", f"name={t.name()}").out, "it in ps")
    straight.run("rename", t.name(), t.name("renamed"))
    t.until(lambda: t.client.run("exec", t.name("renamed"), "true").code == 0, "its new name")
    straight.run("rm", "-f", t.name("renamed"))
    t.until(lambda: not t.client.run("ps", "-aq", "--filter", f"name={t.entry.prefix}-").out, "it out of ps")


@scenario(endpoint_only=True)
def changes_show_at_once(t):
    for i in range(10):
        name = t.name(str(i))
        identity = t.ok("create", "--name", name, "busybox", "top").id
        contains(t.ok("ps", "-aq", "--no-trunc", "--filter", f"name={name}").out, identity)
        t.ok("start", name)
        equal(t.ok("ps", "-q", "--no-trunc", "--filter", f"name={name}").out.strip(), identity)
        t.ok("rm", "-f", name)
        equal(t.ok("ps", "-aq", "--filter", f"name={name}").out, "")
