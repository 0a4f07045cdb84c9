from dataclasses import FrozenInstanceError, replace

import pytest

from adapters.simulated.state import PlantParameters, initial_state, thermal_energy_j

HOUSE = PlantParameters()


def test_a_state_is_a_plain_value() -> None:
    state = initial_state(HOUSE)
    assert state == initial_state(HOUSE)
    assert hash(state) == hash(initial_state(HOUSE))
    with pytest.raises(FrozenInstanceError):
        state.p3_running = True  # type: ignore[misc]


def test_a_kelvin_in_the_tanks_and_rooms_is_worth_its_heat_capacity() -> None:
    state = initial_state(HOUSE)
    before_j = thermal_energy_j(HOUSE, state)
    water = state.water._replace(buffer_c=tuple(c + 1.0 for c in state.water.buffer_c))
    assert thermal_energy_j(HOUSE, replace(state, water=water)) - before_j == pytest.approx(
        800.0 * 4186.0
    )
    rooms = state.rooms._replace(temperature_c=state.rooms.temperature_c + 1.0)
    assert thermal_energy_j(HOUSE, replace(state, rooms=rooms)) - before_j == pytest.approx(24.75e6)
