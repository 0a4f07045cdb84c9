"""Python source for expressions: comparisons without calls, UNKNOWN carried along as None.

Arithmetic and comparisons are strict: UNKNOWN if any operand is. So the source of one is plain
arithmetic plus the set of variables that must not be None. A product or quotient may be UNKNOWN by
itself (overflow, division by zero) and gets a variable of its own.
"""

from dataclasses import dataclass, field
from typing import assert_never

from engine.inference.slots import Slots, content_of
from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Boolean,
    Call,
    ClockTime,
    Comparison,
    Expression,
    Known,
    Name,
    NameKind,
    Negative,
    Not,
    Number,
    State,
    Timed,
    Window,
)
from engine.values.moment import DAY_S

LARGEST = 1e15
_HARMLESS_FACTOR = 1e6
"""Thirty of them in one expression still stay far below the largest float."""


@dataclass(frozen=True, slots=True)
class Strict:
    """Source text that is valid unless one of the variables `needs` is None."""

    text: str
    needs: frozenset[str] = frozenset()

    def guarded(self) -> str:
        """Return source that is None when a needed variable is."""
        if not self.needs or (len(self.needs) == 1 and self.text in self.needs):
            return self.text
        unknown = " or ".join(f"{name} is None" for name in sorted(self.needs))
        return f"None if {unknown} else {self.text}"


@dataclass(slots=True)
class Writer:
    """Collects the lines of one function and the slots it reads."""

    slots: Slots
    deciding: bool = False
    """Whether names of outputs mean the values being decided (interlocks)."""
    lines: list[str] = field(default_factory=list)
    reads: dict[int, str] = field(default_factory=dict)
    written: dict[int, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    """Which variable holds what some source text yields; each is assigned once."""
    temporaries: int = 0

    def read(self, slot: int) -> str:
        """Return the variable that holds a slot's value."""
        if slot in self.written:
            return self.written[slot]
        return self.reads.setdefault(slot, f"a{slot}")

    def keep(self, text: str) -> str:
        """Return the variable that holds what `text` yields: assigned here, or by an equal text."""
        name = self.kept.get(text)
        if name is None:
            name = self.kept[text] = self.keep_apart(text)
        return name

    def keep_apart(self, text: str) -> str:
        """Assign `text` to a fresh variable, which may be assigned again, and return its name."""
        self.temporaries += 1
        name = f"t{self.temporaries}"
        self.lines.append(f"{name} = {text}")
        return name

    def value(self, expression: Expression) -> Strict:  # noqa: PLR0911 - one case a node
        """Return source for a number or a state."""
        match expression:
            case Number():
                return Strict(repr(expression.value * expression.unit.factor))
            case State() | Boolean():
                return Strict(repr(expression.value))
            case Name():
                return self._name(expression)
            case Age():
                return self._variable(self.slots.ages[expression.point.name])
            case Window():
                return self._variable(self.slots.content[content_of(expression)])
            case Negative():
                inner = self.value(expression.operand)
                return Strict(f"(-{inner.text})", inner.needs)
            case Arithmetic():
                return self._arithmetic(expression)
            case Call():
                return self._call(expression)
            case Comparison() | Known() | Between() | Not() | All() | Any() | Timed():
                name = self.keep(self.truth(expression))
                return Strict(name, frozenset((name,)))
            case _:
                assert_never(expression)

    def truth(self, expression: Expression) -> str:  # noqa: PLR0911 - one case a node
        """Return source for a truth: True, False or None."""
        match expression:
            case Comparison():
                left, right = self.value(expression.left), self.value(expression.right)
                text = f"{left.text} {expression.operator} {right.text}"
                return Strict(f"({text})", left.needs | right.needs).guarded()
            case Known():
                needs = self.value(expression.operand).needs
                return " and ".join(f"{n} is not None" for n in sorted(needs)) or "True"
            case Not():
                return _negate(self.keep(self.truth(expression.operand)))
            case All() | Any():
                return self._junction(expression)
            case Between():
                return self._between(expression)
            case Timed():
                return self.read(self.slots.timers[expression.key])
            case (
                Number() | State() | Boolean() | Name() | Arithmetic() | Negative() | Call()
                | Age() | Window()
            ):  # fmt: skip
                return self.value(expression).guarded()
            case _:
                assert_never(expression)

    def _variable(self, slot: int) -> Strict:
        name = self.read(slot)
        return Strict(name, frozenset((name,)))

    def _name(self, name: Name) -> Strict:
        if name.kind is NameKind.OUTPUT and self.deciding:
            slot = self.slots.deciding[name.name]
        else:
            slot = self.slots.number(name.kind, name.name)
        variable = self._variable(slot)
        factor = 1.0 if name.unit is None else name.unit.factor
        if factor == 1.0:
            return variable
        return Strict(f"({variable.text} * {factor!r})", variable.needs)

    def _arithmetic(self, node: Arithmetic) -> Strict:
        left, right = self.value(node.left), self.value(node.right)
        needs = left.needs | right.needs
        if node.operator in "+-" or harmless(node):
            return Strict(f"({left.text} {node.operator} {right.text})", needs)
        function = "_product" if node.operator == "*" else "_quotient"
        name = self.keep(Strict(f"{function}({left.text}, {right.text})", needs).guarded())
        return Strict(name, frozenset((name,)))

    def _call(self, node: Call) -> Strict:
        arguments = [self.value(argument) for argument in node.arguments]
        needs = frozenset[str]().union(*(a.needs for a in arguments))
        texts = [a.text for a in arguments]
        if node.function == "clamp":
            return Strict(f"min(max({texts[0]}, {texts[1]}), {texts[2]})", needs)
        return Strict(f"{node.function}({', '.join(texts)})", needs)

    def _junction(self, node: All | Any) -> str:
        names = [self.keep(self.truth(operand)) for operand in node.operands]
        unknown = " or ".join(f"{name} is None" for name in names)
        if isinstance(node, Any):
            return f"True if {' or '.join(names)} else None if {unknown} else False"
        # The quickest question that tells False from None, for a truth that mostly is neither.
        decided = " or ".join(f"not {name} and {name} is not None" for name in names)
        return f"False if {decided} else None if {unknown} else True"

    def _between(self, node: Between) -> str:
        now = self._variable(self.slots.number(NameKind.CALENDAR, "time_of_day"))
        start, end = self._clock_time(node.start), self._clock_time(node.end)
        text = f"_within({now.text}, {start.text}, {end.text})"
        return Strict(text, now.needs | start.needs | end.needs).guarded()

    def _clock_time(self, end: ClockTime) -> Strict:
        if end.anchor == "midnight":
            return Strict(repr(end.offset_s % DAY_S))
        sun = self._variable(self.slots.number(NameKind.CALENDAR, end.anchor))
        return Strict(f"({sun.text} + {end.offset_s!r}) % {DAY_S}", sun.needs)


def _negate(name: str) -> str:
    return f"None if {name} is None else not {name}"


def harmless(node: Arithmetic) -> bool:
    """Tell whether one side is a constant that can neither overflow nor divide by zero."""
    if isinstance(node.right, Number):
        size = abs(node.right.value * node.right.unit.factor)
        if node.operator == "/":
            return size >= 1 / _HARMLESS_FACTOR
        return size <= _HARMLESS_FACTOR
    if node.operator == "*" and isinstance(node.left, Number):
        return abs(node.left.value * node.left.unit.factor) <= _HARMLESS_FACTOR
    return False


def product(left: float, right: float) -> float | None:
    """Multiply; None where the result is too large to be a measurement."""
    result = left * right
    return result if -LARGEST <= result <= LARGEST else None


def quotient(left: float, right: float) -> float | None:
    """Divide; None for a division by zero or a result too large to be a measurement."""
    if right == 0:
        return None
    result = left / right
    return result if -LARGEST <= result <= LARGEST else None


def within(now_s: float, start_s: float, end_s: float) -> bool:
    """Tell whether a time of day lies in a daily span.

    A span that ends at or before its start crosses midnight.
    """
    if start_s < end_s:
        return start_s <= now_s < end_s
    return now_s >= start_s or now_s < end_s


NAMESPACE: dict[str, object] = {"_product": product, "_quotient": quotient, "_within": within}
