"""P7, P15: the daemon for as many scans as three days have, with real peers; what it holds.

House and daemon are processes of their own, joined by Modbus, gRPC, a real Mosquitto and a process
image. Both live on one clock that is up to `--speed` times as fast, and slower where the machine
cannot keep up (`common_clock.py`), so all that waits for time scales with it. 259,200 scans are as
many as three days have at a scan a second; no three days are waited for.

Whether memory grows is told by a straight line through the samples behind the first fifth, in
which caches fill. What is counted (files, threads, tasks) comes and goes with a save: it counts as
constant if the median of the last third is not above that of the middle one. (The least of a third
is one sample of fifty: 55, 56, 55 in a run in which it was 58 most of the time.)
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import unit_environment
from tests.house.source import ROOT
from tests.reliability.common_clock import shared_memory
from tests.reliability.outcome import Outcome

SCANS = 259_200
SPEED = 50.0
SLOPE_MIB_MAX = 0.5
"""Per 100,000 scans."""
RSS_MIB_MAX = 96.0
FLASH_MB_MAX = 50.0
SCANS_A_DAY = 172_800
"""At 500 ms."""
SHORT = 50_000
"""Below so many scans, caches still fill: the slope is told and only a jump counts."""
JUMP_MIB_MAX = 8.0
SHORT_SLACK = 6
"""So many more of anything may be there at the end of a short run: a device that is being asked
anew holds some, and a busy machine asks anew more often."""
GOOD_LEAST = 0.9
"""Of the scans of a long run: else they were not those of real life, and say little."""
COUNTED = ("fds", "threads", "tasks")
SABOTAGES = ("fds", "memory", "tasks")
PATIENCE_S = 60.0
LOG_LINES = 40
"""The last lines of its log are told of a daemon that ends badly."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the daemon held after so many scans."""

    scans: int
    overruns: int
    good: int
    """Scans in which every fact was GOOD."""
    blocks: int
    """Python's own small objects that are in use."""
    heap_mib: float
    """What everything else has asked the C library for."""
    rss_mib: float
    fds: int
    threads: int
    tasks: int
    written: int
    """Bytes to the disk since the process began."""
    failures: int
    """Of devices, each of which the supervisor began anew."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--scans", type=int, default=SCANS)
    parser.add_argument("--speed", type=float, default=SPEED)
    parser.add_argument("--every", type=int, default=0, help="scans from sample to sample")
    parser.add_argument("--sabotage", choices=SABOTAGES, default="")
    parser.add_argument("--samples", type=Path, help="a file for the samples, a line of JSON each")
    parser.add_argument("--folder", type=Path, help="where to write; a temporary one otherwise")


def run(options: argparse.Namespace) -> list[Outcome]:
    """Let a daemon run for so many scans, and judge what it held."""
    folder = Path(tempfile.mkdtemp(prefix="thermiq-soak-", dir=options.folder))
    every = options.every or max(20, options.scans // 200)
    begun_s = time.monotonic()
    samples: list[Sample] = []
    try:
        with house(folder, options.speed) as peers:
            for sample in daemon(peers, options.scans, every, options.sabotage):
                samples.append(sample)
                if options.samples:
                    with options.samples.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(asdict(sample)) + "\n")
    except KeyboardInterrupt:
        sys.stderr.write("broken off: what was seen is told, and is no promise kept\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [judged(samples, options.scans, time.monotonic() - begun_s), flash(samples)]


class Peers(NamedTuple):
    """A house that runs: the site file that names its devices, and the time that it lives in."""

    site: Path
    speed: float
    memory: int


@contextlib.contextmanager
def house(folder: Path, speed: float) -> Iterator[Peers]:
    """Start the peers of a daemon."""
    memory = shared_memory()
    words = [sys.executable, "-m", "tests.reliability.soak_house", str(folder)]
    words += [str(speed), str(memory)]
    with (
        os.fdopen(memory, "rb"),
        subprocess.Popen(
            words, cwd=ROOT, stdout=subprocess.PIPE, text=True, pass_fds=(memory,)
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            if not line:
                raise RuntimeError(f"the house did not start: {process.wait(PATIENCE_S)}")
            yield Peers(Path(line), speed, memory)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


def daemon(
    peers: Peers,
    scans: int,
    every: int,
    sabotage: str = "",
    enough: Callable[[], bool] = lambda: False,
) -> Iterator[Sample]:
    """Run the daemon and yield what it says. Raises RuntimeError if it ends badly.

    It ends after so many scans, or is told to as soon as what it has said is `enough`.
    """
    words = [sys.executable, "-m", "tests.reliability.soak_daemon", str(peers.site)]
    words += [str(peers.speed), str(peers.memory), str(scans), str(every)]
    words += [sabotage] if sabotage else []
    with subprocess.Popen(
        words,
        cwd=ROOT,
        env=os.environ | unit_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=(peers.memory,),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        # As on the PLC, where journald keeps it in memory: what is logged costs no flash.
        logged: deque[str] = deque(maxlen=LOG_LINES)
        reading = threading.Thread(target=logged.extend, args=(process.stderr,))
        reading.start()
        told_to_end = False
        try:
            for line in process.stdout:
                yield Sample(**json.loads(line))
                if not told_to_end and enough():
                    told_to_end = True
                    process.send_signal(signal.SIGTERM)
            code = process.wait(PATIENCE_S)
        finally:
            process.kill()
            reading.join()
        if code:
            raise RuntimeError(f"the daemon ended with {code}: {''.join(logged)}")


def judged(samples: Sequence[Sample], scans: int, took_s: float) -> Outcome:
    """Tell whether anything grew."""
    promise = "P7 soak of the daemon with real peers"
    if len(samples) < 10:
        return Outcome(promise, f"{len(samples)} samples say nothing", kept=False)
    settled = samples[len(samples) // 5 :]
    slope, grown = slope_mib(settled), settled[-1].rss_mib - settled[0].rss_mib
    objects = settled[-1].blocks - settled[0].blocks
    heap = settled[-1].heap_mib - settled[0].heap_mib
    peak = max(each.rss_mib for each in samples)
    last = samples[-1]
    held = {name: medians(settled, name) for name in COUNTED}
    slack = SHORT_SLACK if scans < SHORT else 0
    constant = all(late <= early + slack for early, late in held.values())
    flat = grown <= JUMP_MIB_MAX if scans < SHORT else slope <= SLOPE_MIB_MAX
    counts = ", ".join(f"{name} {early} → {late}" for name, (early, late) in held.items())
    figure = (
        f"{last.scans:,} scans in {took_s / 60:.1f} min, RSS {slope:+.2f} MiB/100 k scans "
        f"({grown:+.1f} MiB), at most {peak:.1f} MiB; Python's objects {objects:+,}, heap "
        f"{heap:+.2f} MiB; {counts}; every fact GOOD in "
        f"{100 * last.good / last.scans:.1f} % of the scans, {last.overruns} overruns"
    )
    whole = last.scans > scans - (samples[1].scans - samples[0].scans)
    real = last.good > (0 if scans < SHORT else GOOD_LEAST * last.scans)
    kept = constant and flat and peak <= RSS_MIB_MAX and whole and real
    return Outcome(promise, figure, kept)


def flash(samples: Sequence[Sample]) -> Outcome:
    """Tell what the daemon would write in a day at scans of 500 ms.

    Nothing at all is a failure, for then nothing was counted; of a short run only that is judged,
    for its first minutes are busy.
    """
    if not samples:
        return Outcome("P15 flash in the soak", "nothing was seen", kept=False)
    written = samples[-1].written - samples[len(samples) // 5].written
    scans = samples[-1].scans - samples[len(samples) // 5].scans
    day_mb = written / scans * SCANS_A_DAY / 1e6 if scans else 0.0
    figure = f"{day_mb:.1f} MB a day, from {written / 1e6:.2f} MB in {scans:,} scans"
    kept = day_mb > 0.0 and (scans < SHORT // 2 or day_mb <= FLASH_MB_MAX)
    return Outcome("P15 flash in the soak", figure, kept)


def slope_mib(samples: Sequence[Sample]) -> float:
    """Return the growth per 100,000 scans, by least squares."""
    line = statistics.linear_regression(
        [each.scans for each in samples], [each.rss_mib for each in samples]
    )
    return line.slope * 100_000


def medians(samples: Sequence[Sample], name: str) -> tuple[int, int]:
    """Return the median of the middle third and of the last one."""
    third = len(samples) // 3
    middle, late = samples[third : 2 * third], samples[2 * third :]
    early, last = ([getattr(each, name) for each in part] for part in (middle, late))
    return statistics.median_low(early), statistics.median_low(last)
