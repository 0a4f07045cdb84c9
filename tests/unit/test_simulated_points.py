from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from adapters.simulated.inputs import BatteryMode, Boundary, Commands, SgReady
from adapters.simulated.plant import step
from adapters.simulated.points import commands_from, measured_points
from adapters.simulated.state import PlantParameters, initial_state
from engine.values.fact import Value

PLANT = YAML(typ="safe").load(
    (Path(__file__).parents[2] / "rules" / "asp1" / "plant.yaml").read_text(encoding="utf-8")
)
HOUSE = PlantParameters()
WEATHER = Boundary(1_711_350_000.0, 3600, 2000.0, 500.0, 4.0, 300.0, 10.0)
AT_REST: dict[str, Value] = {
    "miner1.power_target": 0.0,
    "miner2.power_target": 0.0,
    "heatpump.sg_ready": "normal",
    "inverter.battery_mode": "normal",
    "energy.source": "none",
    "hotwater.hygiene": "due",
    "plant.fault": "none",
    "rv1.position_target": 100.0,
    "rv2.position_target": 0.0,
    "p3.run_target": False,
    "p4.run_target": False,
    "p5.run_target": False,
}


def test_every_fact_of_the_plant_file_is_measured_and_no_other() -> None:
    points = measured_points(HOUSE, initial_state(HOUSE), WEATHER)
    assert set(points) == set(PLANT["facts"])
    for point, declared in PLANT["facts"].items():
        assert isinstance(points[point], bool) == (declared.get("type") == "bool"), point


def test_the_house_load_is_everything_and_the_meters_agree() -> None:
    state = initial_state(HOUSE)
    commands = Commands(2000.0, 2000.0, sg_ready=SgReady.FORCED, p3_run=True, p4_run=True)
    for _ in range(60):
        state, _ = step(HOUSE, state, WEATHER, commands, 10.0)
    points = measured_points(HOUSE, state, WEATHER)
    assert points["heatpump.power"] == state.heat_pump.power_w > 1000.0
    assert points["house.load"] == pytest.approx(
        500.0 + 2000.0 + 2000.0 + state.heat_pump.power_w + 60.0
    )
    supplied_w = state.meters.pv_w + state.meters.battery_w + state.meters.grid_w
    assert points["house.load"] == pytest.approx(supplied_w)
    assert (points["p3.running"], points["p5.running"]) == (True, False)
    assert points["heatpump.running"] is True


def test_what_nobody_measured_is_left_out() -> None:
    unknown = WEATHER._replace(unknown=("pv_available_w", "price_ct_per_kwh", "irradiance_w_m2"))
    points = measured_points(HOUSE, initial_state(HOUSE), unknown)
    assert set(PLANT["facts"]) - set(points) == {"pv.power", "price.buy"}


def test_valves_and_pumps_read_back_what_they_do() -> None:
    state = replace(initial_state(HOUSE), rv1_position_percent=40.0, p5_running=True)
    points = measured_points(HOUSE, state, WEATHER)
    assert points["rv1.position"] == 40.0
    assert points["p5.running"] is True


def test_decisions_become_commands() -> None:
    assert set(AT_REST) == set(PLANT["outputs"])
    assert commands_from(AT_REST) == Commands()
    busy: dict[str, Value] = {
        **AT_REST,
        "miner1.power_target": 3000.0,
        "heatpump.sg_ready": "forced",
        "inverter.battery_mode": "charge",
        "p4.run_target": True,
    }
    assert commands_from(busy) == Commands(
        3000.0, sg_ready=SgReady.FORCED, battery_mode=BatteryMode.CHARGE, p4_run=True
    )


@pytest.mark.parametrize(
    ("output", "value"),
    [
        ("miner1.power_target", True),
        ("rv1.position_target", "open"),
        ("p3.run_target", 1.0),
        ("heatpump.sg_ready", "boost"),
        ("inverter.battery_mode", False),
    ],
)
def test_a_decision_of_the_wrong_kind_is_refused(output: str, value: Value) -> None:
    with pytest.raises(ValueError, match=r"not|valid"):
        commands_from({**AT_REST, output: value})


def test_a_missing_decision_is_refused() -> None:
    with pytest.raises(KeyError, match=r"p5\.run_target"):
        commands_from({key: value for key, value in AT_REST.items() if key != "p5.run_target"})
