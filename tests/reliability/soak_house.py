"""The peers of a soak, a process of their own.

    python -m tests.reliability.soak_house FOLDER SPEED MEMORY

All devices of asp1 on loopback, with Mosquitto, on a clock that is SPEED times as fast and shared
with the daemon through MEMORY, a file descriptor (`common_clock.py`). Says one line when the site
file is written, and ends on SIGTERM. However deep FOLDER lies, the daemon's socket has a folder of
its own: the system takes no more than 107 letters for one.
"""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.simulated.house import House, Pace
from tests.e2e.bench import ASP1, OPTIONS
from tests.reliability.common_clock import HOUSE, CommonClock

PLC_CYCLE_S = 0.25
"""Half of a scan. At a whole one the heartbeat, which every scan turns over, was seen by chance in
the same state for 2 s, and the daemon rightly took the image to stand still."""


async def live(folder: Path, speed: float, memory: int, socket: Path) -> None:
    """Be the house of a daemon that listens on `socket`, until told to end."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    pace = Pace(step_s=PLC_CYCLE_S, publish_s=10.0)
    clock = CommonClock(memory, HOUSE, speed, pace.starts_at_s)
    house = House(folder, ASP1, clock, pace)
    tasks: list[asyncio.Task[None]] = []
    try:
        sections = {"scan_period": "500 ms", "control": {"socket": str(socket)}}
        await house.start(sections, OPTIONS)
        if house.messages.trouble:
            raise SystemExit(house.messages.trouble)
        tasks = [asyncio.create_task(each) for each in (clock.run(), house.live())]
        sys.stdout.write(f"{house.site_file}\n")
        sys.stdout.flush()
        await ended.wait()
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await house.stop()


if __name__ == "__main__":
    _, given, faster, shared = sys.argv
    with TemporaryDirectory(prefix="thermiq-") as short:
        asyncio.run(live(Path(given), float(faster), int(shared), Path(short) / "control.sock"))
