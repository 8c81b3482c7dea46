"""Runs scenarios in both modes, compares them and reports."""

import concurrent.futures
import difflib
import sys
import threading
import time
import traceback

from . import paths
from .scenario import ALL, Scenario, Trial


class Runner:
    """`suite` has cluster, nodes, reference, endpoint and straight."""

    def __init__(self, suite, modes: str, verbose: bool):
        self.suite = suite
        self.modes = modes
        self.verbose = verbose
        self.passed, self.failed, self.skipped = [], [], []
        self.lock = threading.Lock()

    def run(self, only: list[str], workers: int) -> bool:
        """Runs the chosen scenarios; true when none failed."""
        chosen = [entry for entry in ALL if not only or any(word in (entry.name, entry.topic) for word in only)]
        shared = [entry for entry in chosen if not entry.alone]
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            list(pool.map(self.one, shared))
        for entry in chosen:
            if entry.alone:
                self.one(entry)
        return not self.failed

    def one(self, entry: Scenario) -> None:
        """Runs one scenario and writes down how it went."""
        began = time.monotonic()
        modes = [endpoint for endpoint in (False, True) if self.wanted(entry, endpoint)]
        if not modes:
            with self.lock:
                self.skipped.append(entry.name)
            return
        trials = [Trial(self.suite, entry, endpoint) for endpoint in modes]
        if entry.alone:
            problems = [attempt(trial) for trial in trials]
        else:
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                problems = list(pool.map(attempt, trials))
        text = "".join(filter(None, problems))
        if not text and len(trials) == 2:
            text = differences(*trials)
        self.report(entry, text, time.monotonic() - began)

    def wanted(self, entry: Scenario, endpoint: bool) -> bool:
        """Whether a scenario is to run in a mode."""
        if endpoint:
            return self.modes in ("both", "endpoint")
        return self.modes in ("both", "engine") and not entry.endpoint_only

    def report(self, entry: Scenario, problem: str, seconds: float) -> None:
        """A line for a pass when verbose, the whole story for a failure."""
        with self.lock:
            (self.failed if problem else self.passed).append(entry.name)
            if problem:
                print(f"FAILED {entry.topic}::{entry.name} ({seconds:.1f} s)\n{problem}\n", flush=True)
            elif self.verbose:
                print(f"ok {entry.topic}::{entry.name} ({seconds:.1f} s)", flush=True)

    def summary(self) -> str:
        """The closing line."""
        return f"{len(self.passed)} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def attempt(trial: Trial) -> str:
    """Runs one trial; the story of what went wrong, or nothing."""
    mode = "through the endpoint" if trial.endpoint else "straight at an engine"
    story = ""
    try:
        trial.entry.function(trial)
    except AssertionError as error:
        line = traceback.extract_tb(sys.exc_info()[2])[1]
        story = f"  {mode}, line {line.lineno} ({line.line}):\n{indent(str(error))}\n"
    except Exception:  # whatever a scenario trips over is a failure of it, not of the run
        story = f"  {mode}:\n{indent(traceback.format_exc())}\n"
    try:
        trial.close()
    except Exception as error:
        story += f"  {mode}: cleaning up: {error!r}\n"
    return story


def differences(engine: Trial, endpoint: Trial) -> str:
    """Where what was seen through the endpoint differs from what one engine shows."""
    text = ""
    for (title, one), (other_title, other) in zip(engine.seen, endpoint.seen):
        if title != other_title:
            return f"  the modes went different ways: {title!r}, {other_title!r}\n"
        if one != other:
            lines = difflib.unified_diff(one.splitlines(), other.splitlines(), "one engine", "endpoint", lineterm="", n=1)
            text += f"  different: {title}\n" + indent("\n".join(lines)) + "\n"
    if len(engine.seen) != len(endpoint.seen):
        text += f"  {len(engine.seen)} steps at an engine, {len(endpoint.seen)} through the endpoint\n"
    return text


def indent(text: str) -> str:
    """`text` set off to the right."""
    return "\n".join("    " + line for line in text.splitlines())


def log_path(name: str):
    """Where a suite's own log goes."""
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    return paths.LOGS / name
