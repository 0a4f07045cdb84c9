"""What was proved, for people and for programs: rows of a table, JSON, JUnit XML."""

import json
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from engine.language.expression import NameKind, names
from engine.language.plant import Output, Point
from engine.language.render.glyphs import visible
from engine.values.fact import Value
from engine.workshop.figures import figure
from engine.workshop.prove_example import Example
from engine.workshop.prove_property import Kind, Verdict
from engine.workshop.prove_run import Proof
from engine.workshop.quantity import declared

SCHEMA = "thermiq.prove/1"
_SUMMED = (Kind.CONFLICT, Kind.DECIDED, Kind.FIRES, Kind.HEARD, Kind.STEADY)
"""Kinds of which what was proved is told in one line, for there are many."""
_MEANS = {
    Kind.CONFLICT: "rules of equal salience never disagree",
    Kind.DECIDED: "outputs are decided by one rule or at rest, whatever the facts",
    Kind.FIRES: "rules can fire",
    Kind.HEARD: "rules can decide what they propose",
    Kind.STEADY: "outputs stand still while no fact changes",
}


def headline(proofs: Sequence[Proof]) -> str:
    """Return `40 proved, 1 refuted, 0 unknown`."""
    return ", ".join(
        f"{sum(proof.verdict is verdict for proof in proofs)} {verdict.value}"
        for verdict in Verdict
    )


def rows(proofs: Sequence[Proof], *, all_of_them: bool) -> Iterator[tuple[str, str, str]]:
    """Yield verdict, name and claim; what was proved of rules in one row a kind unless asked."""
    for proof in proofs:
        wanted = proof.property
        if all_of_them or proof.verdict is not Verdict.PROVED or wanted.kind not in _SUMMED:
            note = f": {proof.note}" if proof.note else ""
            yield proof.verdict.value, visible(wanted.name), visible(wanted.text + note)
    for kind in () if all_of_them else _SUMMED:
        count = sum(p.property.kind is kind and p.verdict is Verdict.PROVED for p in proofs)
        if count:
            yield Verdict.PROVED.value, f"{kind.value}: {count}", _MEANS[kind]


def told(proof: Proof) -> str:
    """Return a counterexample in one sentence, "" if there is none to tell."""
    example = proof.example
    if example is None or proof.verdict is not Verdict.REFUTED:
        return ""
    seen = example.run()[-1]
    book, image = example.program.rulebook, seen.scan.trace.image
    facts = [
        f"{point.name} {_value(value, point)}"
        for point, value in zip(book.plant.points, image.values, strict=True)
        if value not in (0.0, False)
    ]
    outputs = {output.name: output for output in book.plant.outputs}
    hope = proof.property.hope(seen)
    claimed = () if hope.never is None else names(hope.never, NameKind.OUTPUT)
    concerned = [name for name, _ in hope.outputs] or claimed or tuple(outputs)
    decided = [f"{name} {_value(seen.decided(name), outputs[name])}" for name in concerned]
    given = ", ".join(facts) or "all facts 0 or off"
    where = f"{proof.property.position}: " if proof.property.position.line else ""
    scans = "" if len(example.told) == 1 else f" after {len(example.told)} scans"
    return f"{where}{proof.property.name}: {', '.join(decided)}{scans}, with {given}"


def _value(value: Value | None, each: Point | Output) -> str:
    return "unknown" if value is None else figure(declared(value, each.unit))


def refuted(proofs: Iterable[Proof]) -> list[tuple[Proof, Example]]:
    """Return what was refuted by a counterexample."""
    return [
        (proof, proof.example)
        for proof in proofs
        if proof.verdict is Verdict.REFUTED and proof.example is not None
    ]


def as_json(proofs: Sequence[Proof]) -> str:
    """Return all proofs with their places."""
    found = [
        {
            "kind": proof.property.kind.value,
            "subject": proof.property.subject,
            "claim": proof.property.text,
            "verdict": proof.verdict.value,
            "scans": proof.scans,
            "note": proof.note,
            "counterexample": told(proof),
            "file": proof.property.position.file,
            "line": proof.property.position.line,
        }
        for proof in proofs
    ]
    return json.dumps({"schema": SCHEMA, "proofs": found}, ensure_ascii=False, indent=2) + "\n"


def as_junit(proofs: Sequence[Proof]) -> str:
    """Return a suite for each kind; what is unknown counts as an error."""
    bad = sum(proof.verdict is Verdict.REFUTED for proof in proofs)
    open_ = sum(proof.verdict is Verdict.UNKNOWN for proof in proofs)
    counts = f'tests="{len(proofs)}" failures="{bad}" errors="{open_}"'
    cases = "".join(map(_case, proofs))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<testsuites {counts}>\n"
        f'<testsuite name="thermiq prove" {counts}>\n{cases}</testsuite>\n</testsuites>\n'
    )


def _case(proof: Proof) -> str:
    wanted = proof.property
    kind = quoteattr(f"thermiq.prove.{wanted.kind.value}")
    opening = f"<testcase classname={kind} name={quoteattr(visible(wanted.name))}"
    if proof.verdict is Verdict.PROVED:
        return f"{opening}/>\n"
    word = "failure" if proof.verdict is Verdict.REFUTED else "error"
    text = escape(visible(told(proof) or proof.note))
    message = quoteattr(visible(wanted.text))
    return f"{opening}>\n<{word} message={message}>{text}</{word}>\n</testcase>\n"
