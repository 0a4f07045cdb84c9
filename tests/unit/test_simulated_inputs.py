from pathlib import Path

from ruamel.yaml import YAML

from adapters.simulated.inputs import BatteryMode, Commands, SgReady

OUTPUTS = YAML(typ="safe").load(
    (Path(__file__).parents[2] / "rules" / "asp1" / "plant.yaml").read_text(encoding="utf-8")
)["outputs"]


def test_the_named_states_are_those_of_the_plant_file() -> None:
    assert [state.value for state in SgReady] == OUTPUTS["heatpump.sg_ready"]["values"]
    assert [mode.value for mode in BatteryMode] == OUTPUTS["inverter.battery_mode"]["values"]


def test_commands_rest_at_the_defaults_of_the_plant_file() -> None:
    rest = Commands()
    assert rest.rv1_position_target_percent == 100.0
    assert rest.sg_ready.value == OUTPUTS["heatpump.sg_ready"]["default"]
    assert [rest.p3_run, rest.p4_run, rest.p5_run] == [False, False, False]
