"""What a point is."""

import pytest

from engine.language.load import load
from engine.language.plant import Point
from engine.language.types import BOOL, EnumType, NumberType


def _point(entry: str) -> tuple[Point | None, list[str]]:
    loaded = load({"plant.yaml": f"facts:\n  a: {entry}\n".encode()})
    points = loaded.rulebook.plant.points
    return (points[0] if points else None), [problem.code for problem in loaded.problems]


def test_numbers_truths_and_states() -> None:
    number, truth, states = (
        _point(e)[0] for e in ("{unit: kW}", "{type: bool}", "{values: [a, b]}")
    )
    assert number is not None
    assert truth is not None
    assert states is not None
    assert isinstance(number.type, NumberType)
    assert truth.type == BOOL
    assert states.type == EnumType(("a", "b"))


def test_a_range_is_in_the_unit_of_the_point() -> None:
    point, codes = _point("{unit: W, range: [-5, 3.3 kW]}")
    assert point is not None
    assert not codes
    assert (point.low, point.high) == (-5.0, 3300.0)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("{}", "missing-key"),
        ("{type: int}", "unknown-state"),
        ("{type: bool, unit: W}", "unknown-key"),
        ("{values: [a], range: [0, 1]}", "unknown-key"),
        ("{type: number, values: [a]}", "unknown-key"),
        ("{values: []}", "wrong-shape"),
        ("{values: a}", "wrong-shape"),
        ("{values: [[a]]}", "wrong-shape"),
        ("{values: [a b]}", "bad-name"),
        ("{unit: }", "missing-key"),
        ("{unit: [W]}", "wrong-shape"),
        ("{unit: X}", "unknown-unit"),
        ("{unit: W, range: 5}", "wrong-shape"),
        ("{unit: W, range: [5, 5]}", "value-outside-range"),
        ("{unit: W, range: [0, 5 kWh]}", "wrong-dimension"),
        ("{unit: W, range: [0, .inf]}", "syntax"),
        ("{unit: W, range: [0, []]}", "wrong-shape"),
        ("5", "wrong-shape"),
    ],
)
def test_what_is_wrong_leaves_the_point_out(entry: str, code: str) -> None:
    assert _point(entry) == (None, [code])
