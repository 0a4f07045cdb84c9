"""Which source paid for a load: the electricity of one house, split at one instant.

All loads of a house share one mix: a kilowatt-hour cannot be traced, so each consumer draws from
PV, battery and grid in the proportion in which the house as a whole does.
"""

from typing import NamedTuple

from engine.values.fact import Value

_TINY_W = 1e-9


class Flows(NamedTuple):
    """Powers in W, import and discharge positive, export and charge negative; None: unknown."""

    pv_w: float | None
    battery_w: float | None
    grid_w: float | None
    load_w: float | None


class Shares(NamedTuple):
    """What part of every load each source carries; they sum up to 1."""

    pv: float
    battery: float
    grid: float
    unknown: float


UNKNOWN_SHARES = Shares(0.0, 0.0, 0.0, 1.0)


def grid_w(flows: Flows) -> float | None:
    """Return the power from the grid; without a meter, what PV and battery leave of the load.

    PV at night and a battery that was never recorded count as 0 W.
    """
    if flows.grid_w is not None:
        return flows.grid_w
    if flows.load_w is None:
        return None
    return flows.load_w - (flows.pv_w or 0.0) - (flows.battery_w or 0.0)


def shares(pv_w: float, battery_w: float, grid_w: float) -> Shares:
    """Return the mix of the loads.

    What is exported or charged is taken from PV first, then what is charged beyond it from the
    grid; the rest of each is what the loads get.
    """
    export_w, charge_w = max(-grid_w, 0.0), max(-battery_w, 0.0)
    away_w = export_w + charge_w
    from_pv_w = max(pv_w - away_w, 0.0)
    from_grid_w = max(max(grid_w, 0.0) - max(away_w - max(pv_w, 0.0), 0.0), 0.0)
    from_battery_w = max(max(battery_w, 0.0) - max(export_w - max(pv_w, 0.0), 0.0), 0.0)
    total_w = from_pv_w + from_battery_w + from_grid_w
    if total_w <= _TINY_W:
        return UNKNOWN_SHARES
    return Shares(from_pv_w / total_w, from_battery_w / total_w, from_grid_w / total_w, 0.0)


def number(value: Value | None, factor: float) -> float | None:
    """Return a point's value in base units (W), None unless it is a known number."""
    if value is None or isinstance(value, bool | str):
        return None
    return value * factor
