#!/usr/bin/env python3
"""Checks the dependencies without the internet, by the rules in deploy/deny.toml.

Licences that we may use, crates.io as the only source, banned crates, and exceptions to
advisories that are dated: one that is past its date fails.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]


def metadata() -> list[dict]:
    """All packages of the lock file, as cargo knows them."""
    done = subprocess.run(["cargo", "metadata", "--format-version", "1", "--locked"], cwd=ROOT,
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"cargo metadata: {done.stderr}")
    return json.loads(done.stdout)["packages"]


def allowed(expression: str, licences: set[str]) -> bool:
    """Whether an SPDX expression can be met with these licences. `/` is an old form of OR."""
    words = re.findall(r"\(|\)|[^\s()/]+|/", expression)
    terms = []
    for word in words:
        if word in "()":
            terms.append(word)
        elif word in ("OR", "/"):
            terms.append("or")
        elif word == "AND":
            terms.append("and")
        elif word == "WITH" or terms[-1:] == ["with"]:
            # An exception only adds rights.
            terms = [*terms[:-1]] if terms[-1:] == ["with"] else [*terms, "with"]
        else:
            terms.append(str(word.rstrip("+") in licences))
    return bool(eval(" ".join(terms), {"__builtins__": {}}))  # only True, False, and, or, brackets


def problems(packages: list[dict], rules: dict) -> list[str]:
    """What breaks the rules."""
    found = []
    licences = set(rules["licenses"]["allow"])
    banned = {entry["crate"]: entry["reason"] for entry in rules["bans"]["deny"]}
    for package in packages:
        name = f"{package['name']} {package['version']}"
        source = package["source"]
        if source is not None and source not in rules["sources"]["allow-registry"]:
            found.append(f"{name}: comes from {source}")
        if not package["license"] or not allowed(package["license"], licences):
            found.append(f"{name}: licence {package['license']!r}")
        if package["name"] in banned:
            found.append(f"{name}: banned, {banned[package['name']]}")
    for exception in rules["advisories"]["ignore"]:
        crate = exception["crate"]
        if datetime.date.today() > exception["until"]:
            found.append(f"{crate}: the exception for {exception['id']} ended on {exception['until']}")
        if crate not in {package["name"] for package in packages}:
            found.append(f"{crate}: gone; so may its exception for {exception['id']}")
    return found


def main() -> None:
    """Prints what is wrong; exits 1 if anything is."""
    rules = tomllib.loads((ROOT / "deploy" / "deny.toml").read_text())
    packages = metadata()
    found = problems(packages, rules)
    print("\n".join(found) or f"{len(packages)} packages keep the rules")
    sys.exit(1 if found else 0)


main()
