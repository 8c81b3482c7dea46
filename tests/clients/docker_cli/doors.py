"""The endpoint's listeners: TLS, unix sockets, several at once, drain."""

import os
import pathlib
import socket
import stat
import subprocess

from harness.certs import Authority
from harness.client import Docker
from harness.cluster import Cluster
from harness.paths import ENGINES, swarm_binary
from harness.scenario import contains, equal, scenario

TLS_PORT = 3376


@scenario(endpoint_only=True, alone=True, seconds=180)
def tls_clients(t):
    directory = pathlib.Path(t.cluster.directory, "tls")
    good, other = Authority(directory / "good"), Authority(directory / "other", "another CA")
    server = good.sign("server", server=True)
    right, expired = good.sign("right"), good.sign("expired", expired=True)
    foreign = other.sign("foreign")
    manager = t.suite.another_manager("tls", "-H", f"tcp://127.0.0.1:{TLS_PORT}", "-H", "tcp://127.0.0.1:3379", *server)
    # The engines have no TLS: only the front is tried here.
    with manager.start():
        t.until(lambda: connects(TLS_PORT), "the TLS listener")
        host = f"tcp://127.0.0.1:{TLS_PORT}"
        shown = Docker(host, right).run("version", "--format", "{{.Server.Version}}")
        contains(shown.out, "swarm/")
        certificate, key = foreign[4], foreign[6]
        wrong = ["--tlsverify", "--tlscacert", str(good.certificate), "--tlscert", certificate, "--tlskey", key]
        for what, client in (("wrong CA", wrong), ("expired", expired), ("none", ["--tls", "--tlscacert", str(good.certificate)])):
            result = Docker(host, client).run("version", "--format", "{{.Server.Version}}")
            assert result.code != 0 and "swarm/" not in result.out, f"{what}: {result}"
        result = Docker(host).run("version")
        assert result.code != 0, f"plain HTTP on the TLS port: {result}"
        contains(Docker(host, right).run("version", "--format", "{{.Server.Version}}").out, "swarm/")
        t.until(lambda: "127.0.0.1" in manager.log_path.read_text(), "refused handshakes in the log")


def connects(port: int) -> bool:
    """Whether something listens on that port of the hub."""
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
        return True
    except OSError:
        return False


@scenario(endpoint_only=True, alone=True)
def tls_without_client_certificates(t):
    authority = Authority(pathlib.Path(t.cluster.directory, "tls-only"))
    certificate = authority.sign("server", server=True)[3:]
    with t.suite.another_manager("tls-only", "-H", f"tcp://127.0.0.1:{TLS_PORT}", "--tls", *certificate).start():
        t.until(lambda: connects(TLS_PORT), "the TLS listener")
        anyone = ["--tls", "--tlscacert", str(authority.certificate)]
        result = Docker(f"tcp://127.0.0.1:{TLS_PORT}", anyone).run("version", "--format", "{{.Server.Version}}")
        contains(result.out, "swarm/")


@scenario(endpoint_only=True, alone=True, seconds=180)
def tls_to_the_engines(t):
    """Engines that want certificates too, in a cluster of their own."""
    directory = pathlib.Path(t.cluster.directory, "tls-engines")
    authority = Authority(directory / "certs")
    for node in ("node-1", "node-2"):
        authority.sign(node, server=True, address=f"10.77.1.{node[-1]}")
    authority.sign("cert")
    authority.sign("manager", both=True)
    (directory / "certs" / "key.pem").write_bytes((directory / "certs" / "cert-key.pem").read_bytes())
    cluster = Cluster(str(directory / "cluster"), 2)
    cluster.up("--tls", str(directory / "certs"))
    t.closing.append(cluster.down)
    script = pathlib.Path(__file__).with_name("tls_engines.sh")
    done = subprocess.run([str(ENGINES), "exec", cluster.directory, "bash", str(script), str(swarm_binary()),
                           str(directory / "certs")], capture_output=True, text=True, timeout=t.left())
    assert done.returncode == 0, done.stdout + done.stderr
    equal(done.stdout.split()[-2:], ["over-tls", "2"])


@scenario(endpoint_only=True, alone=True)
def unix_listener_and_several(t):
    path = f"{t.cluster.directory}/second.sock"
    arguments = ["-H", f"unix://{path}", "-H", "tcp://127.0.0.1:3377", "-H", "tcp://10.77.0.1:3378"]
    with t.suite.another_manager("hosts", *arguments).start() as manager:
        manager.ready(3377, 3)
        equal(stat.S_IMODE(os.stat(path).st_mode), 0o660, "mode of the socket")
        for host in (f"unix://{path}", "tcp://127.0.0.1:3377", "tcp://10.77.0.1:3378"):
            client = Docker(host)
            result = client.run("run", "--rm", "-i", "busybox", "cat", stdin="over any door\n")
            equal((result.code, result.out), (0, "over any door\n"), str(result))
        equal(manager.terminate(), 0, "exit code")
    assert not os.path.exists(path), "the socket file is left behind"


@scenario(endpoint_only=True, alone=True)
def drain_with_open_attach(t):
    t.ok("run", "-d", "-i", "--name", t.name(), "busybox", "sh", "-c", "while read x; do echo got $x; [ $x != quit ] || exit 6; done")
    manager = t.suite.another_manager("drain", "-H", "tcp://127.0.0.1:3382").start()
    with manager:
        manager.ready(3382, 3)
        stream = Docker("tcp://127.0.0.1:3382").stream("attach", t.name())
        t.closing.append(stream.stop)
        stream.send("one\n")
        stream.wait_for(lambda lines: "got one" in lines)
        manager.process.terminate()
        t.until(lambda: not connects(3382), "the listener closed")
        stream.send("two\n")
        stream.wait_for(lambda lines: "got two" in lines)
        stream.send("quit\n")
        stream.wait_for(lambda lines: "got quit" in lines)
        stream.end()
        equal(manager.process.wait(20), 0, "the manager's exit code")


@scenario(endpoint_only=True)
def bad_command_lines(t):
    for arguments, word in ((["manage", "--strategy", "fair", "nodes://a:1"], "fair"),
                            (["manage", "--tlsverify", "nodes://a:1"], "tls"),
                            (["manage", "--heartbeat", "0s", "nodes://a:1"], "heartbeat"),
                            (["manage", "--engine-refresh-min-interval", "9s", "--engine-refresh-max-interval", "3s", "nodes://a:1"], "interval"),
                            (["frobnicate"], "frobnicate")):
        done = subprocess.run([str(swarm_binary()), *arguments], capture_output=True, text=True, timeout=10)
        assert done.returncode != 0 and word in done.stderr, (arguments, done)
    done = subprocess.run([str(swarm_binary()), "list", "nodes://10.0.0.[1:3]:2375"], capture_output=True, text=True, timeout=10)
    equal(done.stdout.split(), ["10.0.0.1:2375", "10.0.0.2:2375", "10.0.0.3:2375"])
