"""P11: how soon a daemon is in control again after it was killed with `kill -9`.

`thermiq run` and the house on loopback. The rules ask for both miners and P5 as long as the process
image is read. The daemon is killed, and started again after a second, as its unit says
(`RestartSec=1`). It is ready when systemd would hear of it, which only follows a complete scan; it
is in control when P5, which was set to 0 meanwhile and is off in the safe image of a start, is on
in the image again. Of those that come too late it is told how many do so also without the time that
the kernel let the daemon wait for a core.

Three ends out of order in ten minutes would put the next start into safe mode (`starts.py`), so
what is known of the ends before is taken away.
"""

import argparse
import asyncio
import os
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from adapters.codec.revpi_layout import IMAGE_BYTES, raw_of
from adapters.runtime.starts import FILE
from adapters.simulated.house import House
from benchmarks.latency_house import write_rules
from benchmarks.latency_wires import IMAGE, image_of
from benchmarks.loopback import at_home, daemon
from benchmarks.measure import quantiles
from tests.reliability.outcome import Outcome
from tests.reliability.trips import RULES

RESTART_S = 1.0
RECOVERY_S_MAX = 5.0
PATIENCE_S = 60.0
_LOOK_S = 0.005


class Recovery(NamedTuple):
    """Seconds from a kill to the first complete scan, to control, and in wait for a core."""

    ready_s: float
    control_s: float
    starved_s: float


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--count", type=int, default=50, help="kills")
    parser.add_argument("--sabotage", action="store_true", help="nobody starts it for 5 s")


def run(options: argparse.Namespace) -> Outcome:
    """Kill and start a daemon so many times."""
    restart_s = RECOVERY_S_MAX if options.sabotage else RESTART_S
    found = asyncio.run(_recover(options.count, restart_s))
    control_s = [each.control_s for each in found]
    late = [each for each in found if each.control_s > RECOVERY_S_MAX]
    own = sum(each.control_s - each.starved_s > RECOVERY_S_MAX for each in late)
    middle_s, _ = quantiles(control_s)
    ready_s = max(each.ready_s for each in found)
    figure = (
        f"in control again within {RECOVERY_S_MAX:g} s after {len(found) - len(late)} of "
        f"{len(found)} kills, {restart_s:g} s of it before the restart; p50 {middle_s:.2f} s, max "
        f"{max(control_s):.2f} s; first complete scan after {ready_s:.2f} s at most"
    )
    if late:
        figure += f"; of {len(late)} late ones {own} also without the time in wait for a core"
    return Outcome("P11 control again after `kill -9`", figure, not late)


async def _recover(count: int, restart_s: float) -> list[Recovery]:
    with TemporaryDirectory(prefix="thermiq-recovery-") as name:
        rules, folder = Path(name) / "rules", Path(name) / "house"
        write_rules(rules)
        (rules / "latency.yaml").write_text(RULES, "utf-8")
        folder.mkdir()
        async with at_home(folder, rules) as house:
            with image_of(house) as image:
                return [await _once(house, image, restart_s) for _ in range(count)]


async def _once(house: House, image: int, restart_s: float) -> Recovery:
    """Kill the daemon while it is in control, and start it again."""
    (house.folder / "state" / FILE).unlink(missing_ok=True)
    async with daemon(house) as running:
        await _until_on(house, image)
        killed_s = time.monotonic()
        os.kill(running.pid, signal.SIGKILL)
    house.plc.image.bite()  # the kernel's output watchdog, and outputs-zero
    await asyncio.sleep(killed_s + restart_s - time.monotonic())
    started_s = time.monotonic()
    async with daemon(house) as running:
        ready_s = started_s + running.ready_s - killed_s
        await _until_on(house, image)
        control_s = time.monotonic() - killed_s
        return Recovery(ready_s, control_s, _starved_s(running.pid))


def _starved_s(pid: int) -> float:
    """Return how long a process's first thread has waited for a core."""
    return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[1]) / 1e9


def _is_on(house: House, image: int) -> bool:
    io = house.plc.image.layout.ios[IMAGE]
    return bool(raw_of(io, os.pread(image, IMAGE_BYTES, 0)))


async def _until_on(house: House, image: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not _is_on(house, image):  # noqa: ASYNC110 - an image tells nobody
            await asyncio.sleep(_LOOK_S)
