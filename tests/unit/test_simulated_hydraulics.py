from hypothesis import given
from hypothesis import strategies as st

from adapters.simulated.hydraulics import (
    HydraulicParameters,
    energy_j,
    miner_flows_kg_per_s,
    move_valve,
    through_coil,
)
from adapters.simulated.tank import WATER_J_PER_KG_K

PIPES = HydraulicParameters()
percent = st.floats(0.0, 100.0)


def test_a_valve_needs_75_seconds_for_the_whole_way() -> None:
    position = 0.0
    for _ in range(74):
        position = move_valve(PIPES, position, 100.0, 1.0)
    assert 98.0 < position < 100.0
    assert move_valve(PIPES, position, 100.0, 2.0) == 100.0
    assert move_valve(PIPES, 100.0, 0.0, 75.0) < 1e-9


@given(percent, st.floats(-50.0, 150.0), st.floats(0.1, 60.0))
def test_a_valve_moves_no_faster_and_no_further(
    position: float, target: float, dt_s: float
) -> None:
    new = move_valve(PIPES, position, target, dt_s)
    assert 0.0 <= new <= 100.0
    assert abs(new - position) <= 100.0 / 75.0 * dt_s + 1e-9


@given(percent, percent)
def test_the_pump_gives_what_the_open_ways_let_through(rv1: float, rv2: float) -> None:
    first, second = miner_flows_kg_per_s(PIPES, rv1, rv2, p3_running=True)
    assert 0.0 <= first + second <= PIPES.p3_kg_per_s + 1e-12
    assert abs(first * rv2 - second * rv1) < 1e-9
    assert miner_flows_kg_per_s(PIPES, rv1, rv2, p3_running=False) == (0.0, 0.0)


def test_one_open_way_has_the_full_flow_and_none_has_none() -> None:
    assert miner_flows_kg_per_s(PIPES, 0.0, 100.0, p3_running=True) == (0.0, PIPES.p3_kg_per_s)
    assert miner_flows_kg_per_s(PIPES, 0.0, 0.0, p3_running=True) == (0.0, 0.0)


@given(
    st.tuples(*[st.floats(5.0, 95.0)] * 3),
    st.just(0.0) | st.floats(0.01, 5.0),
    st.floats(5.0, 95.0),
)
def test_a_coil_moves_heat_from_hot_to_cold_and_loses_none(
    layers: tuple[float, ...], mass_kg: float, inlet_c: float
) -> None:
    heats, outlet_c = through_coil(PIPES, layers, mass_kg, inlet_c, 10.0)
    assert heats[0] == 0.0
    stream_c = inlet_c
    for layer_c, heat_j in zip(layers, heats, strict=True):
        assert heat_j * (stream_c - layer_c) >= -1e-9
        if heat_j != 0.0:
            passed_c = stream_c - heat_j / (mass_kg * WATER_J_PER_KG_K)
            assert min(stream_c, layer_c) - 1e-9 <= passed_c <= max(stream_c, layer_c) + 1e-9
            stream_c = passed_c
    assert abs(stream_c - outlet_c) < 1e-9


def test_the_water_in_the_pipes_stores_heat() -> None:
    warmed_j = energy_j(PIPES, 41.0, 30.0) - energy_j(PIPES, 40.0, 30.0)
    assert abs(warmed_j - PIPES.supply_water_kg * WATER_J_PER_KG_K) < 1e-6
