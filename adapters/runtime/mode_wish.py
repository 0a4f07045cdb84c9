"""Rules that change the mode: off unless a site asks for it, and never against a person.

    control:
      modes: {holiday: {heatpump.sg_ready: locked}}
      mode_from: {output: site.mode_wish, modes: [automatic, holiday], rest: 1 h}

The rules decide `output` like any other, one of the modes as its value; nothing hangs on it. While
a rule decides it (default, override and trip are no wish) and a person has not touched the mode
for `rest`, the controller goes over to what it says. It goes only between the modes that stand
here, and `manual` and `off` never do: what a person switched off no rule switches on.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.recordings.moments import duration_ms
from adapters.runtime.modes import MANUAL, OFF
from adapters.runtime.operations import AUTHOR_LETTERS_MAX, ModeNow, Operations
from adapters.runtime.refusal import RefusedError
from engine.control.decision import Cause
from engine.control.scan import Scan
from engine.language.plant import Plant
from engine.language.suggest import advise
from engine.language.types import EnumType

_KEYS = ("output", "modes", "rest")
REST_S = 3600.0
_SHORTEST_S, _LONGEST_S = 60.0, 7 * 86_400.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WishSettings:
    """Which output speaks, of which modes, and how long a change rests, in seconds."""

    output: str
    modes: tuple[str, ...]
    rest_s: float = REST_S


def wish_from(section: object, plant: Plant, known: tuple[str, ...]) -> WishSettings | None:
    """Return what stands under `mode_from:`, None if nothing does. Raises ValueError."""
    if section is None:
        return None
    if not isinstance(section, Mapping) or not {"output", "modes"} <= section.keys() <= set(_KEYS):
        raise ValueError("`mode_from` holds `output`, `modes` and, if you like, `rest`")
    name, modes = str(section["output"]), section["modes"]
    outputs = {output.name: output for output in plant.outputs}
    if name not in outputs:
        raise ValueError(
            f"`mode_from`: `{name}` is not an output; {advise(name, outputs)}".rstrip("; ")
        )
    kind = outputs[name].type
    values = kind.values if isinstance(kind, EnumType) else ()
    if not isinstance(modes, list) or len(modes) < 2:  # noqa: PLR2004 - from one to another
        raise ValueError("`mode_from`: `modes` is a list of at least two")
    for mode in modes:
        if mode in (MANUAL, OFF) or mode is False:  # the site file reads a plain `off` as no
            raise ValueError("`mode_from`: rules neither set nor leave `manual` and `off`")
        if mode not in known:
            raise ValueError(f"`mode_from`: there is no mode `{mode}`")
        if mode not in values:
            raise ValueError(f"`mode_from`: `{name}` can never be `{mode}`")
    return WishSettings(name, tuple(map(str, modes)), _rest_s(section.get("rest")))


def _rest_s(given: object) -> float:
    if given is None:
        return REST_S
    try:
        rest_s = duration_ms(str(given)) / 1000
    except ValueError:
        rest_s = 0.0
    if not _SHORTEST_S <= rest_s <= _LONGEST_S:
        raise ValueError("`mode_from`: `rest` is a time from `1 min` to `7 d`")
    return rest_s


class ModeWish:
    """Looks at every complete scan, after `operations` have."""

    def __init__(self, operations: Operations, settings: WishSettings) -> None:
        """Begin with a rest, as after a change."""
        self._operations = operations
        self._settings = settings
        self._seen: ModeNow | None = None
        self._since_s = 0.0

    def after(self, scan: Scan) -> None:
        """Change the mode if the rules wish it and may."""
        now, now_s = self._operations.mode_now, scan.trace.moment.monotonic_s
        if now is not self._seen:
            self._seen, self._since_s = now, now_s
        wish = next(each for each in scan.decisions if each.output == self._settings.output)
        modes = self._settings.modes
        if wish.cause is not Cause.RULE or wish.value == now.name:
            return
        if wish.value not in modes or now.name not in modes:
            return
        if now_s - self._since_s < self._settings.rest_s:
            return
        try:
            self._operations.change_mode(str(wish.value), f"rules: {wish.by}"[:AUTHOR_LETTERS_MAX])
        except RefusedError as error:  # reloaded rules may have taken the mode away
            log.warning("mode %s, wished by %s: %s", wish.value, wish.by, error)
