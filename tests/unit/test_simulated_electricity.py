import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simulated.electricity import KWH_J, Electricity, ElectricityParameters, advance
from adapters.simulated.inputs import BatteryMode

PARTS = ElectricityParameters()
HALF_J = 5.0 * KWH_J


def after(
    mode: BatteryMode, pv_w: float, load_w: float, stored_j: float = HALF_J, dt_s: float = 10.0
) -> Electricity:
    return advance(PARTS, stored_j, mode=mode, pv_available_w=pv_w, load_w=load_w, dt_s=dt_s)


def test_self_consumption_charges_surplus_and_covers_load() -> None:
    sunny = after(BatteryMode.NORMAL, 4000.0, 1000.0)
    assert (sunny.battery_w, sunny.grid_w) == (-3000.0, 0.0)
    dark = after(BatteryMode.NORMAL, 0.0, 1000.0)
    assert (dark.battery_w, dark.grid_w) == (1000.0, 0.0)


def test_limits_leave_the_rest_to_the_grid() -> None:
    assert after(BatteryMode.NORMAL, 9000.0, 1000.0).grid_w == -3000.0
    assert after(BatteryMode.NORMAL, 0.0, 8000.0).grid_w == 3000.0
    reserve_j = PARTS.battery_j * PARTS.reserve_percent / 100.0
    assert after(BatteryMode.NORMAL, 0.0, 1000.0, reserve_j).battery_w == 0.0
    assert after(BatteryMode.NORMAL, 0.0, 1000.0, 0.5 * reserve_j).battery_w == 0.0
    assert after(BatteryMode.NORMAL, 4000.0, 1000.0, PARTS.battery_j).grid_w == -3000.0


def test_hold_charges_but_never_discharges() -> None:
    assert after(BatteryMode.HOLD, 0.0, 1000.0).grid_w == 1000.0
    assert after(BatteryMode.HOLD, 4000.0, 1000.0).battery_w == -3000.0


def test_charge_takes_power_from_the_grid() -> None:
    charging = after(BatteryMode.CHARGE, 0.0, 500.0)
    assert (charging.battery_w, charging.grid_w) == (-3000.0, 3500.0)
    assert after(BatteryMode.CHARGE, 6000.0, 500.0).battery_w == -5000.0
    assert after(BatteryMode.CHARGE, 0.0, 500.0, PARTS.battery_j).grid_w == 500.0


def test_pv_beyond_inverter_and_battery_is_curtailed() -> None:
    assert after(BatteryMode.NORMAL, 20_000.0, 0.0).pv_w == 17_000.0
    assert after(BatteryMode.HOLD, 20_000.0, 20_000.0).pv_w == 12_000.0


def test_a_round_trip_returns_92_percent() -> None:
    up = after(BatteryMode.NORMAL, 1000.0, 0.0, dt_s=3600.0)
    assert up.stored_j - HALF_J == pytest.approx(0.96 * KWH_J)
    down = after(BatteryMode.NORMAL, 0.0, 921.6, up.stored_j, dt_s=3600.0)
    assert down.stored_j == pytest.approx(HALF_J)


@given(
    st.sampled_from(BatteryMode),
    st.floats(0.0, 25_000.0),
    st.floats(0.0, 25_000.0),
    st.floats(0.0, PARTS.battery_j),
    st.floats(0.1, 60.0),
)
def test_electricity_balances_within_its_limits(
    mode: BatteryMode, pv_w: float, load_w: float, stored_j: float, dt_s: float
) -> None:
    new = after(mode, pv_w, load_w, stored_j, dt_s)
    assert new.pv_w + new.battery_w + new.grid_w == pytest.approx(load_w, abs=1e-6)
    drawn_j = (new.battery_w + new.battery_loss_w) * dt_s
    assert stored_j - new.stored_j == pytest.approx(drawn_j, abs=1e-6)
    assert 0.0 <= new.stored_j <= PARTS.battery_j
    assert -PARTS.charge_limit_w <= new.battery_w <= PARTS.discharge_limit_w
    assert 0.0 <= new.pv_w <= pv_w
    assert new.battery_loss_w >= 0.0
    if mode is not BatteryMode.NORMAL:
        assert new.battery_w <= 0.0
