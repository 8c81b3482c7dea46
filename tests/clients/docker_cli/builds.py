"""docker build with the classic builder: contexts, arguments, failures, and running what was built."""

import contextlib
import os
import tempfile

from harness.scenario import contains, equal, scenario


@contextlib.contextmanager
def context(dockerfile: str, **files: bytes):
    """A directory with a Dockerfile and more files."""
    with tempfile.TemporaryDirectory() as directory:
        for name, content in {"Dockerfile": dockerfile.encode(), **files}.items():
            with open(os.path.join(directory, name), "wb") as file:
                file.write(content)
        yield directory


def swept(t, image: str) -> None:
    """Removes an image from wherever it is."""
    t.ok("rmi", "-f", image, compare=False)


@scenario
def build_and_run(t):
    image = f"{t.name('image')}:1"
    with context("FROM busybox\nARG FOO\nCOPY data /data\nRUN echo $FOO >> /data\nCMD cat /data\n", data=b"copied\n") as directory:
        result = t.ok("build", "-t", image, "--build-arg", "FOO=argument", directory, compare=False)
    contains(result.out, "Step 1/5 : FROM busybox", f"Successfully tagged {image}")
    equal(t.ok("images", "--format", "{{.Repository}}:{{.Tag}}", image).out, image + "\n")
    for i in range(3):
        equal(t.ok("run", "--name", t.name(str(i)), image).out, "copied\nargument\n")
        t.ok("rm", t.name(str(i)))
    swept(t, image)


@scenario
def build_quiet_and_from_stdin(t):
    image = f"{t.name('image')}:1"
    result = t.ok("build", "-q", "-t", image, "-", stdin=b"FROM busybox\nLABEL a=b\n", compare=False)
    assert result.out.startswith("sha256:"), result.out
    equal(t.ok("image", "inspect", "-f", "{{.Id}}", image, compare=False).out, result.out)
    swept(t, image)


@scenario
def build_fails(t):
    with context("FROM busybox\nRUN exit 7\n") as directory:
        result = t.fails(7, "build", "--force-rm", "-t", t.name("image"), directory, compare=False)
    contains(result.err, "The command '/bin/sh -c exit 7' returned a non-zero code: 7")
    t.fails(1, "image", "inspect", t.name("image"))
    with context("FROM busybox\nNONSENSE\n") as directory:
        contains(t.fails(1, "build", directory, compare=False).err, "unknown instruction: NONSENSE")


@scenario
def build_large_context(t):
    image = f"{t.name('image')}:1"
    with context("FROM busybox\nCOPY data /data\nCMD wc -c < /data\n", data=os.urandom(1 << 16) * 512) as directory:
        t.ok("build", "-t", image, directory, compare=False)
    equal(t.ok("run", "--rm", image).out, f"{512 << 16}\n")
    swept(t, image)


@scenario(endpoint_only=True)
def build_placed(t):
    image = f"{t.name('image')}:1"
    for node in (1, 2, 3):
        with context(f"FROM busybox\nENV NUMBER={node}\nCMD echo $NUMBER\n") as directory:
            t.ok("build", "-t", image, "--build-arg", f"constraint:node==node-{node}", directory)
        on = [one for one in t.nodes if t.cluster.engine(one).request("GET", f"/images/{image}/json")[0] == 200]
        equal(on, [node], "the nodes that have the image")
        # Another node gets the image with the container.
        other = node % 3 + 1
        run = t.ok("run", "--name", t.name(), "-e", f"constraint:node==node-{other}", image)
        equal(run.out, f"{node}\n")
        equal(t.where(t.name()), other)
        t.ok("rm", t.name())
        swept(t, image)
    with context("FROM busybox\n") as directory:
        result = t.fails(1, "build", "--build-arg", "constraint:storage==tape", directory)
        contains(result.err.lower(), "constraint")
        contains(t.fails(1, "build", "-m", "999g", directory).err, "no resources available to schedule container")
