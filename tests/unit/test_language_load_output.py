"""Outputs with their limits."""

import pytest

from engine.language.load import load
from engine.language.plant import Output, Rate


def _output(entry: str) -> tuple[Output | None, list[str]]:
    loaded = load({"plant.yaml": f"outputs:\n  a: {entry}\n".encode()})
    outputs = loaded.rulebook.plant.outputs
    return (outputs[0] if outputs else None), [problem.code for problem in loaded.problems]


NUMBER = "unit: W, range: [0, 3.3 kW], default: 0 W, failsafe: 0 W"
STATES = "values: [a, b, c], default: a, failsafe: b"


def test_a_number_with_every_limit() -> None:
    output, codes = _output(
        f"{{{NUMBER}, off_below: 1.7 kW, step: 100 W, ramp: 3 kW/min, settle: 3 min, "
        "max_changes: 12 per 1 h, min_on: 15 min, min_off: 5 min, max_starts: 3 per h, about: x}"
    )
    assert not codes
    assert output is not None
    assert (output.off_below, output.step, output.ramp_per_s, output.settle_s) == (
        1700,
        100,
        50,
        180,
    )
    assert (output.max_changes, output.max_starts) == (Rate(12, 3600), Rate(3, 3600))
    assert (output.min_on_s, output.min_off_s) == (900, 300)
    assert (output.low, output.high, output.default, output.failsafe) == (0, 3300, 0, 0)


def test_states_that_count_as_on() -> None:
    output, _ = _output(f"{{{STATES}, on: [b, c]}}")
    assert output is not None
    assert output.on_values == {"b", "c"}


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("{unit: W, range: [0, 1], default: 0 W}", "missing-failsafe"),
        ("{unit: W, range: [0, 1], failsafe: 0 W}", "missing-key"),
        ("{unit: W, default: 0 W, failsafe: 0 W}", "missing-key"),
        ("{unit: W, range: [0, 1], default: 0, failsafe: 0 W}", "wrong-dimension"),
        ("{unit: W, range: [0, 1], default: 0 W, failsafe: 2 W}", "value-outside-range"),
        (f"{{{NUMBER}, off_below: 4 kW}}", "value-outside-range"),
        (f"{{{NUMBER}, step: -1 W}}", "value-outside-range"),
        (f"{{{NUMBER}, step: 1 kWh}}", "wrong-dimension"),
        (f"{{{NUMBER}, ramp: 5 W}}", "wrong-dimension"),
        (f"{{{NUMBER}, ramp: 0 W/s}}", "value-outside-range"),
        (f"{{{NUMBER}, ramp: fast}}", "wrong-type"),
        (f"{{{NUMBER}, min_on: 5}}", "wrong-dimension"),
        (f"{{{NUMBER}, on: [a]}}", "unknown-key"),
        (f"{{{STATES}, on: [d]}}", "unknown-state"),
        (f"{{{STATES}, on: b}}", "wrong-shape"),
        (f"{{{STATES}, on: [[b]]}}", "wrong-shape"),
        (f"{{{STATES}, ramp: 5 W/s}}", "unknown-key"),
        (f"{{{STATES}, max_starts: 3}}", "syntax"),
        ("{type: bool, default: 1, failsafe: off}", "wrong-type"),
    ],
)
def test_what_is_wrong_leaves_the_output_out(entry: str, code: str) -> None:
    assert _output(entry) == (None, [code])
