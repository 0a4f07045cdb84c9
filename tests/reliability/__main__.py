"""`python -m tests.reliability COMMAND`: the large runs behind docs/reliability.md.

To add a command, add its line. Its module has two functions: `arguments(parser)`, which adds what
the command takes, and `run(options)`, which returns an `Outcome`, or several that are told as they
come. It is imported when it is asked for.
"""

import argparse
import importlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.reliability.outcome import Outcome, line_of


class Command(NamedTuple):
    """One line of the table."""

    name: str
    module: str
    summary: str


COMMANDS: tuple[Command, ...] = (
    Command("mutants", "tests.reliability.mutants", "mutants of control, latch and store (mutmut)"),
    Command("resets", "tests.reliability.resets", "trips, bounces, replays and restarts"),
    Command("kills", "tests.reliability.kills", "kill -9 of who writes the state"),
    Command("daemon-kills", "tests.reliability.daemon_kills", "kill -9 of a whole daemon"),
    Command("recovery", "tests.reliability.recovery", "control again after kill -9"),
    Command("cuts", "tests.reliability.cuts", "power cuts of an ext4 on a loop device (root)"),
    Command("systemd", "tests.reliability.contained_systemd", "the unit, booted apart (root)"),
    Command("exposure", "tests.reliability.exposure", "what the unit leaves open"),
    Command("syscalls", "tests.reliability.syscalls", "every call to the disk fails in turn"),
    Command("trips", "tests.reliability.trips", "how soon a stop follows, whatever else fails"),
    Command("blackbox", "tests.reliability.blackbox", "the real daemon behind links that fail"),
    Command("fuzz", "tests.reliability.fuzz", "inputs that nobody meant, for every parser"),
    Command("bad-rules", "tests.reliability.bad_rules", "rules that are broken or half written"),
    Command("wire", "tests.reliability.wire", "nonsense through a real broker to a daemon"),
    Command("jitter", "tests.reliability.jitter", "how late scans begin while it is flooded"),
    Command("exchanges", "tests.reliability.exchanges", "damaged answers of Modbus and gRPC"),
    Command("soak", "tests.reliability.soak", "the daemon for as long as scans of three days"),
    Command("memory", "tests.reliability.memory", "what 200 facts and 100 rules take"),
    Command("flapping", "tests.reliability.flapping", "every fact comes and goes for a day: flash"),
    Command("simulate", "tests.virtual.simulate", "simulated years with faults on every boundary"),
)


def main(words: Sequence[str]) -> int:
    """Run one command and print its line; 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.reliability", description="One of the large runs."
    )
    parts = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")
    asked_for = next((each for each in COMMANDS if words and each.name == words[0]), None)
    for command in COMMANDS:
        part = parts.add_parser(command.name, help=command.summary, description=command.summary)
        if command is asked_for:
            importlib.import_module(command.module).arguments(part)
    options = parser.parse_args(words)
    assert asked_for is not None  # argparse has ended the program otherwise
    folder: Path | None = getattr(options, "folder", None)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    found: Outcome | Iterable[Outcome] = importlib.import_module(asked_for.module).run(options)
    kept = True
    for outcome in (found,) if isinstance(found, Outcome) else found:
        sys.stdout.write(line_of(outcome, words) + "\n")
        sys.stdout.flush()
        kept = kept and outcome.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
