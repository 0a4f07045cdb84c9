"""A difference as JSON can say it."""

from dataclasses import asdict

from engine.workshop.diff import Difference
from engine.workshop.diff_rules import EntryEdit
from engine.workshop.diff_spans import SideOfSpan, Span
from engine.workshop.diff_tell import Telling
from engine.workshop.diff_totals import Figure, house_figures, output_figures
from engine.workshop.report import as_plain

SCHEMA = "thermiq.diff/1"
"""Goes up when the meaning of a field changes; docs/diff.md describes them."""


def as_plain_difference(difference: Difference) -> dict[str, object]:
    """Return the difference as JSON can say it."""
    pairing = difference.pairing
    return {
        "schema": SCHEMA,
        "rules": [_edit(each) for each in difference.edits],
        "only_old": list(pairing.only_old),
        "only_new": list(pairing.only_new),
        "unlike": list(pairing.unlike),
        "first_ms": difference.spans[0].start_ms if difference.spans else None,
        "count": difference.count,
        "spans": [_span(difference, each) for each in difference.spans],
        "totals": [_rounded(each) for each in house_figures(difference.old, difference.new)],
        "outputs": [
            _rounded(each)
            for each in output_figures(difference.old, difference.new, _outputs(difference))
        ],
        "comfort": [
            {"wish": old.wish, "old": _comfort(asdict(old)), "new": _comfort(asdict(new))}
            for old, new in zip(difference.old.comfort, difference.new.comfort, strict=True)
        ],
        "old": as_plain(difference.old.report),
        "new": as_plain(difference.new.report),
        "warnings": list(difference.warnings),
        "failed": list(difference.failed),
    }


def _outputs(difference: Difference) -> list[str]:
    pairing = difference.pairing
    return [each.name for each in pairing.common] + [*pairing.only_old, *pairing.only_new]


def _edit(edit: EntryEdit) -> dict[str, object]:
    places = {"old": edit.old_position, "new": edit.new_position}
    return {
        "edit": edit.edit.value,
        "kind": edit.kind,
        "id": edit.id,
        "new_id": edit.new_id,
        "parts": [asdict(part) for part in edit.parts],
        **{f"{side}_place": str(place) if place else None for side, place in places.items()},
    }


def _span(difference: Difference, span: Span) -> dict[str, object]:
    common = difference.output(span)
    reasons = difference.reasons.get(span.number)
    return {
        "start_ms": span.start_ms,
        "end_ms": span.end_ms,
        "seconds": span.seconds,
        "output": common.name,
        "unit": "" if common.unit is None else common.unit.symbol,
        "old": _side(span.old, None if reasons is None else reasons[0]),
        "new": _side(span.new, None if reasons is None else reasons[1]),
    }


def _side(side: SideOfSpan, told: Telling | None) -> dict[str, object]:
    return {
        "value": side.value,
        "low": side.low,
        "high": side.high,
        "cause": side.cause.value,
        "by": side.by,
        "why": None if told is None else told.why,
        "silent": None if told is None or not told.silent else told.silent,
    }


def _rounded(figure: Figure) -> dict[str, object]:
    plain = asdict(figure)
    return plain | {"old": round(figure.old, 6), "new": round(figure.new, 6)}


def _comfort(plain: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in plain.items() if key != "wish"}
