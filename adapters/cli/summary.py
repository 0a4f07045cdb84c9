"""A report of a run in words and figures, as tables for people."""

from datetime import tzinfo

from adapters.cli.tables import Table
from adapters.recordings.moments import from_ms
from engine.workshop.report import Basis, Energy, OutputReport, Report

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
_FEW_HOURS = 100
_MOST_ROWS = 12
"""Of vetoes, alarms and what was unknown; JSON has them all."""

_TRACE_KWH = 0.05
"""Less than this is shown as 0.0."""

_NOTES = {
    Basis.MEASURED: "Energy as measured. All loads share the house's mix of PV, battery and grid.",
    Basis.DECIDED: (
        "Energy as decided, where an output is a power; what differs from the recorded power is "
        "drawn from the grid or given to it."
    ),
}


def headline(report: Report, zone: tzinfo, step_s: float) -> str:
    """Return when, how long and how often."""
    if not report.scans:
        return "Nothing was recorded in that time."
    start, end = from_ms(report.start_ms, zone), from_ms(report.end_ms, zone)
    span = f"{start:%-d %B %Y %H:%M} to {end:%-d %B %Y %H:%M} ({zone})"
    return f"{span}: {duration(report.seconds)}, {report.scans:,} scans every {step_s:g} s"


def report_tables(report: Report) -> list[Table]:
    """Return everything worth reading of a report."""
    return [
        _outputs(report),
        _states(report),
        _house(report),
        _vetoes(report),
        _alarms(report),
        _unknown_facts(report),
        _unknown_rules(report),
    ]


def duration(seconds: float) -> str:
    """Return a duration in the unit that suits it: `40 s`, `12 min`, `3.5 h`, `28 d`."""
    if seconds < _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    if seconds < _FEW_HOURS * _HOUR_S:
        return f"{seconds / _HOUR_S:.1f} h"
    return f"{seconds / _DAY_S:.1f} d".replace(".0 d", " d")


def kwh(amount: float) -> str:
    """Return an energy in kWh; a trace of one as 0.0."""
    return f"{amount:,.1f}" if abs(amount) >= _TRACE_KWH else "0.0"


def _cost(euros: float, *, known: bool) -> str:
    return f"{euros:,.2f}" + ("" if known else "+?")


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""


def _outputs(report: Report) -> Table:
    rows = [_output(output, report.seconds) for output in report.outputs]
    energies = [output.energy for output in report.outputs if output.energy is not None]
    total: tuple[str, ...] = ()
    note = ""
    if energies:
        together = _sum(energies)
        note = _NOTES[report.basis]
        if together.unknown_kwh >= _TRACE_KWH:
            note += f" Where {kwh(together.unknown_kwh)} kWh came from nobody knows."
        total = ("all consumers", "", "", "", "", *_energy(together))
    heads = ("output", "changes", "starts", "on", "", "kWh", "PV", "battery", "grid", "EUR")
    return Table("Decisions", heads, tuple(rows), total, note)


def _output(output: OutputReport, seconds: float) -> tuple[str, ...]:
    energy = ("",) * 5 if output.energy is None else _energy(output.energy)
    return (
        output.name,
        f"{output.changes:,}",
        f"{output.starts:,}",
        duration(output.on_s) if output.on_s else "never",
        _percent(output.on_s, seconds),
        *energy,
    )


def _energy(energy: Energy) -> tuple[str, ...]:
    total = energy.total_kwh
    cost = _cost(energy.cost_eur, known=energy.unpriced_kwh + energy.unknown_kwh < _TRACE_KWH)
    parts = (energy.pv_kwh, energy.battery_kwh, energy.grid_kwh)
    return (kwh(total), *(_percent(part, total) for part in parts), cost)


def _sum(energies: list[Energy]) -> Energy:
    return Energy(
        "",
        sum(each.pv_kwh for each in energies),
        sum(each.battery_kwh for each in energies),
        sum(each.grid_kwh for each in energies),
        sum(each.unknown_kwh for each in energies),
        sum(each.cost_eur for each in energies),
        sum(each.unpriced_kwh for each in energies),
    )


def _states(report: Report) -> Table:
    rows = tuple(
        (
            output.name,
            ", ".join(f"{name} {duration(s)}" for name, s in output.states_s if s),
        )
        for output in report.outputs
        if len(output.states_s) > 2  # noqa: PLR2004 - on and off stand in the table above
    )
    return Table("States", ("output", "time in each state"), rows, left=frozenset({0, 1}))


def _house(report: Report) -> Table:
    house = report.house
    heads = ("", "PV", "load", "bought", "sold", "battery in", "battery out", "EUR bought")
    known = house.unpriced_kwh < _TRACE_KWH and not house.unmetered_s
    row = (
        "kWh",
        *map(kwh, (house.pv_kwh, house.load_kwh, house.import_kwh, house.export_kwh)),
        *map(kwh, (house.charge_kwh, house.discharge_kwh)),
        _cost(house.cost_eur, known=known),
    )
    note = ""
    if house.unmetered_s:
        note = f"For {duration(house.unmetered_s)} nobody knows what the grid gave."
    return Table("House", heads, (row,), note=note)


def _vetoes(report: Report) -> Table:
    found = [(output.name, veto) for output in report.outputs for veto in output.vetoes]
    found.sort(key=lambda each: (-each[1].seconds, each[0], each[1].by))
    rows = [
        (veto.kind, veto.by, name, f"{veto.count:,}", duration(veto.seconds))
        for name, veto in found
    ]
    heads = ("kind", "by", "output", "times", "for")
    return _short(Table("Vetoes", heads, tuple(rows), left=frozenset({0, 1, 2})))


def _alarms(report: Report) -> Table:
    found = sorted(report.alarms, key=lambda each: (-each.seconds, each.kind, each.subject))
    rows = [
        (each.kind, each.subject, f"{each.count:,}", duration(each.seconds), each.text)
        for each in found
    ]
    heads = ("alarm", "of", "times", "for", "")
    return _short(Table("Alarms", heads, tuple(rows), left=frozenset({0, 1, 4})))


def _unknown_facts(report: Report) -> Table:
    found = sorted(
        (fact for fact in report.facts if fact.unknown_s),
        key=lambda fact: (-fact.unknown_s, fact.name),
    )
    rows = [
        (
            fact.name,
            duration(fact.unknown_s),
            _percent(fact.unknown_s, report.seconds),
            *(duration(s) if s else "" for s in (fact.stale_s, fact.bad_s, fact.missing_s)),
        )
        for fact in found
    ]
    heads = ("fact", "unknown for", "", "stale", "bad", "missing")
    return _short(Table("Facts that were unknown", heads, tuple(rows)))


def _unknown_rules(report: Report) -> Table:
    found = sorted(
        (rule for rule in report.rules if rule.unknown_s),
        key=lambda rule: (-rule.unknown_s, rule.id),
    )
    rows = [
        (rule.id, duration(rule.unknown_s), _percent(rule.unknown_s, report.seconds))
        for rule in found
    ]
    return _short(Table("Rules that could not be evaluated", ("rule", "for", ""), tuple(rows)))


def _short(table: Table) -> Table:
    """Return the first rows of a long table, and say how many are left out."""
    left_out = len(table.rows) - _MOST_ROWS
    if left_out <= 0:
        return table
    note = f"and {left_out} more; --json has all of them"
    return Table(table.title, table.heads, table.rows[:_MOST_ROWS], table.total, note, table.left)
