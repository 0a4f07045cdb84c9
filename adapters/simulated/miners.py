"""A miner as a heater: target, delay, start, ramp, off gap, boards that heat water.

Times and gaps after Braiins OS as the field reports it (reference `braiins.md`): targets below the
minimum mean pause, a change is taken up late, rising power is ramped over minutes, pausing is
quick. The figures are assumptions for asp1's two S19J.
"""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class MinerParameters:
    """What one miner does with a power target."""

    minimum_power_w: float = 1700.0
    """Lowest target the firmware takes; below lies the off gap."""
    maximum_power_w: float = 3300.0
    paused_power_w: float = 15.0
    """Control board and supply while paused (assumption)."""
    apply_delay_s: float = 5.0
    """From command to effect: login, call, save."""
    start_s: float = 90.0
    """From resume to hashing at minimum power."""
    ramp_up_w_per_s: float = 6.0
    """1.6 kW in four and a half minutes; reports say four to eight."""
    ramp_down_w_per_s: float = 30.0
    board_j_per_k: float = 2500.0
    """Three boards with cold plates, about 4 kg of copper and aluminium."""
    board_to_water_w_per_k: float = 180.0
    """18 K between board and water at full power."""
    water_share: float = 0.96
    """Of the power; the rest is the supply's warm air."""
    stop_temperature_c: float = 95.0
    """The firmware pauses by itself above this board temperature."""
    resume_temperature_c: float = 75.0
    """And may start again below this one."""


class MinerState(NamedTuple):
    """One miner between two steps; `pending_s` counts while a new target waits to be applied."""

    power_w: float
    board_temperature_c: float
    target_w: float = 0.0
    pending_target_w: float = 0.0
    pending_s: float = 0.0
    starting_s: float = 0.0
    protected: bool = False


class MinerHeat(NamedTuple):
    """Where the heat of one miner went during a step, in joules."""

    to_water_j: float
    to_room_j: float


def _take_up(
    parameters: MinerParameters, state: MinerState, command_w: float, dt_s: float
) -> tuple[float, float, float]:
    """Return applied target, waiting target and how long it has waited."""
    target_w, pending_w, pending_s = state.target_w, state.pending_target_w, state.pending_s
    if pending_w == target_w:
        if command_w == target_w:
            return target_w, target_w, 0.0
        pending_w, pending_s = command_w, 0.0
    pending_s += dt_s
    if pending_s >= parameters.apply_delay_s:
        return pending_w, pending_w, 0.0
    return target_w, pending_w, pending_s


def advance(
    parameters: MinerParameters,
    state: MinerState,
    command_w: float,
    water_c: float,
    dt_s: float,
) -> tuple[MinerState, MinerHeat]:
    """Return the miner after `dt_s` seconds beside water at `water_c`, and its heat.

    The power is constant within the step: paused, or anywhere from minimum to maximum.
    """
    target_w, pending_w, pending_s = _take_up(parameters, state, command_w, dt_s)
    board_c = state.board_temperature_c
    limit_c = parameters.resume_temperature_c if state.protected else parameters.stop_temperature_c
    protected = board_c >= limit_c
    power_w, starting_s = state.power_w, 0.0
    if protected or target_w < parameters.minimum_power_w:
        power_w = parameters.paused_power_w
    elif power_w < parameters.minimum_power_w:
        starting_s = state.starting_s + dt_s
        if starting_s >= parameters.start_s:
            power_w, starting_s = parameters.minimum_power_w, 0.0
    else:
        goal_w = min(target_w, parameters.maximum_power_w)
        if goal_w > power_w:
            power_w = min(goal_w, power_w + parameters.ramp_up_w_per_s * dt_s)
        else:
            power_w = max(goal_w, power_w - parameters.ramp_down_w_per_s * dt_s)
    drawn_j = power_w * dt_s
    to_board_j = drawn_j * parameters.water_share
    to_water_j = parameters.board_to_water_w_per_k * (board_c - water_c) * dt_s
    board_c += (to_board_j - to_water_j) / parameters.board_j_per_k
    new = MinerState(power_w, board_c, target_w, pending_w, pending_s, starting_s, protected)
    return new, MinerHeat(to_water_j, drawn_j - to_board_j)
