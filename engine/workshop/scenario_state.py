"""From `state:` in a scenario to what the controller remembers when its first scan comes."""

import math

from engine.control.shaping import OutputState, at_rest
from engine.inference.slots import content_of
from engine.inference.timing import Phase, TimerState
from engine.language.check import not_allowed_here, syntax, value_outside_range, wrong_type
from engine.language.constants import in_unit, read_constant, read_duration_s, read_number
from engine.language.document import Mapping, Node, Scalar
from engine.language.expression import Timed, Window
from engine.language.form import Form, as_mapping, as_scalar, open_form
from engine.language.grammar import parse
from engine.language.numbers import range_text
from engine.language.plant import Output
from engine.language.resolve import resolve
from engine.language.types import NumberType
from engine.language.words import FALSE_WORDS, TRUE_WORDS
from engine.values.fact import Value
from engine.values.units import NUMBER
from engine.workshop.quantity import usual
from engine.workshop.scenario import StartState
from engine.workshop.scenario_scope import Context

_KEYS = ("outputs", "latched", "conditions", "timers", "windows")
_OUTPUT_KEYS = ("value", "target", "switched", "changed", "starts", "changes", "blocked")
_TIMER_KEYS = ("phase", "side", "since")
_NEVER = "never"


def read_state(node: Node, context: Context) -> StartState:
    """Return what is sound of a start state; the rest is reported."""
    form = open_form(node, "the state", _KEYS, context.problems)
    if form is None:
        return StartState()
    latched = form.node("latched")
    outputs = [_output(name, value, context) for name, value in _entries(form, "outputs")]
    timers = [
        *(_condition(name, value, context) for name, value in _entries(form, "conditions")),
        *(_keyed(name, value, context) for name, value in _entries(form, "timers")),
    ]
    windows = [_window(name, value, context) for name, value in _entries(form, "windows")]
    return StartState(
        outputs=tuple(each for each in outputs if each is not None),
        latched=tuple(
            scalar.text
            for scalar in ([] if latched is None else context.listed(latched, "a trip"))
            if context.known(scalar, context.trips, "a trip")
        ),
        timers=tuple(each for each in timers if each is not None),
        windows=tuple(each for each in windows if each is not None),
    )


def _entries(form: Form, key: str) -> tuple[tuple[Scalar, Node], ...]:
    node = form.node(key)
    mapping = None if node is None else as_mapping(node, f"`{key}`", form.problems)
    return mapping.items if mapping else ()


def read_output_value(scalar: Scalar, output: Output, context: Context) -> Value | None:
    """Return a value that the output can have, or None and a problem."""
    unit = output.unit or NUMBER
    value = read_constant(scalar, output.type, output.unit, output.name, context.problems)
    if value is None or output.holds(value):
        return value
    limits = range_text(output.low, output.high, unit)
    problem = value_outside_range.problem(
        f"`{scalar.text}`", output.name, limits, scalar.position, output.position
    )
    context.problems.append(problem)
    return None


def output_named(name: Scalar, context: Context) -> Output | None:
    """Return the output of that name, or None and a problem."""
    if context.known(name, frozenset(context.outputs), "an output"):
        return context.outputs[name.text]
    return None


def _output(name: Scalar, node: Node, context: Context) -> tuple[str, OutputState] | None:
    """Return what an output remembers: a value it had for ever, or everything one by one."""
    output = output_named(name, context)
    if output is None:
        return None
    if not isinstance(node, Mapping):
        scalar = as_scalar(node, f"`{name.text}`", context.problems)
        value = None if scalar is None else read_output_value(scalar, output, context)
        return None if value is None else (output.name, OutputState(value, value))
    form = open_form(node, f"the state of `{name.text}`", _OUTPUT_KEYS, context.problems)
    if form is None:
        return None
    written = form.scalar("value")
    value = None if written is None else read_output_value(written, output, context)
    value = at_rest(output).value if value is None else value
    aimed = form.scalar("target")
    target = None if aimed is None else read_output_value(aimed, output, context)
    blocked = form.node("blocked")
    return output.name, OutputState(
        value,
        value if target is None else target,
        _ago_s(form.scalar("switched"), "switched", context),
        _ago_s(form.scalar("changed"), "changed", context),
        _times(form, "starts", context),
        _times(form, "changes", context),
        tuple(
            scalar.text
            for scalar in ([] if blocked is None else context.listed(blocked, "a rule"))
            if context.known(scalar, context.rules, "a rule")
        ),
    )


def _times(form: Form, key: str, context: Context) -> tuple[float, ...]:
    """Return moments in the past, the earliest first."""
    node = form.node(key)
    listed = [] if node is None else context.listed(node, "a time")
    return tuple(sorted(_ago_s(scalar, key, context) for scalar in listed))


def _ago_s(scalar: Scalar | None, what: str, context: Context) -> float:
    """Return how long ago something was, as seconds below zero; -inf for never."""
    if scalar is None or scalar.text.strip() == _NEVER:
        return -math.inf
    seconds = read_duration_s(scalar, what, context.problems)
    return -math.inf if seconds is None else 0.0 - seconds


def _condition(name: Scalar, node: Node, context: Context) -> tuple[str, TimerState] | None:
    """Return the timer of a named condition."""
    book = context.program.rulebook
    expressions = {each.name: each.expression for each in book.conditions}
    if not context.known(name, frozenset(expressions), "a condition"):
        return None
    found = expressions[name.text]
    if not isinstance(found, Timed):
        message = f"`{name.text}` remembers nothing: it has no `until`, `for`, `hold` or `rest`"
        advice = "it follows from the facts; give them"
        context.problems.append(not_allowed_here.problem(message, name.position, advice))
        return None
    state = _timer(name, node, context)
    return None if state is None else (found.key, state)


def _keyed(name: Scalar, node: Node, context: Context) -> tuple[str, TimerState] | None:
    """Return a timer by the key under which it is saved."""
    steps = context.program.network.conditions.timers
    if not context.known(name, frozenset(step.timed.key for step in steps), "a timer's key"):
        return None
    state = _timer(name, node, context)
    return None if state is None else (name.text, state)


def _timer(name: Scalar, node: Node, context: Context) -> TimerState | None:
    if not isinstance(node, Mapping):
        scalar = as_scalar(node, f"`{name.text}`", context.problems)
        side = None if scalar is None else _flag(scalar, context)
        if side is None:
            return None
        return TimerState(side, Phase.ON if side else Phase.OFF, -math.inf)
    form = open_form(node, f"the state of `{name.text}`", _TIMER_KEYS, context.problems)
    phase = None if form is None else form.scalar("phase", needed=True)
    if form is None or phase is None:
        return None
    phases = frozenset(each.value for each in Phase)
    if not context.known(phase, phases, "one of off, pending, on, resting"):
        return None
    found = Phase(phase.text)
    told = form.scalar("side")
    side = found in (Phase.PENDING, Phase.ON) if told is None else bool(_flag(told, context))
    return TimerState(side, found, _ago_s(form.scalar("since"), "since", context))


def _flag(scalar: Scalar, context: Context) -> bool | None:
    if scalar.text in TRUE_WORDS or scalar.text in FALSE_WORDS:
        return scalar.text in TRUE_WORDS
    message = f"`{scalar.text}` is neither on nor off"
    context.problems.append(wrong_type.problem(message, scalar.position, "write `on` or `off`"))
    return None


def _window(name: Scalar, node: Node, context: Context) -> tuple[str, float] | None:
    """Return the value of an average or a rate, in base units."""
    tree = parse(name, context.problems)
    found = None if tree is None else resolve(tree, context.scope, context.problems)
    if found is None:
        return None
    steps = context.program.network.conditions.windows
    key = repr(content_of(found))
    kind = found.type
    known = isinstance(found, Window) and any(step.key == key for step in steps)
    if not known or not isinstance(kind, NumberType):
        message = "this is no `average` or `rate` that the rules compute"
        advice = "write it as it stands in the rules, in quotes"
        context.problems.append(syntax.problem(message, name.position, advice))
        return None
    scalar = as_scalar(node, f"`{name.text}`", context.problems)
    number = None if scalar is None else read_number(scalar, context.problems)
    unit = usual(kind)
    value = None if number is None else in_unit(number, unit, name.text, context.problems)
    return None if value is None else (key, value * unit.factor)
