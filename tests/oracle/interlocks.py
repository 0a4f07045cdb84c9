"""The oracle's interlocks: all are looked at again and again until nothing moves."""

from typing import Any

from engine.language.expression import Expression, Name, NameKind, children
from engine.language.plant import Output
from engine.language.rulebook import Bound, Interlock, Limit, Rulebook
from tests.oracle.limits import in_unit, lowest_on, stepped
from tests.oracle.truths import Truths


class Locks:
    """The values of one scan, held within every interlock; `held` says who holds what."""

    def __init__(
        self, book: Rulebook, truths: Truths, final: dict[str, Any], fixed: set[str]
    ) -> None:
        """Hold `final` in place, except for the outputs `fixed`."""
        self.book, self.truths, self.final, self.fixed = book, truths, final, fixed
        self.outputs = {o.name: o for o in book.plant.outputs}
        self.held: dict[str, str] = {}
        self.forced: dict[str, Any] = {}
        self.settle()
        while found := self.violated():
            self.fail_safe(*found)
            self.settle()

    def settle(self) -> None:
        """Look until nothing moves; if nothing rests, all that is ever moved goes to failsafe."""
        for _ in range(len(self.book.interlocks) + 2):
            now = dict(self.final)
            broken = [k for k in self.book.interlocks if self.is_broken(k, now)]
            moved = [self.restrict(lock, now) for lock in broken]
            if not any(moved):
                return
        moved = {name for lock in self.book.interlocks for name, _ in lock.force}
        moved |= {limit.output for lock in self.book.interlocks for limit in lock.limits}
        self.fail_safe(tuple(sorted(moved)), next(iter(self.held.values())))

    def is_broken(self, lock: Interlock, now: dict[str, Any]) -> bool:
        return self.truths.value(lock.condition, now) is not False

    def restrict(self, lock: Interlock, now: dict[str, Any]) -> bool:
        """Force and limit; two locks that force different values make a failsafe."""
        moved = False
        for name, value in lock.force:
            if self.forced.setdefault(name, value) != value:
                self.forced[name] = self.outputs[name].failsafe
            moved |= self.hold(name, self.forced[name], lock.id)
        for limit in lock.limits:
            border = self.truths.value(limit.value, now)
            value = limited(self.outputs[limit.output], limit, border, self.final[limit.output])
            moved |= self.hold(limit.output, value, lock.id)
        return moved

    def violated(self) -> tuple[tuple[str, ...], str] | None:
        """Return a `never` that its force does not cure, with its outputs that may still move."""
        for lock in self.book.interlocks:
            movable = [n for n in self.read(lock.condition) if n not in self.fixed]
            if lock.never and movable and self.is_broken(lock, self.final):
                return tuple(movable), lock.id
        return None

    def read(self, e: Expression) -> list[str]:
        """Return the outputs that a condition is about, through signals and conditions too."""
        if isinstance(e, Name) and e.kind in (NameKind.SIGNAL, NameKind.CONDITION):
            return self.read(self.truths.defined[e.name])
        if isinstance(e, Name):
            return [e.name] if e.kind is NameKind.OUTPUT else []
        return list(dict.fromkeys(n for child in children(e) for n in self.read(child)))

    def fail_safe(self, outputs: tuple[str, ...], lock: str) -> None:
        for name in outputs:
            self.hold(name, self.outputs[name].failsafe, lock)
            self.fixed.add(name)

    def hold(self, name: str, value: Any, lock: str) -> bool:
        if name in self.fixed or self.final[name] == value:
            return False
        self.final[name], self.held[name] = value, lock
        return True


def limited(o: Output, limit: Limit, border: float | None, value: Any) -> Any:
    """Return the value within a limit; what is at least 5 is, mirrored, at most -5."""
    if border is None or isinstance(value, bool | str):
        return o.failsafe
    side = 1.0 if limit.bound is Bound.AT_MOST else -1.0
    border = side * in_unit(o, border)
    if side * value <= border:
        return value
    if border < 0:
        found = -max(-border, lowest_on(o)) if o.off_below else border
    else:
        found = stepped(o, border) if stepped(o, border) >= o.off_below else 0.0
    return min(max(side * found, o.low), o.high)
