import math

import pytest

from engine.inference.evaluate import evaluate
from engine.inference.network import build
from engine.inference.source import LARGEST, product, quotient, within
from engine.language.expression import NameKind
from engine.values.fact import Value
from tests.unit.engine_rig import condition


@pytest.mark.parametrize(
    ("text", "facts", "truth"),
    [
        ("x > 1 kW", {"x": 1000.5}, True),
        ("x > 1 kW", {}, None),
        ("x == y", {"x": 2000.0, "y": 2.0}, True),
        ("x / y > 0.4", {"x": 1000.0, "y": 2.0}, True),
        ("x / y > 0.4", {"x": 1000.0, "y": 0.0}, None),
        ("not (x / y > 0.4)", {"x": 1000.0, "y": 0.0}, None),
        ("min(x, y) < 1 kW", {"x": 5.0}, None),
        ("clamp(x, 0 W, 1 kW) == 1 kW", {"x": 5000.0}, True),
        ("abs(-x) == 3 W", {"x": 3.0}, True),
        ("x is known", {}, False),
        ("x + y is known", {"x": 1.0}, False),
        ("x is known or a", {"a": False}, False),
        ("a or b", {"a": True}, True),
        ("a or b", {"a": False}, None),
        ("a and b", {"a": False}, False),
        ("a is on", {"a": True}, True),
        ("a is not b", {"a": True, "b": False}, True),
        ("100 W < x < 200 W", {"x": 150.0}, True),
        ("100 W < x < 200 W", {"x": 200.0}, False),
    ],
)
def test_truths(text: str, facts: dict[str, Value], truth: bool | None) -> None:
    book, when = condition(text)
    slots = build(book).slots
    values: list[Value | None] = [None] * slots.count
    for name, value in facts.items():
        values[slots.number(NameKind.POINT, name)] = value
    assert evaluate(when, slots, values) is truth


def test_what_is_too_large_to_be_a_measurement_is_unknown() -> None:
    assert product(1e10, 1e10) is None
    assert product(1e7, 1e7) == 1e14
    assert product(-1e10, 1e10) is None
    assert product(math.inf, 0.0) is None
    assert quotient(1.0, 0.0) is None
    assert quotient(1.0, -0.0) is None
    assert quotient(1.0, 1e-16) is None
    assert quotient(LARGEST, 1.0) == LARGEST


@pytest.mark.parametrize(
    ("now_s", "start_s", "end_s", "inside"),
    [(5, 5, 6, True), (6, 5, 6, False), (1, 5, 2, True), (3, 5, 2, False), (9, 7, 7, True)],
)
def test_a_daily_span_that_ends_before_it_starts_crosses_midnight(
    now_s: float, start_s: float, end_s: float, inside: bool
) -> None:
    assert within(now_s, start_s, end_s) is inside
