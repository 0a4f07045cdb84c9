from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from adapters.simulated.tank import (
    BUFFER,
    WATER_J_PER_KG_K,
    Layers,
    Stream,
    advance,
    energy_j,
    inlet_layer,
    settle,
)

temperatures = st.floats(5.0, 95.0)
buffers: st.SearchStrategy[Layers] = st.tuples(*[temperatures] * BUFFER.layers)
streams = st.lists(
    st.builds(Stream, st.integers(0, 4), st.integers(0, 4), st.floats(0.0, 20.0), temperatures),
    max_size=4,
)


@given(buffers)
def test_settled_water_lies_hot_over_cold_and_keeps_its_energy(layers: Layers) -> None:
    settled = settle(layers)
    assert all(upper >= lower - 1e-9 for upper, lower in pairwise(settled))
    assert abs(sum(settled) - sum(layers)) <= 1e-9 * sum(layers)
    assert settle(tuple(sorted(layers, reverse=True))) == tuple(sorted(layers, reverse=True))


def test_warm_water_below_mixes_only_as_far_up_as_it_is_warmer() -> None:
    assert settle((60.0, 40.0, 30.0, 50.0, 20.0)) == (60.0, 40.0, 40.0, 40.0, 20.0)


@given(buffers, streams, temperatures)
def test_a_tank_balances_and_stays_between_what_acts_on_it(
    layers: Layers, flows: list[Stream], ambient_c: float
) -> None:
    settled = settle(layers)
    new, lost_j = advance(BUFFER, settled, flows, ambient_c=ambient_c, dt_s=10.0)
    brought_j = WATER_J_PER_KG_K * sum(
        flow.mass_kg * (flow.inlet_temperature_c - settled[flow.outlet_layer]) for flow in flows
    )
    gained_j = energy_j(BUFFER, new) - energy_j(BUFFER, settled)
    assert abs(gained_j - brought_j + lost_j) < 1e-6 * energy_j(BUFFER, new)
    acting = [*settled, ambient_c, *(flow.inlet_temperature_c for flow in flows)]
    assert min(acting) - 1e-9 <= min(new) <= max(new) <= max(acting) + 1e-9


def test_a_tank_left_alone_cools_as_its_energy_label_says() -> None:
    layers, lost_j = advance(BUFFER, (65.0,) * 5, (), ambient_c=20.0, dt_s=10.0)
    assert abs(lost_j / 10.0 - 99.0) < 0.1
    assert all(19.0 < layer_c < 65.0 for layer_c in layers)


def test_coils_heat_their_own_layer() -> None:
    coil_j = (0.0, 0.0, 0.0, 0.0, 160.0 * WATER_J_PER_KG_K)
    layers, _ = advance(BUFFER, (30.0,) * 5, (), coil_j=coil_j, ambient_c=30.0, dt_s=1.0)
    assert abs(sum(layers) - 151.0) < 1e-9


def test_water_enters_above_the_first_layer_that_is_not_warmer() -> None:
    layers = (60.0, 50.0, 40.0)
    assert [inlet_layer(layers, c) for c in (65.0, 55.0, 50.0, 20.0)] == [0, 1, 1, 2]
