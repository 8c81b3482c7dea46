#!/usr/bin/env python3
"""The docker CLI against the endpoint, and the same straight at one engine.

Starts four engines of its own (root is needed) and removes them. `--list` names the scenarios,
`--only NAME` runs one or one topic, `-v` prints a line for each.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from docker_cli import registry  # noqa: E402
from docker_cli import attach, builds, execs, files, images, lifecycle, listing, logs, networks, runs  # noqa: E402,F401
from docker_cli import cluster, doors, placement, system, volumes  # noqa: E402,F401
from harness.suite import main  # noqa: E402

main("docker_cli", __file__, registry.start)
