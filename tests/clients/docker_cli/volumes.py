"""docker volume, and containers that share one."""

import json

from harness.scenario import contains, equal, scenario


@scenario
def volume_create_inspect_rm(t):
    name = t.name("data")
    equal(t.ok("volume", "create", "--label", "kind=test", name).out, name + "\n")
    told = json.loads(t.ok("volume", "inspect", name, compare=False).out)[0]
    equal((told["Name"], told["Driver"], told["Labels"]), (name, "local", {"kind": "test"}))
    equal(t.ok("volume", "ls", "-q", "--filter", f"name={name}").out, name + "\n")
    equal(t.ok("volume", "ls", "--filter", "label=kind=test", "--filter", f"name={name}").out.splitlines()[1].split(), ["local", name])
    equal(t.ok("volume", "create", name).out, name + "\n")
    equal(t.ok("volume", "rm", name).out, name + "\n")
    contains(t.fails(1, "volume", "inspect", name).err, "o such volume")
    contains(t.fails(1, "volume", "rm", name).err, "o such volume")
    t.ok("volume", "rm", "-f", name)


@scenario
def volume_shared_by_containers(t):
    volume = t.name("data")
    t.ok("volume", "create", volume)
    t.ok("run", "--name", t.name("writer"), "-v", f"{volume}:/data", "busybox", "sh", "-c", "echo kept >/data/file")
    for reader in "abc":
        result = t.ok("run", "--name", t.name(reader), "-v", f"{volume}:/data:ro", "busybox", "cat", "/data/file")
        equal(result.out, "kept\n")
        equal(t.where(t.name(reader)), t.where(t.name("writer")), f"node of {reader}")
    contains(t.fails(1, "volume", "rm", volume, compare=False).err, "volume is in use")
    equal(t.ok("volume", "ls", "-q", "--filter", f"name={volume}").out, volume + "\n")


@scenario
def volume_made_by_run(t):
    volume = t.name("implicit")
    t.ok("run", "--rm", "-v", f"{volume}:/data", "busybox", "touch", "/data/x")
    equal(t.ok("run", "--rm", "--mount", f"type=volume,src={volume},dst=/d", "busybox", "ls", "/d").out, "x\n")


@scenario
def volumes_from(t):
    t.ok("run", "--name", t.name("owner"), "-v", "/shared", "busybox", "sh", "-c", "echo from >/shared/file")
    for name in "abc":
        result = t.ok("run", "--name", t.name(name), "--volumes-from", t.name("owner"), "busybox", "cat", "/shared/file")
        equal(result.out, "from\n")
        equal(t.where(t.name(name)), t.where(t.name("owner")), f"node of {name}")
    result = t.fails(125, "run", "--rm", "--volumes-from", t.name("none"), "busybox", "true", compare=False)
    contains(result.err, t.name("none"))


@scenario
def tmpfs_and_binds(t):
    equal(t.ok("run", "--rm", "--tmpfs", "/scratch:size=1m", "busybox", "sh", "-c", "mount | grep -c /scratch").out, "1\n")
    equal(t.ok("run", "--rm", "-v", "/etc/hostname:/host:ro", "busybox", "sh", "-c", "wc -l </host").out.strip(), "1")
    contains(t.fails(125, "run", "--rm", "-v", "relative/path:/x", "busybox", "true", compare=False).err, "invalid")
