"""Which source paid for a load: the electricity of one house, split at one instant.

All loads of a house share one mix: a kilowatt-hour cannot be traced, so each consumer draws from
PV, battery and grid in the proportion in which the house as a whole does.
"""

from typing import NamedTuple

from engine.values.fact import Value

_TINY_W = 1e-9


class Shares(NamedTuple):
    """What part of every load each source carries; they sum up to 1."""

    pv: float
    battery: float
    grid: float
    unknown: float


UNKNOWN_SHARES = Shares(0.0, 0.0, 0.0, 1.0)


def left_for_grid_w(
    pv_w: float | None, battery_w: float | None, load_w: float | None
) -> float | None:
    """Return what PV and battery leave of the load for the grid, where no meter says it.

    PV at night and a battery that was never recorded count as 0 W.
    """
    return None if load_w is None else load_w - (pv_w or 0.0) - (battery_w or 0.0)


def shares(pv_w: float, battery_w: float, grid_w: float) -> Shares:
    """Return the mix of the loads.

    What is exported or charged is taken from PV first, then what is charged beyond it from the
    grid; the rest of each is what the loads get.
    """
    export_w = 0.0 if grid_w > 0.0 else -grid_w
    away_w = export_w - battery_w if battery_w < 0.0 else export_w
    from_pv_w = pv_w - away_w if pv_w > away_w else 0.0
    short_w = away_w - pv_w if away_w > pv_w else 0.0  # exported or charged, but not by PV
    from_grid_w = grid_w - short_w if grid_w > short_w else 0.0
    from_battery_w = battery_w - short_w if battery_w > short_w else 0.0
    total_w = from_pv_w + from_battery_w + from_grid_w
    if total_w <= _TINY_W:
        return UNKNOWN_SHARES
    return Shares(from_pv_w / total_w, from_battery_w / total_w, from_grid_w / total_w, 0.0)


def number(value: Value | None, factor: float) -> float | None:
    """Return a point's value in base units (W), None unless it is a known number."""
    return value * factor if type(value) is float else None
