"""`python -m benchmarks [NAME …]`: measure everything, or what is named."""

import importlib
import platform
import sys

from benchmarks.measure import Row, show

PARTS = {
    "scan": "One scan: 100 rules, 60 facts, 20 outputs, full reasons",
    "invariants": "The invariants, looked at after every scan of asp1",
    "peers": "The same tick by peers: 20 rules × 3 comparisons",
    "growth": "Growth with the number of rules",
    "memory": "Memory",
    "help": "Help",
    "check": "Check",
    "test": "Test: the scenarios of asp1",
    "prove": "Prove",
    "editor": "The language server",
    "dry_run": "Dry-run",
    "diff": "Diff: two versions of rules over a month",
    "simulate": "Simulate",
    "daemon": "The daemon on asp1, a minute at 2 scans/s",
    "field": "The daemon with the whole house on loopback",
    "latency": "How soon a command follows",
    "recorder": "What the daemon writes to flash",
}
ON_DEMAND = {"dry_run_year": "Dry-run of a whole year"}


def main() -> int:
    """Run what is named on the command line and print it."""
    known = PARTS | ON_DEMAND
    names = sys.argv[1:] or list(PARTS)
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()} on {platform.machine()}")
    missed = 0
    for name in names:
        module = importlib.import_module(f"benchmarks.{name.removesuffix('_year')}")
        rows: list[Row] = module.run_year() if name.endswith("_year") else module.run()
        show(known[name], rows)
        missed += sum(row.kept is False for row in rows)
    print(f"\n{missed} missed" if missed else "\nall kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
