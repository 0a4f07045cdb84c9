"""What is known of one miner right now, put together from looks and from what it was told.

Wanted, accepted and measured power are three things and stay three readings.
"""

from dataclasses import replace

from adapters.codec import braiins
from adapters.codec.braiins_fields import POWER_TARGET
from adapters.codec.miner_follow import Drawn, not_off, strays
from adapters.codec.miner_power import Act, Memory, Outcome, Phase, Seen, Standing, Step, Strays
from adapters.codec.miner_target import Limits, allowed_w
from adapters.devices.braiins_look import Look
from adapters.devices.braiins_settings import MinerSettings
from adapters.port import Reading
from engine.values.fact import Quality, Value

_LOOKS_KEPT = 3
_KEPT_MIN_S = 15.0


class View:
    """The newest of everything, and since when the miner is told to be off or at its target."""

    def __init__(self, settings: MinerSettings) -> None:
        """Know nothing yet."""
        self._settings = settings
        self._kept_s = max(_LOOKS_KEPT * settings.poll_s, _KEPT_MIN_S)
        self.details: braiins.Details | None = None
        self.limits: Limits | None = None
        self.limits_due = False
        self.seen = Seen()
        self._details_at_s = 0.0
        self._stored_w: float | None = None
        self._stored_at_s = 0.0
        self._drawn = Drawn()
        self._drawn_at_s = 0.0
        self._off_since_s: float | None = None
        self._aimed_since_s: float | None = None
        self._strayed = False

    def forget(self) -> None:
        """Start anew with a connection; since when it shall be off outlives it."""
        self.details = None
        self.limits = None
        self.restarted()

    def restarted(self) -> None:
        """Forget what a restart of the miner may have changed."""
        self._stored_w = None
        self._drawn = Drawn()
        self._aimed_since_s = None

    def asks_stored(self, now_s: float) -> bool:
        """Return whether the stored target is to be read in the next look."""
        due_at_s = self._stored_at_s + self._settings.configuration_s
        return self._stored_w is None or now_s >= due_at_s

    def take_details(self, details: braiins.Details, at_s: float) -> None:
        """Keep identity and standing."""
        self.details, self._details_at_s = details, at_s

    def take(self, found: Look) -> None:
        """Keep what a look found; what it did not find stays and ages."""
        if found.details is not None:
            self.take_details(found.details, found.at_s)
        if found.stored_w is not None:
            self._stored_w, self._stored_at_s = found.stored_w, found.at_s
        if any(each.field == "power_measured" for each in found.readings):
            power_w = braiins.good_value(found.readings, "power_measured")
            self._drawn = replace(self._drawn, power_w=power_w)
            self._drawn_at_s = found.at_s
        if any(each.field == "power_effective" for each in found.readings):
            effective_w = braiins.good_value(found.readings, "power_effective")
            self._drawn = replace(self._drawn, target_w=effective_w, busy=found.busy)

    def told(self, step: Step, outcome: Outcome, now_s: float) -> None:
        """Take note of an act: a target counts as stored only when it is read back."""
        if step.act is Act.SET_TARGET and outcome in {Outcome.DONE, Outcome.LOST}:
            self._stored_w = None
        if step.act is Act.SET_TARGET and outcome is Outcome.REFUSED:
            self.limits_due = True
        if step.act in {Act.SET_TARGET, Act.RESUME} and outcome is not Outcome.REFUSED:
            self._aimed_since_s = now_s

    def follow(self, wanted_w: float | None, memory: Memory, now_s: float) -> None:
        """Bring `seen` up to date: standing, limits, stored target, and how it follows."""
        off = self.shall_be_off(wanted_w, memory)
        if not off:
            self._off_since_s = None
        elif self._off_since_s is None:
            self._off_since_s = now_s
        standing = self._standing(now_s)
        if off or not wanted_w or standing is not Standing.MINING:
            self._aimed_since_s = None
        elif self._aimed_since_s is None:
            self._aimed_since_s = now_s
        drawn = self._drawn_now(now_s)
        aimed_for_s = None if self._aimed_since_s is None else now_s - self._aimed_since_s
        follows = strays(drawn, self._settings.follow_rules, aimed_for_s)
        self.seen = Seen(standing, self.limits, self._stored_w, follows)
        if off or not wanted_w or follows is Strays.NOT:
            self._strayed = False
        elif follows is not None:
            self._strayed = True  # stays so while it is told again and gets its time again

    def own_readings(self, wanted_w: float | None, phase: Phase, now_s: float) -> list[Reading]:
        """Return what only the two together tell: wanted, accepted, alarms."""
        found = [
            _reading(POWER_TARGET, wanted_w, now_s, "nothing was commanded"),
            _reading("control", phase.value, now_s),
            _reading("not_off", self._not_off(now_s), now_s, "nobody knows whether it is off"),
            _reading("not_following", self._strayed, now_s),
        ]
        if self.seen.standing is Standing.PAUSED:
            found.append(_reading("power_accepted", 0.0, self._details_at_s))
        elif self._stored_w is not None and self.seen.standing is not Standing.UNKNOWN:
            at_s = min(self._stored_at_s, self._details_at_s)
            found.append(_reading("power_accepted", self._stored_w, at_s))
        if self._stored_w is not None:
            found.append(_reading("power_stored", self._stored_w, self._stored_at_s))
        return found

    def _not_off(self, now_s: float) -> bool | None:
        off_for_s = None if self._off_since_s is None else now_s - self._off_since_s
        return not_off(self._drawn_now(now_s), self._settings.follow_rules, off_for_s)

    def _standing(self, now_s: float) -> Standing:
        if self.details is None or now_s - self._details_at_s > self._kept_s:
            return Standing.UNKNOWN
        return self.details.standing

    def _drawn_now(self, now_s: float) -> Drawn:
        """Return the newest, without a power that is too old to count."""
        standing = self._standing(now_s)
        known = now_s - self._drawn_at_s <= self._kept_s
        target_w = self._drawn.target_w
        if self._stored_w is not None:
            target_w = self._stored_w if target_w is None else min(self._stored_w, target_w)
        power_w = self._drawn.power_w if known else None
        return replace(self._drawn, standing=standing, power_w=power_w, target_w=target_w)

    def shall_be_off(self, wanted_w: float | None, memory: Memory) -> bool:
        """Return whether it is told off: by command, by its limits, or because it was given up."""
        if wanted_w is None:
            return False
        if wanted_w <= 0 or memory.given_up:
            return True
        limits = self.limits
        return limits is not None and allowed_w(wanted_w, limits, self._settings.power_rules) <= 0


def _reading(field: str, value: Value | None, at_s: float, why_not: str = "") -> Reading:
    if value is None:
        return Reading(field, None, Quality.MISSING, at_s, why_not)
    return Reading(field, value, Quality.GOOD, at_s)
