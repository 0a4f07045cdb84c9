"""What must have been tried before edited rules may run: the `rules:` section of a site file.

    rules:
      tests: required        # `required`, `offered` (tried if there are any) or `off`
      coverage: 90 %         # of the rules by their tests; needs `tests: required`
      proof: required        # `required`, `offered` (tried where z3 is installed) or `off`
      diff: 24 h             # what the last recorded hours would have been; `off`
      watch: 10 min          # for so long what happens may take the rules back; `off`
      rollback_if: ["buffer.top > 80 °C"]

Whoever reloads tries it, beside the daemon and not in it: tests and proofs may need more memory and
time than a controller should share. What was tried is kept with the version.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from adapters.recordings.moments import duration_ms
from adapters.runtime.probation import SECONDS_MAX, Terms
from engine.language.suggest import advise

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_KEYS = ("tests", "coverage", "proof", "diff", "watch", "rollback_if")
_HOUR_S = 3_600.0


class Demand(Enum):
    """How much one gate counts."""

    REQUIRED = "required"
    OFFERED = "offered"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Tried:
    """One gate that was tried: its name, whether it was passed, and what came of it in a line."""

    gate: str
    passed: bool
    text: str = ""

    def __str__(self) -> str:
        told = "passed" if self.passed else "not passed"
        return f"{self.gate} {told}" + (f": {self.text}" if self.text else "")


@dataclass(frozen=True, slots=True)
class Demands:
    """What a site asks for. `coverage_percent` and `diff_s`: 0 for none."""

    tests: Demand = Demand.OFFERED
    coverage_percent: float = 0.0
    proof: Demand = Demand.OFFERED
    diff_s: float = 24 * _HOUR_S
    terms: Terms = field(default_factory=Terms)

    @classmethod
    def of(cls, section: object) -> "Demands":
        """Return what a site file says. Raises ValueError in user words."""
        if not section:
            return cls()
        if not isinstance(section, Mapping):
            raise ValueError(f"`rules` holds {', '.join(_KEYS)}")  # noqa: TRY004 - one error for all that is wrong
        for key in section:
            if key not in _KEYS:
                raise ValueError(f"`rules` has no `{key}`; {advise(str(key), _KEYS)}".rstrip("; "))
        demands = cls(
            _demand(section, "tests"),
            _percent(section.get("coverage", 0)),
            _demand(section, "proof"),
            _seconds(section, "diff", cls().diff_s),
            Terms(_seconds(section, "watch", 0.0), _texts(section.get("rollback_if", ()))),
        )
        if demands.coverage_percent and demands.tests is not Demand.REQUIRED:
            raise ValueError("`rules`: `coverage` needs `tests: required`")
        if demands.terms.conditions and not demands.terms.lasts_s:
            raise ValueError("`rules`: `rollback_if` needs `watch`: for how long")
        if demands.terms.lasts_s > SECONDS_MAX:
            raise ValueError("`rules`: `watch` is at most 24 h")
        return demands

    def unmet(self, tried: Sequence[Tried]) -> tuple[str, ...]:
        """Return the gates that are required and were not passed."""
        passed = {each.gate for each in tried if each.passed}
        required = {"tests": self.tests is Demand.REQUIRED, "proof": self.proof is Demand.REQUIRED}
        required["coverage"] = self.coverage_percent > 0
        return tuple(gate for gate, needed in required.items() if needed and gate not in passed)


def _demand(section: Mapping[object, object], key: str) -> Demand:
    value = section.get(key, Demand.OFFERED.value)
    known = [each.value for each in Demand]
    if value is False or value == "off":
        return Demand.OFF
    if value not in known:
        raise ValueError(f"`rules`: `{key}` is one of {', '.join(known)}")
    return Demand(value)


def _percent(value: object) -> float:
    found = _PERCENT.fullmatch(str(value))
    if value == 0:
        return 0.0
    if found is None or not 0 < float(found[1]) <= 100:  # noqa: PLR2004 - percent
        raise ValueError("`rules`: `coverage` is a share such as `90 %`")
    return float(found[1])


def _seconds(section: Mapping[object, object], key: str, default_s: float) -> float:
    value = section.get(key)
    if value is None:
        return default_s
    if value is False or value == "off":
        return 0.0
    try:
        return duration_ms(str(value)) / 1000
    except ValueError as error:
        raise ValueError(f"`rules`: `{key}`: {error}") from error


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError("`rules`: `rollback_if` is a list of conditions")  # noqa: TRY004 - same
    return tuple(map(str, value))
