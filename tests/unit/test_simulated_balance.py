from adapters.simulated.balance import NOTHING, EnergyBalance


def test_balances_add_up_field_by_field() -> None:
    first = EnergyBalance(*[float(number) for number in range(18)])
    twice = first.plus(first)
    assert twice == EnergyBalance(*[2.0 * number for number in range(18)])
    assert first.plus(NOTHING) == first


def test_what_went_in_and_nowhere_else_is_the_residual() -> None:
    assert NOTHING._replace(pv_j=5.0, grid_export_j=2.0).electrical_residual_j == 3.0
    assert NOTHING._replace(ambient_heat_j=5.0, hot_water_j=2.0).thermal_residual_j == 3.0
    assert NOTHING._replace(curtailed_j=5.0).electrical_residual_j == 0.0
    lit = NOTHING._replace(appliance_j=4.0, grid_import_j=4.0, miner1_j=0.0)
    assert lit.electrical_residual_j == 0.0
