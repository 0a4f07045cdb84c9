"""Two runs of one house side by side."""

from collections.abc import Collection

from adapters.cli.summary import kwh
from adapters.cli.tables import Table
from engine.workshop.report import Report


def compared(report: Report, other: Report, without: Collection[str]) -> Table:
    """Return a run beside one `without` some outputs' consumers, and what these cost in the end."""
    rows = (
        _row("bought, kWh", report.house.import_kwh, other.house.import_kwh),
        _row("bought, EUR", report.house.cost_eur, other.house.cost_eur, digits=2),
        _row("sold, kWh", report.house.export_kwh, other.house.export_kwh),
        _row("heat pump, kWh", _heat_pump_kwh(report), _heat_pump_kwh(other)),
        _row("miners, kWh", _kwh_of(report, without), _kwh_of(other, without)),
    )
    heads = ("", "with miners", "without", "difference")
    title = "The same house and rules without the miners"
    return Table(title, heads, rows, note=_note(report, other, without))


def _row(what: str, ours: float, theirs: float, digits: int = 1) -> tuple[str, ...]:
    if digits == 1:
        return (what, kwh(ours), kwh(theirs), f"{ours - theirs:+,.1f}")
    return (what, f"{ours:,.{digits}f}", f"{theirs:,.{digits}f}", f"{ours - theirs:+,.{digits}f}")


def _kwh_of(report: Report, outputs: Collection[str]) -> float:
    return sum(
        each.energy.total_kwh for each in report.outputs if each.name in outputs and each.energy
    )


def _heat_pump_kwh(report: Report) -> float:
    return sum(
        each.energy.total_kwh
        for each in report.outputs
        if each.energy and each.energy.point == "heatpump.power"
    )


def _note(report: Report, other: Report, without: Collection[str]) -> str:
    """Say what a kilowatt-hour of the miners cost after all that it saved elsewhere."""
    more_kwh = _kwh_of(report, without) - _kwh_of(other, without)
    if more_kwh < 1.0:
        return "The miners did not run."
    more_eur = report.house.cost_eur - other.house.cost_eur
    verb = "cost" if more_eur >= 0.0 else "saved"
    cost_ct = 100 * abs(more_eur) / more_kwh
    saved_kwh = _heat_pump_kwh(other) - _heat_pump_kwh(report)
    return (
        f"The miners turned {more_kwh:,.0f} kWh into heat, and the heat pump needed "
        f"{saved_kwh:,.0f} kWh less.\nAfter that a kilowatt-hour of mining {verb} "
        f"{cost_ct:.1f} ct; what it mines is not counted."
    )
