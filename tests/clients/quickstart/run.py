#!/usr/bin/env python3
"""deploy/quickstart.sh as a user meets it: with real engines, again, with simulated ones, down."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import cluster, paths  # noqa: E402

SCRIPT = paths.ROOT / "deploy" / "quickstart.sh"
# A network namespace of our own: the quickstart's ports are fixed.
ISOLATED = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

STEPS = """
set -e
{user} {script}
echo ==AGAIN
{user} {script}
echo ==PLACES
for i in 1 2 3; do docker -H tcp://127.0.0.1:3375 inspect -f '{{{{.Node.Name}}}}' hello-$i; done
echo ==DOWN
{user} {script} down
{user} {script} down
"""


def binaries(directory: pathlib.Path) -> pathlib.Path:
    """Copies of the binaries that any user may run."""
    directory.chmod(0o755)
    for name in ("swarm", "simulated-engines"):
        shutil.copy(paths.swarm_binary().with_name(name), directory)
    for script in paths.ROOT.glob("deploy/*"):
        if script.is_file():
            shutil.copy(script, directory)
    return directory


def quickstart(directory: pathlib.Path, user: list[str], *wanted: str) -> list[str]:
    """Runs it up, up again and down; the list of what is wrong."""
    state = directory / f"state-{len(user)}"
    text = STEPS.format(user=" ".join(user), script=directory / "quickstart.sh")
    state.mkdir()
    if user:
        shutil.chown(state, 65534, 65534)
    environment = {**os.environ, "SWARM_BIN": str(directory / "swarm"), "SWARM_QUICKSTART_DIR": str(state / "files"),
                   "HOME": str(state)}
    for name in [name for name in environment if name.startswith("DOCKER_")]:
        del environment[name]
    done = subprocess.run([*ISOLATED, "bash", "-c", text], env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    print(done.stdout)
    wrong = [] if done.returncode == 0 else [f"exit code {done.returncode}"]
    wrong += [f"no {text!r} in the output" for text in wanted if text not in done.stdout]
    places = done.stdout.partition("==PLACES")[2].partition("==DOWN")[0].split()
    if sorted(places) != ["node-1", "node-2", "node-3"]:
        wrong.append(f"the containers are on {places}")
    if (state / "files").exists():
        wrong.append(f"{state} is left behind")
    left = subprocess.run(["pgrep", "-f", str(directory)], capture_output=True, text=True).stdout.split()
    wrong += [f"process {pid} is left behind" for pid in left if int(pid) != os.getpid()]
    return wrong


def main() -> None:
    """Both kinds of engines."""
    try:
        cluster.check()
    except cluster.CannotRun as reason:
        print(f"quickstart: {reason}\n0 passed, 0 failed, 2 skipped")
        sys.exit(3)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="swarm-quickstart-") as name:
        directory = binaries(pathlib.Path(name))
        for what, user, wanted in (("real engines", [], ["Starting three Docker Engines", "What to type next", "hello-3"]),
                                   ("simulated engines", NOBODY, ["NO DOCKER ENGINE CAN RUN HERE", "hello-3"])):
            wrong = quickstart(directory, user, *wanted)
            failed += bool(wrong)
            print(f"{what}: {'; '.join(wrong) or 'fine'}")
    print(f"quickstart: {2 - failed} passed, {failed} failed, 0 skipped")
    sys.exit(bool(failed))


main()
