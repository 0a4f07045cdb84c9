"""`thermiq demo --live`: the whole house on loopback, the daemon against it, and why at each step.

Every device answers in its own protocol; the daemon is the one that runs on the PLC. Only time is
made faster: both live by one clock, a minute and more to the second.
"""

import asyncio
import logging
import shutil
from pathlib import Path

import typer

from adapters.cli.live_story import Narrator, tell
from adapters.playback import fit
from adapters.playback_recorded import play_recorded
from adapters.recordings.recording import Recording
from adapters.runtime.loading import Loaded, load_all
from adapters.runtime.service import Service
from adapters.simulated.house import House, Pace
from adapters.simulated.paced_clock import PacedClock

SPEED = 90.0
SEVEN_IN_THE_MORNING = 1_776_488_400.0
"""2026-04-18 05:00 UTC, 07:00 at Walda."""
PATIENCE_S = 150.0
"""Real seconds after which something is wrong with the machine."""
_SECTIONS = {"scan_period": "2 s", "state": "state"}
_BUS = {"period_s": 10, "frame_gap_s": 0}
_MINER = {"poll_s": 10, "configuration_s": 60}
_OPTIONS = {
    **dict.fromkeys(("inverter", "meter_grid", "meter_miners"), _BUS),
    **dict.fromkeys(("miner1", "miner2"), _MINER),
    "plc": {"watchdog_s": 0},
}


def live_demo(rules: Path, out: Path, speed: float = SPEED) -> int:
    """Run it and return the exit code; what it leaves lies in the folder `out/live`."""
    folder = out.resolve() / "live"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    keeper = logging.FileHandler(folder / "daemon.log", encoding="utf-8")
    logging.getLogger("adapters").addHandler(keeper)
    try:
        return asyncio.run(_morning(rules, folder, speed))
    finally:
        logging.getLogger("adapters").removeHandler(keeper)
        keeper.close()


async def _morning(rules: Path, folder: Path, speed: float) -> int:
    clock = PacedClock(speed, SEVEN_IN_THE_MORNING)
    pace = Pace(step_s=1.0, publish_s=30.0, household=False, starts_at_s=SEVEN_IN_THE_MORNING)
    house = House(folder, rules, clock, pace)
    try:
        await house.start(_SECTIONS, _OPTIONS)
        if house.messages.trouble:
            typer.echo(f"thermiq: {house.messages.trouble}", err=True)
            return 1
        if house.messages.note:
            typer.echo(f"thermiq: {house.messages.note}", err=True)
        return await _run(house, clock, folder)
    finally:
        await house.stop()


async def _run(house: House, clock: PacedClock, folder: Path) -> int:
    loaded = load_all(house.site_file, clock).loaded
    assert loaded is not None, "the rules of the demo are sound"  # noqa: S101 - an invariant
    typer.echo(f"The house on loopback, {len(loaded.devices) + 1} devices; files in {folder}")
    service = Service(loaded, clock)
    narrator = Narrator(service.daemon)
    background = [asyncio.create_task(each) for each in (clock.run(), house.live())]
    daemon = asyncio.create_task(service.daemon.run())
    complete, code = False, 1
    try:
        async with asyncio.timeout(PATIENCE_S):
            complete = await tell(house, service.daemon, clock, narrator)
    except TimeoutError:
        typer.echo(f"thermiq: the morning did not end within {PATIENCE_S:g} s", err=True)
    finally:
        service.daemon.stop()
        code = await daemon
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        service.close()
    same = _replay(loaded, folder, service, narrator)
    _summary(house, service, narrator, same)
    return 0 if complete and same and code == 0 else 1


def _replay(loaded: Loaded, folder: Path, service: Service, narrator: Narrator) -> bool:
    """Play what the daemon recorded, and compare every decision of every scan."""
    decided = []
    for path in sorted((folder / "state" / "recordings").glob("*.rec")):
        with Recording.open(path) as recording:
            fitting = fit(recording.points(), loaded.program.rulebook)
            spans = recording.segments()
            played = play_recorded(recording, loaded.program, service.daemon.digest, fitting, spans)
            decided += [scan.decisions for _, scan in played]
    return decided == narrator.decided


def _summary(house: House, service: Service, narrator: Narrator, same: bool) -> None:
    counters = service.daemon.cycle.counters
    writes = len(house.bus.inverter.writes)
    targets = house.miners.miner1.targets_taken
    typer.echo(f"\n{counters.scans} scans, {narrator.told} changes told, {counters.overruns} late")
    typer.echo(f"miner 1 took {len(targets)} targets, {min(targets, default=0)} to "
               f"{max(targets, default=0)} W; the inverter {writes} writes")  # fmt: skip
    verdict = "decides the same in every scan" if same else "DIFFERS"
    typer.echo(f"the recording, replayed, {verdict}")
