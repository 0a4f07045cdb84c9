"""`thermiq prove`: what must never happen, proved for all facts, or shown to happen."""

import fnmatch
import importlib.util
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.tables import Table, show
from adapters.cli.terminal import is_colourful

if TYPE_CHECKING:
    from engine.workshop.prove_run import Proof
    from engine.workshop.scenario_file import Scenarios

CANNOT_TELL = 3
"""Exit code: nothing was refuted, but not everything was proved."""


class Format(Enum):
    """How the results are written."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


class Amount(Enum):
    """How much is told of what is proved: that it is, each property, each rule."""

    BRIEF = "brief"
    USUAL = "usual"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to prove, how hard to try, and where to write what."""

    only: tuple[str, ...]
    timeout_s: float
    scans: int
    out: Path | None
    form: Format
    amount: Amount
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
        float,
        typer.Option("--timeout", min=0.01, help="Seconds of a core for one question."),
    ] = 20.0,
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
        bool, typer.Option("--verbose", "-v", help="Tell of every rule, too, where all is well.")
    ] = False,
    brief: Annotated[
        bool, typer.Option("--brief", help="Tell of what is not proved, and how much is.")
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
    if brief and verbose:
        raise typer.BadParameter("is the contrary of `--verbose`", param_hint="--brief")
    amount = Amount.BRIEF if brief else Amount.ALL if verbose else Amount.USUAL
    wishes = Wishes(tuple(only or ()), timeout, scans, out, form, amount, colour)
    raise typer.Exit(_run(rules, wishes))


def _run(rules: Path, wishes: Wishes) -> int:
    from adapters.claims import fails, moments_of, read_claims  # noqa: PLC0415 - `--help` needs none
    from adapters.cli.looking_back import read_program  # noqa: PLC0415 - same
    from adapters.clock import SiteClock  # noqa: PLC0415 - same
    from adapters.proofs import prove_all  # noqa: PLC0415 - needs z3
    from engine.workshop.prove_properties import properties  # noqa: PLC0415 - needs z3
    from engine.workshop.prove_run import Limits, prover  # noqa: PLC0415 - same

    began_s = time.perf_counter()
    program, _ = read_program(rules)
    clock = SiteClock(program.rulebook.plant.site)
    claims = read_claims(rules, program, clock)
    if claims.problems:
        _tell(claims, wishes)
        if not claims.ok:
            return 1
    found = properties(program.rulebook, claims.never)
    wanted = [each for each in found if _is_wanted(each.name, wishes.only)]
    if not wanted:
        names = ", ".join(wishes.only) or "interlocks, trips, rules"
        raise typer.BadParameter(f"there is nothing of {names} to prove", param_hint="--only")
    limits = Limits(wishes.timeout_s, wishes.scans)
    ready = prover(program.rulebook, limits, moments_of(clock))
    proofs = prove_all(ready, wanted)
    _show(proofs, time.perf_counter() - began_s, wishes)
    if wishes.out is not None:
        _write(proofs, lambda text: fails(text, program, clock), rules, wishes.out)
    return exit_code(proofs)


def _tell(claims: "Scenarios", wishes: Wishes) -> None:
    """Write what is wrong with claims on the error stream."""
    from engine.language.render.as_text import pieces  # noqa: PLC0415 - rarely needed

    found = list(pieces(claims.problems, claims.sources, len(claims.sources)))
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


def _show(proofs: "Sequence[Proof]", took_s: float, wishes: Wishes) -> None:
    from engine.workshop import prove_formats as formats  # noqa: PLC0415 - needs z3

    if wishes.form is Format.JSON:
        typer.echo(formats.as_json(proofs), nl=False)
        return
    if wishes.form is Format.JUNIT:
        typer.echo(formats.as_junit(proofs), nl=False)
        return
    shown = proofs
    if wishes.amount is Amount.BRIEF:
        shown = [each for each in proofs if each.verdict.value != "proved"]
    told = tuple(formats.rows(shown, all_of_them=wishes.amount is Amount.ALL))
    table = Table("Properties", ("verdict", "property", "claim"), told, left=frozenset({0, 1, 2}))
    show(f"{formats.headline(proofs)}, in {took_s:.1f} s", [table], colour=wishes.colour)
    for proof in proofs:
        sentence = formats.told(proof)
        if sentence:
            typer.echo(f"\n{sentence}")


def _write(proofs: "Sequence[Proof]", fails: Callable[[str], bool], rules: Path, out: Path) -> None:
    """Write the counterexamples that `thermiq test` fails on; say which it cannot tell of."""
    from engine.workshop.prove_formats import refuted  # noqa: PLC0415 - needs z3
    from engine.workshop.prove_scenario import as_scenarios  # noqa: PLC0415 - same

    found = [(proof.property, example) for proof, example in refuted(proofs)]
    shown = [each for each in found if fails(as_scenarios([each]))]
    if shown:
        out.write_text(as_scenarios(shown), encoding="utf-8", newline="\n")
        count = len(shown)
        told = f"{count} counterexample{'s' if count > 1 else ''} in {out}"
        typer.echo(f"{told}; try: thermiq test {out} --rules {rules}", err=True)
    for wanted, _ in found:
        if all(wanted is not each for each, _ in shown):
            message = f"{wanted.name}: no scenario can tell of its counterexample"
            typer.echo(f"{message}: ages of facts, or times between scans", err=True)
