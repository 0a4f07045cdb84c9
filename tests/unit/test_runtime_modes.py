import pytest

from adapters.runtime.modes import LEASE_S, ModeRequests, modes_of, own_modes
from engine.inference.image import Override, Reset
from engine.language.load import load
from tests.adapters.control_bench import PLANT

PLANT_READ = load({"plant.yaml": PLANT.encode()}).rulebook.plant
MODES = modes_of(PLANT_READ, {"holiday": {"heater.power_target": 500.0}})
OWN = Override("o1", "pump.run", True, "anna", 1e9)


def said(requests: ModeRequests, now_s: float = 0.0) -> list[tuple[str, object]]:
    return [(each.output, each.value) for each in requests.standing(now_s)]


def test_each_mode_is_a_table_of_values() -> None:
    assert MODES["automatic"].values == ()
    assert dict(MODES["manual"].values)["valve.way"] == "left"
    assert dict(MODES["off"].values)["valve.way"] == "right"
    assert [name for name, mode in MODES.items() if mode.above] == ["off"]


def test_the_strongest_stands_last() -> None:
    requests = ModeRequests({"pump.run": OWN}, [])
    assert said(requests) == [("pump.run", True)]
    requests.change(MODES["holiday"], "anna")
    assert said(requests) == [("heater.power_target", 500.0), ("pump.run", True)]
    requests.change(MODES["off"], "anna")
    assert requests.overrides == {}
    requests.overrides["pump.run"] = OWN
    assert said(requests)[0] == ("pump.run", True)
    assert said(requests)[-1] == ("valve.way", "right")
    requests.change(MODES["automatic"], "anna")
    assert said(requests) == []


def test_a_mode_says_the_same_scan_by_scan_and_is_renewed_in_time() -> None:
    requests = ModeRequests()
    requests.change(MODES["holiday"], "anna")
    first = requests.standing(0.0)
    assert requests.standing(LEASE_S / 2) == first
    later = requests.standing(LEASE_S / 2 + 1)
    assert later[0].until_s == LEASE_S * 1.5 + 1
    assert later[0].id == first[0].id


def test_after_a_reset_the_mode_speaks_anew() -> None:
    requests = ModeRequests()
    requests.change(MODES["off"], "anna")
    before = requests.standing(0.0)
    requests.resets.append(Reset("hot", "anna"))
    assert requests.standing(0.0) == before
    requests.take_resets()
    assert requests.standing(0.5)[0].id != before[0].id


def test_a_site_file_may_name_modes() -> None:
    assert own_modes(None, PLANT_READ) == {}
    section = {"holiday": {"heater.power_target": 500, "pump.run": True}}
    assert own_modes(section, PLANT_READ) == {
        "holiday": {"heater.power_target": 500.0, "pump.run": True}
    }


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ([], "a name and a table"),
        ({"off": {"pump.run": True}}, "there already"),
        ({"holiday": {}}, "lines of `output: value`"),
        ({"holiday": 3}, "lines of `output: value`"),
        ({"holiday": {"pump.rum": True}}, "did you mean `pump.run`?"),
        ({"holiday": {"zebra": True}}, "is not an output$"),
        ({"holiday": {"heater.power_target": 5000}}, "cannot be `5000"),
        ({"holiday": {"pump.run": 1}}, "cannot be"),
        ({"holiday": {"valve.way": ["left"]}}, "cannot be"),
    ],
)
def test_a_mode_that_is_none_is_refused(section: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        own_modes(section, PLANT_READ)
