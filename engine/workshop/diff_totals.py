"""What two runs amount to, figure beside figure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.workshop.comfort import ComfortReport
from engine.workshop.report import Energy, OutputReport, Report

_HOUR_S = 3600.0
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Side:
    """Everything that one run amounts to."""

    report: Report
    comfort: tuple[ComfortReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of both runs. `output` is empty for the whole house; `unit` for a count."""

    metric: str
    output: str
    unit: str
    old: float
    new: float

    @property
    def more(self) -> float:
        """How much more the new run has of it."""
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Metric:
    """What can be counted of a run, and of one output of it unless `of_output` is None."""

    name: str
    unit: str
    what: str
    of_house: Callable[[Side], float]
    of_output: Callable[[OutputReport], float] | None = None


def _energy(read: Callable[[Energy], float]) -> Callable[[OutputReport], float]:
    return lambda output: 0.0 if output.energy is None else read(output.energy)


def _summed(read: Callable[[OutputReport], float]) -> Callable[[Side], float]:
    return lambda side: sum(map(read, side.report.outputs))


def _of_outputs(name: str, unit: str, what: str, read: Callable[[OutputReport], float]) -> Metric:
    return Metric(name, unit, what, _summed(read), read)


def _veto_hours(output: OutputReport) -> float:
    return sum(veto.seconds for veto in output.vetoes) / _HOUR_S


METRICS = (
    _of_outputs("starts", "", "starts", lambda output: output.starts),
    _of_outputs("changes", "", "changes", lambda output: output.changes),
    _of_outputs("hours", "h", "hours on", lambda output: output.on_s / _HOUR_S),
    _of_outputs("kwh", "kWh", "energy of the consumers", _energy(lambda e: e.total_kwh)),
    _of_outputs("pv", "kWh", "of it from PV", _energy(lambda e: e.pv_kwh)),
    _of_outputs("battery", "kWh", "of it from the battery", _energy(lambda e: e.battery_kwh)),
    _of_outputs("grid", "kWh", "of it from the grid", _energy(lambda e: e.grid_kwh)),
    _of_outputs("unknown", "kWh", "of it of unknown source", _energy(lambda e: e.unknown_kwh)),
    Metric("bought", "kWh", "bought by the house", lambda side: side.report.house.import_kwh),
    Metric("sold", "kWh", "sold by the house", lambda side: side.report.house.export_kwh),
    Metric(
        "cost", "EUR", "cost of what was bought", lambda side: side.report.house.cost_eur,
        _energy(lambda energy: energy.cost_eur),
    ),
    _of_outputs("vetoes", "", "vetoes", lambda output: sum(v.count for v in output.vetoes)),
    _of_outputs("veto_hours", "h", "hours under a veto", _veto_hours),
    Metric("alarms", "", "alarms", lambda side: sum(a.count for a in side.report.alarms)),
    Metric(
        "comfort", "min", "minutes without comfort",
        lambda side: sum(each.outside_s for each in side.comfort) / _MINUTE_S,
    ),
)  # fmt: skip
"""In the order in which they are shown."""


def metric(name: str) -> Metric:
    """Return a metric by its name. Raises KeyError."""
    return {each.name: each for each in METRICS}[name]


def house_figures(old: Side, new: Side) -> tuple[Figure, ...]:
    """Return the figures of the whole house."""
    return tuple(
        Figure(each.name, "", each.unit, float(each.of_house(old)), float(each.of_house(new)))
        for each in METRICS
        if each.name != "comfort" or old.comfort or new.comfort
    )


def output_figures(old: Side, new: Side, outputs: Iterable[str]) -> tuple[Figure, ...]:
    """Return the figures of single outputs; what a side does not have counts as 0."""
    before = {each.name: each for each in old.report.outputs}
    after = {each.name: each for each in new.report.outputs}
    return tuple(
        Figure(
            each.name,
            name,
            each.unit,
            float(each.of_output(before[name])) if name in before else 0.0,
            float(each.of_output(after[name])) if name in after else 0.0,
        )
        for name in outputs
        for each in METRICS
        if each.of_output is not None
    )
