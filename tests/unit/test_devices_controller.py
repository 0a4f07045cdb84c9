import pytest

from adapters.devices.controller import Controller, Standing, build
from engine.values.fact import Quality
from tests.making.daemons import HandClock


def told(controller: Controller) -> dict[str, tuple[object, Quality]]:
    return {each.field: (each.value, each.quality) for each in controller.readings()}


def test_it_tells_the_mode_and_how_devices_do() -> None:
    clock = HandClock()
    controller = build("controller", {"modes": ["automatic", "holiday"]}, clock)
    clock.now_s += 90.0
    controller.tell = lambda: Standing("holiday", 2, True)
    assert told(controller) == {
        "uptime": (90.0, Quality.GOOD),
        "mode": ("holiday", Quality.GOOD),
        "devices_gone": (2.0, Quality.GOOD),
        "rules_watched": (True, Quality.GOOD),
    }


def test_a_mode_that_is_not_listed_is_bad_with_its_name() -> None:
    controller = build("controller", {}, HandClock())
    controller.tell = lambda: Standing("party", 0, False)
    mode = controller.readings()[1]
    assert (mode.value, mode.quality) == (None, Quality.BAD)
    assert "`party`" in mode.reason


def test_without_anybody_who_sets_a_mode_nothing_is_known() -> None:
    readings = build("controller", {}, HandClock()).readings()
    assert [each.field for each in readings if each.quality is Quality.GOOD] == ["uptime"]


@pytest.mark.parametrize("off", ["off", False])
def test_off_is_a_mode(off: object) -> None:
    assert build("c", {"modes": ["automatic", off]}, HandClock()).fields()[1].values == (
        "automatic",
        "off",
    )


@pytest.mark.parametrize("modes", [[], "automatic", [1], [""], {"a": 1}])
def test_modes_that_are_none_are_refused(modes: object) -> None:
    with pytest.raises(ValueError, match="list of names"):
        build("c", {"modes": modes}, HandClock())


def test_an_option_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="`mode` is no option"):
        build("c", {"mode": "off"}, HandClock())
