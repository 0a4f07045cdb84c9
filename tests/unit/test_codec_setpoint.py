"""Setpoints as the site file describes them."""

import pytest

from adapters.codec.setpoint import ValueRefusedError, admit, setpoint_from


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (5, "needs `unit` and `range`"),
        ({"unit": "°C"}, "needs a `range`"),
        ({"unit": "°C", "range": [70, 35]}, "needs a `range`"),
        ({"unit": "°C", "range": [1, "x"]}, "needs a `range`"),
        ({"unit": "glorps", "range": [0, 1]}, "`glorps` is no unit"),
        ({"unit": 5, "range": [0, 1]}, "`5` is no unit"),
        ({"values": "maybe"}, "on/off or a list"),
        ({"unit": "W", "range": [0, 1], "max": 3}, "has no `max`"),
        ({"unit": "W", "range": [0, 1], "otherwise": 2}, "`otherwise` must lie within 0 to 1 W"),
        ({"unit": "W", "range": [0, 1], "lasts_s": 0}, "`lasts_s` must be 1 to"),
        ({"unit": "W", "range": [0, 1], "lasts_s": "x"}, "a number of seconds"),
    ],
)
def test_what_is_wrong_with_a_setpoint_is_said(options: object, why: str) -> None:
    with pytest.raises(ValueError, match="buffer.*" + why):
        setpoint_from("buffer", options)


def test_a_setpoint_admits_its_range_in_any_unit_of_its_kind() -> None:
    power = setpoint_from("power", {"unit": "W", "range": [0, 3000], "otherwise": 100})
    assert power.otherwise == 100.0
    assert admit(power, 2, "kW") == 2000.0
    with pytest.raises(ValueRefusedError):
        admit(power, float("nan"), "W")
    with pytest.raises(ValueRefusedError):
        admit(power, 1e308, "kW")


def test_a_plain_number_has_an_empty_unit() -> None:
    assert admit(setpoint_from("n", {"range": [0, 10]}), 5, "") == 5.0
