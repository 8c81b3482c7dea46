"""docker network, and what containers see of it."""

import json

from harness.scenario import contains, equal, scenario


@scenario
def network_create_inspect_rm(t):
    name = t.name("net")
    equal(len(t.ok("network", "create", "--label", "kind=test", name).out.strip()), 64, "an id")
    told = json.loads(t.ok("network", "inspect", name, compare=False).out)[0]
    equal((told["Name"], told["Driver"], told["Scope"], told["Labels"]), (name, "bridge", "local", {"kind": "test"}))
    equal(t.ok("network", "ls", "--filter", f"name={name}", "--format", "{{.Name}} {{.Driver}} {{.Scope}}").out,
          f"{name} bridge local\n")
    equal(t.ok("network", "ls", "-q", "--no-trunc", "--filter", f"name={name}", compare=False).out.strip(), told["Id"])
    equal(t.ok("network", "rm", name).out, name + "\n")
    contains(t.fails(1, "network", "inspect", name).err, "not found")
    contains(t.fails(1, "network", "rm", name).err, "not found")


@scenario
def network_builtin_shown_once(t):
    names = t.ok("network", "ls", "--format", "{{.Name}}", compare=False).out.split()
    equal([names.count(name) for name in ("bridge", "host", "none")], [1, 1, 1])
    equal(t.ok("network", "inspect", "-f", "{{.Driver}}", "bridge", "host", "none").out.split(), ["bridge", "host", "null"])


@scenario
def network_containers_talk(t):
    net = t.name("net")
    t.ok("network", "create", net)
    t.background("--name", t.name("server"), "--net", net, "--network-alias", "web", "busybox", "sh", "-c",
                 "echo page >/tmp/index.html; httpd -f -h /tmp")
    t.until(lambda: t.run("exec", t.name("server"), "wget", "-qO-", "localhost", compare=False).out == "page\n", "the server")
    result = t.ok("run", "--rm", "--name", t.name("client"), "--net", net, "busybox", "wget", "-qO-", "web")
    equal(result.out, "page\n")
    told = json.loads(t.ok("network", "inspect", net, compare=False).out)[0]
    equal([container["Name"] for container in told["Containers"].values()], [t.name("server")])
    contains(t.fails(1, "network", "rm", net, compare=False).err, "has active endpoints")
    t.background("--name", t.name("second"), "--net", net, "busybox", "top")
    equal(t.where(t.name("second")), t.where(t.name("server")), "node of the second container on the network")


@scenario
def network_duplicate(t):
    t.ok("network", "create", t.name("net"))
    contains(t.fails(1, "network", "create", t.name("net")).err, "already exists")


@scenario
def network_unknown(t):
    result = t.fails(125, "run", "--rm", "--net", t.name("none"), "busybox", "true", compare=False)
    contains(result.err, t.name("none"), "not found")
    assert "Unable to find image" not in result.err, result.err
