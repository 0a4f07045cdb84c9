"""A controller with one trip, everything that can happen around its reset, and a model of it.

The controller is the real cycle, the real requests and the real two-step reset; a restart saves and
restores its bytes. The model is written from the page of operation alone: what is latched, armed,
granted, and which demand stands since a reset. After every scan both must agree on the command.
"""

import math
from collections.abc import Callable
from pathlib import Path
from random import Random

from adapters.port import Reading
from adapters.runtime.cycle import Cycle
from adapters.runtime.gateway import Gateway
from adapters.runtime.operations import Operations
from adapters.runtime.refusal import RefusedError
from adapters.runtime.store import all_latched
from engine.control.program import Program
from engine.control.retained import restore, save
from engine.control.scan import initial
from engine.control.state import Retained
from engine.values.fact import Quality
from tests.making.daemons import HandClock, Miner, Plc, Site

RULES = """\
ruleset: heat
rules:
  - id: mine
    when: sun.power > 1 kW
    then: {miner.power_target: 1 kW}
    because: The sun shines.
  - id: circulate
    when: tank.top < 50 °C
    then: {pump.run: on}
    because: The tank is cold.
"""
INTERLOCKS = """\
ruleset: interlocks
trips:
  - id: safety_relay
    when: not safety.ok
    latch: true
    force: {miner.power_target: 0 W}
    because: The safety relay is open.
"""
TRIP, PEOPLE = "safety_relay", ("anna", "berta")
LIFE_S, MOST, WINDOW_S, SUN_AGE_S, SCAN_S = 30.0, 5, 900.0, 4.0, 0.5


class SilentPlc(Plc):
    """A PLC whose safety contact may be silent."""

    contact: bool | None = True

    def read(self, now_s: float) -> list[Reading]:
        quality = Quality.BAD if self.contact is None else Quality.GOOD
        return [
            Reading("rtd1", 40.0, Quality.GOOD, now_s),
            Reading("relay_ok", self.contact, quality, now_s),
        ]


class Kit:
    """What is made once: the rules, the wires."""

    def __init__(self, folder: Path) -> None:
        site = Site(folder / "site")
        (site.folder / "heat.yaml").write_text(RULES, "utf-8")
        (site.folder / "interlocks.yaml").write_text(INTERLOCKS, "utf-8")
        loaded = site.load()
        self.program: Program = loaded.program
        self.wiring = loaded.wiring


class World:
    """One controller, its plant, its people, and what the model makes of them."""

    def __init__(self, kit: Kit) -> None:
        self.kit, self.clock = kit, HandClock()
        self.plc, self.miner = SilentPlc(), Miner()
        self.nonces = 0
        self.told: list[tuple[str, str]] = []
        self.granted_s: list[float] = []
        self.latched, self.cause = False, None
        self.armed: tuple[str, str, float] | None = None
        self.confirmed = False
        self.waits = False
        self.sun_w, self.sun_s = 0.0, -math.inf
        self.has_scanned = False
        self.log: list[str] = []
        self._start(initial(kit.program), [])

    def _start(self, retained: Retained, granted: list[float]) -> None:
        gateway = Gateway(self.kit.wiring, {"plc": self.plc, "miner": self.miner})
        self.publish = gateway.publisher("miner")
        self.cycle = Cycle(self.kit.program, retained, gateway, self.clock, [self.plc])
        self.operations = Operations(self.cycle, self.clock, self._nonce)
        self.operations.restore(granted)
        self.armed, self.confirmed, self.has_scanned = None, False, False
        self.sun_s = -math.inf

    def _nonce(self) -> str:
        self.nonces += 1
        return f"n{self.nonces}"

    # What happens

    def scan(self) -> None:
        """Let half a second pass and scan; the command must be the model's."""
        self.clock.now_s += SCAN_S
        done = self.cycle.step()
        self.operations.after(done)
        self.has_scanned = True
        cause: bool | None = None if self.plc.contact is None else not self.plc.contact
        demand: bool | None = None
        if self.clock.now_s - self.sun_s <= SUN_AGE_S:
            demand = self.sun_w > 1000.0
        self.cause = cause
        if cause is not False:
            self.latched = True
        elif self.latched and self.confirmed:
            self.latched, self.waits = False, demand is not False
        self.confirmed = False
        if demand is False:
            self.waits = False
        runs = demand is True and not self.latched and not self.waits
        found = self.miner.commands[-1].value
        assert found == (1000.0 if runs else 0.0), f"commanded {found}, {self.tell()}"
        assert self.cycle.retained.trips[0].latched is self.latched, self.tell()

    def relay(self, contact: bool | None) -> None:
        self.plc.contact = contact

    def bounce(self) -> None:
        """Open for one scan, and close again."""
        before, self.plc.contact = self.plc.contact, False
        self.scan()
        self.plc.contact = before

    def shine(self, watt: float) -> None:
        self.sun_w, self.sun_s = watt, self.clock.now_s
        self.publish([Reading("pv", watt, Quality.GOOD, self.clock.now_s)])

    def wait(self, seconds: float) -> None:
        self.clock.now_s += seconds

    def arm(self, by: str) -> None:
        """Ask for a nonce; it is given exactly when the model would."""
        fits = self.has_scanned and self.latched and self.cause is False and self._few()
        nonce, refusal = "", ""
        try:
            nonce = self.operations.arm_reset(TRIP, by)
        except RefusedError as error:
            refusal = str(error)
        assert fits == bool(nonce), f"nonce `{nonce}` {refusal}, {self.tell()}"
        if nonce:
            self.armed = (by, nonce, self.clock.now_s + LIFE_S)
            self.told.append((by, nonce))

    def confirm(self, by: str, nonce: str) -> None:
        """Confirm with a nonce, the right one or any other."""
        now_s, armed = self.clock.now_s, self.armed
        fits = armed is not None and armed[:2] == (by, nonce) and now_s < armed[2]
        fits = fits and self.has_scanned and self.latched and self.cause is False and self._few()
        if self.has_scanned:
            self.armed = None
        refusal = ""
        try:
            self.operations.confirm_reset(TRIP, by, nonce)
        except RefusedError as error:
            refusal = str(error)
        assert fits == (not refusal), f"confirmed {nonce}: {refusal}, {self.tell()}"
        if fits:
            self.granted_s.append(now_s)
            self.confirmed = True

    def restart(self, *, lost: bool = False) -> None:
        """End without a word and start anew; `lost`: the state was damaged meanwhile."""
        data = save(self.kit.program, self.cycle.retained)
        granted = self.operations.retained()
        self.clock.now_s += 3.0
        moment = self.cycle.moment()
        retained = restore(self.kit.program, data, moment).retained
        if lost:
            fresh = initial(self.kit.program)
            retained = all_latched(self.kit.program, fresh, moment.monotonic_s)
            self.latched, self.waits = True, False
        self._start(retained, granted)

    def _few(self) -> bool:
        recent = [at_s for at_s in self.granted_s if self.clock.now_s - at_s < WINDOW_S - 1e-6]
        return len(recent) < MOST

    def tell(self) -> str:
        return (
            f"model: latched {self.latched}, cause {self.cause}, waits {self.waits}, "
            f"armed {self.armed}; last: {self.log[-12:]}"
        )


Action = Callable[[World, Random], None]


def _confirm_right(world: World, random: Random) -> None:
    if world.armed is not None:
        world.confirm(*world.armed[:2])
    elif world.told:
        world.confirm(*random.choice(world.told[-3:]))


def _confirm_wrong(world: World, random: Random) -> None:
    by = random.choice(PEOPLE)
    nonce = random.choice([*(nonce for _, nonce in world.told[-4:]), "guessed"])
    world.confirm(by, nonce)


ACTIONS: dict[str, tuple[int, Action]] = {
    "scan": (12, lambda world, _: world.scan()),
    "close": (6, lambda world, _: world.relay(True)),
    "open": (2, lambda world, _: world.relay(False)),
    "silent": (1, lambda world, _: world.relay(None)),
    "bounce": (1, lambda world, _: world.bounce()),
    "sun": (6, lambda world, _: world.shine(2000.0)),
    "cloud": (3, lambda world, _: world.shine(500.0)),
    "arm": (8, lambda world, random: world.arm(random.choice(PEOPLE))),
    "confirm": (8, _confirm_right),
    "replay or guess": (3, _confirm_wrong),
    "wait": (2, lambda world, random: world.wait(random.choice((1.0, 29.4, 30.0, 31.0, 400.0)))),
    "restart": (1, lambda world, _: world.restart()),
    "damage": (1, lambda world, random: world.restart(lost=random.random() < 0.3)),
}  # fmt: skip


def run(kit: Kit, seed: int, steps: int) -> int:
    """Do so many random things; returns how many resets were granted. Raises AssertionError."""
    random, world = Random(seed), World(kit)  # noqa: S311 - a run repeats
    names = random.choices(list(ACTIONS), [weight for weight, _ in ACTIONS.values()], k=steps)
    for number, name in enumerate(names):
        world.log.append(name)
        try:
            ACTIONS[name][1](world, random)
        except Exception as error:
            raise AssertionError(f"seed {seed}, step {number}: {error}") from error
    return len(world.granted_s)
