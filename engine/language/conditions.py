"""Conditions as YAML: an expression, a list (all), `any:`, `all:`, `not:`, or one with times."""

from engine.language.check import missing_key, unknown_key, wrong_shape
from engine.language.constants import read_duration_s
from engine.language.document import Mapping, Node, Scalar, Sequence
from engine.language.expression import All, Any, Expression, Not, Timed
from engine.language.form import Form, open_form
from engine.language.grammar import parse
from engine.language.problem import Problem

_TIMES = ("for", "hold", "rest")
TIMING_KEYS = ("until", *_TIMES)
_GROUPS = ("any", "all", "not")
MAX_LIST = 200


def read_condition(node: Node, problems: list[Problem]) -> Expression | None:
    """Return the tree of a condition, names unresolved, or None and problems."""
    match node:
        case Scalar():
            return parse(node, problems)
        case Sequence():
            return _joined(node, problems, any_of=False)
        case Mapping():
            return _mapping(node, problems)


def read_named(name: str, node: Node, problems: list[Problem]) -> Expression | None:
    """Return the tree of an entry under `conditions:`."""
    if not isinstance(node, Mapping) or any(key.text in _GROUPS for key, _ in node.items):
        return read_condition(node, problems)
    what = f"the condition `{name}`"
    form = open_form(node, what, ("when", *TIMING_KEYS, "about"), problems)
    return None if form is None else _timed(form, "when")


def _mapping(node: Mapping, problems: list[Problem]) -> Expression | None:
    groups = [key for key, _ in node.items if key.text in _GROUPS]
    if not groups:
        if not any(key.text == "condition" for key, _ in node.items):
            _report_no_condition(node, problems)
            return None
        form = open_form(node, "a condition", ("condition", *TIMING_KEYS), problems)
        return None if form is None else _timed(form, "condition")
    if len(node.items) > 1:
        advice = "write a list with one of them an entry"
        wanted = "one of `any`, `all`, `not`, alone"
        place = node.items[1][0].position
        problems.append(wrong_shape.problem("a condition of this kind", wanted, place, advice))
        return None
    return _group(*node.items[0], problems)


def _group(key: Scalar, value: Node, problems: list[Problem]) -> Expression | None:
    """Return what stands under `any:`, `all:` or `not:`."""
    if isinstance(value, Scalar) and value.is_empty:
        problems.append(missing_key.problem("a condition", f"`{key.text}`", key.position))
        return None
    if key.text == "any" and isinstance(value, Sequence):
        return _joined(value, problems, any_of=True)
    operand = read_condition(value, problems)
    return Not(operand, key.position) if operand is not None and key.text == "not" else operand


def _report_no_condition(node: Mapping, problems: list[Problem]) -> None:
    """Report a mapping that is no condition; perhaps a text with `: ` in it, or a wrong key."""
    possible = (*_GROUPS, "condition", *TIMING_KEYS)
    for key, _ in node.items:
        if key.text not in TIMING_KEYS:
            problems.append(unknown_key.problem(key.text, "a condition", key.position, possible))
            return
    advice = "write `{condition: outside.temperature > 18 °C, for: 6 h}`"
    problems.append(missing_key.problem("condition", "this", node.position, advice))


def _joined(node: Sequence, problems: list[Problem], *, any_of: bool) -> Expression | None:
    if not 1 <= len(node.items) <= MAX_LIST:
        wanted = f"a list of 1 to {MAX_LIST} entries"
        problems.append(wrong_shape.problem("a list of conditions", wanted, node.position))
        return None
    found = [read_condition(item, problems) for item in node.items]
    operands = tuple(operand for operand in found if operand is not None)
    if len(operands) < len(found):
        return None
    if len(operands) == 1:
        return operands[0]
    return Any(operands, node.position) if any_of else All(operands, node.position)


def _timed(form: Form, key: str) -> Expression | None:
    """Return the condition under `key` with the times beside it."""
    before = len(form.problems)
    node = form.node(key, needed=True)
    when = None if node is None else read_condition(node, form.problems)
    until_node = form.node("until", needed=True) if "until" in form.fields else None
    until = None if until_node is None else read_condition(until_node, form.problems)
    times = dict.fromkeys(_TIMES, 0.0)
    for word in _TIMES:
        scalar = form.scalar(word, needed=True) if word in form.fields else None
        if scalar is not None:
            times[word] = read_duration_s(scalar, word, form.problems) or 0.0
    if when is None or len(form.problems) > before:
        return None
    if until is None and not any(times.values()):
        return when
    place = form.position if node is None else when.position
    return Timed(when, until, times["for"], times["hold"], times["rest"], "", place)
