"""Modes: what a person sets for the whole site, until another mode is set.

    mode        an output is what                                 law 4 holds as ever
    automatic   an override says, else the rules                  trips and interlocks come last,
    manual      an override says, else its default                and permissives, ramps and
    off         its failsafe, whatever anybody says               minimum times before them
    a site's    an override says, else the mode, else the rules

A mode is made of overrides, so a scan knows nothing of modes, and a recording replays them. The
modes of a site stand in its site file, under `control: modes:`, as tables of outputs and values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.runtime.cycle import Requests
from engine.inference.image import Override
from engine.language.plant import Plant
from engine.language.suggest import advise
from engine.values.fact import Value

AUTOMATIC, MANUAL, OFF = "automatic", "manual", "off"
LEASE_S = 86_400.0
"""For how long the overrides of a mode are given at a time; they are renewed at half of it."""


@dataclass(frozen=True, slots=True)
class Mode:
    """What a mode makes of outputs. `above`: it passes a person's override, too."""

    name: str
    values: tuple[tuple[str, Value], ...] = ()
    above: bool = False


def modes_of(plant: Plant, own: Mapping[str, Mapping[str, Value]]) -> dict[str, Mode]:
    """Return all modes of a site by name; `own` are those of its site file."""
    modes = [
        Mode(AUTOMATIC),
        Mode(MANUAL, tuple((output.name, output.default) for output in plant.outputs)),
        Mode(OFF, tuple((output.name, output.failsafe) for output in plant.outputs), above=True),
        *(Mode(name, tuple(values.items())) for name, values in own.items()),
    ]
    return {mode.name: mode for mode in modes}


def own_modes(section: object, plant: Plant) -> dict[str, dict[str, Value]]:
    """Return the modes under `control: modes:`. Raises ValueError in user words.

    Numbers are in the unit of the output, which the site file does not repeat.
    """
    if section is None:
        return {}
    if not isinstance(section, Mapping):
        raise ValueError("`modes` holds a name and a table of outputs for each")  # noqa: TRY004 - one error for all that is wrong
    return {str(name): _table(str(name), table, plant) for name, table in section.items()}


def _table(name: str, table: object, plant: Plant) -> dict[str, Value]:
    if name in (AUTOMATIC, MANUAL, OFF):
        raise ValueError(f"the mode `{name}` is there already")
    if not isinstance(table, Mapping) or not table:
        raise ValueError(f"the mode `{name}` holds lines of `output: value`")
    outputs = {output.name: output for output in plant.outputs}
    found: dict[str, Value] = {}
    for key, value in table.items():
        output = outputs.get(str(key))
        if output is None:
            advice = advise(str(key), outputs)
            raise ValueError(f"the mode `{name}`: `{key}` is not an output; {advice}".rstrip("; "))
        if isinstance(value, int) and not isinstance(value, bool):
            value = float(value)  # noqa: PLW2901 - the same number
        if not isinstance(value, bool | float | str) or not output.holds(value):
            raise ValueError(f"the mode `{name}`: `{key}` cannot be `{value}`")
        found[output.name] = value
    return found


@dataclass(slots=True)
class ModeRequests(Requests):
    """What people asked for, with the mode below or above it.

    After a scan that hears a reset the mode's overrides get new ids. The reset blocks whatever
    stood (law 7), and a mode that stayed blocked would leave the outputs to new rules.
    """

    mode: Mode = field(default_factory=lambda: Mode(AUTOMATIC))
    by: str = ""
    _standing: tuple[Override, ...] = ()
    _until_s: float = 0.0
    _round: int = 0

    def change(self, mode: Mode, by: str) -> None:
        """Go over to another mode with the next scan; into and out of `off` all overrides end."""
        if mode.above or self.mode.above:
            self.overrides.clear()
        self.mode, self.by = mode, by
        self._renew()

    def standing(self, now_s: float) -> tuple[Override, ...]:
        """Return what stands, the strongest last."""
        own = Requests.standing(self, now_s)
        if not self.mode.values:
            return own
        if self._until_s - now_s < LEASE_S / 2:
            self._until_s = now_s + LEASE_S
            self._standing = tuple(
                Override(
                    f"mode:{self.mode.name}:{self._round}:{output}",
                    output,
                    value,
                    f"mode {self.mode.name} ({self.by})",
                    self._until_s,
                )
                for output, value in self.mode.values
            )
        both = (*own, *self._standing) if self.mode.above else (*self._standing, *own)
        if self.resets:
            self._renew()
        return both

    def _renew(self) -> None:
        self._round += 1
        self._until_s = 0.0
