#!/usr/bin/env python3
"""What passing through the endpoint costs, beside the engine itself and HAProxy.

    tests/bench/first.py [--rounds N] [--seconds S] [--only simulated|real] [--rows TEXT]
                         [--bin SWARM] [--against SWARM]

One command: builds `swarm`, `load` and `simulated-engines` in release unless --bin names a binary,
installs HAProxy (Debian, Ubuntu; needs root), starts engines, HAProxy and the endpoint on loopback,
measures, ends everything it started and prints one Markdown table. Real engines come from
deploy/engines.sh and are left out, with a line that says so, where they cannot run.

Every figure is the median of rounds in which the targets take turns (A B C D, A B C D, ...), with
the lowest and the highest round behind it. CPU is what the proxy's process used per request, or
per GiB: on a machine that others use too it is the steadier figure.

Targets: the engine itself; HAProxy as HTTP proxy and as TCP proxy (with splice) in front of that
engine; the endpoint in front of three engines, that one among them; with --against another build
of the endpoint beside it, for a change's before and after.
"""

import argparse
import datetime
import os
import pathlib
import platform
import signal
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from bench import stage  # noqa: E402

TARGETS = ["direct", "haproxy http", "haproxy tcp", "swarm"]
BEFORE = "swarm before"
GIB = 1 << 30


def measures(engines: str, container: str, echo: str, seconds: float, samples: int):
    """(title, unit, whether less is better, arguments of load, key of its report) of each row."""
    changes, both = f"/v1.41/containers/{container}/changes", str(seconds)
    get = lambda path, connections: ["get", "ADDR", path, str(connections), both]  # noqa: E731
    rows = [("forwarded GET (changes), 1 connection, p50", "us", True, get(changes, 1), "p50_us")]
    if engines == "simulated":
        for connections in (16, 64):
            rows.append((f"forwarded GET (changes), {connections} connections", "/s", False,
                         get(changes, connections), "rate"))
    inspect = get(f"/v1.41/containers/{container}/json", 1)
    rows += [
        ("inspect, 1 connection, p50", "us", True, inspect, "p50_us"),
        ("ps -a (3 engines; direct and HAProxy: 1), p50", "us", True,
         get("/v1.41/containers/json?all=1", 1), "p50_us"),
        ("hijacked attach, echo of 1 byte, p50", "us", True,
         ["echo", "ADDR", echo, str(samples)], "p50_us"),
        ("export of 1 GiB", "MiB/s", False,
         ["download", "ADDR", f"/v1.41/containers/{container}/export"], "mib_per_second"),
    ]
    return rows


class Figures:
    """What the rounds of one row gave, by target."""

    def __init__(self):
        self.values = {target: [] for target in TARGETS}
        self.cpu = {target: [] for target in TARGETS}

    def add(self, target: str, value: float, cpu_us: float) -> None:
        self.values[target].append(value)
        self.cpu[target].append(cpu_us)

    def median(self, target: str) -> float:
        return statistics.median(self.values[target])

    def cell(self, target: str) -> str:
        values = self.values[target]
        return f"{self.median(target):,.0f} ({min(values):,.0f}-{max(values):,.0f})"

    def ratio(self, other: str) -> str:
        """Of each round's pair, so that what disturbs both does not count."""
        pairs = zip(self.values["swarm"], self.values[other])
        return f"{statistics.median(ours / theirs for ours, theirs in pairs):.2f}"

    def cpu_cell(self, unit: str) -> str:
        scale, unit = (1e3, "ms") if unit == "MiB/s" else (1, "us")
        used = (statistics.median(self.cpu[target]) / scale for target in in_cpu())
        return " / ".join(f"{time:.1f}" for time in used) + f" {unit}"


def in_cpu() -> list[str]:
    """The targets whose CPU time is told."""
    return [target for target in TARGETS if target not in ("direct", "haproxy tcp")]


def measure(rows, addresses, processes, load, rounds) -> list[Figures]:
    """Takes all rounds; a first one that is not counted warms everything up."""
    figures = [Figures() for _ in rows]
    for number in range(rounds + 1):
        for row, (_, _, _, arguments, key) in zip(figures, rows):
            for target in TARGETS:
                command = [a.replace("ADDR", addresses[target]) for a in arguments]
                before = stage.cpu_us(processes.get(target))
                report = stage.load(load, command)
                used = stage.cpu_us(processes.get(target)) - before
                if number > 0:
                    row.add(target, report[key], used / report["requests"])
        print(f"first.py: round {number} of {rounds}", file=sys.stderr)
    return figures


def table(sections) -> str:
    """All rows as one Markdown table."""
    others = [target for target in TARGETS if target != "swarm"]
    heads = ["engines", "work", "unit", *TARGETS, *(f"swarm : {other}" for other in others),
             f"CPU per request, {' / '.join(in_cpu())}"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for engines, rows, figures in sections:
        for (title, unit, *_), row in zip(rows, figures):
            cells = [engines, title, unit, *(row.cell(target) for target in TARGETS),
                     *(row.ratio(other) for other in others), row.cpu_cell(unit)]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def machine() -> str:
    """Date, cores, memory, kernel and load of the machine."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB
    now = datetime.datetime.now(datetime.timezone.utc)
    return (f"{now:%Y-%m-%d %H:%M} UTC; {os.cpu_count()} cores, {pages:.0f} GiB, "
            f"Linux {platform.release()}; load average {os.getloadavg()[0]:.1f} at the end")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each rate and latency")
    parser.add_argument("--only", choices=["simulated", "real"])
    parser.add_argument("--bin", type=pathlib.Path, help="the swarm binary; the rest beside it")
    parser.add_argument("--against", type=pathlib.Path, help="another swarm binary, beside it")
    parser.add_argument("--rows", default="", help="only the rows with this in their title")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends what was started
    binaries = stage.binaries(args.bin)
    if args.against:
        binaries["before"] = args.against
        TARGETS.append(BEFORE)
    stage.install_haproxy()
    sections = []
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as directory:
        for kind, engines in (("simulated", stage.Simulated), ("real", stage.Real)):
            if args.only not in (None, kind):
                continue
            try:
                with engines(directory, binaries) as cluster, \
                        stage.Proxies(directory, binaries, cluster) as proxies:
                    rows = measures(kind, cluster.container, cluster.echo, args.seconds, 2000)
                    rows = [row for row in rows if args.rows in row[0]]
                    figures = measure(rows, proxies.addresses, proxies.processes,
                                      binaries["load"], args.rounds)
            except stage.CannotRun as reason:
                print(f"first.py: no {kind} engines: {reason}", file=sys.stderr)
                continue
            sections.append((kind, rows, figures))
    print(f"{machine()}; medians of {args.rounds} interleaved rounds (lowest-highest)\n")
    print(table(sections))
    return 0


if __name__ == "__main__":
    sys.exit(main())
