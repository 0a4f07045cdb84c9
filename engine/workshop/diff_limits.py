"""How much worse a new version may be: `any`, `starts`, `cost > 2 %`, `starts:p3.run_target > 5`.

A limit is about the increase from old to new. Nothing after the name means that any increase fails.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from engine.language.suggest import advise
from engine.workshop.diff_totals import METRICS, Figure, metric

ANY = "any"
_FORM = re.compile(
    r"(?P<name>[a-z_]+)(?::(?P<output>[\w.]+))?"
    r"(?:\s*>\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z%]*))?"
)
_UNITS = {
    "": {"": 1.0},
    "h": {"h": 1.0, "min": 1 / 60, "d": 24.0},
    "min": {"min": 1.0, "h": 60.0, "d": 1440.0},
    "kWh": {"kWh": 1.0, "Wh": 1e-3, "MWh": 1e3},
    "EUR": {"EUR": 1.0, "ct": 0.01},
}
_DUST = 1e-6
"""Sums of floats in another order differ by less, and nobody fails for a millionth."""


class LimitError(ValueError):
    """A limit that makes no sense, in the operator's words."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What fails: an increase of `metric` by more than `more`; a share of the old if `relative`.

    `metric` may be `any`: then every changed decision fails. `output` is empty for the house.
    """

    text: str
    metric: str
    output: str = ""
    more: float = 0.0
    relative: bool = False


def read_limit(text: str, outputs: Collection[str]) -> Limit:
    """Return the limit that `text` means. Raises LimitError; `outputs` are the known ones."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise LimitError(f"`{text}` is no limit; write `any`, `starts`, `cost > 2 %`")
    name, output = found["name"], found["output"] or ""
    if name == ANY:
        if found["number"] or (output and output not in outputs):
            raise LimitError(f"`{text}`: `any` stands alone, or as `any:OUTPUT`")
        return Limit(text, ANY, output)
    names = [each.name for each in METRICS]
    if name not in names:
        advice = advise(name, [ANY, *names]) or "there are " + ", ".join([ANY, *names])
        raise LimitError(f"`{name}` is nothing that is counted; {advice}")
    if output and output not in outputs:
        advice = advise(output, outputs)
        raise LimitError(f"`{output}` is not an output" + (f"; {advice}" if advice else ""))
    if output and metric(name).of_output is None:
        raise LimitError(f"`{name}` is counted for the whole house only")
    if found["number"] is None:
        return Limit(text, name, output)
    return _with_bound(text, name, output, float(found["number"]), found["unit"])


def _with_bound(text: str, name: str, output: str, number: float, unit: str) -> Limit:
    if unit == "%":
        return Limit(text, name, output, number / 100, relative=True)
    known = _UNITS[metric(name).unit]
    if unit not in known:
        possible = " or ".join(f"`{each}`" for each in (*filter(None, known), "%"))
        alone = "a number alone or " if "" in known else ""
        raise LimitError(f"`{text}`: `{name}` takes {alone}{possible}")
    return Limit(text, name, output, number * known[unit])


def exceeds(limit: Limit, figure: Figure) -> bool:
    """Tell whether a figure grew by more than its limit allows; from 0 on any share is too much."""
    allowed = limit.more * abs(figure.old) if limit.relative else limit.more
    return figure.more > allowed + _DUST
