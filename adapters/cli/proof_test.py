"""`thermiq proof-test`: try a trip by hand, guided, and keep what came of it."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.live import DEFAULT, Author, Socket, ask, author_or_me

if TYPE_CHECKING:
    from adapters.control.place import Place
    from adapters.runtime.proof_tests import ProofTest, Result

PATIENCE_S = 300.0
"""So long a person may take to get there, and to put things back."""
LOOK_S = 0.25


def proof_test(
    site: Annotated[
        Path, typer.Option("--site", metavar="FILE", help="The site file of the daemon.")
    ],
    trip: Annotated[
        str, typer.Argument(metavar="[TRIP]", help="Which to try; none: show when each is due.")
    ] = "",
    author: Author = "",
    socket: Socket = DEFAULT,
) -> None:
    """Show when the trips are to be tried; with TRIP, try one by hand and keep what came of it.

    It says what to open, waits until the running daemon shows the trip, says what to put back, and
    waits until the cause is gone. The latch stays: reset it as after any trip.
    """
    from adapters.runtime.proof_tests import read, write  # noqa: PLC0415 - `--help` needs none

    folder, tests = _load(site)
    if not trip:
        _show(tests, read(folder))
        return
    if trip not in tests:
        typer.echo(f"thermiq: the site file has no proof test of `{trip}`", err=True)
        raise typer.Exit(2)
    who = author_or_me(author)
    result = guide(tests[trip], who, lambda: _alarms(socket), typer.confirm)
    write(folder, result)
    typer.echo(f"{trip}: {'passed' if result.passed else 'FAILED'}, {result.text}")
    if not result.passed:
        raise typer.Exit(1)
    typer.echo(f"Release the latch now: thermiq reset {trip}")


def guide(
    test: "ProofTest",
    by: str,
    alarms: Callable[[], dict[str, str]],
    agree: Callable[[str], bool],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> "Result":
    """Lead a person through a test; `alarms` are the kinds of what stands, by subject."""
    from adapters.runtime.proof_tests import Result  # noqa: PLC0415 - `--help` needs none

    def done(text: str, *, passed: bool = False) -> "Result":
        return Result(test.trip, by, time.time(), passed, text)

    def wait(holds: Callable[[], bool], seconds: float) -> float | None:
        """Return after how many seconds something held; None if it did not."""
        begun_s = clock()
        while not holds():
            if clock() - begun_s >= seconds:
                return None
            sleep(LOOK_S)
        return clock() - begun_s

    if test.trip in alarms():
        return done("it stood already: put everything right and reset it first")
    typer.echo(f"1. {test.do}")
    if not agree("Done this very moment?"):
        return done("nothing was done")
    seen_s = wait(lambda: alarms().get(test.trip) in ("tripped", "latched"), test.within_s)
    if seen_s is None:
        return done(f"not seen within {test.within_s:g} s: it does not protect")
    typer.echo(f"   seen after {seen_s:.1f} s")
    typer.echo(f"2. {test.back}")
    if wait(lambda: alarms().get(test.trip) != "tripped", PATIENCE_S) is None:
        return done("it trips still; put everything back, and try again")
    return done(f"seen after {seen_s:.1f} s", passed=True)


def _alarms(socket: "Place") -> dict[str, str]:
    from adapters.codec.control_methods import STATUS  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    now = ask(socket, STATUS, pb.StatusRequest())
    return {each.subject: each.kind for each in now.alarms if each.active}


def _load(site: Path) -> "tuple[Path, dict[str, ProofTest]]":
    """Return the state folder and its tests, or say what is wrong and end."""
    from adapters.files import read_rules  # noqa: PLC0415 - `--help` needs none
    from adapters.runtime.proof_tests import SECTION, proof_tests_of  # noqa: PLC0415 - same
    from adapters.runtime.site import load_site  # noqa: PLC0415 - same
    from engine.language.checked import check_files  # noqa: PLC0415 - same

    file, problems = load_site(str(site), site.read_text("utf-8"))
    book = check_files(read_rules(site.parent).files).rulebook
    try:
        tests = proof_tests_of(file.sections.get(SECTION), tuple(each.id for each in book.trips))
    except ValueError as error:
        typer.echo(f"thermiq: {site}: {error}", err=True)
        raise typer.Exit(1) from None
    if problems:
        typer.echo(f"thermiq: {site}: {problems[0].message}", err=True)
        raise typer.Exit(1)
    return site.parent / file.state, tests


def _show(tests: "dict[str, ProofTest]", results: "tuple[Result, ...]") -> None:
    from adapters.runtime.proof_tests import due  # noqa: PLC0415 - `--help` needs none

    if not tests:
        typer.echo("The site file names no proof tests.")
    for test in tests.values():
        last = next((each for each in reversed(results) if each.trip == test.trip), None)
        why = due(test, results, time.time())
        told = "never"
        if last is not None:
            day = datetime.fromtimestamp(last.at_s).astimezone().date()
            told = f"{day}, {'passed' if last.passed else 'FAILED'}, by {last.by}"
        typer.echo(f"{test.trip}: {told}{'  DUE' if why else ''}")
