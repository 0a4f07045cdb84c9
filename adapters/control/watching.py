"""Telling changes to whoever watches. A slow watcher gets the newest state and holds nobody up.

Nothing is queued: each watcher remembers what it was told last, and is told what is otherwise now.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from adapters.codec import control as codec
from adapters.control.messages import alarm_message, mode_message
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.alarm_book import Entry
from adapters.runtime.operations import ModeNow, Operations, View
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.scribe import differs
from engine.workshop.wording import tell_time

WATCHERS_MAX = 20


class Told:
    """What one watcher knows."""

    def __init__(self) -> None:
        """Begin knowing nothing."""
        self._view: View | None = None
        self._alarms: dict[tuple[str, str], Entry] = {}
        self._mode: ModeNow | None = None
        self._rules = ""

    def news(
        self,
        view: View,
        entries: Iterable[Entry],
        mode: ModeNow,
        rules: str,
        reasons: Mapping[str, str],
    ) -> pb.Changes | None:
        """Return what is otherwise than this watcher knows, None if nothing is."""
        changes = [
            *self._rules_and_mode(mode, rules),
            *self._alarm_changes(entries),
            *self._outputs(view),
            *self._facts(view, reasons),
        ]
        self._view = view
        if not changes:
            return None
        moment = view.scan.trace.moment
        return pb.Changes(time_s=moment.wall_s, local_time=tell_time(moment), changes=changes)

    def _rules_and_mode(self, mode: ModeNow, rules: str) -> list[pb.Change]:
        changes = []
        if mode != self._mode:
            changes.append(pb.Change(mode=mode_message(mode)))
        if rules != self._rules:
            changes.append(pb.Change(rules=rules))
        self._mode, self._rules = mode, rules
        return changes

    def _alarm_changes(self, entries: Iterable[Entry]) -> list[pb.Change]:
        now = {entry.key: entry for entry in entries}
        changes = [
            pb.Change(alarm=alarm_message(entry))
            for key, entry in now.items()
            if self._alarms.get(key) != entry
        ]
        changes += [pb.Change(alarm_gone=key[1]) for key in self._alarms if key not in now]
        self._alarms = now
        return changes

    def _outputs(self, view: View) -> list[pb.Change]:
        before = {} if self._view is None else {e.output: e for e in self._view.scan.decisions}
        outputs = zip(view.program.rulebook.plant.outputs, view.scan.decisions, strict=True)
        return [
            pb.Change(output=codec.output_message(view.program, view.scan, output))
            for output, decision in outputs
            if output.name not in before or differs(before[output.name], decision)
        ]

    def _facts(self, view: View, reasons: Mapping[str, str]) -> list[pb.Change]:
        plant = view.program.rulebook.plant
        if self._view is None or self._view.program.rulebook.plant != plant:
            places = list(range(len(plant.points)))
        else:
            places = codec.changed_qualities(self._view.scan, view.scan)
        return [
            pb.Change(fact=codec.fact_message(view.scan, place, plant.points[place], reasons))
            for place in places
        ]


class Watchers:
    """All who watch, at most WATCHERS_MAX."""

    def __init__(
        self,
        operations: Operations,
        rules: Callable[[], str],
        reasons: Callable[[], Mapping[str, str]],
    ) -> None:
        """Tell of `operations`; `rules` returns the digest that runs."""
        self._operations = operations
        self._rules = rules
        self._reasons = reasons
        self._waiting: set[asyncio.Event] = set()

    def wake(self) -> None:
        """Let every watcher look; returns at once."""
        for event in self._waiting:
            event.set()

    async def watch(self) -> AsyncIterator[pb.Changes]:
        """Yield what changes, from how things stand now on. Raises RefusedError if too many do."""
        if len(self._waiting) >= WATCHERS_MAX:
            raise RefusedError(Refusal.TOO_OFTEN, f"{WATCHERS_MAX} watch already")
        event, told = asyncio.Event(), Told()
        event.set()
        self._waiting.add(event)
        try:
            while True:
                await event.wait()
                event.clear()
                view = self._operations.view
                if view is None:
                    continue
                news = await asyncio.to_thread(
                    told.news,
                    view,
                    self._operations.book.entries,
                    self._operations.mode_now,
                    self._rules(),
                    dict(self._reasons()),
                )
                if news is not None:
                    yield news
        finally:
            self._waiting.discard(event)
