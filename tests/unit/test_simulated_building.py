import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simulated.building import (
    HOUR_S,
    BuildingParameters,
    Rooms,
    advance,
    drawn_kg,
    energy_j,
    flow_setpoint_c,
    loss_w,
    mixer_share,
    thermostat_opening,
)
from adapters.simulated.inputs import Boundary

HOUSE = BuildingParameters()
NOON_S = 12 * HOUR_S


def weather(outside_c: float, load_w: float = 0.0, irradiance_w_m2: float = 0.0) -> Boundary:
    return Boundary(0.0, 0, 0.0, load_w, outside_c, irradiance_w_m2, 30.0)


def test_the_heating_curve_rises_with_the_cold_and_sets_back_at_night() -> None:
    assert flow_setpoint_c(HOUSE, -12.0, NOON_S) == pytest.approx(45.0, abs=0.1)
    assert flow_setpoint_c(HOUSE, 25.0, NOON_S) == HOUSE.curve_base_c
    for hour in (22.0, 23.9, 0.0, 4.9):
        assert flow_setpoint_c(HOUSE, 0.0, hour * HOUR_S) == pytest.approx(29.6)
    assert flow_setpoint_c(HOUSE, 0.0, 5.0 * HOUR_S) == pytest.approx(35.6)


def test_the_curve_meets_the_loss_at_any_outside_temperature() -> None:
    """The emitter settles where flow minus emitter and emitter minus room carry the same heat."""
    circulating_w_per_k = 0.28 * 4186.0
    for outside_c in (-12.0, 0.0, 10.0):
        flow_c = flow_setpoint_c(HOUSE, outside_c, NOON_S)
        series = 1.0 / (1.0 / circulating_w_per_k + 1.0 / HOUSE.emitter_w_per_k)
        assert series * (flow_c - 20.0) == pytest.approx(180.0 * (20.0 - outside_c), rel=0.03)


def test_thermostats_close_around_the_setpoint() -> None:
    openings = [thermostat_opening(HOUSE, room_c) for room_c in (18.0, 20.5, 23.0)]
    assert openings == [1.0, 0.5, 0.0]


def test_the_mixer_draws_what_the_flow_needs() -> None:
    assert mixer_share(35.0, 60.0, 30.0) == pytest.approx(5.0 / 30.0)
    assert mixer_share(35.0, 33.0, 30.0) == 1.0
    assert mixer_share(28.0, 60.0, 30.0) == 0.0


def test_nothing_is_drawn_without_the_pump() -> None:
    rooms = Rooms(25.0, 20.0)
    arguments = {"hot_c": 50.0, "outside_c": 0.0, "time_of_day_s": NOON_S}
    assert drawn_kg(HOUSE, rooms, circulating_kg=0.0, **arguments) == 0.0
    assert 0.0 < drawn_kg(HOUSE, rooms, circulating_kg=2.8, **arguments) < 2.8


def test_windows_open_only_when_it_is_warm_inside_and_cooler_outside() -> None:
    assert loss_w(HOUSE, 23.0, 13.0) == 1800.0
    assert loss_w(HOUSE, 26.0, 16.0) == 4800.0
    assert loss_w(HOUSE, 26.0, 30.0) == -720.0


@given(
    st.builds(Rooms, st.floats(10.0, 60.0), st.floats(5.0, 30.0)),
    st.floats(0.0, 12_000.0),
    st.floats(10.0, 90.0),
    st.builds(weather, st.floats(-20.0, 38.0), st.floats(0.0, 8000.0), st.floats(0.0, 1000.0)),
)
def test_rooms_balance(
    rooms: Rooms, drawn_j_per_k: float, hot_c: float, boundary: Boundary
) -> None:
    new, heat = advance(
        HOUSE,
        rooms,
        drawn_j_per_k=drawn_j_per_k,
        hot_c=hot_c,
        waste_j=500.0,
        boundary=boundary,
        dt_s=10.0,
    )
    gained_j = (
        drawn_j_per_k * (hot_c - rooms.emitter_temperature_c)
        + 500.0
        + heat.appliance_j
        + heat.person_j
        + heat.solar_j
        - heat.envelope_loss_j
    )
    stored_j = energy_j(HOUSE, new) - energy_j(HOUSE, rooms)
    assert stored_j == pytest.approx(gained_j, rel=1e-6, abs=1e-3)


def test_a_house_without_heat_cools_with_a_time_constant_of_a_day_and_a_half() -> None:
    empty = BuildingParameters(person_gain_w=0.0)
    rooms = Rooms(20.0, 20.0)
    for _ in range(38 * 60):
        rooms, _ = advance(
            empty,
            rooms,
            drawn_j_per_k=0.0,
            hot_c=20.0,
            waste_j=0.0,
            boundary=weather(0.0),
            dt_s=60.0,
        )
    assert rooms.temperature_c == pytest.approx(20.0 / 2.718, abs=0.4)
