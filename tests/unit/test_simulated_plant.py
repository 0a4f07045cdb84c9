"""The laws of the whole plant, over random weather and commands."""

from dataclasses import replace
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.simulated.balance import NOTHING, EnergyBalance
from adapters.simulated.building import BuildingParameters, Rooms
from adapters.simulated.electricity import KWH_J
from adapters.simulated.hydraulics import HydraulicParameters
from adapters.simulated.inputs import BatteryMode, Boundary, Commands, SgReady
from adapters.simulated.miners import MinerParameters, MinerState
from adapters.simulated.plant import step
from adapters.simulated.state import (
    PlantParameters,
    PlantState,
    Water,
    initial_state,
    soc_percent,
)

HOUSE = PlantParameters(seed=7)
MORNING_S = 1_711_350_000.0  # 2024-03-25 07:00 UTC

percent = st.floats(0.0, 100.0)
boundaries = st.builds(
    Boundary,
    wall_s=st.floats(0.0, 86_400.0).map(lambda seconds: MORNING_S + seconds),
    utc_offset_s=st.sampled_from((3600, 7200)),
    pv_available_w=st.floats(0.0, 15_000.0),
    base_house_load_w=st.floats(0.0, 8000.0),
    outside_temperature_c=st.floats(-25.0, 40.0),
    irradiance_w_m2=st.floats(0.0, 1000.0),
    price_ct_per_kwh=st.floats(-50.0, 200.0),
)
commands = st.builds(
    Commands,
    miner1_power_target_w=st.floats(0.0, 4000.0),
    miner2_power_target_w=st.floats(0.0, 4000.0),
    sg_ready=st.sampled_from(SgReady),
    battery_mode=st.sampled_from(BatteryMode),
    rv1_position_target_percent=percent,
    rv2_position_target_percent=percent,
    p3_run=st.booleans(),
    p4_run=st.booleans(),
    p5_run=st.booleans(),
)
plans = st.lists(
    st.tuples(boundaries, commands, st.sampled_from((0.1, 1.0, 10.0, 60.0)), st.integers(1, 40)),
    min_size=1,
    max_size=8,
)
Plan = list[tuple[Boundary, Commands, float, int]]


def temperatures_c(state: PlantState) -> list[float]:
    return [
        *state.water.buffer_c,
        *state.water.hot_water_c,
        *state.water[2:],
        *state.rooms,
        state.miner1.board_temperature_c,
        state.miner2.board_temperature_c,
    ]


def largest_j(balance: EnergyBalance) -> float:
    return max(abs(energy_j) for energy_j in balance)


@settings(max_examples=80, deadline=None)
@given(plans)
def test_energy_is_conserved_and_every_part_keeps_its_limits(plan: Plan) -> None:
    state = initial_state(HOUSE)
    for boundary, orders, dt_s, times in plan:
        for number in range(times):
            now = boundary._replace(wall_s=boundary.wall_s + number * dt_s)
            new, balance = step(HOUSE, state, now, orders, dt_s)
            # Closing to a millionth of the largest flow.
            assert abs(balance.electrical_residual_j) <= 1e-6 * largest_j(balance)
            assert abs(balance.thermal_residual_j) <= 1e-6 * largest_j(balance)
            assert all(isfinite(c) and -20.0 < c < 112.0 for c in temperatures_c(new))
            assert 0.0 <= soc_percent(HOUSE, new) <= 100.0
            travel = 100.0 / 75.0 * dt_s + 1e-9
            assert abs(new.rv1_position_percent - state.rv1_position_percent) <= travel
            assert abs(new.rv2_position_percent - state.rv2_position_percent) <= travel
            for miner in (new.miner1, new.miner2):
                assert miner.power_w == 15.0 or 1700.0 <= miner.power_w <= 3300.0
            state = new


@settings(max_examples=40, deadline=None)
@given(plans)
def test_the_heat_pump_keeps_its_minimum_times(plan: Plan) -> None:
    """Only a flow above its limit may end a run early."""
    state = initial_state(HOUSE)
    for boundary, orders, _, times in plan:
        for _ in range(times):
            new, _ = step(HOUSE, state, boundary, orders, 10.0)
            before, after = state.heat_pump, new.heat_pump
            if after.running and not before.running:
                assert before.in_state_s >= HOUSE.heat_pump.minimum_pause_s
            if before.running and not after.running:
                too_hot = state.water.buffer_c[3] > HOUSE.heat_pump.flow_limit_c - 8.0
                assert too_hot or before.in_state_s >= HOUSE.heat_pump.minimum_run_s
            state = new


PASSIVE = PlantParameters(
    miner1=MinerParameters(paused_power_w=0.0),
    miner2=MinerParameters(paused_power_w=0.0),
    building=BuildingParameters(person_gain_w=0.0),
    hydraulics=HydraulicParameters(pump_power_w=0.0),
)
warm = st.floats(5.0, 90.0)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Water,
        st.tuples(*[warm] * 5),
        st.tuples(*[warm] * 3),
        warm,
        warm,
    ),
    st.builds(Rooms, warm, st.floats(5.0, 30.0)),
    st.tuples(warm, warm),
    boundaries,
    commands,
)
def test_heat_flows_from_hot_to_cold_only(
    water: Water, rooms: Rooms, boards: tuple[float, float], boundary: Boundary, orders: Commands
) -> None:
    """Without any source nothing gets hotter than the hottest or colder than the coldest."""
    still = boundary._replace(base_house_load_w=0.0, irradiance_w_m2=0.0)
    off = orders._replace(
        miner1_power_target_w=0.0, miner2_power_target_w=0.0, sg_ready=SgReady.LOCKED
    )
    state = replace(
        initial_state(PASSIVE),
        water=water,
        rooms=rooms,
        miner1=MinerState(0.0, boards[0]),
        miner2=MinerState(0.0, boards[1]),
    )
    for _ in range(20):
        before = [
            *temperatures_c(state),
            still.outside_temperature_c,
            PASSIVE.draw.cold_temperature_c,
        ]
        state, _ = step(PASSIVE, state, still, off, 10.0)
        after = temperatures_c(state)
        assert min(before) - 1e-9 <= min(after) <= max(after) <= max(before) + 1e-9


SUNNY = Boundary(MORNING_S, 3600, 6000.0, 500.0, 4.0, 300.0, 10.0)
BUSY = Commands(3000.0, 2500.0, p3_run=True, p4_run=True, p5_run=True)


def run(state: PlantState, seconds: float, dt_s: float, orders: Commands = BUSY) -> PlantState:
    for number in range(round(seconds / dt_s)):
        now = SUNNY._replace(wall_s=SUNNY.wall_s + number * dt_s)
        state, _ = step(HOUSE, state, now, orders, dt_s)
    return state


def distance_k(first: PlantState, second: PlantState) -> float:
    pairs = zip(temperatures_c(first), temperatures_c(second), strict=True)
    return max(abs(one - other) for one, other in pairs)


def test_shorter_steps_converge() -> None:
    warm_plant = run(initial_state(HOUSE, 4.0), 1800.0, 10.0)
    coarse, middle, fine = (run(warm_plant, 600.0, dt_s) for dt_s in (4.0, 2.0, 1.0))
    assert distance_k(coarse, fine) < 0.2
    assert distance_k(middle, fine) < 0.6 * distance_k(coarse, fine)


@settings(max_examples=40, deadline=None)
@given(plans, st.floats(0.1, 1.0))
def test_one_small_step_is_about_two_of_half_its_length(plan: Plan, half_s: float) -> None:
    state = initial_state(HOUSE)
    for boundary, orders, _, times in plan:
        for _ in range(times):
            state, _ = step(HOUSE, state, boundary, orders, 10.0)
    boundary, orders, _, _ = plan[-1]
    whole, _ = step(HOUSE, state, boundary, orders, 2.0 * half_s)
    once, _ = step(HOUSE, state, boundary, orders, half_s)
    later = boundary._replace(wall_s=boundary.wall_s + half_s)
    twice, _ = step(HOUSE, once, later, orders, half_s)
    # A target taken up half a step earlier is worth 3.3 kW for a second in 2.5 kJ/K of board.
    assert distance_k(whole, twice) < 1.4


def test_a_long_step_is_its_parts() -> None:
    state = run(initial_state(HOUSE), 600.0, 10.0)
    whole, balance = step(HOUSE, state, SUNNY, BUSY, 60.0)
    assert whole == run(state, 60.0, 10.0)
    assert abs(balance.miner1_j - 60.0 * 3000.0) < 1e-3


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    first, again = (run(initial_state(HOUSE), 7200.0, 10.0) for _ in range(2))
    assert first == again
    state = initial_state(HOUSE)
    for number in range(720):
        now = SUNNY._replace(wall_s=SUNNY.wall_s + number * 10.0)
        state, _ = step(replace(HOUSE, seed=8), state, now, BUSY, 10.0)
    assert state.water.hot_water_c != first.water.hot_water_c


def test_without_flow_the_water_at_the_miners_heats_up_by_eight_kelvin_a_minute() -> None:
    flowing = run(initial_state(HOUSE), 1800.0, 10.0, BUSY._replace(miner2_power_target_w=0.0))
    dry = BUSY._replace(miner2_power_target_w=0.0, p3_run=False)
    start = run(flowing, 20.0, 1.0, dry)
    end = run(start, 30.0, 1.0, dry)
    rise_k = 2.0 * (end.water.supply_temperature_c - start.water.supply_temperature_c)
    assert 7.0 < rise_k < 9.5


def test_both_valves_shut_stop_the_flow_as_well() -> None:
    flowing = run(initial_state(HOUSE), 1800.0, 10.0)
    shut = run(flowing, 300.0, 10.0, BUSY._replace(rv1_position_target_percent=0.0))
    assert shut.water.supply_temperature_c > flowing.water.supply_temperature_c + 15.0
    assert shut.miner1.protected


def test_rv2_heats_the_hot_water() -> None:
    cool = replace(initial_state(HOUSE), water=Water((40.0,) * 5, (30.0,) * 3, 30.0, 30.0))
    orders = Commands(3000.0, 3000.0, p3_run=True)
    direct = orders._replace(rv1_position_target_percent=0.0, rv2_position_target_percent=100.0)
    by_coil = run(cool, 3600.0, 10.0, direct)
    by_buffer = run(cool, 3600.0, 10.0, orders)
    assert by_coil.water.hot_water_c[-1] > by_buffer.water.hot_water_c[-1] + 5.0
    assert by_buffer.water.buffer_c[0] > by_coil.water.buffer_c[0] + 1.0


def test_a_running_heat_pump_fills_the_buffer_with_more_than_it_draws() -> None:
    cold = replace(initial_state(HOUSE), water=Water((35.0,) * 5, (45.0,) * 3, 20.0, 20.0))
    new, balance = step(HOUSE, cold, SUNNY, Commands(), 10.0)
    assert new.heat_pump.running
    assert balance.ambient_heat_j > balance.heat_pump_j > 0.0
    assert sum(new.water.buffer_c) > sum(cold.water.buffer_c)


@pytest.mark.parametrize("dt_s", [0.0, -1.0, float("nan")])
def test_a_step_without_duration_is_refused(dt_s: float) -> None:
    with pytest.raises(ValueError, match="above 0 s"):
        step(HOUSE, initial_state(HOUSE), SUNNY, BUSY, dt_s)


def test_a_new_plant_rests() -> None:
    state = initial_state(HOUSE)
    assert not state.heat_pump.running
    assert not state.p3_running
    assert soc_percent(HOUSE, state) == 50.0


def test_a_frosty_day_with_the_heat_pump_alone_is_a_german_winter_day() -> None:
    """At 0 °C the rooms stay warm on some 85 kWh of loss; the pump takes a third of its heat."""
    state, total = initial_state(HOUSE, 0.0), NOTHING
    frost = Boundary(MORNING_S, 3600, 0.0, 500.0, 0.0, 0.0, 30.0)
    for minute in range(24 * 60):
        now = frost._replace(wall_s=frost.wall_s + minute * 60.0)
        state, balance = step(HOUSE, state, now, Commands(p4_run=True), 60.0)
        total = total.plus(balance)
        assert 19.0 < state.rooms.temperature_c < 22.0
    heat_pump_heat_j = total.heat_pump_j + total.ambient_heat_j
    assert 80.0 < total.envelope_loss_j / KWH_J < 95.0
    assert 60.0 < heat_pump_heat_j / KWH_J < 90.0
    assert 2.1 < heat_pump_heat_j / total.heat_pump_j < 3.2
    assert 5.0 < total.hot_water_j / KWH_J < 10.0
