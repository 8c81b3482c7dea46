"""docker logs."""

import re
import time

from harness.scenario import contains, equal, scenario


def talker(t):
    """A container that has written ten lines and ended."""
    name = t.name()
    t.ok("run", "--name", name, "busybox", "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; done")
    return name


@scenario
def logs_whole(t):
    equal(t.ok("logs", talker(t)).out.splitlines(), [f"line {i}" for i in range(1, 11)])
    t.ok("run", "--name", t.name("both"), "busybox", "sh", "-c", "echo good; echo bad >&2")
    result = t.ok("logs", t.name("both"))
    equal((result.out, result.err), ("good\n", "bad\n"))


@scenario
def logs_tail(t):
    name = talker(t)
    equal(t.ok("logs", "--tail", "3", name).out.split("\n"), ["line 8", "line 9", "line 10", ""])
    equal(t.ok("logs", "--tail", "0", name).out, "")
    equal(len(t.ok("logs", "-n", "all", name).out.splitlines()), 10, "lines")


@scenario
def logs_timestamps_and_details(t):
    name = t.name()
    t.ok("run", "--name", name, "busybox", "echo", "stamped")
    result = t.ok("logs", "-t", name)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z stamped\n", result.out), result.out
    t.ok("logs", "--details", name)


@scenario
def logs_follow(t):
    name = t.name()
    t.background("--name", name, "busybox", "sh", "-c", "echo first; until [ -e /go ]; do sleep 0.1; done; echo last")
    stream = t.stream("logs", "-f", name)
    stream.wait_for(lambda lines: lines == ["first"])
    t.run("exec", name, "touch", "/go", compare=False)  # the container's end may overtake it
    equal(stream.end(), 0, "exit code")
    equal(stream.lines, ["first", "last"])


@scenario
def logs_since_until(t):
    name = t.name()
    t.background("--name", name, "busybox", "sh", "-c", "echo old; until [ -e /go ]; do sleep 0.1; done; echo new; sleep 1000")
    t.until(lambda: "old" in t.run("logs", name, compare=False).out, "the first line")
    between = f"{time.time():.6f}"
    t.ok("exec", name, "touch", "/go")
    t.until(lambda: "new" in t.run("logs", name, compare=False).out, "the second line")
    equal(t.ok("logs", "--since", between, name, compare=False).out, "new\n")
    equal(t.ok("logs", "--until", between, name, compare=False).out, "old\n")


@scenario
def logs_of_terminal(t):
    name = t.name()
    t.ok("run", "-t", "--name", name, "busybox", "sh", "-c", "echo out; echo err >&2")
    equal(t.ok("logs", name).out, "out\r\nerr\r\n")


@scenario
def logs_errors(t):
    contains(t.fails(1, "logs", t.name("absent")).err, "No such container")
    name = t.name()
    t.background("--name", name, "--log-driver", "none", "busybox", "top")
    contains(t.fails(1, "logs", name).err, "does not support reading")
