"""Where things are."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
ENGINES = ROOT / "deploy" / "engines.sh"
LOGS = ROOT / "target" / "test-logs"


def swarm_binary() -> pathlib.Path:
    """The binary under test: SWARM_BIN, else the debug build."""
    return pathlib.Path(os.environ.get("SWARM_BIN", ROOT / "target" / "debug" / "swarm"))
