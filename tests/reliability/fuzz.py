"""P8: every parser gets inputs that nobody meant, a million of them if there is time.

    python -m tests.reliability fuzz --target all --count 1000000
    python -m tests.reliability fuzz --target all --atheris 1800     coverage-guided, so long each

`--count` is that of the cheapest target; a dear one gets as many as its cost leaves. What breaks a
promise is written into `--keep`, ready to be moved into `tests/corpus/<target>/`, where every test
run gives it again.
"""

import argparse
import hashlib
import logging
import resource
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.reliability import (
    fuzz_coverage,
    fuzz_field,
    fuzz_files,
    fuzz_messages,
    fuzz_recordings,
    fuzz_state,
)
from tests.reliability.fuzz_sabotage import SABOTAGES
from tests.reliability.fuzz_target import Broken, PromiseError, Target, fuzz, judge
from tests.reliability.outcome import Outcome

TARGETS: tuple[Target, ...] = (
    *fuzz_messages.TARGETS,
    *fuzz_field.TARGETS,
    *fuzz_files.TARGETS,
    *fuzz_state.TARGETS,
    *fuzz_recordings.TARGETS,
)
COUNT = 1_000_000
LEAST = 20
"""So many inputs even the dearest target gets."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    names = [target.name for target in TARGETS]
    parser.add_argument("--target", choices=["all", *names], default="all", metavar="NAME")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", type=int, default=0, metavar="SECONDS", help="for each target")
    parser.add_argument("--sabotage", choices=list(SABOTAGES), default="")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"), metavar="FOLDER")


def run(options: argparse.Namespace) -> Iterable[Outcome]:
    """Fuzz the targets that were asked for; one line for all of them, or one each by atheris."""
    logging.disable()  # what is refused is told in the log, a million times
    chosen = [each for each in TARGETS if options.target in {"all", each.name}]
    if options.atheris:
        return fuzz_coverage.fuzz([each.name for each in chosen], options.atheris, options.keep)
    if options.sabotage:
        SABOTAGES[options.sabotage].start()
    return [fuzz_all(chosen, options.count, options.seed, options.keep)]


def fuzz_all(targets: Sequence[Target], count: int, seed: int, keep: Path) -> Outcome:
    """Give each target its inputs and its corpus; tell what came of it."""
    given = taken = 0
    broken: list[Broken] = []
    dearest = ("", 0.0)
    before_mib = _peak_mib()
    for target in targets:
        broken += _known(target)
        own = max(LEAST, count // target.cost)
        begun_s = time.monotonic()
        done, found = fuzz(target, own, seed)
        each_ms = (time.monotonic() - begun_s) / own * 1000
        dearest = max(dearest, (target.name, each_ms), key=lambda pair: pair[1])
        given, taken = given + own, taken + done
        broken += found
    _write(broken, keep)
    figure = (
        f"{given:,} inputs to {len(targets)} targets, {taken:,} taken, {given - taken:,} refused, "
        f"{len(broken)} broke a promise; {dearest[1]:.2f} ms each at most, on average "
        f"({dearest[0]}); the process grew by {_peak_mib() - before_mib:.0f} MiB"
    )
    if broken:
        figure += f"; first: {broken[0].why}"
    return Outcome("P8 fuzzing of the parsers", figure, not broken, (seed, seed + 1))


def _known(target: Target) -> list[Broken]:
    """Return what breaks a target of the inputs that are kept for it."""
    broken = []
    for data in (*target.seeds, *target.corpus().values()):
        try:
            judge(target, data)
        except PromiseError as error:
            broken.append(Broken(target.name, str(error), data))
    return broken


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _write(broken: Sequence[Broken], keep: Path) -> None:
    for each in broken:
        place = keep / each.target / hashlib.sha256(each.data).hexdigest()[:12]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(each.data)
