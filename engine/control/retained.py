"""Retained state as bytes and back (law 13).

JSON with sorted keys: the same state gives the same bytes. Timers are kept by rule id and content
of the condition, so an edited condition starts anew and everything else goes on. All times are
monotonic; on another boot they are moved so that durations go on where they stood.
"""

import json
import math
from dataclasses import dataclass, replace
from typing import Protocol

from engine.control.program import Program
from engine.control.shaping import OutputState
from engine.control.state import Retained, initial
from engine.control.trips import TripState
from engine.inference.timing import Phase, TimerState
from engine.inference.windows import PARTS, Part, WindowState
from engine.language.plant import Output
from engine.values.fact import Value
from engine.values.moment import Moment

FORMAT = 1
_LARGEST = 1e300
"""Beyond any measurement, time or sum of them; what is larger, or not a number, is damage."""
_ROUNDED_S = 0.001
"""So much may be lost where one time is taken from another; the first scan comes later."""


class RetainedError(ValueError):
    """Bytes that are not a retained state of this format."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A state brought back, and what did not fit the program any more, in words.

    `ended`: it is the last one of its process, which ended in order.
    """

    retained: Retained
    notes: tuple[str, ...]
    ended: bool = False


def save(program: Program, retained: Retained, *, ended: bool = False) -> bytes:
    """Return the state as bytes; equal states give equal bytes.

    `ended` says that no scan comes after it: the process ends in order.
    """
    conditions = program.network.conditions
    document: dict[str, object] = {
        "format": FORMAT,
        "at_s": _finite(retained.at_s),
        "timers": {
            step.timed.key: [state.side, state.phase.value, _finite(state.since_s)]
            for step, state in zip(conditions.timers, retained.timers, strict=True)
        },
        "windows": dict(zip((s.key for s in conditions.windows), retained.windows, strict=True)),
        "outputs": {
            output.name: [_finite(item) for item in state]
            for output, state in zip(program.rulebook.plant.outputs, retained.outputs, strict=True)
        },
        "trips": {
            trip.id: [state.latched, _finite(state.since_s)]
            for trip, state in zip(program.rulebook.trips, retained.trips, strict=True)
        },
    }
    if ended:
        document["ended"] = True
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()


def carry_over(old: Program, retained: Retained, new: Program) -> Restored:
    """Return the state under edited rules: what is the same goes on, the rest starts anew."""
    return _restore(new, save(old, retained), None)


def restore(program: Program, data: bytes, moment: Moment) -> Restored:
    """Read a state back at `moment`, the first scan of a new process. Raises RetainedError.

    The monotonic clock is taken as a new one: the time between the last scan and `moment` does not
    count, so a minimum off time goes on where it stood. A time of the last scan so large that it
    would lie after `moment`, by what is rounded away, is damage.
    """
    restored = _restore(program, data, moment)
    if restored.retained.at_s > moment.monotonic_s + _ROUNDED_S:
        raise RetainedError("its time is too large to count from")
    return restored


def resume(program: Program, data: bytes) -> Restored:
    """Read a state back under the same monotonic clock, as in a replay. Raises RetainedError."""
    return _restore(program, data, None)


def _restore(program: Program, data: bytes, moment: Moment | None) -> Restored:
    try:
        document = json.loads(data)
        if document["format"] != FORMAT:
            raise RetainedError(f"format {document['format']}, this program reads {FORMAT}")
        at_s = None if document["at_s"] is None else _number(document["at_s"])
        shift_s = 0.0 if moment is None or at_s is None else moment.monotonic_s - at_s
        return replace(_fit(program, document, shift_s), ended=document.get("ended") is True)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RetainedError(f"not a retained state: {error}") from error


class _Document(Protocol):
    """A parsed JSON object; what it holds is checked by use."""

    def __getitem__(self, key: str, /) -> dict[str, list[object]]: ...


def _fit(program: Program, document: _Document, shift_s: float) -> Restored:
    """Match what was saved to the program, by key, name and id."""
    conditions, start = program.network.conditions, initial(program)
    notes: list[str] = []
    timer_keys = [step.timed.key for step in conditions.timers]
    window_keys = [step.key for step in conditions.windows]
    output_names = [output.name for output in program.rulebook.plant.outputs]
    trip_ids = [trip.id for trip in program.rulebook.trips]
    timers = _match("condition", timer_keys, document["timers"], notes)
    kept = _match("window", window_keys, document["windows"], notes)
    outputs = _match("output", output_names, document["outputs"], notes)
    trips = _match("trip", trip_ids, document["trips"], notes)
    at_s = document["at_s"]
    return Restored(
        Retained(
            at_s=_moved(at_s, shift_s),
            timers=tuple(
                old if saved is None else _timer(saved, shift_s)
                for old, saved in zip(start.timers, timers, strict=True)
            ),
            windows=tuple(
                None if saved is None else _window(saved, step.window.window_s, shift_s)
                for step, saved in zip(conditions.windows, kept, strict=True)
            ),
            outputs=tuple(
                old if saved is None else _output(program, index, saved, shift_s, notes)
                for index, (old, saved) in enumerate(zip(start.outputs, outputs, strict=True))
            ),
            trips=tuple(
                old if saved is None else TripState(_flag(saved[0]), _moved(saved[1], shift_s))
                for old, saved in zip(start.trips, trips, strict=True)
            ),
        ),
        tuple(notes),
    )


def _match(
    what: str, wanted: list[str], saved: dict[str, list[object]], notes: list[str]
) -> list[list[object] | None]:
    """Return what was saved for each wanted key, and note what starts anew or is gone."""
    notes.extend(f"{what} `{key}` starts anew" for key in wanted if key not in saved)
    notes.extend(f"{what} `{key}` is gone" for key in sorted(saved.keys() - set(wanted)))
    return [saved.get(key) for key in wanted]


def _timer(saved: list[object], shift_s: float) -> TimerState:
    side, phase, since_s = saved
    return TimerState(_flag(side), Phase(phase), _moved(since_s, shift_s))


def _window(saved: list[object], length_s: float, shift_s: float) -> WindowState:
    start_s, parts, total, last_s, last = saved
    moved = tuple(_part(_items(part), length_s, shift_s) for part in _items(parts))
    if not moved:
        raise RetainedError("a window without parts")
    return WindowState(
        _moved(start_s, shift_s), moved, _number(total), _moved(last_s, shift_s), _number(last)
    )


def _part(saved: list[object], length_s: float, shift_s: float) -> Part:
    _, first_s, first, total = saved
    begin_s = _moved(first_s, shift_s)
    return Part(int(begin_s * PARTS // length_s), begin_s, _number(first), _number(total))


def _output(
    program: Program, index: int, saved: list[object], shift_s: float, notes: list[str]
) -> OutputState:
    """Read an output's state; a value that the plant no longer allows becomes its failsafe."""
    output = program.rulebook.plant.outputs[index]
    value, target, switched_s, changed_s, starts_s, changes_s, blocked = saved
    return OutputState(
        _value(output, value, notes),
        _value(output, target, notes),
        _moved(switched_s, shift_s),
        _moved(changed_s, shift_s),
        tuple(_moved(time_s, shift_s) for time_s in _items(starts_s)),
        tuple(_moved(time_s, shift_s) for time_s in _items(changes_s)),
        tuple(str(name) for name in _items(blocked)),
    )


def _value(output: Output, saved: object, notes: list[str]) -> Value:
    value = saved if isinstance(saved, bool | str) else _number(saved)
    if output.holds(value):
        return value
    notes.append(f"output `{output.name}` no longer allows {value}: failsafe")
    return output.failsafe


def _finite(value: object) -> object:
    """Return None for "never", which JSON has no number for."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _moved(time_s: object, shift_s: float) -> float:
    return -math.inf if time_s is None else _number(time_s) + shift_s


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RetainedError(f"{value!r} is not a number")
    if not abs(value) <= _LARGEST:
        raise RetainedError(f"{value!r} is larger than anything that was saved")
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise RetainedError(f"{value!r} is not true or false")
    return value


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise RetainedError(f"{value!r} is not a list")
    return value
