"""What the site says about the PLC, and what it is told when it is wrong."""

import pytest

from adapters.devices.revpi import build
from adapters.devices.revpi_options import PlcOptionsError, settings_from
from tests.adapters.manual_clock import ManualClock
from tests.adapters.revpi_bench import INPUTS, OUTPUTS


def test_little_has_to_be_said() -> None:
    settings = settings_from({"inputs": INPUTS, "outputs": OUTPUTS})
    assert settings.image == "/dev/piControl0"
    assert settings.config == "/etc/revpi/config.rsc"
    assert settings.watchdog_s == 3.0
    by_field = {each.field: each for each in settings.inputs}
    assert (by_field["supply"].unit, by_field["supply"].range) == ("°C", (-60.0, 180.0))
    assert by_field["pressure"].raw == (4000.0, 20_000.0)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"imagge": "x"}, "the PLC has no option `imagge` (did you mean `image`?)"),
        ({"layout": 123}, "needs quotes around `layout`"),
        ({"watchdog_s": 0.1}, "`watchdog_s` below 0.5"),
        ({"watchdog_s": "long"}, "no number from 0 to 60"),
        ({"read_only": "yes"}, "neither true nor false"),
        ({"heartbeat": {"output": "loop"}}, "needs the `input`"),
        ({"inputs": ["a"]}, "`inputs` without lines"),
        ({"inputs": {"a": 3}}, "`inputs.a` holds settings"),
        ({"inputs": {"a": {"io": "x"}}}, "`inputs.a` has no `kind`; it is one of contact, rtd"),
        ({"inputs": {"a": {"io": "x", "kind": "contakt"}}}, "did you mean `contact`?"),
        ({"inputs": {"a": {"kind": "rtd"}}}, "needs `io`: the name of its input or output"),
        ({"inputs": {"a": {"io": "x", "kind": "current"}}}, "needs `scale: [from, to]`"),
        ({"inputs": {"a": {"io": "x", "kind": "rtd", "inverted": True}}}, "cannot be inverted"),
        ({"inputs": {"a": {"io": "x", "kind": "rtd", "range": [9, 1]}}}, "runs downwards"),
        ({"inputs": {"a": {"io": "x", "kind": "rtd", "range": [9]}}}, "not `[from, to]`"),
        ({"inputs": {"a": {"io": "x", "kind": "contact", "unit": "W"}}}, "has no unit"),
        ({"outputs": {"a": {"io": "x", "kind": "sg_ready"}}}, "needs `io`: 2 names"),
        (
            {"outputs": {"a": {"io": ["x", "y"], "kind": "sg_ready", "inverted": True}}},
            "0 on both relays must be `normal`",
        ),
        ({"outputs": {"a": {"io": "x", "kind": "voltage", "raw": [0, 12000]}}}, "0 to 10000 mV"),
        ({"outputs": {"a": {"io": "x", "kind": "relay", "unit": "%"}}}, "is no voltage"),
        (
            {"outputs": {n: {"io": "x", "kind": "relay"} for n in ("a", "b")}},
            "the output `x` is driven twice",
        ),
        (
            {
                "inputs": {"a_accepted": {"io": "y", "kind": "contact"}},
                "outputs": {"a": {"io": "x", "kind": "relay"}},
            },
            "`a_accepted` is named twice",
        ),
        ({"inputs": {"driving": {"io": "y", "kind": "contact"}}}, "`driving` is named twice"),
    ],
)
def test_a_wrong_option_is_told_in_the_installers_words(
    options: dict[str, object], why: str
) -> None:
    with pytest.raises(ValueError, match=r"the PLC|`") as error:
        build("plc", options, ManualClock())
    assert isinstance(error.value, PlcOptionsError)
    assert why in str(error.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(PlcOptionsError) as error:
        settings_from({"x": 1, "watchdog_s": -1, "inputs": {"a": {"kind": "rtd", "y": 2}}})
    assert len(str(error.value).split("; ")) == 4
