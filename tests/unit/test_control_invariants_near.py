"""How near two values count as one, for the invariants."""

import pytest

from engine.control.invariants import _is_within, alike
from engine.language.expression import Number
from engine.language.plant import Output
from engine.language.position import NOWHERE
from engine.language.rulebook import Bound, Limit
from engine.language.types import NumberType
from engine.values.fact import Value
from engine.values.units import NUMBER, Unit


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1.0, True), (1.0, 1.0 + 1e-7, True), (1.0, 1.1, False), (1e6, 1e6 + 0.9, True),
        (1e6, 1e6 + 1.1, False), (True, True, True), (True, False, False), (True, 1.0, False),
        (1.0, True, False), ("low", "low", True), ("low", "high", False), (0.0, -1e-6, True),
        (0.0, -1.1e-6, False),
    ],
)  # fmt: skip
def test_values_are_alike(one: Value, other: Value, same: bool) -> None:
    assert alike(one, other) is same


FREE = Output("f", NumberType(), 0.0, 0.0, None, -1e9, 1e9)
KW = Output("n", NumberType(), 0.0, 0.0, Unit("kW", (), 1000.0), 0.0, 3.0)
ZERO = Number(0.0, NUMBER, NOWHERE)


@pytest.mark.parametrize(
    ("output", "bound", "border", "value", "within"),
    [
        (FREE, Bound.AT_MOST, 5.0, 5.0, True), (FREE, Bound.AT_MOST, 5.0, 5.1, False),
        (FREE, Bound.AT_LEAST, 5.0, 5.0, True), (FREE, Bound.AT_LEAST, 5.0, 4.9, False),
        (KW, Bound.AT_MOST, 2000.0, 2.0, True), (KW, Bound.AT_MOST, 2000.0, 2.1, False),
        # A part of the number and never less than of one: as `alike`.
        (FREE, Bound.AT_MOST, 0.0, 1e-6, True), (FREE, Bound.AT_MOST, 0.0, 1.5e-6, False),
        (FREE, Bound.AT_LEAST, 0.0, -1e-6, True), (FREE, Bound.AT_LEAST, 0.0, -1.5e-6, False),
        (FREE, Bound.AT_MOST, 1e6, 1e6 + 1.0, True), (FREE, Bound.AT_MOST, 1e6, 1e6 + 1.1, False),
        # Beyond the range nothing can go.
        (KW, Bound.AT_MOST, -1000.0, 0.0, True), (KW, Bound.AT_LEAST, 9000.0, 3.0, True),
        (KW, Bound.AT_MOST, -1000.0, 1.0, False), (KW, Bound.AT_LEAST, 9000.0, 2.0, False),
        (KW, Bound.AT_MOST, None, 0.0, False), (KW, Bound.AT_MOST, 2000.0, "low", False),
        (KW, Bound.AT_MOST, 2000.0, True, False),
    ],
)  # fmt: skip
def test_i9_a_value_is_within_a_limit(
    output: Output, bound: Bound, border: Value | None, value: Value, within: bool
) -> None:
    assert _is_within(output, Limit(output.name, bound, ZERO), border, value) is within
