"""cp, diff, export, commit."""

import io
import pathlib
import tarfile
import tempfile

from harness.scenario import contains, equal, scenario


def box(t):
    """A running container and its name."""
    t.background("--name", t.name(), "busybox", "top")
    return t.name()


@scenario
def cp_in_and_out(t):
    name = box(t)
    with tempfile.TemporaryDirectory() as directory:
        source = pathlib.Path(directory, "in.bin")
        source.write_bytes(bytes(range(256)) * 4000)
        t.ok("cp", str(source), f"{name}:/tmp/there.bin", compare=False)
        equal(t.ok("exec", name, "wc", "-c", "/tmp/there.bin").out.split()[0], "1024000")
        t.ok("cp", f"{name}:/tmp/there.bin", f"{directory}/out.bin", compare=False)
        equal(pathlib.Path(directory, "out.bin").read_bytes() == source.read_bytes(), True, "the same bytes back")


@scenario
def cp_directories(t):
    name = box(t)
    with tempfile.TemporaryDirectory() as directory:
        tree = pathlib.Path(directory, "tree")
        (tree / "sub").mkdir(parents=True)
        (tree / "sub" / "leaf").write_text("leaf\n")
        t.ok("cp", str(tree), f"{name}:/var", compare=False)
        equal(t.ok("exec", name, "cat", "/var/tree/sub/leaf").out, "leaf\n")
        t.ok("cp", f"{name}:/var/tree/.", f"{directory}/back", compare=False)
        equal(pathlib.Path(directory, "back", "sub", "leaf").read_text(), "leaf\n")


@scenario
def cp_tar_streams(t):
    name = box(t)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("from-stdin")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"hello"))
    t.ok("cp", "-", f"{name}:/tmp", stdin=archive.getvalue())
    equal(t.ok("exec", name, "cat", "/tmp/from-stdin").out, "hello")
    out = t.client.raw("cp", f"{name}:/tmp/from-stdin", "-")
    with tarfile.open(fileobj=io.BytesIO(out.out)) as tar:
        equal(tar.getnames(), ["from-stdin"])


@scenario
def cp_errors(t):
    name = box(t)
    contains(t.fails(1, "cp", f"{name}:/no/such/file", "/tmp/nowhere").err, "Could not find the file")
    contains(t.fails(1, "cp", f"{t.name('absent')}:/etc", "/tmp/nowhere").err, "No such container")
    contains(t.fails(1, "cp", "/etc/hostname", f"{name}:/no/such/dir/x").err, "ould not find")


@scenario
def cp_stopped_container(t):
    t.ok("create", "--name", t.name(), "busybox", "cat", "/tmp/hostname")
    t.ok("cp", "/etc/hostname", f"{t.name()}:/tmp/hostname", compare=False)
    equal(t.ok("start", "-a", t.name()).out, pathlib.Path("/etc/hostname").read_text())


@scenario
def diff_changes(t):
    t.ok("run", "--name", t.name(), "busybox", "sh", "-c", "echo >/new; echo x >>/etc/passwd; rm -r /home")
    changes = set(t.ok("diff", t.name(), compare=False).out.splitlines())
    equal(changes, {"A /new", "C /etc", "C /etc/passwd", "D /home"})


@scenario
def export_tar(t):
    t.ok("run", "--name", t.name(), "busybox", "sh", "-c", "echo exported >/file")
    data = t.client.raw("export", t.name()).out
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        equal(tar.extractfile("file").read(), b"exported\n")
    with tempfile.TemporaryDirectory() as directory:
        t.ok("export", "-o", f"{directory}/x.tar", t.name(), compare=False)
        equal(pathlib.Path(directory, "x.tar").stat().st_size, len(data), "bytes")


@scenario
def commit_image(t):
    t.ok("run", "--name", t.name(), "busybox", "sh", "-c", "echo committed >/file")
    image = f"{t.name('image')}:v1"
    result = t.ok("commit", "-m", "a message", "-a", "me", "-c", "ENV MODE=test", t.name(), image)
    contains(result.out, "sha256:")
    equal(t.ok("run", "--rm", image, "sh", "-c", "cat /file; echo $MODE").out, "committed\ntest\n")
    equal(t.ok("image", "inspect", "-f", "{{.Comment}} {{.Author}}", image).out, "a message me\n")
