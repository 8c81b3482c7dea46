"""The frame of a suite: engines up, into the hub, manager up, scenarios, all down."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from . import cluster as clusters
from . import paths
from .manager import Manager
from .runner import Runner

PORT = 3375


class Suite:
    """Nodes 1 to 3 are behind the endpoint; node 4 is the one engine to compare with."""

    nodes = [1, 2, 3]
    reference = 4

    def __init__(self, directory: str, name: str):
        self.name = name
        self.cluster = clusters.Cluster(directory, 4)
        self.endpoint = f"tcp://127.0.0.1:{PORT}"
        self.straight = f"tcp://{self.cluster.address(self.reference)}"
        self.endpoint_socket = f"{directory}/manager.sock"
        self.straight_socket = self.cluster.socket(self.reference)
        self.manager: Manager | None = None

    def addresses(self) -> str:
        """The discovery argument: the three nodes."""
        return ",".join(self.cluster.address(node) for node in self.nodes)

    def another_manager(self, log_name: str, *arguments: str, environment=None) -> Manager:
        """A manager besides the main one, over the same nodes; not started."""
        return Manager(f"{self.name}-{log_name}", [*QUICK, *arguments, self.addresses()], environment)

    def start_manager(self) -> None:
        """Starts the manager under test."""
        self.manager = self.another_manager("manager", "-H", f"tcp://127.0.0.1:{PORT}",
                                            "-H", f"unix://{self.endpoint_socket}")
        self.manager.start().ready(PORT, len(self.nodes))


# A dead engine is to be noticed within a test's patience.
QUICK = ["--engine-refresh-min-interval", "2s", "--engine-refresh-max-interval", "4s",
         "--engine-failure-retry", "2"]


def main(name: str, script: str, prepare=None) -> None:
    """The main function of a suite's script; `prepare(suite)` runs in the hub at first."""
    options = arguments(name)
    # Ended from outside, a suite still takes its engines down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.inside:
        sys.exit(in_hub(name, options, prepare))
    try:
        clusters.check()
        directory = tempfile.mkdtemp(prefix=f"swarm-{name}-")
    except clusters.CannotRun as reason:
        print(f"{name}: {reason}\n0 passed, 0 failed, 1 skipped")
        sys.exit(3)
    cluster = clusters.Cluster(directory, 4)
    code = 1
    try:
        cluster.up()
        code = cluster.enter([sys.executable, script, "--inside", directory, *sys.argv[1:]])
    finally:
        try:
            if code:
                keep_logs(directory, name)
        finally:
            cluster.down()
    sys.exit(code)


def arguments(name: str) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help="a scenario or a topic; may be repeated")
    parser.add_argument("--mode", choices=["both", "engine", "endpoint"], default="both")
    parser.add_argument("--workers", type=int, default=4, help="scenarios at a time")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each scenario")
    parser.add_argument("--list", action="store_true", help="name the scenarios and stop")
    parser.add_argument("--inside", metavar="DIR", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.list:
        from .scenario import ALL
        for entry in ALL:
            print(f"{entry.topic}::{entry.name}")
        print(len(ALL), "scenarios", file=sys.stderr)
        sys.exit(0)
    return options


def in_hub(name: str, options: argparse.Namespace, prepare) -> int:
    """The part that runs in the hub's network."""
    suite = Suite(options.inside, name)
    runner = Runner(suite, options.mode, options.verbose)
    helpers: list[subprocess.Popen] = []
    try:
        if options.mode != "engine":
            suite.start_manager()
        if prepare:
            helpers = prepare(suite)
        runner.run(options.only, options.workers)
        if options.mode != "engine" and suite.manager.process.poll() is not None:
            print(f"FAILED the manager died: {suite.manager.tail()}")
            runner.failed.append("manager")
    finally:
        for helper in helpers:
            helper.terminate()
            helper.wait()
        if suite.manager:
            suite.manager.terminate()
    print(f"{name}: {runner.summary()}")
    return 1 if runner.failed else 0


def keep_logs(directory: str, name: str) -> None:
    """Saves the engines' logs for a look after a failure."""
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    for node in range(1, 5):
        log = os.path.join(directory, f"node-{node}", "dockerd.log")
        if os.path.exists(log):
            shutil.copy(log, paths.LOGS / f"{name}-node-{node}.log")
