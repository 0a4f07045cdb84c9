"""What needs a memory of the last look: counts, edges, a value twice, a still image. Pure.

Each is told the raw value and the time and decides alone from those.
"""

from dataclasses import dataclass

from adapters.codec.revpi_signals import Decoded, Input, in_range

_WRAP = 1 << 32
"""A counter of the DIO has 32 bits."""
_SLACK_PULSES = 2
_LEAST_READS = 3


@dataclass(slots=True)
class PulseCounter:
    """The total of a counter over wraps of its 32 bits and restarts of its module.

    The first look takes over what the module has counted. A count that went back without a wrap
    that could be is a module that began anew, and goes on from there. Pulses that came faster than
    the meter can turn are bounces or interference: they are not added, and that look is BAD.
    """

    signal: Input
    _raw: int | None = None
    _at_s: float = 0.0
    _total: int = 0

    def take(self, raw: int, now_s: float) -> Decoded:
        """Return the total in the field's unit."""
        last, self._raw = self._raw, raw
        elapsed_s, self._at_s = now_s - self._at_s, now_s
        if last is None:
            self._total = raw
        else:
            most = self.signal.max_per_s * max(elapsed_s, 0.0) + _SLACK_PULSES
            step = (raw - last) % _WRAP
            if step > most and raw < last:
                step = raw
            if step > most:
                return None, f"{step} pulses in {elapsed_s:.1f} s are too many"
            self._total += step
        return in_range(self.signal, self._total * self.signal.per_pulse)


@dataclass(slots=True)
class Pulses:
    """Whether a contact moved between two looks, by the module's own count of its edges.

    A bounce or a pulse of some milliseconds is over before the next scan looks; the module counts
    it. A count that is 0 again is a module that began anew: its inputs were BAD meanwhile.
    """

    _raw: int | None = None

    def look(self, raw: int) -> bool:
        """Return whether edges were counted since the last look."""
        last, self._raw = self._raw, raw
        return last is not None and raw not in (last, 0)


@dataclass(slots=True)
class PowerOnValue:
    """Doubts the value that a sensor shows before it has measured, once it came twice in a row."""

    value: float
    _times: int = 0

    def look(self, value: object) -> str:
        """Return why the value is not believed, or nothing."""
        self._times = self._times + 1 if value == self.value else 0
        return f"{self.value:g} twice is what it shows without measuring" if self._times > 1 else ""


@dataclass(slots=True)
class Heartbeat:
    """Watches an input that cannot stand still: if it does, so does the whole image."""

    limit_s: float = 2.0
    _raw: int | None = None
    _changed_at_s: float = 0.0
    _reads: int = 0

    def look(self, raw: int, now_s: float) -> bool:
        """Return whether the image stands still; slow scans get three looks at the least."""
        if raw != self._raw:
            self._raw, self._changed_at_s, self._reads = raw, now_s, 0
            return False
        self._reads += 1
        return self._reads >= _LEAST_READS and now_s - self._changed_at_s >= self.limit_s
