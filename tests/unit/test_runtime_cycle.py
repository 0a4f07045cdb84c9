from dataclasses import dataclass, field

from adapters.port import Command, DeviceError, Field, Reading
from adapters.runtime.cycle import Cycle
from adapters.runtime.gateway import Gateway
from adapters.runtime.site import DeviceEntry, Link
from adapters.runtime.wiring import wire
from engine.control.program import compile_program
from engine.control.scan import initial
from engine.inference.image import Override
from engine.language.load import load
from engine.values.fact import Quality

PLANT = b"""
site: {name: test, time_zone: Europe/Berlin}
facts:
  tank.top: {unit: "\xc2\xb0C", range: [0, 100], max_age: 5 s}
outputs:
  pump.run: {type: bool, default: off, failsafe: off}
"""
RULES = b"""
ruleset: pump
rules:
  - id: warm_up
    when: "tank.top < 50 \xc2\xb0C"
    then: {pump.run: on}
    because: The tank is cold.
"""


class HandClock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return 1_700_000_000.0 + self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@dataclass
class Plc:
    """A process image of one input and one relay."""

    name: str = "plc"
    tank_c: float | None = 40.0
    relay: bool = False
    broken: bool = False
    written: list[bool] = field(default_factory=list)

    def fields(self) -> tuple[Field, ...]:
        return (Field("rtd1", "°C"), Field("relay1", writable=True))

    def read(self, now_s: float) -> list[Reading]:
        quality = Quality.BAD if self.tank_c is None else Quality.GOOD
        return [Reading("rtd1", self.tank_c, quality, now_s)]

    def command(self, command: Command) -> None:
        self.relay = command.value is True

    def write(self, now_s: float) -> None:
        if self.broken:
            raise DeviceError(f"plc: image not written at {now_s}")
        self.written.append(self.relay)

    def write_safe(self) -> None:
        self.written.append(False)


def start(more: bytes = b"") -> tuple[Cycle, Plc, HandClock]:
    plant = PLANT.replace(b"failsafe: off", b"failsafe: off" + more)
    loaded = load({"plant.yaml": plant, "pump.yaml": RULES})
    assert loaded.ok, loaded.problems
    plc, clock = Plc(), HandClock()
    entry = DeviceEntry(
        "plc", "revpi", {}, (Link("tank.top", "rtd1"),), (Link("pump.run", "relay1"),)
    )
    wiring, problems = wire(loaded.rulebook.plant, [entry], {"plc": plc.fields()})
    assert not problems
    program = compile_program(loaded.rulebook)
    gateway = Gateway(wiring, {"plc": plc})  # type: ignore[dict-item] # only commanded here
    return Cycle(program, initial(program), gateway, clock, [plc]), plc, clock


def test_one_step_reads_decides_and_writes() -> None:
    cycle, plc, _ = start()
    heard = []
    cycle.listeners.append(heard.append)
    result = cycle.step()
    assert result.decisions[0].by == "warm_up"
    assert plc.written == [True]
    assert heard == [result]


def test_a_bad_sensor_means_rest() -> None:
    cycle, plc, clock = start()
    cycle.step()
    plc.tank_c = None
    clock.now_s += 0.5
    cycle.step()
    assert plc.written == [True, False]


def test_an_override_stands_until_it_expires() -> None:
    cycle, plc, clock = start()
    plc.tank_c = 80.0
    cycle.requests.overrides["pump.run"] = Override("o1", "pump.run", True, "someone", 101.0)
    cycle.step()
    clock.now_s = 101.0
    cycle.step()
    assert plc.written == [True, False]


def test_an_image_that_cannot_be_written_is_held_safe_and_the_scan_counts() -> None:
    cycle, plc, clock = start()
    cycle.step()
    plc.broken = True
    clock.now_s += 0.5
    cycle.step()
    assert cycle.counters.scans == 2
    assert "image not written" in cycle.driving.why
    assert plc.written == [True, False], "the safe image, where the last one said on"


def test_other_rules_take_over_with_the_image_as_it_was() -> None:
    cycle, plc, clock = start()
    cycle.step()
    loaded = load({"plant.yaml": PLANT, "pump.yaml": RULES.replace(b"< 50", b"< 30")})
    program = compile_program(loaded.rulebook)
    cycle.activate(program, initial(program))
    clock.now_s += 0.5
    cycle.step()
    assert plc.written == [True, False]


def test_after_a_hold_an_output_starts_anew_with_its_permissives_and_times() -> None:
    cycle, plc, clock = start(b", min_off: 60 s")
    cycle.step()
    plc.broken = True
    clock.now_s += 0.5
    cycle.step()
    plc.broken = False
    for _ in range(40):
        clock.now_s += 0.5
        cycle.step()
    assert not cycle.driving.held
    assert plc.written[-1] is False, "off for less than its minimum off time"
    assert cycle.last is not None
    assert cycle.last.decisions[0].value is False
    clock.now_s += 60.0
    cycle.step()
    assert plc.written[-1] is True
