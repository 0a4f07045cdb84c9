"""What a condition reads in the end, and whether intervals say everything about it."""

from collections.abc import Iterator

from engine.language.expression import (
    All,
    Any,
    Boolean,
    Comparison,
    Expression,
    Name,
    NameKind,
    Negative,
    Not,
    Number,
    State,
    walk,
)
from engine.language.rulebook import Rulebook

_FOLLOWED = (NameKind.SIGNAL, NameKind.CONDITION)


class Footprints:
    """Follows signals and conditions down to the facts, outputs and derived facts they read."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Note what each name means."""
        self._meanings: dict[tuple[NameKind, str], Expression] = {}
        for signal in rulebook.signals:
            self._meanings[NameKind.SIGNAL, signal.name] = signal.expression
        for condition in rulebook.conditions:
            self._meanings[NameKind.CONDITION, condition.name] = condition.expression
        self._found: dict[tuple[NameKind, str], frozenset[str]] = {}

    def of(self, expression: Expression) -> frozenset[str]:
        """Return the places that an expression reads, however far down."""
        found: set[str] = set()
        for node in walk(expression):
            if isinstance(node, Name):
                found |= self._of_name(node)
        return frozenset(found)

    def _of_name(self, name: Name) -> frozenset[str]:
        key = (name.kind, name.name)
        if key not in self._found:
            meaning = self._meanings.get(key)
            # Entered first, so that names defined by each other do not go round for ever.
            self._found[key] = frozenset({f"{name.kind.value}:{name.name}"})
            if meaning is not None:
                self._found[key] = self.of(meaning)
        return self._found[key]

    def are_precise(self, *conditions: Expression) -> bool:
        """Tell whether intervals describe the conditions exactly, so that possible is possible.

        So it is for comparisons of independent quantities with constants, joined by `and`, `or`
        and `not`; two quantities that read the same fact are not independent.
        """
        compared: dict[str, frozenset[str]] = {}
        for condition in conditions:
            for leaf in self._leaves(condition):
                if leaf is None:
                    return False
                compared[f"{leaf.kind.value}:{leaf.name}"] = self._of_name(leaf)
        together = frozenset[str]().union(*compared.values())
        return len(together) == sum(map(len, compared.values()))

    def _leaves(self, condition: Expression) -> Iterator[Name | None]:
        """Yield the quantities compared with constants; None for anything else."""
        match condition:
            case All() | Any():
                for operand in condition.operands:
                    yield from self._leaves(operand)
            case Not():
                yield from self._leaves(condition.operand)
            case Name(kind=NameKind.CONDITION):
                meaning = self._meanings.get((condition.kind, condition.name))
                yield from [None] if meaning is None else self._leaves(meaning)
            case Name(kind=NameKind.POINT | NameKind.OUTPUT):
                yield condition
            case Comparison(left=Name() as name, right=constant) if _is_constant(constant):
                yield name
            case Comparison(left=constant, right=Name() as name) if _is_constant(constant):
                yield name
            case Comparison(left=left, right=right) if _is_constant(left) and _is_constant(right):
                pass
            case Boolean():
                pass
            case _:
                yield None


def _is_constant(expression: Expression) -> bool:
    if isinstance(expression, Negative):
        return isinstance(expression.operand, Number)
    return isinstance(expression, Number | State | Boolean)
