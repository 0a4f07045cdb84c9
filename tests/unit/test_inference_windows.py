import pytest

from engine.inference.windows import PARTS, advance, average, rate

LENGTH_S = 300.0


@pytest.mark.parametrize("step_s", [0.5, 1.0, 7.3, 60.0, 299.0, 300.0, 301.0, 1_800.0])
def test_a_window_covers_its_length_however_far_scans_lie_apart(step_s: float) -> None:
    """Of x = 2 t the rate is 2, and the average says how far the window reaches back."""
    state, now_s = None, 1_000.0
    for _ in range(int(3 * LENGTH_S / step_s) + 3):
        state = advance(state, 2.0 * now_s, LENGTH_S, now_s)
        last_s, now_s = now_s, now_s + step_s
    assert rate(state, LENGTH_S) == pytest.approx(2.0)
    mean = average(state, LENGTH_S)
    assert mean is not None
    # The value of a scan stands until the next, so the mean lies half a step before the middle.
    reach_s = (last_s - mean / 2.0) * 2.0 - step_s
    slack_s = max(LENGTH_S / PARTS, step_s)
    assert LENGTH_S - 1e-6 <= reach_s <= LENGTH_S + slack_s + 1e-6


def test_a_window_is_unknown_until_its_length_has_passed() -> None:
    state = advance(None, 5.0, LENGTH_S, 0.0)
    assert (rate(state, LENGTH_S), average(state, LENGTH_S)) == (None, None)
    state = advance(state, 5.0, LENGTH_S, 299.9)
    assert (rate(state, LENGTH_S), average(state, LENGTH_S)) == (None, None)
    state = advance(state, 5.0, LENGTH_S, 300.0)
    assert (rate(state, LENGTH_S), average(state, LENGTH_S)) == (0.0, 5.0)


def test_one_unknown_scan_starts_it_anew() -> None:
    state = advance(advance(None, 5.0, LENGTH_S, 0.0), 5.0, LENGTH_S, 300.0)
    assert advance(state, None, LENGTH_S, 301.0) is None
    assert average(None, LENGTH_S) is None
    assert rate(None, LENGTH_S) is None
