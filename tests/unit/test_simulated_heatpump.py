from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simulated.heatpump import (
    HeatPumpParameters,
    HeatPumpState,
    advance,
    capacity_w,
    cop,
    setpoint_c,
)
from adapters.simulated.inputs import SgReady

PUMP = HeatPumpParameters()
RESTED = HeatPumpState(running=False, in_state_s=3600.0, power_w=0.0, flow_temperature_c=30.0)
FLOW_W_PER_K = 0.4 * 4186.0


def after(
    state: HeatPumpState, sg_ready: SgReady, sensor_c: float, dt_s: float = 10.0
) -> tuple[HeatPumpState, float]:
    return advance(
        PUMP,
        state,
        sg_ready=sg_ready,
        sensor_c=sensor_c,
        return_c=sensor_c - 8.0,
        outside_c=2.0,
        flow_w_per_k=FLOW_W_PER_K,
        dt_s=dt_s,
    )


def test_the_cop_at_7_35_is_about_three_and_a_half() -> None:
    assert cop(PUMP, 35.0, 7.0) == pytest.approx(3.5, abs=0.05)


@given(st.floats(20.0, 75.0), st.floats(-25.0, 35.0))
def test_the_cop_falls_with_the_flow_and_rises_with_the_outside(
    flow_c: float, outside_c: float
) -> None:
    here = cop(PUMP, flow_c, outside_c)
    assert 1.0 < here < 6.0
    assert cop(PUMP, flow_c + 1.0, outside_c) <= here <= cop(PUMP, flow_c, outside_c + 1.0)


def test_the_capacity_falls_in_the_cold_and_is_level_beyond_its_ends() -> None:
    assert capacity_w(PUMP, 7.0) == 9000.0
    assert capacity_w(PUMP, -7.0) == 7000.0
    assert capacity_w(PUMP, -20.0) == capacity_w(PUMP, -30.0) > 5000.0
    assert capacity_w(PUMP, 40.0) == 10_000.0


def test_sg_ready_raises_the_setpoint() -> None:
    states = (SgReady.NORMAL, SgReady.RECOMMENDED, SgReady.FORCED)
    values = [setpoint_c(PUMP, state) for state in states]
    assert all(lower < higher for lower, higher in pairwise(values))


def test_normal_holds_its_minimum_with_hysteresis() -> None:
    assert not after(RESTED, SgReady.NORMAL, 45.0)[0].running
    started, heat_w = after(RESTED, SgReady.NORMAL, 43.0)
    assert started.running
    assert heat_w / started.power_w == pytest.approx(cop(PUMP, started.flow_temperature_c, 2.0))
    long_run = started._replace(in_state_s=3600.0)
    assert after(long_run, SgReady.NORMAL, 49.0)[0].running
    assert not after(long_run, SgReady.NORMAL, 51.0)[0].running


def test_a_recommendation_starts_only_a_buffer_below_the_raised_setpoint() -> None:
    assert after(RESTED, SgReady.RECOMMENDED, 50.0)[0].running
    assert not after(RESTED, SgReady.RECOMMENDED, 56.0)[0].running


def test_forced_runs_at_full_capacity() -> None:
    _, gentle_w = after(RESTED, SgReady.RECOMMENDED, 52.9)
    _, forced_w = after(RESTED, SgReady.FORCED, 52.9)
    assert gentle_w <= forced_w == capacity_w(PUMP, 2.0)


def test_a_lock_stops_after_the_minimum_run_and_starts_nothing() -> None:
    started, _ = after(RESTED, SgReady.NORMAL, 30.0)
    assert after(started, SgReady.LOCKED, 30.0)[0].running
    assert not after(started._replace(in_state_s=600.0), SgReady.LOCKED, 30.0)[0].running
    assert not after(RESTED, SgReady.LOCKED, 30.0)[0].running


def test_a_flow_above_its_limit_stops_at_once() -> None:
    started, _ = after(RESTED, SgReady.NORMAL, 30.0)
    stopped, heat_w = after(started, SgReady.FORCED, 82.0)
    assert not stopped.running
    assert heat_w == stopped.power_w == 0.0
    assert stopped.in_state_s == 10.0


@given(
    st.lists(
        st.tuples(st.sampled_from(SgReady), st.floats(20.0, 60.0), st.integers(1, 90)),
        min_size=1,
        max_size=12,
    )
)
def test_minimum_run_and_pause_are_kept(plan: list[tuple[SgReady, float, int]]) -> None:
    state, seconds = RESTED, 3600.0
    for sg_ready, sensor_c, times in plan:
        for _ in range(times):
            new, heat_w = after(state, sg_ready, sensor_c)
            assert (heat_w > new.power_w > 0.0) == new.running
            if new.running != state.running:
                least_s = PUMP.minimum_run_s if state.running else PUMP.minimum_pause_s
                assert seconds >= least_s - 1e-6
                seconds = 0.0
            seconds += 10.0
            state = new
