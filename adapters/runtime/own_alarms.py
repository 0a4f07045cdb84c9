"""Alarms about the controller itself: a device that is gone, a disk that does not take, rules back.

    subject          while
    device:NAME      a device has not run for 30 s, or only for moments, or says so long that it is
                     not online; until it has run for 60 s
    plc:NAME         a process image cannot be written, so the device is held safe
    state            the retained state is not on the disk
    recorder         recording fails
    journal          entries wait for the disk
    mqtt             no broker for a minute, or one that drops or throws us out again and again
    not_off:NAME     what was told off is not (`not_off.py`)
    proof_test       a trip was not tried in time, or failed (`proof_tests.py`)
    rules            rules were taken back by themselves, until others are let run

They stand beside the alarms of the scan for whoever hears of one, and are recorded nowhere: a
replay of the same facts must give the same alarms.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from adapters.runtime.supervisor import Health
from engine.control.decision import Alarm, AlarmKind
from engine.control.scan import Scan

GONE_S = 30.0
MOMENT_S = 20.0
"""To try a link takes so long at most: less is no return."""
BACK_S = 60.0
_LETTERS_MAX = 200

Told = Callable[[], str]
"""What is wrong now, in words; empty if nothing is."""


@dataclass(slots=True)
class _Watched:
    """Since when a device runs, since when it is gone, and whether its alarm stands."""

    running_s: float | None = 0.0
    gone_s: float | None = None
    raised: bool = False
    error: str = ""

    @property
    def runs_on(self) -> bool:
        """Whether it ran in the last look, and was not gone shortly before."""
        return self.running_s is not None and self.gone_s is None and not self.raised


@dataclass(slots=True)
class OwnAlarms:
    """Looks at everything once a scan. `told` is by subject, `held` why a device is held safe."""

    health: Mapping[str, Health]
    held: Callable[[], Mapping[str, str]]
    told: dict[str, Told] = field(default_factory=dict)
    _devices: dict[str, _Watched] = field(default_factory=dict)
    _last: tuple[Alarm, ...] = ()

    def look(self, now_s: float) -> tuple[Alarm, ...]:
        """Return what stands at monotonic `now_s`; the same object while nothing changes."""
        found = tuple(self._found(now_s))
        if found != self._last:
            self._last = found
        return self._last

    def _found(self, now_s: float) -> Iterator[Alarm]:
        held = self.held()
        for name, reason in held.items():
            yield _alarm(f"plc:{name}", f"{name} is held safe: {reason}")
        for name, health in self.health.items():
            watched = self._devices.get(name)
            if watched is None:
                watched = self._devices[name] = _Watched(running_s=now_s)
            if health.state == "running" and watched.runs_on:
                continue
            _watch(watched, health, now_s)
            if watched.raised and name not in held:
                yield _alarm(f"device:{name}", f"{name} does not answer: {watched.error}")
        for subject, why in self.told.items():
            text = why()
            if text:
                yield _alarm(subject, text)


def with_own(done: Scan, own: tuple[Alarm, ...]) -> Scan:
    """Return a scan as people and programs outside may hear of it: the controller's alarms too."""
    if not own:
        return done
    return done._replace(trace=done.trace._replace(alarms=(*done.trace.alarms, *own)))


def _watch(watched: _Watched, health: Health, now_s: float) -> None:
    """Note how long a device has run or not; a short return does not end its alarm.

    Nor does it count as one: whoever tries a dead link again and again runs while he tries.
    """
    if health.state == "running":
        if watched.running_s is None:
            watched.running_s = now_s
        ran_s = now_s - watched.running_s
        if ran_s >= MOMENT_S:
            watched.gone_s = None
        if ran_s >= BACK_S:
            watched.raised = False
        return
    watched.running_s = None
    if watched.gone_s is None:
        watched.gone_s = now_s
    if now_s - watched.gone_s >= GONE_S or health.state == "parked":
        watched.raised = True
    if watched.raised:
        watched.error = health.last_error


def _alarm(subject: str, text: str) -> Alarm:
    return Alarm(AlarmKind.CONTROLLER, subject, _cut(text))


def _cut(text: str) -> str:
    """Return a text that is not too long, and shows that it was."""
    return text if len(text) <= _LETTERS_MAX else f"{text[: _LETTERS_MAX - 1]}…"
