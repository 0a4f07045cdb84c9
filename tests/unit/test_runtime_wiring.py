from adapters.port import Field
from adapters.runtime.site import DeviceEntry, Link
from adapters.runtime.wiring import Wire, wire
from engine.language.plant import Output, Plant, Point, Site
from engine.language.types import BOOL, EnumType, NumberType
from engine.values.units import parse_unit

WATT = parse_unit("W")
assert WATT is not None
POWER = NumberType(WATT.dimension)
MODES = EnumType(("normal", "hold", "charge"))
PLANT = Plant(
    Site(),
    (Point("pv.power", POWER, WATT), Point("p3.running", BOOL)),
    (
        Output("miner1.power_target", POWER, 0.0, 0.0, WATT),
        Output("inverter.battery_mode", MODES, "normal", "normal"),
    ),
)
FIELDS = {
    "inverter": (
        Field("pv", "kW"),
        Field("energy", "kWh"),
        Field("relay"),
        Field("mode", values=("normal", "hold"), writable=True),
        Field("target", "kW", writable=True),
    )
}


def join(*facts: tuple[str, str], outputs: tuple[tuple[str, str], ...] = ()):  # noqa: ANN201
    entry = DeviceEntry(
        "inverter",
        "deye",
        {},
        tuple(Link(*link) for link in facts),
        tuple(Link(*link) for link in outputs),
    )
    return wire(PLANT, [entry], FIELDS)


def test_units_are_converted_by_a_factor() -> None:
    wiring, problems = join(("pv.power", "pv"), outputs=(("miner1.power_target", "target"),))
    assert not problems
    assert wiring.facts["inverter", "pv"] == (Wire("inverter", "pv", "pv.power", 1000.0),)
    assert wiring.outputs["miner1.power_target"][0].factor == 1000.0


def test_points_that_nobody_feeds_are_named() -> None:
    assert join(("pv.power", "pv"))[0].unwired == ("p3.running",)


def test_a_wrong_dimension_is_refused_with_both_units() -> None:
    wiring, (problem,) = join(("pv.power", "energy"))
    assert problem.message == "`pv.power` is in W, but `energy` is in kWh"
    assert not wiring.facts


def test_misspelt_names_get_a_suggestion() -> None:
    _, problems = join(("pv.powr", "pv"), ("pv.power", "pvv"))
    assert [problem.help for problem in problems] == [
        "did you mean `pv.power`?",
        "did you mean `pv`?",
    ]


def test_a_field_that_only_reads_cannot_be_commanded() -> None:
    _, (problem,) = join(outputs=(("miner1.power_target", "pv"),))
    assert problem.message == "the field `pv` of `inverter` cannot be commanded"


def test_states_of_the_device_must_be_states_of_the_plant() -> None:
    _, none = join(outputs=(("inverter.battery_mode", "mode"),))
    assert not none
    _, (problem,) = join(("pv.power", "mode"))
    assert "one of normal, hold" in problem.message


def test_one_point_has_one_source() -> None:
    _, (problem,) = join(("pv.power", "pv"), ("pv.power", "pv"))
    assert problem.message == "`pv.power` is fed by two devices"
