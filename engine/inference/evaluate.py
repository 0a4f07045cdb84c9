"""The value of any expression of a rulebook in a scan that is over, for explanations.

It runs the same source that the blocks are made of, so an explanation cannot differ from what was
decided. Conditions with memory and windows are not computed again: their slots say what they were.
"""

from collections.abc import Sequence

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
    writer = Writer(slots, deciding=deciding)
    result = writer.keep(writer.truth(expression))
    lines = [f"a{slot} = v[{slot}]" for slot in writer.reads] + writer.lines
    namespace: dict[str, object] = {**NAMESPACE, "v": values}
    source = compile("\n".join(lines), "<expression>", "exec")
    exec(source, namespace)  # noqa: S102 - our own source
    value = namespace[result]
    assert value is None or isinstance(value, float | bool | str)  # noqa: S101 - what source yields
    return value
