"""A difference in words and figures, for a terminal or a pipe."""

import sys
from collections.abc import Iterator
from datetime import tzinfo

import typer

from adapters.cli import tables
from adapters.cli.summary import duration
from adapters.cli.tables import Table
from adapters.cli.terminal import is_colourful
from adapters.recordings.moments import from_ms
from engine.control.decision import Cause
from engine.workshop.diff import Common, Difference, Kind, kinds
from engine.workshop.diff_rules import Edit, EntryEdit, Part
from engine.workshop.diff_spans import SideOfSpan, Span
from engine.workshop.diff_tell import Telling
from engine.workshop.diff_totals import METRICS, Figure, house_figures, output_figures
from engine.workshop.figures import figure
from engine.workshop.quantity import declared
from engine.workshop.report import AlarmReport, Basis, Report

_MOST_ROWS = 15
_SAME = "="
_SMALL = 10.0
"""Below it two decimals tell what one would hide."""

Styled = tuple[str, str]
"""A line and its style on a terminal."""


def show_difference(
    difference: Difference, zone: tzinfo, step_s: float, limit: int, *, colour: bool = True
) -> None:
    """Print everything worth reading, changed decisions up to `limit`."""
    tables.show(headline(difference, zone, step_s), [], colour=colour)
    _print(list(edit_lines(difference)), colour=colour)
    if difference.spans:
        tables.show("", [kinds_table(difference)], colour=colour)
    _print(list(decision_lines(difference, zone, limit)), colour=colour)
    tables.show("\nWhat it amounts to", totals_tables(difference), colour=colour)


def headline(difference: Difference, zone: tzinfo, step_s: float) -> str:
    """Return when, how long and how much differs."""
    report = difference.new.report
    if not report.scans:
        return "Nothing was recorded in that time."
    start, end = from_ms(report.start_ms, zone), from_ms(report.end_ms, zone)
    span = f"{start:%-d %B %Y %H:%M} to {end:%-d %B %Y %H:%M} ({zone})"
    what = "no decision differs"
    if difference.count:
        times = "once" if difference.count == 1 else f"{difference.count:,} times"
        outputs = difference.differing
        many = "1 output differs" if len(outputs) == 1 else f"{len(outputs)} outputs differ"
        what = f"{many}, {times}"
    loop = ", simulated" if report.basis is Basis.MEASURED else ""
    files = "" if difference.edits else " The files mean the same."
    return (
        f"{span}: {duration(report.seconds)}, {report.scans:,} scans every {step_s:g} s{loop}\n"
        f"{what[0].upper()}{what[1:]}.{files}"
    )


def edit_lines(difference: Difference) -> Iterator[Styled]:
    """Yield what changed in the files, old above new: conditions are long, and differ in a word."""
    if difference.edits:
        yield "", ""
        yield "Changed in the files", "bold cyan"
    for edit in difference.edits:
        to = f" to {edit.new_id}" if edit.edit is Edit.RENAMED else ""
        yield f"  {edit.edit.value} {edit.kind} {edit.id}{to}", "bold"
        for part in _parts(edit):
            for sign, text, style in (("-", part.old, "red"), ("+", part.new, "green")):
                if text:
                    yield f"    {sign} {part.key}: {text}", style


def edits_table(difference: Difference) -> Table:
    """Return what changed in the files."""
    rows = [row for edit in difference.edits for row in _edit_rows(edit)]
    heads = ("", "", "", "key", "old", "new")
    left = frozenset(range(6))
    return Table("Changed in the files", heads, tuple(rows), left=left)


def _edit_rows(edit: EntryEdit) -> Iterator[tuple[str, ...]]:
    head = (edit.edit.value, edit.kind, edit.id)
    if edit.edit is Edit.RENAMED:
        yield (*head, "id", edit.id, edit.new_id)
        return
    parts = _parts(edit)
    if not parts:
        yield (*head, "", "", "")
    for number, part in enumerate(parts):
        yield (*(head if not number else ("", "", "")), part.key, part.old, part.new)


def _parts(edit: EntryEdit) -> tuple[Part, ...]:
    """Return what to show of an entry; a fact or an output that came or went is named, no more."""
    shown = edit.kind not in ("fact", "output") or edit.edit is Edit.CHANGED
    return edit.parts if shown else ()


def kinds_table(difference: Difference) -> Table:
    """Return who decided what instead of whom, how often and how long."""
    found = kinds(difference)
    rows = tuple(_kind_row(difference, kind) for kind in found[:_MOST_ROWS])
    note = ""
    if len(found) > _MOST_ROWS:
        note = f"and {len(found) - _MOST_ROWS} more; --json has all of them"
    heads = ("output", "old", "by", "new", "by", "times", "for")
    title = "Decided otherwise"
    return Table(title, heads, rows, note=note, left=frozenset(range(5)))


def _kind_row(difference: Difference, kind: Kind) -> tuple[str, ...]:
    common = difference.output(kind.first)
    sides = [text for side in (kind.old, kind.new) for text in (value(side, common), by(side))]
    return (kind.output, *sides, f"{kind.count:,}", duration(kind.seconds))


def value(side: SideOfSpan, common: Common) -> str:
    """Return a value with its unit, or from where to where it moved."""
    if isinstance(side.low, bool | str) or side.low == side.high:
        return figure(declared(side.low, common.unit))
    low, high = (figure(declared(each, common.unit)) for each in (side.low, side.high))
    return f"{low} … {high}"


def by(side: SideOfSpan) -> str:
    """Return who decided: a rule by its name, the others with what they are."""
    if side.cause is Cause.RULE:
        return side.by
    return f"{side.cause.value} {side.by}".rstrip()


def decision_lines(difference: Difference, zone: tzinfo, limit: int) -> Iterator[Styled]:
    """Yield the first changed decisions with both reasons, and how many follow."""
    if not difference.spans:
        return
    first = difference.first
    shown = difference.spans[: max(limit, len(first))] if limit else first
    for number, span in enumerate(shown):
        if not number:
            at = from_ms(span.start_ms, zone)
            yield "", ""
            yield f"First difference: {at:%-d %B %Y %H:%M:%S}", "bold cyan"
        elif number == len(first):
            yield "", ""
            yield "Changed decisions", "bold cyan"
        yield from _span_lines(difference, span, zone)
    left = difference.count - len(shown)
    if left:
        yield f"  and {left:,} more; --limit shows them, --json and --html have them", "dim"


def _span_lines(difference: Difference, span: Span, zone: tzinfo) -> Iterator[Styled]:
    common = difference.output(span)
    start, end = from_ms(span.start_ms, zone), from_ms(span.end_ms, zone)
    until = f"{end:%H:%M:%S}" if start.date() == end.date() else f"{end:%-d %B %H:%M:%S}"
    change = f"{value(span.old, common)} → {value(span.new, common)}"
    yield (
        f"  {start:%-d %B %H:%M:%S} to {until} ({duration(span.seconds)})  {common.name}: {change}",
        "bold",
    )
    reasons = difference.reasons.get(span.number)
    for place, (name, style) in enumerate((("old", "red"), ("new", "green"))):
        side = (span.old, span.new)[place]
        if reasons is None:
            yield f"    {name}  {by(side)}", style
            continue
        for told, sentence in enumerate(sentences(reasons[place])):
            yield f"    {name if not told else '   '}  {sentence}", style


def sentences(told: Telling) -> list[str]:
    """Return what one side says of a moment."""
    return [told.why, told.silent] if told.silent else [told.why]


def _print(lines: list[Styled], *, colour: bool) -> None:
    if not (colour and is_colourful(sys.stdout)):
        if lines:
            typer.echo("\n".join(text for text, _ in lines))
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import, and only for terminals

    console = Console(highlight=False)
    for text, style in lines:
        console.print(text, style=style or None, markup=False, soft_wrap=True)


def totals_tables(difference: Difference) -> list[Table]:
    """Return the sums of both sides beside each other."""
    old, new = difference.old, difference.new
    names = {metric.name: metric.what for metric in METRICS}
    house = [
        _figures(names[each.metric], each)
        for each in house_figures(old, new)
        if each.old or each.new
    ]
    pairing = difference.pairing
    outputs = [each.name for each in pairing.common] + [*pairing.only_old, *pairing.only_new]
    rows = (
        (each.output, *_figures(names[each.metric], each))
        for each in output_figures(old, new, outputs)
    )
    single = [row for row in rows if row[-1] != _SAME]
    note = "" if len(single) <= _MOST_ROWS * 2 else f"and {len(single) - _MOST_ROWS * 2} more"
    heads = ("", "old", "new", "difference")
    return [
        Table("Together", heads, tuple(house)),
        Table(
            "Outputs", ("output", *heads), tuple(single[: _MOST_ROWS * 2]), note=note,
            left=frozenset({0, 1}),
        ),
        _vetoes(old.report, new.report),
        _alarms(old.report, new.report),
        _comfort(difference),
    ]  # fmt: skip


def _figures(what: str, each: Figure) -> tuple[str, str, str, str]:
    unit = f", {each.unit}" if each.unit else ""
    show = _euro if each.unit == "EUR" else _shown
    old, new = show(each.old), show(each.new)
    more = _SAME if old == new else f"{'+' if each.more > 0 else '-'}{show(abs(each.more))}"
    return (f"{what}{unit}", old, new, more)


def _shown(number: float) -> str:
    if number == int(number):
        return f"{number:,.0f}"
    return f"{number:,.2f}" if abs(number) < _SMALL else f"{number:,.1f}"


def _euro(number: float) -> str:
    return f"{number:,.2f}"


_Stood = dict[tuple[str, str, str], tuple[int, float]]


def _vetoes(old: Report, new: Report) -> Table:
    def stood(report: Report) -> _Stood:
        return {
            (veto.kind, veto.by, output.name): (veto.count, veto.seconds)
            for output in report.outputs
            for veto in output.vetoes
        }

    heads = ("kind", "by", "output", "old", "for", "new", "for")
    rows = _beside(stood(old), stood(new))
    return Table("Vetoes that differ", heads, rows, left=frozenset({0, 1, 2}))


def _alarms(old: Report, new: Report) -> Table:
    def stood(alarms: tuple[AlarmReport, ...]) -> _Stood:
        return {(each.kind, each.subject, ""): (each.count, each.seconds) for each in alarms}

    rows = _beside(stood(old.alarms), stood(new.alarms))
    rows = tuple((*row[:2], *row[3:]) for row in rows)
    heads = ("alarm", "of", "old", "for", "new", "for")
    return Table("Alarms that differ", heads, rows, left=frozenset({0, 1}))


def _beside(old: _Stood, new: _Stood) -> tuple[tuple[str, ...], ...]:
    rows = []
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key, (0, 0.0)), new.get(key, (0, 0.0))
        if before != after:
            cells = [
                text
                for count, seconds in (before, after)
                for text in (f"{count:,}", duration(seconds))
            ]
            rows.append((*key, *cells))
    return tuple(rows[:_MOST_ROWS])


def _comfort(difference: Difference) -> Table:
    rows = tuple(
        (old.wish, duration(old.outside_s), duration(new.outside_s),
         _more(new.outside_s - old.outside_s), duration(max(old.unknown_s, new.unknown_s)))
        for old, new in zip(difference.old.comfort, difference.new.comfort, strict=True)
    )  # fmt: skip
    heads = ("not so", "old", "new", "difference", "unknown")
    note = ""
    if rows and difference.new.report.basis is Basis.DECIDED:
        note = "Recorded facts do not answer to decisions; --simulate lets them."
    return Table("Comfort", heads, rows, note=note)


def _more(seconds: float) -> str:
    if not seconds:
        return _SAME
    return f"{'+' if seconds > 0 else '-'}{duration(abs(seconds))}"
