"""`thermiq prove`: what must never happen, proved for all facts, or shown to happen."""

import fnmatch
import importlib.util
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.tables import Table, show
from adapters.cli.terminal import is_colourful

if TYPE_CHECKING:
    from adapters.scenarios import Bench
    from engine.workshop.prove_run import Proof

CANNOT_TELL = 3
"""Exit code: nothing was refuted, but not everything was proved."""


class Format(Enum):
    """How the results are written."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to prove, how hard to try, and where to write what."""

    only: tuple[str, ...]
    timeout_s: float
    scans: int
    out: Path | None
    form: Format
    verbose: bool
    colour: bool


def prove(
    rules: Annotated[
        Path, typer.Argument(exists=True, metavar="RULES", help="A folder of rule files, or one.")
    ],
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", "-k", metavar="NAME", help="Only these: `interlock:fuse`, `trip:*`, `fuse`."
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.01, help="Seconds for one question to the solver.")
    ] = 5.0,
    scans: Annotated[
        int, typer.Option("--scans", min=1, max=6, help="So many scans in a row at most.")
    ] = 3,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write counterexamples as scenarios."),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", "-f", help="How to write the results.")
    ] = Format.TEXT,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell of every property that was proved, too.")
    ] = False,
    colour: Annotated[
        bool, typer.Option("--colour/--no-colour", help="Colour on a terminal.")
    ] = True,
) -> None:
    """Prove that interlocks, trips and claims hold: for all facts, qualities and memories.

    Exits with 0 if all is proved, with 1 if something is refuted or the rules are wrong, with 3
    if something stays unknown, with 2 if the command line is wrong.
    """
    if importlib.util.find_spec("z3") is None:
        typer.echo("thermiq: proofs need z3: pip install 'thermiq[prove]'", err=True)
        raise typer.Exit(1)
    wishes = Wishes(tuple(only or ()), timeout, scans, out, form, verbose, colour)
    raise typer.Exit(_run(rules, wishes))


def _run(rules: Path, wishes: Wishes) -> int:
    from engine.workshop.prove_properties import properties  # noqa: PLC0415 - same
    from engine.workshop.prove_run import Limits, prove, prover  # noqa: PLC0415 - same

    began_s = time.perf_counter()
    bench = _read(rules, wishes)
    program, clock = bench.program, bench.clock
    if program is None or clock is None:
        return 1
    found = properties(program.rulebook, bench.never)
    wanted = [each for each in found if _is_wanted(each.name, wishes.only)]
    if not wanted:
        names = ", ".join(wishes.only) or "interlocks, trips, rules"
        raise typer.BadParameter(f"there is nothing of {names} to prove", param_hint="--only")
    limits = Limits(wishes.timeout_s, wishes.scans)
    ready = prover(program.rulebook, limits, lambda at_ms: clock.moment(at_ms / 1000))
    proofs = [prove(ready, each) for each in wanted]
    _show(proofs, time.perf_counter() - began_s, wishes)
    return exit_code(proofs)


def _read(rules: Path, wishes: Wishes) -> "Bench":
    """Return rules and the claims beside them; say on the error stream what is wrong with them."""
    from adapters.scenarios import Place, prepare  # noqa: PLC0415 - `--help` needs none of this

    bench = prepare(Place(rules, None if rules.is_dir() else ()))
    if bench.problems:
        _tell(bench, wishes)
    return bench if bench.ok else replace(bench, program=None)


def _tell(bench: "Bench", wishes: Wishes) -> None:
    """Write what is wrong with rules or claims on the error stream."""
    from engine.language.render.as_text import pieces  # noqa: PLC0415 - rarely needed

    found = list(pieces(bench.problems, bench.sources, bench.files))
    if wishes.colour and is_colourful(sys.stderr):
        from adapters.cli.colours import coloured  # noqa: PLC0415 - rich is slow to import

        typer.echo(coloured(found), nl=False, err=True)
    else:
        typer.echo("".join(text for text, _ in found), nl=False, err=True)


def _is_wanted(name: str, only: Sequence[str]) -> bool:
    """Tell whether a name is asked for: whole, by its kind or subject, or by a pattern."""
    parts = (name, *name.split(":", 1))
    return not only or any(fnmatch.fnmatchcase(part, each) for part in parts for each in only)


def exit_code(proofs: Iterable["Proof"]) -> int:
    """Return the exit code of what was proved."""
    found = {proof.verdict.value for proof in proofs}
    return 1 if "refuted" in found else CANNOT_TELL if "unknown" in found else 0


def _show(proofs: Sequence["Proof"], took_s: float, wishes: Wishes) -> None:
    if wishes.form is Format.JSON:
        typer.echo(json.dumps(as_plain(proofs), ensure_ascii=False, indent=2))
        return
    rows = [_row(proof) for proof in proofs]
    counts = ", ".join(
        f"{sum(proof.verdict.value == word for proof in proofs)} {word}"
        for word in ("proved", "refuted", "unknown")
    )
    table = Table("", ("verdict", "what", "claim"), tuple(rows), left=frozenset({0, 1, 2}))
    show(f"{counts}, in {took_s:.1f} s", [table], colour=wishes.colour)


def _row(proof: "Proof") -> tuple[str, ...]:
    wanted = proof.property
    note = f" ({proof.note})" if proof.note else ""
    return (proof.verdict.value, wanted.name, wanted.text + note)


def as_plain(proofs: Iterable["Proof"]) -> list[dict[str, object]]:
    """Return proofs as plain data."""
    return [
        {
            "kind": proof.property.kind.value,
            "subject": proof.property.subject,
            "claim": proof.property.text,
            "verdict": proof.verdict.value,
            "scans": proof.scans,
            "note": proof.note,
            "file": proof.property.position.file,
            "line": proof.property.position.line,
        }
        for proof in proofs
    ]
