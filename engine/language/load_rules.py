"""From entries under `rules:` to rules."""

from engine.language.check import (
    missing_key,
    not_allowed_here,
    value_outside_range,
    wrong_shape,
    wrong_type,
)
from engine.language.constants import read_integer
from engine.language.document import Mapping, Node, Scalar, Sequence
from engine.language.expression import Boolean, Expression, Name, NameKind, State
from engine.language.form import as_mapping, as_scalar, open_form
from engine.language.grammar import parse
from engine.language.numbers import Numbers, constant, range_text
from engine.language.placement import RULE, VALUE, is_placed
from engine.language.plant import Output
from engine.language.problem import Problem
from engine.language.reader import Reader
from engine.language.resolve import kind_of, resolve
from engine.language.rulebook import Proposal, Rule
from engine.language.text import shortened
from engine.language.types import BoolType, EnumType, NumberType
from engine.values.units import NUMBER

RULE_KEYS = ("id", "when", "then", "salience", "because", "about")
ASSERT = "assert"


def load_rule(node: Node, ruleset: str, reader: Reader) -> Rule | None:
    """Return a rule, or None and problems."""
    before = len(reader.problems)
    identity = read_id(node, "rule", reader)
    _check_assert(node, reader.problems)
    form = open_form(node, title("rule", identity), RULE_KEYS, reader.problems)
    if form is None:
        return None
    owner = f"rule:{identity.text}" if identity else "rule:"
    when_node = form.node("when", needed=True)
    when = None if when_node is None else reader.condition(when_node, owner, RULE)
    then = form.node("then", needed=True)
    entries = None if then is None else as_mapping(then, "`then`", reader.problems)
    proposals: list[Proposal] = []
    sound = entries is not None
    if entries is not None and not entries.items:
        advice = "write `then: {output: value}` or `then: {assert: season.summer}`"
        missing = missing_key.problem("an output", "`then`", entries.position, advice)
        reader.problems.append(missing)
    for key, value in entries.items if entries else ():
        if key.text == ASSERT:
            continue
        proposal = _proposal(key, value, reader)
        sound = sound and proposal is not None
        if proposal is not None:
            proposals.append(proposal)
    salience_text = form.scalar("salience") if "salience" in form.fields else None
    salience = 0
    if salience_text is not None:
        salience = read_integer(salience_text, "salience", reader.problems) or 0
    because = form.text("because")
    errors = len(reader.problems) > before
    if entries is not None and proposals and not because and identity is not None:
        reader.problems.append(missing_key.reason(form.what, identity.position))
    if errors or not sound or when is None or identity is None:
        return None
    asserts = tuple(name.text for name in asserted(node))
    return Rule(
        identity.text, when, tuple(proposals), asserts, salience, because, ruleset,
        identity.position,
    )  # fmt: skip


def title(kind: str, identity: Scalar | None) -> str:
    """Return how sentences call a rule: ``the rule `x` ``."""
    return f"the {kind} `{identity.text}`" if identity else f"a {kind}"


def read_id(node: Node, kind: str, reader: Reader) -> Scalar | None:
    """Return the id of a rule, trip, interlock or permissive, if nothing else has it."""
    if not isinstance(node, Mapping):
        return None
    value = _value(node, "id")
    if value is None or (isinstance(value, Scalar) and value.is_empty):
        advice = "timers and reasons are kept by it: `id: mine_on_surplus`"
        problem = missing_key.problem("id", f"a {kind}", node.position, advice)
        reader.problems.append(problem)
        return None
    identity = as_scalar(value, "`id`", reader.problems)
    if identity is None or not reader.registry.claim(kind, identity):
        return None
    return identity


def asserted(node: Node) -> tuple[Scalar, ...]:
    """Return the names of derived facts that a rule asserts, as far as they can be read."""
    then = _value(node, "then")
    value = None if then is None else _value(then, ASSERT)
    match value:
        case Scalar():
            return () if value.is_empty else (value,)
        case Sequence():
            return tuple(item for item in value.items if isinstance(item, Scalar))
        case _:
            return ()


def _check_assert(node: Node, problems: list[Problem]) -> None:
    """Report an `assert:` that is neither a name nor a list of names."""
    then = _value(node, "then")
    value = None if then is None else _value(then, ASSERT)
    if value is None:
        return
    items = value.items if isinstance(value, Sequence) else (value,)
    if not items or not all(isinstance(item, Scalar) and not item.is_empty for item in items):
        wanted = "the name of a derived fact or a list of such names"
        problems.append(wrong_shape.problem("`assert`", wanted, value.position))


def _value(node: Node, key: str) -> Node | None:
    if not isinstance(node, Mapping):
        return None
    return next((value for name, value in node.items if name.text == key), None)


def _proposal(key: Scalar, node: Node, reader: Reader) -> Proposal | None:
    output = reader.output(key)
    scalar = as_scalar(node, f"the value of `{key.text}`", reader.problems)
    tree = None if scalar is None else parse(scalar, reader.problems)
    if output is None or tree is None:
        return None
    value = resolve(tree, reader.scope, reader.problems, output.type)
    if value is None or not is_placed(value, VALUE, reader.problems):
        return None
    if not fits_output(value, output, reader):
        return None
    return Proposal(output.name, value, key.position)


def fits_output(value: Expression, output: Output, reader: Reader) -> bool:
    """Tell whether a resolved value is of the output's type and, if constant, in its range."""
    match output.type, value.type:
        case NumberType(), NumberType():
            numbers = Numbers(reader.scope, reader.problems)
            return numbers.fits(value, output.type, output.unit, output.name) and _in_range(
                value, output, reader.problems
            )
        case (BoolType(), BoolType()) | (EnumType(), EnumType()):
            return _is_named(value, output, reader.problems)
        case _:
            message = f"`{output.name}` cannot be `{shortened(value)}`"
            advice = f"it is {kind_of(output.type)}"
            reader.problems.append(wrong_type.problem(message, value.position, advice))
            return False


def _in_range(value: Expression, output: Output, problems: list[Problem]) -> bool:
    number = constant(value)
    unit = output.unit or NUMBER
    if number is None:
        return True
    own = float(f"{number / unit.factor:.12g}")
    if output.holds(own):
        return True
    limits = range_text(output.low, output.high, unit)
    what = f"`{shortened(value)}`"
    problems.append(
        value_outside_range.problem(what, output.name, limits, value.position, output.position)
    )
    return False


def _is_named(value: Expression, output: Output, problems: list[Problem]) -> bool:
    """Accept a constant, or a fact, output or signal whose every state the output has."""
    if isinstance(value, Boolean | State):
        return True
    if not isinstance(value, Name) or value.kind is NameKind.CALENDAR:
        message = f"`{output.name}` takes a constant or the name of a fact or signal"
        advice = "put the condition into `when` and write `on` here"
        problems.append(not_allowed_here.problem(message, value.position, advice))
        return False
    if isinstance(value.type, EnumType) and isinstance(output.type, EnumType):
        foreign = [state for state in value.type.values if state not in output.type.values]
        if foreign:
            message = f"`{value.name}` can be `{foreign[0]}`, and `{output.name}` cannot"
            problems.append(wrong_type.problem(message, value.position))
            return False
    return True
