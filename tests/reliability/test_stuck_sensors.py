"""F04 and F29: the scenarios of asp1 about sensors that stand still or jump have teeth.

`thermiq test rules/asp1` plays them on every change. Here each defence is taken out of the rules,
and a scenario that it is for must fail.
"""

import pytest

from adapters.clock import SiteClock
from adapters.scenarios import unix_ms_of
from engine.control.program import compile_program
from engine.inference.image import empty_image, freeze
from engine.language.checked import check_files
from engine.values.fact import Fact, Quality
from engine.workshop.scenario_file import load_scenarios
from engine.workshop.scenario_run import run
from tests.house.source import ROOT

FOLDER = ROOT / "rules" / "asp1"
RULES = {
    path.name: path.read_bytes()
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name != "site.yaml" and not path.name.endswith(".test.yaml")
}
TESTS = {name: (FOLDER / name).read_bytes() for name in ("common.test.yaml", "sensors.test.yaml")}
WATER = "a buffer sensor that stands still while its water gets warmer stops the miners"
HOT = "a hot-water sensor that stands still over hotter water stops the miners"
TOP = "the top of the buffer has to follow hotter water that nobody takes"
CHARGE = "a state of charge that stands still while the battery works feeds no miner"


def failed(old: str, new: str, file: str, scenario: str) -> bool:
    """Tell whether a scenario fails once `old` became `new`."""
    text = RULES[file].decode()
    assert text.count(old) == 1, (old, text.count(old))
    files = {**RULES, file: text.replace(old, new).encode()}
    program = compile_program(check_files(files).rulebook)
    clock = SiteClock(program.rulebook.plant.site)
    loaded = load_scenarios(TESTS, program, unix_ms_of(clock))
    assert not loaded.problems, loaded.problems
    (found,) = (each for each in loaded.scenarios if each.name.startswith(scenario))
    return not run(program, found, lambda at_ms: clock.moment(at_ms / 1000)).passed


@pytest.mark.parametrize(
    ("file", "old", "new", "scenario"),
    [
        ("interlocks.yaml", " or buffer_bottom_stuck", "", WATER),
        ("interlocks.yaml", " or hotwater_bottom_stuck", "", HOT),
        ("interlocks.yaml", ", buffer_top_stuck", "", TOP),
        ("energy.yaml", "battery_heard and not battery_stuck", "battery_heard", CHARGE),
        ("energy.yaml", "battery_heard and not battery_stuck", "not battery_stuck",
         "a state of charge that jumps to and fro feeds no miner"),
        # What contradicts the sensor is needed: a stratified tank stands still, too.
        ("sensors.yaml", "abs(water.return_temperature - buffer.bottom) > 5 K",
         "water.return_temperature is known", "a bottom that stays cold in a stratified tank"),
        ("sensors.yaml", " and hotwater.bottom_moves < 0.4 K/h", "",
         "a hot-water sensor that follows slowly is sound, too"),
        ("sensors.yaml", " and buffer.bottom_moves < 0.4 K/h", "",
         "a sensor that follows slowly is sound"),
        ("sensors.yaml", "not (p4.running or p5.running or heatpump.running)", "p3.running",
         "a top that the heating circuits cool is sound"),
        ("sensors.yaml", "battery.flow > 1.5 kW", "battery.flow > 1.3 kW",
         "a battery that hardly works says nothing against its state of charge"),
    ],
)  # fmt: skip
def test_f04_f29_sabotage_without_a_defence_its_scenario_fails(
    file: str, old: str, new: str, scenario: str
) -> None:
    assert failed(old, new, file, scenario)


@pytest.mark.parametrize(("at_s", "soc", "believed"), [(5.0, 72.5, 72.5), (5.0, 72.6, None)])
def test_f29_a_jump_is_bad_by_the_rate_of_the_plant(
    at_s: float, soc: float, believed: float | None
) -> None:
    """The bad moment after a jump is written down in the scenarios; it comes from `max_rate`."""
    plant = check_files(RULES).rulebook.plant
    place = [point.name for point in plant.points].index("battery.soc")
    image = empty_image(plant)
    for now_s, value in ((0.0, 70.0), (at_s, soc)):
        image = freeze(plant, image, [Fact("battery.soc", value, Quality.GOOD, now_s)], now_s)
    assert image.values[place] == believed
