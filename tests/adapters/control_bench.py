"""A small controller with a control interface on a unix socket, and time moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Event, Thread

from adapters.codec.control_methods import Method, RequestT, ResponseT
from adapters.control.build import Control, control_of
from adapters.control.client import Client
from adapters.port import Command, Field, Reading
from adapters.runtime.cycle import Cycle
from adapters.runtime.demands import Demand, Demands
from adapters.runtime.gateway import Gateway
from adapters.runtime.going_live import GoingLive
from adapters.runtime.shadow import Runner
from adapters.runtime.site import DeviceEntry, Link
from adapters.runtime.start_rules import load_rules
from adapters.runtime.supervisor import Health, Supervisor
from adapters.runtime.versions import Versions
from adapters.runtime.wiring import wire
from engine.control.program import Program, compile_program
from engine.control.retained import carry_over
from engine.control.scan import Scan, initial
from engine.values.fact import Quality
from tests.adapters.manual_clock import ManualClock

PLANT = """
site: {name: test, time_zone: Europe/Berlin}
facts:
  tank.top: {unit: °C, range: [0, 100], max_age: 5 s, about: Where the heat goes}
outputs:
  pump.run: {type: bool, default: off, failsafe: off, about: Moves the water}
  heater.power_target: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W}
  valve.way: {values: [left, right], default: left, failsafe: right}
"""
RULES = """
ruleset: pump
rules:
  - id: warm_up
    when: tank.top < 50 °C
    then: {pump.run: on, heater.power_target: 2 kW}
    because: The tank is cold.
"""
INTERLOCKS = """
ruleset: interlocks
trips:
  - id: too_hot
    when: tank.top > 90 °C
    latch: true
    force: {pump.run: off, heater.power_target: 0 W}
    because: The tank is too hot.
"""
STEP_S = 0.5
PATIENCE_S = 60.0


class Plc:
    """A process image of one input and two outputs."""

    name = "plc"

    def __init__(self) -> None:
        self.tank_c: float | None = 40.0
        self.told: dict[str, object] = {}

    def fields(self) -> tuple[Field, ...]:
        return (
            Field("rtd1", "°C"),
            Field("relay1", writable=True),
            Field("power1", "W", writable=True),
        )

    def read(self, now_s: float) -> list[Reading]:
        quality = Quality.BAD if self.tank_c is None else Quality.GOOD
        return [Reading("rtd1", self.tank_c, quality, now_s, "wire broken")]

    def command(self, command: Command) -> None:
        self.told[command.field] = command.value

    def write(self, now_s: float) -> None:
        """Commands count at once."""

    def write_safe(self) -> None:
        self.told.clear()


class SmallDaemon:
    """What `adapters.control.house.House` asks for, and a scan whenever the test says so."""

    def __init__(self, rules: Path) -> None:
        checked, self.digest = load_rules(rules)
        assert checked.ok, checked.problems
        program = compile_program(checked.rulebook)
        self.shadow, self.restarting = False, False
        self.clock, self.plc = ManualClock(), Plc()
        entry = DeviceEntry(
            "plc",
            "revpi",
            {},
            (Link("tank.top", "rtd1"),),
            (Link("pump.run", "relay1"), Link("heater.power_target", "power1")),
        )
        plant = program.rulebook.plant
        wiring, problems = wire(plant, [entry], {"plc": self.plc.fields()})
        assert not problems
        self.gateway = Gateway(wiring, {"plc": self.plc})
        self.supervisor = Supervisor(self.gateway, self.clock)
        self.supervisor.health["meter"] = Health("waiting", 3, "no answer")
        self.cycle = Cycle(program, initial(program), self.gateway, self.clock, [self.plc])
        self.woken, self.scans_when_woken = 0, False

    def activate(self, program: Program, digest: str) -> tuple[str, ...]:
        restored = carry_over(self.cycle.program, self.cycle.retained, program)
        self.cycle.activate(program, restored.retained)
        self.digest = digest
        return restored.notes

    @property
    def program(self) -> Program:
        return self.cycle.program

    def restart(self) -> None:
        self.restarting = True

    def listen(self, name: str, listener: Callable[[Scan], object]) -> None:
        assert name == "control"
        self.cycle.listeners.append(lambda scan: listener(scan) and None)

    def add(self, runner: Runner) -> None:
        assert not runner.fields()

    def wake(self) -> None:
        self.woken += 1
        if self.scans_when_woken:
            asyncio.get_running_loop().call_soon(self._scan)

    def _scan(self) -> None:
        self.clock.advance(STEP_S)
        self.cycle.step()


class Bench:
    """One daemon, its interface, and a client."""

    def __init__(self, daemon: SmallDaemon, control: Control, client: Client, rules: Path) -> None:
        self.daemon, self.control, self.client, self.rules = daemon, control, client, rules
        self.clock, self.plc, self.cycle = daemon.clock, daemon.plc, daemon.cycle

    def step(self, seconds: float = STEP_S) -> Scan:
        self.clock.advance(seconds)
        return self.cycle.step()

    def value(self, output: str) -> object:
        last = self.cycle.last
        assert last is not None
        return next(each.value for each in last.decisions if each.output == output)

    async def ask(self, method: Method[RequestT, ResponseT], request: RequestT) -> ResponseT:
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.to_thread(self.client.ask, method, request)


class Served:
    """A bench in a thread of its own, for commands that wait for their answers."""

    def __init__(self, house: Bench, loop: asyncio.AbstractEventLoop, socket: Path) -> None:
        self.house, self.socket, self._loop = house, socket, loop

    def do(self, what: Callable[[], object]) -> None:
        """Do something in the daemon's thread."""
        done = Future[object]()
        self._loop.call_soon_threadsafe(lambda: done.set_result(what()))
        done.result(PATIENCE_S)

    def scan(self, tank_c: float | None = 40.0) -> None:
        """Let the tank have a temperature and a scan see it."""

        def step() -> None:
            self.house.plc.tank_c = tank_c
            self.house.step()

        self.do(step)


@contextmanager
def served(folder: Path, **options: object) -> Iterator[Served]:
    """Run a bench beside the test; every request is heard by a scan at once."""
    ready, stopping = Future[Served](), Event()

    async def serve() -> None:
        async with bench(folder, **options) as house:
            house.daemon.scans_when_woken = True
            ready.set_result(Served(house, asyncio.get_running_loop(), folder / "c.sock"))
            await asyncio.to_thread(stopping.wait)

    thread = Thread(target=lambda: asyncio.run(serve()), name="daemon")
    thread.start()
    try:
        yield ready.result(PATIENCE_S)
    finally:
        stopping.set()
        thread.join()


def write_rules(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    files = {"plant": PLANT, "pump": RULES, "interlocks": INTERLOCKS}
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


@asynccontextmanager
async def bench(folder: Path, **options: object) -> AsyncIterator[Bench]:
    """Start a daemon and its interface; `options` stand in the site file under `control:`."""
    rules = write_rules(folder / "rules")
    daemon = SmallDaemon(rules)
    options = {"socket": str(folder / "c.sock"), **options}
    live = GoingLive(daemon, Versions(folder), rules, daemon.clock, Demands(proof=Demand.OFF))
    control = control_of(daemon, daemon.clock, options, rules, folder, live)
    task = asyncio.create_task(control.server.run(lambda _: None))
    async with asyncio.timeout(PATIENCE_S):
        await control.server.listening.wait()
    try:
        with Client(folder / "c.sock") as client:
            yield Bench(daemon, control, client, rules)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        control.operations.close()
