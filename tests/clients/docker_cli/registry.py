"""A registry in the hub, with one image, so that pulls need no internet."""

import os
import pathlib
import subprocess
import time

from harness.client import Docker
from harness.engine import EngineApi

ADDRESS = "10.77.0.1:5000"
IMAGE = f"{ADDRESS}/tools/busybox:1"


def start(suite) -> list[subprocess.Popen]:
    """Starts it and pushes the image from the reference engine."""
    directory = pathlib.Path(suite.cluster.directory, "registry")
    directory.mkdir(exist_ok=True)
    config = directory / "config.yml"
    config.write_text(f"""version: 0.1
storage: {{filesystem: {{rootdirectory: {directory}/data}}, delete: {{enabled: true}}}}
http: {{addr: "0.0.0.0:5000"}}
""")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("REGISTRY_")}
    with open(directory / "log", "wb") as log:
        process = subprocess.Popen(["docker-registry", "serve", str(config)], env=clean,
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    deadline = time.monotonic() + 15
    while True:
        try:
            if EngineApi("10.77.0.1", 5000).request("GET", "/v2/")[0] == 200:
                break
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise RuntimeError((directory / "log").read_text(errors="replace"))
        time.sleep(0.05)
    straight = Docker(suite.straight)
    for command in (["tag", "busybox", IMAGE], ["push", IMAGE], ["rmi", IMAGE]):
        result = straight.run(*command, timeout=60)
        if result.code != 0:
            raise RuntimeError(str(result))
    return [process]
