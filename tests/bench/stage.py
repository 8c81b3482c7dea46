"""What is measured: engines, the endpoint and HAProxy in front of them, on loopback."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

from clients.harness import cluster as real
from clients.harness import paths
from clients.harness.engine import EngineApi

CannotRun = real.CannotRun
ENGINES = 3
CONTAINERS = 10
# A file that takes 1 GiB of an export and nothing of the disk.
SPARSE = ["dd", "if=/dev/zero", "of=/big", "bs=1M", "seek=1024", "count=0"]
HAPROXY = """
global
    maxconn 4000
defaults
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
frontend http_in
    mode http
    bind 127.0.0.1:{http}
    default_backend http_engine
backend http_engine
    mode http
    http-reuse always
    server engine {engine}
listen tcp
    mode tcp
    option splice-auto
    bind 127.0.0.1:{tcp}
    server engine {engine}
"""


def binaries(swarm: pathlib.Path | None) -> dict[str, pathlib.Path]:
    """The release binaries, built unless the first of them was given."""
    names = ["swarm", "load", "simulated-engines"]
    if swarm is None:
        subprocess.run(["cargo", "build", "--release", "--bins", "-p", "swarm", "-p", "testkit"],
                       cwd=paths.ROOT, check=True)
        swarm = paths.ROOT / "target" / "release" / "swarm"
    return {name: swarm if name == "swarm" else swarm.parent / name for name in names}


def install_haproxy() -> None:
    """From Debian or Ubuntu, where it is missing."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if shutil.which("haproxy") is None:
        subprocess.run(["apt-get", "install", "-y", "-qq", "haproxy"],
                       check=True, stdout=subprocess.DEVNULL)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen, seconds: float = 20) -> None:
    """Until something answers on the port."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"nothing listens on port {port}") from None
            time.sleep(0.02)


def end(process: subprocess.Popen | None) -> None:
    """Ends a process of ours."""
    if process is not None and process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_us(pid: int | None) -> float:
    """The CPU time that the threads of a process have used; 0 for none."""
    if pid is None:
        return 0.0
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e3


def load(binary: pathlib.Path, arguments: list[str]) -> dict:
    """One run of the load generator."""
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"load {' '.join(arguments)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def furnish(port: int, command: list[str], started: bool, **options) -> str:
    """A container straight at an engine; its id."""
    engine = EngineApi("127.0.0.1", port, timeout=60)
    body = {"Image": "busybox", "Cmd": command, **options}
    status, created = engine.request("POST", "/containers/create", body)
    if status != 201:
        raise RuntimeError(f"create: {status} {created}")
    if started:
        engine.request("POST", f"/containers/{created['Id']}/start")
    return created["Id"]


def furnish_all(ports: list[int], fill: list[str]) -> tuple[str, str]:
    """Containers for every engine; of the first the filled one and the one that echoes."""
    for port in ports:
        for _ in range(CONTAINERS - 2):
            furnish(port, ["true"], False)
    made = []
    for port in ports:
        made.append((furnish(port, fill, True), furnish(port, ["cat"], True, OpenStdin=True)))
    return made[0]


class Simulated:
    """Three simulated engines in one process."""

    def __init__(self, _directory: str, programs):
        self.ports = [free_port() for _ in range(ENGINES)]
        self.program = programs["simulated-engines"]
        self.process = None

    def __enter__(self) -> "Simulated":
        listens = [f"--listen=127.0.0.1:{port}".split("=") for port in self.ports]
        command = [self.program, "--export-bytes", str(1 << 30), *sum(listens, [])]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            for port in self.ports:
                wait_for(port, self.process)
            self.container, self.echo = furnish_all(self.ports, ["true"])
        except BaseException:
            end(self.process)
            raise
        return self

    def __exit__(self, *_) -> None:
        end(self.process)


class Real:
    """Three real engines, each a node of its own."""

    def __init__(self, directory: str, _programs):
        self.ports = [free_port() for _ in range(ENGINES)]
        self.cluster = real.Cluster(f"{directory}/engines", ENGINES)

    def __enter__(self) -> "Real":
        real.check()
        listens = [["--listen", f"{node}:127.0.0.1:{port}"]
                   for node, port in enumerate(self.ports, 1)]
        self.cluster.up(*sum(listens, []))
        try:
            self.container, self.echo = furnish_all(self.ports, SPARSE)
            engine = EngineApi("127.0.0.1", self.ports[0], timeout=60)
            engine.request("POST", f"/containers/{self.container}/wait")
        except BaseException:
            self.cluster.down()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.cluster.down()


class Proxies:
    """The endpoint in front of all engines, HAProxy in front of the first."""

    def __init__(self, directory: str, programs, cluster):
        self.directory, self.programs, self.cluster = directory, programs, cluster
        self.haproxy, self.managers = None, {}
        self.http, self.tcp = free_port(), free_port()

    def __enter__(self) -> "Proxies":
        engine = f"127.0.0.1:{self.cluster.ports[0]}"
        config = pathlib.Path(self.directory) / "haproxy.cfg"
        config.write_text(HAPROXY.format(http=self.http, tcp=self.tcp, engine=engine))
        nodes = ",".join(f"127.0.0.1:{port}" for port in self.cluster.ports)
        try:
            self.haproxy = subprocess.Popen(["haproxy", "-q", "-db", "-f", config])
            wait_for(self.http, self.haproxy)
            self.addresses = {"direct": engine, "haproxy http": f"127.0.0.1:{self.http}",
                              "haproxy tcp": f"127.0.0.1:{self.tcp}"}
            self.processes = {name: self.haproxy.pid for name in ("haproxy http", "haproxy tcp")}
            self.manage("swarm", self.programs["swarm"], nodes)
            if "before" in self.programs:
                self.manage("swarm before", self.programs["before"], nodes)
        except BaseException:
            self.__exit__()
            raise
        return self

    def manage(self, name: str, program: pathlib.Path, nodes: str) -> None:
        """Starts an endpoint, and waits until it knows every container."""
        port = free_port()
        process = subprocess.Popen([program, "manage", "-H", f"tcp://127.0.0.1:{port}", nodes])
        self.managers[name] = process
        self.addresses[name], self.processes[name] = f"127.0.0.1:{port}", process.pid
        wait_for(port, process)
        endpoint = EngineApi("127.0.0.1", port)
        deadline = time.monotonic() + 30
        while len(endpoint.containers()) < ENGINES * CONTAINERS:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not know all containers")
            time.sleep(0.05)

    def __exit__(self, *_) -> None:
        for process in self.managers.values():
            end(process)
        end(self.haproxy)
