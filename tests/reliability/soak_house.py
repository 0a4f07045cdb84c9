"""The peers of a soak, a process of their own.

    python -m tests.reliability.soak_house FOLDER SPEED

All devices of asp1 on loopback, with Mosquitto, on a clock that is SPEED times as fast. Says one
line when the site file is written, and ends on SIGTERM.
"""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from adapters.simulated.house import House, Pace
from adapters.simulated.paced_clock import PacedClock
from tests.e2e.bench import ASP1, OPTIONS


async def live(folder: Path, speed: float) -> None:
    """Be the house until told to end."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    pace = Pace(step_s=0.5, publish_s=10.0)
    clock = PacedClock(speed, pace.starts_at_s)
    house = House(folder, ASP1, clock, pace)
    tasks: list[asyncio.Task[None]] = []
    try:
        await house.start({"scan_period": "500 ms"}, OPTIONS)
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
    asyncio.run(live(Path(sys.argv[1]), float(sys.argv[2])))
