"""What EMS-ESP tells of a Buderus WLW186i (a *boiler* to it): its entities, our fields. Pure.

Entities of a Bosch CS5800i/CS6800i and its twins, firmware 3.6 to 3.8. Older firmware gives each
group a topic of its own (`boiler_data_dhw`), newer nests it (`dhw` in `boiler_data`). Booleans come
as on/off, ON/OFF, true/false or 1/0 as the owner has set it. What the heat pump does not know is
left out or null.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapters.codec.mqtt_json import Json
from adapters.codec.mqtt_value import AbsentError, Found, Wanted, find
from adapters.codec.sg_ready import STATES, state_of
from adapters.port import Field

GROUPS = ("boiler_data", "boiler_data_dhw")
ACTIVITIES = ("off", "heating", "cooling", "hot_water", "pool", "defrost", "alarm")
_ACTIVITIES: tuple[tuple[Json, str], ...] = (
    ("off", "off"),
    ("none", "off"),
    ("heating", "heating"),
    ("cooling", "cooling"),
    ("hot water", "hot_water"),
    ("warm water", "hot_water"),
    ("dhw", "hot_water"),
    ("pool", "pool"),
    ("pool heating", "pool"),
    ("defrost", "defrost"),
    ("alarm", "alarm"),
    ("compressor alarm", "alarm"),
    *(
        (float(n), name)
        for n, name in enumerate(("off", "heating", "cooling", "hot_water", "pool"))
    ),
)
_SENSORS = (-60.0, 150.0)
INPUTS = ("input1", "input2", "input3", "input4")
SG_READY = "sg_ready"


@dataclass(frozen=True, slots=True)
class _Told:
    """One field, and the entities that may tell it; the first that is there counts."""

    field: Field
    wanted: Wanted
    paths: tuple[tuple[str, ...], ...]


def _number(name: str, unit: str, span: tuple[float, float], about: str, *entities: str) -> _Told:
    wanted = Wanted(name, (), unit, low=span[0], high=span[1])
    return _Told(Field(name, unit, about=about), wanted, _paths(entities))


def _switch(name: str, about: str, *entities: str) -> _Told:
    return _Told(Field(name, about=about), Wanted(name, is_number=False), _paths(entities))


def _paths(entities: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(entity.split(".")) for entity in entities)


_TOLD: tuple[_Told, ...] = (
    _number("power", "W", (0, 20_000), "Electric power of the heat pump", "hpcurrpower"),
    _number("heat_power", "kW", (0, 50), "Heat that it makes", "hppower"),
    _switch("running", "The compressor runs", "hpcompon"),
    _number("compressor_speed", "%", (0, 100), "", "hpcompspd"),
    _Told(
        Field("activity", values=ACTIVITIES, about="What it works for"),
        Wanted("activity", states=_ACTIVITIES),
        (("hpactivity",),),
    ),
    _number("flow_temperature", "°C", _SENSORS, "Out of the heat pump", "curflowtemp"),
    _number("return_temperature", "°C", _SENSORS, "Back to it", "rettemp", "hptc0"),
    _number("target_flow_temperature", "°C", _SENSORS, "", "targetflowtemp", "selflowtemp"),
    _number("outdoor_temperature", "°C", _SENSORS, "", "outdoortemp"),
    _number(
        "hot_water_temperature",
        "°C",
        _SENSORS,
        "In its own tank",
        "dhw.curtemp",
        "dhw.wwcurtemp",
        "wwcurtemp",
    ),
    _number("compressor_starts", "", (0, 1e7), "Ever since", "totalcompstarts"),
    _number("heating_starts", "", (0, 1e7), "Ever since", "heatingstarts", "compstarts"),
    _number("energy_heat", "kWh", (0, 1e7), "Heat, ever since", "nrgtotal"),
    _number("energy_electric", "kWh", (0, 1e7), "Electricity, ever since", "metertotal"),
    _number("energy_compressor", "kWh", (0, 1e7), "", "metercomp"),
    _number("energy_heater", "kWh", (0, 1e7), "Electric auxiliary heater", "metereheat"),
    *(_switch(f"input{n}", f"Contact at its external input {n}", f"hpin{n}") for n in (1, 2, 3, 4)),
)


def fields() -> tuple[Field, ...]:
    """Return everything that can be told of the heat pump."""
    read_back = Field(SG_READY, values=STATES, about="What the heat pump sees at inputs 1 and 4")
    return (*(entity.field for entity in _TOLD), read_back)


def found_in(content: Json) -> dict[str, Found]:
    """Return by field what a message tells; fields of which it does not speak are left out."""
    found: dict[str, Found] = {}
    for entity in _TOLD:
        for path in entity.paths:
            try:
                value = find(_with(entity.wanted, path), content)
            except AbsentError:
                continue
            found[entity.field.name] = value
            break
    found |= _read_back(found)
    return found


def _with(wanted: Wanted, path: tuple[str, ...]) -> Wanted:
    return Wanted(
        wanted.field,
        path,
        wanted.unit,
        wanted.states,
        wanted.low,
        wanted.high,
        is_number=wanted.is_number,
    )


def _read_back(found: Mapping[str, Found]) -> dict[str, Found]:
    """Return the state that the inputs tell together."""
    if INPUTS[0] not in found or INPUTS[3] not in found:
        return {}
    first, fourth = found[INPUTS[0]], found[INPUTS[3]]
    if isinstance(first.value, bool) and isinstance(fourth.value, bool):
        return {SG_READY: Found(state_of(first.value, fourth.value))}
    return {SG_READY: Found(None, first.reason or fourth.reason)}
