"""`thermiq simulate-house`: the house on loopback in the foreground, for a daemon beside it."""

import asyncio
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from adapters.simulated.house import House

_RULES = Path("rules/asp1")
_LOOK_S = 0.5
_FAULTS = "faults"


def simulate_house(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Where its files go; a new one in /tmp."),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", metavar="NAME", help="Switch a fault on; may come several times."),
    ] = None,
    speed: Annotated[
        float, typer.Option("--speed", min=0.1, max=600, help="Time in the plant, so much faster.")
    ] = 1.0,
    rules: Annotated[
        Path,
        typer.Option("--rules", exists=True, file_okay=False, help="A site and its rules."),
    ] = _RULES,
    rtu: Annotated[bool, typer.Option("--rtu", help="Modbus on a pair of ptys, by socat.")] = False,
    faults: Annotated[bool, typer.Option("--faults", help="List the faults, and end.")] = False,
) -> None:
    """Start every device of the house as a real server on loopback, until Ctrl-C.

    Writes a site.yaml for them and says how to run the daemon against it. While it runs, the file
    `faults` in its folder holds the names of the faults that are on, one a line.
    """
    where = (folder or Path(tempfile.mkdtemp(prefix="thermiq-house-"))).resolve()
    where.mkdir(parents=True, exist_ok=True)
    raise typer.Exit(asyncio.run(_run(where, rules, set(fault or ()), speed, rtu, faults)))


async def _run(
    folder: Path, rules: Path, wanted: set[str], speed: float, rtu: bool, only_list: bool
) -> int:
    from adapters.runtime.system_clock import SystemClock  # noqa: PLC0415 - `--help` needs none
    from adapters.simulated.house import House, Pace  # noqa: PLC0415 - gRPC, Modbus and MQTT
    from adapters.simulated.house_faults import UnknownFaultError  # noqa: PLC0415 - same

    house = House(folder, rules, SystemClock(), Pace(speed=speed), rtu=rtu)
    if only_list:
        typer.echo("\n".join(house.faults.names))
        return 0
    unknown = sorted(wanted - set(house.faults.names))
    try:
        for name in unknown:
            await house.faults.switch(name, on=True)
    except UnknownFaultError as error:
        typer.echo(f"thermiq: {error}", err=True)
        return 2
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        await house.start()
        (folder / _FAULTS).write_text("".join(f"{name}\n" for name in sorted(wanted)), "utf-8")
        _tell(house)
        tasks = [asyncio.create_task(house.live()), asyncio.create_task(_watch(house))]
        ending = asyncio.create_task(ended.wait())
        done, _ = await asyncio.wait((*tasks, ending), return_when=asyncio.FIRST_COMPLETED)
        for task in (*tasks, ending):
            task.cancel()
        await asyncio.gather(*tasks, ending, return_exceptions=True)
        for task in done:
            task.result()
    finally:
        await house.stop()
    return 0


async def _watch(house: "House") -> None:
    """Follow the file of faults; a name that is none is told once."""
    from adapters.simulated.house_faults import UnknownFaultError  # noqa: PLC0415 - loaded by now

    told = ""
    while True:
        try:
            names = set((house.folder / _FAULTS).read_text("utf-8").split())
            before = set(house.faults.on)
            await house.faults.become(names)
            for name in sorted(before ^ house.faults.on):
                typer.echo(f"{name} is {'on' if name in house.faults.on else 'off'}")
        except FileNotFoundError:
            await house.faults.become(set())
        except UnknownFaultError as error:
            if told != str(error):
                told = str(error)
                typer.echo(f"thermiq: {error}", err=True)
        await asyncio.sleep(_LOOK_S)


def _tell(house: "House") -> None:
    for told in filter(None, (house.messages.trouble, house.messages.note)):
        typer.echo(f"thermiq: {told}", err=True)
    typer.echo(f"the house runs on loopback; its files are in {house.folder}")
    typer.echo(f"  thermiq run --site {house.site_file}")
    typer.echo(f"  thermiq status --socket {house.folder / 'control.sock'}       (while that runs)")
    typer.echo(f"  echo safety.open >> {house.folder / _FAULTS}       (and take it out again)")
