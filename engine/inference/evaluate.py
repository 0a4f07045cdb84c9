"""The value of any expression of a rulebook in a scan that is over, for explanations.

It runs the same source that the blocks are made of, so an explanation cannot differ from what was
decided. Conditions with memory and windows are not computed again: their slots say what they were.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import CodeType

from engine.inference.slots import Slots
from engine.inference.source import NAMESPACE, Writer
from engine.language.expression import Expression
from engine.values.fact import Value


def evaluate(
    expression: Expression, slots: Slots, values: Sequence[Value | None], *, deciding: bool = False
) -> Value | None:
    """Return the value: base units if a number, a truth or state otherwise, None for UNKNOWN.

    `values` are the slots of a trace. `deciding` makes names of outputs mean the values being
    decided, as in interlocks. Raises KeyError if the expression does not belong to the rulebook
    of `slots`.
    """
    return evaluator(expression, slots, deciding=deciding)(values)


_KEPT = 256
"""So many sources stay compiled: a claim is held against every scenario of a folder."""


@lru_cache(_KEPT)
def _compiled(source: str) -> CodeType:
    return compile(source, "<expression>", "exec")


Evaluator = Callable[[Sequence[Value | None]], Value | None]
"""The slots of a trace to the value of one expression."""


def evaluator(expression: Expression, slots: Slots, *, deciding: bool = False) -> Evaluator:
    """Return `evaluate` for one expression, compiled once for many scans. Raises KeyError."""
    writer = Writer(slots, deciding=deciding)
    result = writer.keep(writer.truth(expression))
    lines = [f"a{slot} = v[{slot}]" for slot in writer.reads] + writer.lines
    body = "\n".join(f"    {line}" for line in [*lines, f"return {result}"])
    namespace: dict[str, object] = dict(NAMESPACE)
    exec(_compiled(f"def value(v):\n{body}\n"), namespace)  # noqa: S102 - our own source
    function = namespace["value"]
    assert callable(function)  # noqa: S101 - the line above defines it

    def value_of(values: Sequence[Value | None]) -> Value | None:
        value = function(values)
        assert value is None or isinstance(value, float | bool | str)  # noqa: S101 - what source yields
        return value

    return value_of
