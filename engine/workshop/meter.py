"""Metering a run of scans: energy by source of each consumer, and of the house.

Powers are kept as rates and each is added up when it changes, so that a scan in which none of them
moved costs next to nothing. Points have the names that every plant of ThermIQ gives them, see
`Roles`.
"""

from dataclasses import dataclass
from operator import itemgetter

from engine.control.decision import Decision
from engine.language.plant import Output, Plant
from engine.language.types import NumberType
from engine.values.fact import Value
from engine.values.units import Dimension, Unit
from engine.workshop.report import Basis, Energy, HouseReport
from engine.workshop.sources import UNKNOWN_SHARES, Shares, left_for_grid_w, number, shares

_MS_W_PER_KWH = 3.6e9
_POWER: Dimension = (("length", 2), ("mass", 1), ("time", -3))
_NO_PLACE = -1
_ROLES = 5
"""How many points have a role; they are picked first."""

_NO_RATES = (0.0,) * 6
"""Of a consumer that draws nothing."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the points that say where electricity comes from and what it costs."""

    pv: str = "pv.power"
    battery: str = "battery.power"
    grid: str = "grid.power"
    load: str = "house.load"
    price: str = "price.buy"


@dataclass(frozen=True, slots=True)
class Consumer:
    """An output that draws power. A place of −1 means that there is no such point or output value.

    `point_place` is that of its measured power among the points, `factor` makes W of its unit.
    """

    output_place: int
    name: str
    point_place: int
    point_factor: float
    decided_factor: float
    """Makes W of the decided value; 0 if the output is not a power."""


class _Sum:
    """The energies of one consumer, in ms·W, and its cost in ms·W·EUR/J; rates stand until told."""

    __slots__ = ("battery", "cost", "grid", "pv", "rates", "since_ms", "unknown", "unpriced")

    def __init__(self) -> None:
        self.pv = self.battery = self.grid = self.unknown = self.cost = self.unpriced = 0.0
        self.rates = _NO_RATES
        self.since_ms = 0

    def book(self, now_ms: int) -> None:
        elapsed_ms, self.since_ms = now_ms - self.since_ms, now_ms
        if self.rates is _NO_RATES:
            return
        pv, battery, grid, unknown, cost, unpriced = self.rates
        self.pv += pv * elapsed_ms
        self.battery += battery * elapsed_ms
        self.grid += grid * elapsed_ms
        self.unknown += unknown * elapsed_ms
        self.cost += cost * elapsed_ms
        self.unpriced += unpriced * elapsed_ms

    def set(self, now_ms: int, power_w: float, mix: Shares, price_per_j: float | None) -> None:
        self.book(now_ms)
        if not power_w:
            self.rates = _NO_RATES
            return
        grid = power_w * mix.grid
        self.rates = (
            power_w * mix.pv,
            power_w * mix.battery,
            grid,
            power_w * mix.unknown,
            0.0 if price_per_j is None else grid * price_per_j,
            grid if price_per_j is None else 0.0,
        )

    def energy(self, point: str) -> Energy:
        return Energy(
            point,
            self.pv / _MS_W_PER_KWH,
            self.battery / _MS_W_PER_KWH,
            self.grid / _MS_W_PER_KWH,
            self.unknown / _MS_W_PER_KWH,
            self.cost / 1000.0,
            self.unpriced / _MS_W_PER_KWH,
        )


class Meter:
    """Adds up what a run of scans draws from which source."""

    def __init__(self, plant: Plant, basis: Basis, roles: Roles | None = None) -> None:
        """Find the consumers of the plant and the points with a role."""
        roles = roles or Roles()
        self._places = {point.name: place for place, point in enumerate(plant.points)}
        self._units = {point.name: point.unit for point in plant.points}
        self._basis = basis
        self.consumers = tuple(self._consumers(plant))
        self._sums = {each.output_place: _Sum() for each in self.consumers}
        names = (roles.pv, roles.battery, roles.grid, roles.load, roles.price)
        found = [self._role(name) for name in names]
        self._factors = tuple(factor for _, factor in found)
        points = [each.point_place for each in self.consumers]
        self._pick = itemgetter(*(place for place, _ in found), *points)
        self._drawing = tuple(
            (each.output_place, each.point_factor, self._counts_decided(each))
            for each in self.consumers
        )
        self._deciding = [place for place, _, decided in self._drawing if decided]
        self._now_ms = 0
        """How long rates have held in all."""
        self._taken: tuple[object, ...] = ()
        """What the present rates were taken from."""
        self._house = [0.0] * 9
        self._house_rates = (0.0,) * 9
        self._house_since_ms = 0
        self._price: float | None = None
        self.mix = UNKNOWN_SHARES
        """How the loads are split just now."""
        self.powers_w: tuple[float, ...] = (0.0,) * len(self.consumers)
        """What each consumer draws just now."""

    def _role(self, name: str) -> tuple[int, float]:
        unit = self._units.get(name)
        return self._places.get(name, _NO_PLACE), 1.0 if unit is None else unit.factor

    def _counts_decided(self, consumer: Consumer) -> float:
        """Return what makes W of the decided value, 0 if the measured power counts."""
        if self._basis is Basis.DECIDED or consumer.point_place < 0:
            return consumer.decided_factor
        return 0.0

    def _consumers(self, plant: Plant) -> list[Consumer]:
        found: list[Consumer] = []
        taken: set[str] = set()
        for place, output in enumerate(plant.outputs):
            point = output.name.rpartition(".")[0] + ".power"
            measured = _is_power(self._units.get(point)) and point not in taken
            decided = _decides_power(output)
            if not measured and not decided:
                continue
            taken.add(point)
            point_place, factor = self._role(point) if measured else (_NO_PLACE, 1.0)
            decided_factor = output.unit.factor if decided and output.unit else 0.0
            name = point if measured else output.name
            found.append(Consumer(place, name, point_place, factor, decided_factor))
        return found

    def run(self, elapsed_ms: int) -> None:
        """Let the present rates hold for `elapsed_ms`."""
        self._now_ms += elapsed_ms

    def set(self, values: tuple[Value | None, ...], decisions: tuple[Decision, ...]) -> None:
        """Take the rates from the facts and decisions of a scan."""
        # A place of −1 finds the None at the end: what the plant does not have is unknown.
        seen = self._pick((*values, None))
        taken = (seen, [decisions[place].value for place in self._deciding])
        if taken == self._taken:
            return
        self._taken = taken
        pv, battery, grid, load, price = map(number, seen, self._factors)
        powers_w: list[float] = []
        more_w = 0.0
        for value, (output_place, point_factor, decided_factor) in zip(
            seen[_ROLES:], self._drawing, strict=True
        ):
            power_w = value * point_factor if type(value) is float else 0.0
            if decided_factor:
                decided_w = number(decisions[output_place].value, decided_factor) or 0.0
                more_w += decided_w - power_w
                power_w = decided_w
            powers_w.append(power_w)
        if grid is None:
            grid = left_for_grid_w(pv, battery, load)
        if grid is None:
            mix = UNKNOWN_SHARES
        else:
            grid += more_w
            mix = shares(pv or 0.0, battery or 0.0, grid)
        self._set_sums(tuple(powers_w), mix, price)
        load = None if load is None else load + more_w
        rates = _house_rates(pv or 0.0, battery or 0.0, grid, load, price)
        if rates != self._house_rates:
            self._book_house()
            self._house_rates = rates

    def _set_sums(self, powers_w: tuple[float, ...], mix: Shares, price: float | None) -> None:
        """Give new rates to the consumers whose power, mix or price is another."""
        all_change = mix != self.mix or price != self._price
        for total, power_w, before_w in zip(
            self._sums.values(), powers_w, self.powers_w, strict=True
        ):
            if all_change or power_w != before_w:
                total.set(self._now_ms, power_w, mix, price)
        self.powers_w, self.mix, self._price = powers_w, mix, price

    def _book_house(self) -> None:
        elapsed_ms, self._house_since_ms = self._now_ms - self._house_since_ms, self._now_ms
        self._house = [
            total + rate * elapsed_ms
            for total, rate in zip(self._house, self._house_rates, strict=True)
        ]

    def energy(self, output_place: int) -> Energy | None:
        """Return what an output drew, None for one that draws nothing."""
        for each in self.consumers:
            if each.output_place == output_place:
                total = self._sums[output_place]
                total.book(self._now_ms)
                return total.energy(each.name)
        return None

    def house(self) -> HouseReport:
        """Return the energies of the whole house."""
        self._book_house()
        pv, load, bought, sold, charge, discharge, cost, unpriced, unmetered = self._house
        return HouseReport(
            pv / _MS_W_PER_KWH,
            load / _MS_W_PER_KWH,
            bought / _MS_W_PER_KWH,
            sold / _MS_W_PER_KWH,
            charge / _MS_W_PER_KWH,
            discharge / _MS_W_PER_KWH,
            cost / 1000.0,
            unpriced / _MS_W_PER_KWH,
            unmetered / 1000.0,
        )


def _house_rates(
    pv_w: float,
    battery_w: float,
    grid_w: float | None,
    load_w: float | None,
    price_per_j: float | None,
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """Return the house's powers in the order of HouseReport, and its cost in EUR/s."""
    if load_w is None:  # where no meter says what the house draws, the sum of the sources does
        load_w = 0.0 if grid_w is None else grid_w + pv_w + battery_w
    bought = 0.0 if grid_w is None or grid_w < 0.0 else grid_w
    return (
        pv_w,
        load_w,
        bought,
        0.0 if grid_w is None or grid_w > 0.0 else -grid_w,
        -battery_w if battery_w < 0.0 else 0.0,
        max(0.0, battery_w),
        0.0 if price_per_j is None else bought * price_per_j,
        bought if price_per_j is None else 0.0,
        1.0 if grid_w is None else 0.0,
    )


def _is_power(unit: Unit | None) -> bool:
    return unit is not None and unit.dimension == _POWER


def _decides_power(output: Output) -> bool:
    return isinstance(output.type, NumberType) and _is_power(output.unit)
