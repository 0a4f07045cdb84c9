"""`thermiq run`: the daemon on the PLC, from a site file to the exit code."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.faces import show
from adapters.cli.terminal import is_colourful
from adapters.recordings.moments import duration_ms
from adapters.runtime import logs
from adapters.runtime.daemon import Daemon
from adapters.runtime.loading import Loading, load_all
from adapters.runtime.notify import Notifier
from adapters.runtime.service import Service
from adapters.runtime.store import OccupiedError
from adapters.runtime.system_clock import SystemClock
from engine.language.render.as_text import pieces

OCCUPIED = 3


def run(
    site: Annotated[
        Path,
        typer.Option("--site", exists=True, dir_okay=False, metavar="FILE", help="site.yaml."),
    ],
    shadow: Annotated[
        bool, typer.Option("--shadow", help="Read and decide, but command nothing.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="End after one scan.")] = False,
    limit: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="End after this time, as `10 s`.")
    ] = None,
) -> None:
    """Run the plant: read the devices, decide by the rules beside the site file, command.

    Exits with 0 when it was stopped in order, 1 if rules or site file are wrong, 3 if another
    daemon runs here, 4 if a scan failed, 5 if scans stopped coming, 6 if an invariant was broken.
    """
    for_s = None if limit is None else _seconds(limit)
    clock = SystemClock()
    loading = load_all(site, clock, shadow=shadow)
    _show(loading)
    if loading.loaded is None:
        raise typer.Exit(1)
    handler = logs.set_up(sys.stderr, clock)
    notifier = Notifier(os.environ)
    try:
        service = Service(loading.loaded, clock, notifier, shadow=shadow)
    except OccupiedError as error:
        typer.echo(f"thermiq: {error}", err=True)
        raise typer.Exit(OCCUPIED) from error
    except ValueError as error:
        typer.echo(f"{site}: {error}", err=True)
        raise typer.Exit(1) from error
    try:
        hide = show(service, loading.loaded, clock, shadow=shadow)
    except ValueError as error:
        service.close()
        typer.echo(f"{site}: {error}", err=True)
        raise typer.Exit(1) from error
    try:
        code = asyncio.run(_scan(service.daemon, 1 if once else None, for_s))
    finally:
        hide()
        service.close()
        notifier.close()
        handler.flush()
    if service.daemon.restarting:
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - the same command again, as it was
    raise typer.Exit(code)


async def _scan(daemon: Daemon, scans: int | None, for_s: float | None) -> int:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stop)
    if for_s is not None:
        loop.call_later(for_s, daemon.stop)
    return await daemon.run(scans)


def _seconds(text: str) -> float:
    try:
        return duration_ms(text) / 1000
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--for") from error


def _show(loading: Loading) -> None:
    """Tell the problems as `thermiq check` does, warnings too; nothing if there are none."""
    if not loading.problems:
        return
    told = pieces(loading.problems, loading.sources, len(loading.sources))
    if is_colourful(sys.stderr):
        from adapters.cli.colours import coloured  # noqa: PLC0415 - rich is slow to import

        typer.echo(coloured(told), nl=False, err=True)
    else:
        typer.echo("".join(text for text, _ in told), nl=False, err=True)
