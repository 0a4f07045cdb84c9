"""What a miner's messages mean: messages to readings, commands to requests. Pure.

In proto3 a sub-message that is present and empty is zero, and one that is absent is unknown; the
two are kept apart everywhere. Numbers that cannot be are BAD, an enum's unknown number too.
Field numbers and names: `protos/braiins`, from the facts of the interface.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from adapters.codec.braiins_fields import STATUSES, TUNER_STATES
from adapters.codec.miner_power import Standing
from adapters.codec.miner_target import Limits
from adapters.pb.braiins.bos.v1 import (
    configuration_pb2,
    cooling_pb2,
    miner_pb2,
    performance_pb2,
    units_pb2,
)
from adapters.port import Reading
from engine.values.fact import Quality

POWER_MAX_W = 20_000.0
"""No miner of this kind draws more; a larger figure is a mistake."""
TEMPERATURES_C = (-60.0, 200.0)
HASHRATE_MAX_TH = 2_000.0
UPTIME_MAX_S = 3e9
_GIGA_PER_TERA = 1000.0

_STANDINGS = {
    1: Standing.DOWN,
    2: Standing.MINING,
    3: Standing.PAUSED,
    4: Standing.SUSPENDED,
    5: Standing.MINING,
}
_BUSY = (3, 6)
"""Tuning, preheat."""


@dataclass(frozen=True, slots=True)
class Details:
    """Who answers, since when, and how it stands (GetMinerDetails)."""

    serial: str
    mac: str
    firmware: str
    status: int
    bosminer_uptime_s: int
    system_uptime_s: int

    @property
    def standing(self) -> Standing:
        """The status as power control sees it."""
        return standing(self.status)


def standing(status: int) -> Standing:
    """Return how a miner with this MinerStatus stands; restricted is mining too."""
    return _STANDINGS.get(status, Standing.UNKNOWN)


def details(message: miner_pb2.GetMinerDetailsResponse) -> Details:
    """Return identity and standing; serial and MAC in small letters without blanks."""
    return Details(
        message.serial_number.strip().lower(),
        message.mac_address.strip().lower(),
        message.bos_version.current,
        int(message.status),
        message.bosminer_uptime_s,
        message.system_uptime_s,
    )


def restarted(before: Details, after: Details) -> bool:
    """Return whether board or mining process started anew: an uptime ran backwards."""
    return (
        after.system_uptime_s < before.system_uptime_s
        or after.bosminer_uptime_s < before.bosminer_uptime_s
    )


def details_readings(told: Details, at_s: float) -> list[Reading]:
    """Return status and uptimes."""
    return [
        _named("status", told.status, STATUSES, at_s),
        _number("uptime", told.bosminer_uptime_s, (0.0, UPTIME_MAX_S), at_s),
        _number("system_uptime", told.system_uptime_s, (0.0, UPTIME_MAX_S), at_s),
    ]


def stats_readings(
    message: miner_pb2.GetMinerStatsResponse, at_s: float, *, has_hash_rate: bool
) -> list[Reading]:
    """Return the power drawn, by the firmware's estimate, and the hash rate of a minute."""
    power = message.power_stats
    found = [_power("power_measured", power, "approximated_consumption", at_s)]
    if has_hash_rate:
        rate = message.miner_stats.real_hashrate
        known = rate.HasField("last_1m")
        tera = rate.last_1m.gigahash_per_second / _GIGA_PER_TERA if known else None
        found.append(_number("hashrate", tera, (0.0, HASHRATE_MAX_TH), at_s))
    return found


def tuner_readings(message: performance_pb2.GetTunerStateResponse, at_s: float) -> list[Reading]:
    """Return the tuner's state and the target that it works towards."""
    mode = message.power_target_mode_state
    return [
        _named("tuner_state", int(message.overall_tuner_state), TUNER_STATES, at_s),
        _power("power_effective", mode, "current_target", at_s),
    ]


def is_busy(message: performance_pb2.GetTunerStateResponse) -> bool:
    """Return whether it tunes or preheats, so that its power may stay below the target."""
    return int(message.overall_tuner_state) in _BUSY


def board_readings(message: miner_pb2.GetHashboardsResponse, at_s: float) -> list[Reading]:
    """Return the temperatures of the boards: the hottest, of the inlets the coolest."""
    boards = message.hashboards
    chips = [
        board.highest_chip_temp.temperature.degree_c
        for board in boards
        if board.highest_chip_temp.HasField("temperature")
    ]
    plates = [board.board_temp.degree_c for board in boards if board.HasField("board_temp")]
    inlets = [
        board.lowest_inlet_temp.degree_c for board in boards if board.HasField("lowest_inlet_temp")
    ]
    outlets = [
        board.highest_outlet_temp.degree_c
        for board in boards
        if board.HasField("highest_outlet_temp")
    ]
    return [
        _extreme("chip_temperature", chips, at_s),
        _extreme("board_temperature", plates, at_s),
        _extreme("inlet_temperature", inlets, at_s, min),
        _extreme("outlet_temperature", outlets, at_s),
    ]


def cooling_readings(message: cooling_pb2.GetCoolingStateResponse, at_s: float) -> list[Reading]:
    """Return the temperature that the firmware's own protection looks at."""
    sensor = message.highest_temperature
    known = sensor.HasField("temperature")
    value = sensor.temperature.degree_c if known else None
    return [_number("highest_temperature", value, TEMPERATURES_C, at_s)]


def limits(message: configuration_pb2.GetConstraintsResponse) -> Limits | None:
    """Return the range of power targets, None when it is not told or makes no sense."""
    power = message.tuner_constraints.power_target
    if not (power.HasField("min") and power.HasField("max")):
        return None
    low_w, high_w = power.min.watt, power.max.watt
    return Limits(low_w, high_w) if 0 < low_w <= high_w <= POWER_MAX_W else None


def limits_readings(told: Limits, at_s: float) -> list[Reading]:
    """Return the range of power targets."""
    return [
        Reading("power_min", told.min_w, Quality.GOOD, at_s),
        Reading("power_max", told.max_w, Quality.GOOD, at_s),
    ]


def stored_w(message: configuration_pb2.GetMinerConfigurationResponse) -> float:
    """Return the stored target, 0 when there is none, so that one is set."""
    watt = message.tuner.power_target.watt
    return float(watt) if watt <= POWER_MAX_W else 0.0


def set_power_target(watt: int) -> performance_pb2.SetPowerTargetRequest:
    """Return the request: applied at once and without a restart. Never 0 W, which is a pause."""
    if watt <= 0:
        raise ValueError(f"a power target of {watt} W is never sent: off is a pause")
    return performance_pb2.SetPowerTargetRequest(
        save_action=performance_pb2.SAVE_ACTION_SAVE_AND_APPLY,
        power_target=units_pb2.Power(watt=watt),
    )


def good_value(readings: Iterable[Reading], field: str) -> float | None:
    """Return the number of a field, None unless it is there and GOOD."""
    for each in readings:
        if each.field == field and each.quality is Quality.GOOD:
            value = each.value
            return float(value) if isinstance(value, int | float) else None
    return None


def _power(
    field: str,
    message: miner_pb2.MinerPowerStats | performance_pb2.PowerTargetModeState,
    part: str,
    at_s: float,
) -> Reading:
    watt = getattr(message, part).watt if message.HasField(part) else None
    return _number(field, watt, (0.0, POWER_MAX_W), at_s)


def _extreme(
    field: str, values: list[float], at_s: float, pick: Callable[[list[float]], float] = max
) -> Reading:
    """Return the hottest or coolest; one that is not a number makes all BAD: it may hide it."""
    if not all(map(math.isfinite, values)):
        return Reading(field, None, Quality.BAD, at_s, "not a number")
    return _number(field, pick(values) if values else None, TEMPERATURES_C, at_s)


def _number(field: str, value: float | None, span: tuple[float, float], at_s: float) -> Reading:
    if value is None:
        return Reading(field, None, Quality.MISSING, at_s, "not told by the miner")
    if not math.isfinite(value):
        return Reading(field, None, Quality.BAD, at_s, "not a number")
    if not span[0] <= value <= span[1]:
        return Reading(field, None, Quality.BAD, at_s, f"{value:g} cannot be")
    return Reading(field, float(value), Quality.GOOD, at_s)


def _named(field: str, number: int, names: dict[int, str], at_s: float) -> Reading:
    if number in names:
        return Reading(field, names[number], Quality.GOOD, at_s)
    return Reading(field, None, Quality.BAD, at_s, f"state {number} is not known")
