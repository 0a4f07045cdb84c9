"""A stratified tank: equal layers, the hottest on top.

Every exchange is explicit and its coefficients stay positive while less than one layer of water
moves in a step, so no layer ever leaves the range of the temperatures that act on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WATER_J_PER_KG_K = 4186.0
"""Specific heat of water near 40 °C; one litre counts as one kilogram."""

Layers = tuple[float, ...]
"""Temperatures in °C from top to bottom."""


@dataclass(frozen=True, slots=True)
class TankParameters:
    """Size and losses of a tank.

    `loss_w_per_k` is the whole surface's; `conduction_w_per_k` acts between neighbouring layers.
    """

    mass_kg: float
    layers: int
    loss_w_per_k: float
    conduction_w_per_k: float


BUFFER = TankParameters(mass_kg=800.0, layers=5, loss_w_per_k=2.2, conduction_w_per_k=2.0)
"""800 l. Loss: upper end of energy class B, 12 + 5.93·V^0.4 W at 45 K (EU 812/2013): 98 W.
Conduction: 0.47 m² over 0.34 m at 1.5 W/mK, twice that of water because of wall and fittings
(assumption for asp1).
"""

HOT_WATER = TankParameters(mass_kg=300.0, layers=3, loss_w_per_k=1.55, conduction_w_per_k=0.8)
"""300 l. Loss: upper end of class B as above, 70 W. Conduction: assumption, as above."""


class Stream(NamedTuple):
    """Water that enters one layer and leaves another during a step; the tank stays full."""

    inlet_layer: int
    outlet_layer: int
    mass_kg: float
    inlet_temperature_c: float


def inlet_layer(layers: Layers, temperature_c: float) -> int:
    """Return the layer where a stratifying inlet lets water out: the highest not warmer than it."""
    for index, layer_c in enumerate(layers):
        if layer_c <= temperature_c:
            return index
    return len(layers) - 1


def settle(layers: Layers) -> Layers:
    """Return the layers after warm water under cold has risen and mixed; energy is kept.

    Neighbours that lie upside down become one block of their mean, until none does.
    """
    previous = layers[0]
    for temperature_c in layers:
        if temperature_c > previous:
            break
        previous = temperature_c
    else:
        return layers
    blocks: list[tuple[float, int]] = []
    for temperature_c in layers:
        mean_c, count = temperature_c, 1
        while blocks and blocks[-1][0] < mean_c:
            above_c, above = blocks.pop()
            mean_c = (mean_c * count + above_c * above) / (count + above)
            count += above
        blocks.append((mean_c, count))
    return tuple(mean_c for mean_c, count in blocks for _ in range(count))


def advance(
    parameters: TankParameters,
    layers: Layers,
    streams: Sequence[Stream],
    *,
    coil_j: Sequence[float] | None = None,
    ambient_c: float,
    dt_s: float,
) -> tuple[Layers, float]:
    """Return the layers after `dt_s` seconds and the heat lost to the room in joules.

    `coil_j` is the heat that coils put into each layer, if there are any. Streams add up to one
    net flow between neighbours, which carries the temperature of the layer it comes from (upwind).
    """
    count = parameters.layers
    layer_kg = parameters.mass_kg / count
    # Gains are counted in kg·K: the specific heat of water is the same everywhere.
    gain = [0.0] * count if coil_j is None else [heat_j / WATER_J_PER_KG_K for heat_j in coil_j]
    down_kg = [0.0] * (count - 1)
    for inlet, outlet, mass_kg, inlet_c in streams:
        if mass_kg == 0.0:
            continue
        gain[inlet] += mass_kg * inlet_c
        gain[outlet] -= mass_kg * layers[outlet]
        if inlet < outlet:
            for boundary in range(inlet, outlet):
                down_kg[boundary] += mass_kg
        else:
            for boundary in range(outlet, inlet):
                down_kg[boundary] -= mass_kg
    conduction = parameters.conduction_w_per_k * dt_s / WATER_J_PER_KG_K
    for upper, flow_kg in enumerate(down_kg):
        upper_c = layers[upper]
        lower_c = layers[upper + 1]
        moved = flow_kg * (upper_c if flow_kg > 0.0 else lower_c) + conduction * (upper_c - lower_c)
        gain[upper] -= moved
        gain[upper + 1] += moved
    loss = parameters.loss_w_per_k / count * dt_s / WATER_J_PER_KG_K
    lost_j = (sum(layers) - count * ambient_c) * loss * WATER_J_PER_KG_K
    new = tuple(
        [
            temperature_c + (heat - loss * (temperature_c - ambient_c)) / layer_kg
            for temperature_c, heat in zip(layers, gain, strict=True)
        ]
    )
    return settle(new), lost_j


def energy_j(parameters: TankParameters, layers: Layers) -> float:
    """Return the heat stored above 0 °C in joules."""
    return sum(layers) / parameters.layers * parameters.mass_kg * WATER_J_PER_KG_K
