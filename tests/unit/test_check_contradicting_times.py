import pytest

from tests.unit.checking import messages

CODE = "contradicting-times"


def found(limits: str) -> list[str]:
    miner = f"{{unit: W, range: [0, 3.3 kW], default: 0 W, failsafe: 0 W, {limits}}}"
    plant = f"outputs:\n  miner: {miner}\n"
    return messages(CODE, "ruleset: test", plant)


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (
            "max_starts: 4 per 1 h, min_on: 20 min, min_off: 10 min",
            (
                "warning: `miner`: `max_starts: 4` can never be reached, for a time on and a time"
                " off last 30 min at least"
            ),
        ),
        (
            "max_changes: 30 per 1 h, settle: 3 min",
            (
                "warning: `miner`: `max_changes: 30` can never be reached, for `settle` allows a"
                " change only every 3 min"
            ),
        ),
        (
            "max_starts: 6 per 1 h, max_changes: 4 per 1 h",
            (
                "warning: `miner`: `max_starts: 6` can never be reached, for each start and each"
                " stop is one of the 4 changes that `max_changes` allows"
            ),
        ),
    ],
)
def test_limits_that_contradict_each_other(limits: str, why: str) -> None:
    assert found(limits) == [why]


def test_a_rest_in_the_gap_below_the_smallest_power_is_an_error() -> None:
    plant = (
        "outputs:\n  miner: {unit: W, range: [0, 3.3 kW], default: 1 kW, failsafe: 1 kW,"
        " off_below: 1.7 kW}\n"
    )
    assert messages(CODE, "ruleset: test", plant) == [
        f"error: `miner`: its `{key}` lies between 0 and `off_below`, where it may not stay"
        for key in ("default", "failsafe")
    ]


def test_a_step_wider_than_the_range_is_an_error() -> None:
    plant = (
        "outputs:\n  miner: {unit: W, range: [2 kW, 3.3 kW], default: 2 kW, failsafe: 2 kW,"
        " step: 1.5 kW}\n"
    )
    assert messages(CODE, "ruleset: test", plant) == [
        "error: `miner`: `step` is wider than the range, so it could never move"
    ]


@pytest.mark.parametrize(
    "limits",
    [
        "max_starts: 3 per 1 h, min_on: 20 min, min_off: 10 min",
        "max_changes: 12 per 1 h, settle: 3 min",
        "max_starts: 3 per 1 h, max_changes: 12 per 1 h",
        "step: 3.3 kW, off_below: 1.7 kW",
        "min_on: 1 h, min_off: 1 h",
    ],
)
def test_limits_that_go_together(limits: str) -> None:
    assert found(limits) == []
