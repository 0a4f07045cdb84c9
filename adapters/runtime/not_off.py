"""Whether what was told to be off is off: an alarm of its own, by whatever can be seen of it.

A miner's status was seen to be wrong, its power to be an echo. So none of them is believed alone:

    evidence                    says that it runs when, 60 s and more after it was told off,
    power of the device         it is above `above_w`
    power of a meter            the same, once everything behind the meter is told off
    temperature of boards       it is 10 K above that of the water, 5 min after it was told off
    the device's own `not_off`  it is TRUE
    nothing that is fresh       while a trip holds it off: then nobody knows, which is told too

Every device with a field `not_off` is watched without being asked for, by itself and its power. The
rest is named in the site file; with a meter, the outputs that hang behind it:

    not_off:
      both_miners:
        outputs: [miner1.power_target, miner2.power_target]
        power: meter_miners.power
        above_w: 700
      miner1_boards:
        outputs: [miner1.power_target]
        temperature: miner1.board_temperature
        warmer_than: plc.water_supply

Boards alone prove nothing: the water of a warm tank warms those of a miner that is off.

Nothing is done about it here: it is told off in every scan anyway, pumps run by interlocks, and the
rest is a person's hand on a contactor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from adapters.port import Field, Reading
from adapters.runtime.wiring import Wire
from engine.control.decision import Cause, Decision
from engine.control.scan import Scan
from engine.language.plant import Output
from engine.values.fact import Quality

AFTER_S = 60.0
"""So long after it was told off it may still run down."""
STALE_S = 5.0
"""A miner goes on saying for up to a minute what it drew before."""
FRESH_S = 60.0
"""Evidence that is older counts as none."""
COOLED_S, WARMER_K = 300.0, 10.0
"""After so long boards have the temperature of their water."""
ABOVE_W = 400.0
"""Boards without a PIC controller draw 300 W while paused."""
OWN_FIELD, POWER_FIELD = "not_off", "power_measured"
_TRIPPED = (Cause.TRIP, Cause.LATCH)
_KEYS = ("outputs", "power", "above_w", "temperature", "warmer_than")


class Source(NamedTuple):
    """A field of a device."""

    device: str
    field: str

    def __str__(self) -> str:
        return f"{self.device}.{self.field}"


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched under one name: the outputs that must all be off, and what shows it."""

    name: str
    outputs: tuple[str, ...]
    power: Source | None = None
    above_w: float = ABOVE_W
    temperature: Source | None = None
    warmer_than: Source | None = None
    own: Source | None = None


@dataclass(slots=True)
class _Told:
    """Since when it is told off (None: it is not), and what came of it."""

    since_s: float | None = None
    text: str = ""


_Stand = tuple[Watch, _Told, bool, bool]
"""A watch, what is told of it, whether one of its outputs is on, whether trips hold them all."""


@dataclass(slots=True)
class NotOff:
    """Hears of every reading and of every scan; `why` is empty while all is well."""

    watches: tuple[Watch, ...]
    outputs: Mapping[str, Output]
    _newest: dict[Source, Reading] = field(default_factory=dict)
    _told: dict[str, _Told] = field(default_factory=dict)
    _evidence: dict[str, dict[str, Source]] = field(default_factory=dict)
    """By device and field: a device says much, and little of it is evidence."""
    _decisions: tuple[Decision, ...] = ()
    _stands: list[_Stand] = field(default_factory=list)
    """What follows of those decisions; most scans decide the very same."""

    def __post_init__(self) -> None:
        """Begin with nothing told off."""
        self._told = {watch.name: _Told() for watch in self.watches}
        sources = [each for watch in self.watches for each in _sources(watch)]
        self._newest = {each: Reading(each.field, None, Quality.MISSING, 0.0) for each in sources}
        self._evidence = {
            device: {each.field: each for each in sources if each.device == device}
            for device in {each.device for each in sources}
        }

    def hear(self, device: str, readings: Sequence[Reading]) -> None:
        """Take what a device says, if it is evidence."""
        evidence = self._evidence.get(device, {})
        for reading in readings if evidence else ():
            if reading.field in evidence:
                self._newest[evidence[reading.field]] = reading

    def after(self, scan: Scan) -> None:
        """Hear of a complete scan."""
        if scan.decisions is not self._decisions:
            self._decisions, self._stands = scan.decisions, self._standing(scan.decisions)
        now_s = scan.trace.moment.monotonic_s
        for watch, told, on, tripped in self._stands:
            if on:
                told.since_s, told.text = None, ""
                continue
            if told.since_s is None:
                told.since_s = now_s
            told.text = self._look(watch, told, now_s, tripped=tripped)

    def _standing(self, decisions: tuple[Decision, ...]) -> list[_Stand]:
        """Return of each watch whether its outputs are on, or off because of a trip."""
        by_name = {decision.output: decision for decision in decisions}
        found = []
        for watch in self.watches:
            mine = [by_name[name] for name in watch.outputs]
            on = any(self.outputs[each.output].is_on(each.value) for each in mine)
            tripped = all(each.cause in _TRIPPED for each in mine)
            found.append((watch, self._told[watch.name], on, tripped))
        return found

    def why(self, name: str) -> str:
        """Return what says that it is not off, empty if nothing does."""
        return self._told[name].text

    def _look(self, watch: Watch, told: _Told, now_s: float, *, tripped: bool) -> str:
        since_s = now_s if told.since_s is None else told.since_s
        if now_s - since_s < AFTER_S:
            return ""
        found = []
        power_w = self._number(watch.power, since_s + AFTER_S + STALE_S, now_s)
        if power_w is not None and power_w > watch.above_w:
            found.append(f"{watch.power} is above {watch.above_w:g} W")
        boards_c = self._number(watch.temperature, since_s + COOLED_S, now_s)
        water_c = self._number(watch.warmer_than, since_s + COOLED_S, now_s)
        if boards_c is not None and water_c is not None and boards_c >= water_c + WARMER_K:
            found.append(f"{watch.temperature} is far above {watch.warmer_than}")
        own = self._fresh(watch.own, since_s, now_s)
        if own is not None and own.value is True:
            found.append(f"{watch.own} says so itself")
        if found:
            hand = "; switch it off by hand" if tripped else ""
            return f"told off, and not off: {', '.join(found)}{hand}"
        if tripped and watch.power and power_w is None and now_s - since_s >= AFTER_S + FRESH_S:
            return (
                "told off by a trip, and nobody knows whether it is: look, or switch it off by hand"
            )
        return ""

    def _fresh(self, source: Source | None, from_s: float, now_s: float) -> Reading | None:
        """Return a GOOD reading measured since `from_s` and not long ago."""
        reading = None if source is None else self._newest[source]
        if reading is None or reading.quality is not Quality.GOOD:
            return None
        at_s = reading.measured_at_s
        return reading if at_s >= from_s and now_s - at_s <= FRESH_S else None

    def _number(self, source: Source | None, from_s: float, now_s: float) -> float | None:
        if source is None:
            return None
        reading = self._fresh(source, from_s, now_s)
        value = None if reading is None else reading.value
        return None if value is None or isinstance(value, bool | str) else float(value)


def _sources(watch: Watch) -> tuple[Source, ...]:
    found = (watch.power, watch.temperature, watch.warmer_than, watch.own)
    return tuple(each for each in found if each is not None)


def watches_of(
    section: object, fields: Mapping[str, Sequence[Field]], wires: Mapping[str, Sequence[Wire]]
) -> tuple[Watch, ...]:
    """Return what is watched: devices that know `not_off`, and what the site file names.

    `fields` are those of the devices, `wires` the fields that follow each output. Raises ValueError
    in user words.
    """
    names = {device: {each.name for each in own} for device, own in fields.items()}
    found = {}
    for device, own in names.items():
        outputs = tuple(o for o, each in wires.items() if any(w.device == device for w in each))
        if OWN_FIELD in own and outputs:
            found[device] = Watch(
                device,
                outputs,
                Source(device, POWER_FIELD) if POWER_FIELD in own else None,
                own=Source(device, OWN_FIELD),
            )
    named = section or {}
    if not isinstance(named, Mapping):
        raise ValueError("`not_off` holds a name and settings for each")  # noqa: TRY004 - one error for all that is wrong
    for name, settings in named.items():
        found[str(name)] = _named(str(name), settings, names, wires)
    return tuple(found.values())


def _named(
    name: str, settings: object, fields: Mapping[str, set[str]], wires: Mapping[str, Sequence[Wire]]
) -> Watch:
    where = f"`not_off`: `{name}`"
    if not isinstance(settings, Mapping):
        raise ValueError(f"{where} holds {', '.join(_KEYS)}")  # noqa: TRY004 - one error for all that is wrong
    odd = [str(key) for key in settings if key not in _KEYS]
    if odd:
        raise ValueError(f"{where} has no `{odd[0]}`; it holds {', '.join(_KEYS)}")
    outputs = settings.get("outputs")
    if not isinstance(outputs, list) or not outputs:
        raise ValueError(f"{where} needs `outputs`: a list of what must be off")
    for output in outputs:
        if output not in wires:
            raise ValueError(f"{where}: no device follows an output `{output}`")
    above_w = settings.get("above_w", ABOVE_W)
    if isinstance(above_w, bool) or not isinstance(above_w, int | float) or above_w < 0:
        raise ValueError(f"{where}: `above_w` is a number of watts")
    power = _source(where, "power", settings, fields)
    temperature = _source(where, "temperature", settings, fields)
    warmer_than = _source(where, "warmer_than", settings, fields)
    if power is None and temperature is None:
        raise ValueError(f"{where} needs `power` or `temperature`: what shows that it runs")
    if (temperature is None) != (warmer_than is None):
        raise ValueError(f"{where} needs `temperature` and `warmer_than` together")
    return Watch(name, tuple(map(str, outputs)), power, float(above_w), temperature, warmer_than)


def _source(
    where: str, key: str, settings: Mapping[str, object], fields: Mapping[str, set[str]]
) -> Source | None:
    text = settings.get(key)
    if text is None:
        return None
    device, _, own = str(text).partition(".")
    if own not in fields.get(device, ()):
        raise ValueError(f"{where}: `{key}: {text}` is not a field of a device, as `meter.power`")
    return Source(device, own)
