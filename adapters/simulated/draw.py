"""When the household taps hot water: a standard day, shifted and scaled by a seed.

The taps are those of load profile M of Regulation (EU) 812/2013, annex VII: 23 taps, 5.845 kWh a
day. Each is moved by up to 20 minutes and scaled by up to 30 %, as a pure function of seed, day and
number of the tap; so two days differ, and the same seed taps the same water at the same second.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from adapters.simulated.tank import WATER_J_PER_KG_K

DAY_S = 86_400
_KWH_J = 3.6e6
_SHIFT_S = 1200.0
_SCALE = 0.3

PROFILE_M = (
    *((minute, 0.105) for minute in (420, 450, 481, 495, 510, 525, 540, 570, 630, 690, 705)),
    *((minute, 0.105) for minute in (870, 930, 990, 1080, 1095, 1110, 1140, 1275)),
    (765, 0.315),
    (1230, 0.735),
    (425, 1.400),
    (1290, 1.400),
)
"""Minute of the day and kWh of each tap."""


@dataclass(frozen=True, slots=True)
class DrawParameters:
    """The household at the tap."""

    scale: float = 1.3
    """On profile M: 7.6 kWh a day, four persons (assumption for asp1)."""
    tap_kg_per_s: float = 0.1
    """6 l/min of mixed water."""
    tap_temperature_c: float = 40.0
    cold_temperature_c: float = 10.0


def _fraction(seed: int, day: int, what: str) -> float:
    """Return a number from 0 to 1 that depends on the arguments alone."""
    digest = blake2b(f"{seed}/{day}/{what}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


@lru_cache(maxsize=64)
def taps(parameters: DrawParameters, seed: int, day: int) -> tuple[tuple[float, float], ...]:
    """Return start and end of each tap of one local day, in seconds after midnight, in order.

    `day` counts local days since 1970-01-01. No tap reaches midnight.
    """
    tap_w = (
        parameters.tap_kg_per_s
        * WATER_J_PER_KG_K
        * (parameters.tap_temperature_c - parameters.cold_temperature_c)
    )
    result = []
    for number, (minute, energy_kwh) in enumerate(PROFILE_M):
        shift = 2.0 * _fraction(seed, day, f"shift{number}") - 1.0
        scale = 1.0 + _SCALE * (2.0 * _fraction(seed, day, f"scale{number}") - 1.0)
        start_s = minute * 60.0 + _SHIFT_S * shift
        end_s = start_s + energy_kwh * _KWH_J * parameters.scale * scale / tap_w
        result.append((start_s, min(end_s, float(DAY_S))))
    return tuple(sorted(result))


def tapped_kg(parameters: DrawParameters, seed: int, local_s: float, dt_s: float) -> float:
    """Return the mixed water tapped from `local_s` (Unix time plus offset) on, in kg."""
    day = int(local_s // DAY_S)
    start_s = local_s - day * DAY_S
    end_s = start_s + dt_s
    open_s = 0.0
    for tap_start_s, tap_end_s in taps(parameters, seed, day):
        if tap_start_s >= end_s:
            break
        if tap_end_s > start_s:
            open_s += min(tap_end_s, end_s) - max(tap_start_s, start_s)
    return open_s * parameters.tap_kg_per_s


def tank_kg(parameters: DrawParameters, mixed_kg: float, top_c: float) -> float:
    """Return how much of the tapped water comes from the hot-water tank, in kg.

    Cold water is mixed in when the tank is hotter than the tap; when it is colder, all of it comes
    from the tank and the shower is cold.
    """
    needed_k = parameters.tap_temperature_c - parameters.cold_temperature_c
    offered_k = top_c - parameters.cold_temperature_c
    if offered_k <= needed_k:
        return mixed_kg
    return mixed_kg * needed_k / offered_k
