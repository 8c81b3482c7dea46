"""docker images, image inspect, pull, tag-less removal, history of what is there."""

import json

from docker_cli.registry import ADDRESS, IMAGE
from harness.scenario import contains, equal, scenario


@scenario
def images_list(t):
    result = t.ok("images", "--filter", "reference=busybox")
    equal(len(result.out.splitlines()), 2, "lines: one image, however many nodes have it")
    equal(t.ok("images", "--format", "{{.Repository}}:{{.Tag}}", "busybox").out, "busybox:latest\n")
    equal(len(t.ok("images", "-q", "--no-trunc", "busybox").out.split()), 1, "ids")
    equal(t.ok("images", "no-such-image", "-q").out, "")


@scenario
def image_inspect(t):
    told = json.loads(t.ok("image", "inspect", "busybox", compare=False).out)[0]
    equal(told["RepoTags"][:1], ["busybox:latest"])
    for form in ("busybox:latest", "docker.io/library/busybox", told["Id"], told["Id"].split(":")[1][:12]):
        equal(t.ok("image", "inspect", "-f", "{{.Id}}", form, compare=False).out.strip(), told["Id"])
    t.note("keys", "\n".join(sorted(told)))
    contains(t.fails(1, "image", "inspect", "no-such-image").err, "o such image")


@scenario(alone=True)
def pull_and_rmi(t):
    result = t.ok("pull", IMAGE, compare=False)
    contains(result.out, IMAGE)
    on = [node for node in t.nodes if t.cluster.engine(node).request("GET", f"/images/{IMAGE}/json")[0] == 200]
    equal(on, t.nodes, "the nodes that have the image now")
    equal(t.ok("images", "--format", "{{.Repository}}:{{.Tag}}", IMAGE).out, IMAGE + "\n")
    equal(t.ok("run", "--rm", IMAGE, "echo", "pulled").out, "pulled\n")
    contains(t.ok("rmi", IMAGE, compare=False).out, f"Untagged: {IMAGE}")
    on = [node for node in t.nodes if t.cluster.engine(node).request("GET", f"/images/{IMAGE}/json")[0] == 200]
    equal(on, [], "the nodes that still have the image")


@scenario(alone=True)
def run_pulls_missing_image(t):
    result = t.ok("run", "--name", t.name(), IMAGE, "echo", "came by itself", compare=False)
    equal(result.out, "came by itself\n")
    contains(result.err, f"Unable to find image '{IMAGE}' locally")
    t.where(t.name())
    t.ok("rm", t.name())
    t.ok("rmi", IMAGE, compare=False)


@scenario
def pull_unknown(t):
    result = t.fails(1, "pull", f"{ADDRESS}/tools/absent:1", compare=False)
    contains(result.err, "manifest unknown")
    result = t.fails(125, "run", "--rm", f"{ADDRESS}/tools/absent:1", "true", compare=False)
    contains(result.err, "Unable to find image", "manifest unknown")
    contains(t.fails(1, "pull", "Not/A/Name").err, "invalid reference format")


@scenario
def rmi_errors(t):
    contains(t.fails(1, "rmi", "no-such-image").err, "No such image")
    t.ok("run", "--name", t.name(), "busybox", "true")
    image = f"{t.name('image')}:1"
    t.ok("commit", t.name(), image, compare=False)
    t.background("--name", t.name("user"), "-e", f"affinity:image=={image}", image, "top")
    contains(t.fails(1, "rmi", image, compare=False).err, "conflict", "is using")
    t.ok("rm", "-f", t.name("user"))
    contains(t.ok("rmi", image, compare=False).out, f"Untagged: {image}", "Deleted: sha256:")
    t.fails(1, "image", "inspect", image)
