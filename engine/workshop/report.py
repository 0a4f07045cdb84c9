"""What a run of scans amounts to: the summary of a dry-run, a simulation or the demo, as data."""

from dataclasses import asdict, dataclass
from enum import Enum

SCHEMA = "thermiq.report/1"
"""Goes up when the meaning of a field changes; docs/dry-run.md describes them."""


class Basis(Enum):
    """Which power of a consumer is counted when rules are run beside recorded facts."""

    MEASURED = "measured"
    """What the meters say: right when the facts are the consequence of these decisions."""
    DECIDED = "decided"
    """What was decided, where the output is a power: right when the facts are of other days or of
    other rules. The difference to the measured power is drawn from the grid or given to it.
    """


@dataclass(frozen=True, slots=True)
class Energy:
    """The electricity of one consumer in kWh by source, and what the grid's part of it cost."""

    point: str
    pv_kwh: float
    battery_kwh: float
    grid_kwh: float
    unknown_kwh: float
    """No meter told where it came from."""
    cost_eur: float
    unpriced_kwh: float
    """From the grid while its price was unknown; not in `cost_eur`."""

    @property
    def total_kwh(self) -> float:
        """All of it."""
        return self.pv_kwh + self.battery_kwh + self.grid_kwh + self.unknown_kwh


@dataclass(frozen=True, slots=True)
class Veto:
    """How often and how long a permissive, interlock, trip or latch restricted an output."""

    kind: str
    by: str
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class OutputReport:
    """One output. `changes` and `starts` do not count the first scan."""

    name: str
    unit: str
    changes: int
    starts: int
    on_s: float
    states_s: tuple[tuple[str, float], ...]
    """Seconds in each named state, or off and on; empty for a number."""
    energy: Energy | None
    vetoes: tuple[Veto, ...]


@dataclass(frozen=True, slots=True)
class FactReport:
    """How long one fact was not GOOD, in seconds."""

    name: str
    stale_s: float
    bad_s: float
    missing_s: float

    @property
    def unknown_s(self) -> float:
        """Conditions could not see it for so long."""
        return self.stale_s + self.bad_s + self.missing_s


@dataclass(frozen=True, slots=True)
class RuleReport:
    """How often one rule's condition became TRUE, and for how long it was TRUE and UNKNOWN."""

    id: str
    times: int
    true_s: float
    unknown_s: float


@dataclass(frozen=True, slots=True)
class AlarmReport:
    """How often one alarm came up and how long it stood."""

    kind: str
    subject: str
    count: int
    seconds: float
    text: str
    """As it was at its first time."""


@dataclass(frozen=True, slots=True)
class HouseReport:
    """The whole house in kWh and euro; `unmetered_s` is how long the grid's power was unknown."""

    pv_kwh: float
    load_kwh: float
    import_kwh: float
    export_kwh: float
    charge_kwh: float
    discharge_kwh: float
    cost_eur: float
    unpriced_kwh: float
    unmetered_s: float


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a run amounts to. Moments are Unix time in milliseconds."""

    start_ms: int
    end_ms: int
    scans: int
    seconds: float
    basis: Basis
    outputs: tuple[OutputReport, ...]
    facts: tuple[FactReport, ...]
    rules: tuple[RuleReport, ...]
    alarms: tuple[AlarmReport, ...]
    house: HouseReport


def as_plain(report: Report) -> dict[str, object]:
    """Return the report as JSON can say it; floats are cut to a millionth."""
    plain = _rounded(asdict(report))
    assert isinstance(plain, dict)  # noqa: S101 - a dataclass becomes a dictionary
    for output, each in zip(plain["outputs"], report.outputs, strict=True):
        output["states_s"] = {name: round(s, 6) for name, s in each.states_s}
        if each.energy is not None:
            output["energy"]["total_kwh"] = round(each.energy.total_kwh, 6)
    return {"schema": SCHEMA, **plain}


def _rounded(value: object) -> object:
    match value:
        case float():
            return round(value, 6)
        case Enum():
            return value.value
        case dict():
            return {key: _rounded(each) for key, each in value.items()}
        case tuple() | list():
            return [_rounded(each) for each in value]
        case _:
            return value
