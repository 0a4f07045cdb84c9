"""From entries under `trips:`, `interlocks:` and `permissives:` to what has the last word."""

from engine.language.check import (
    missing_key,
    unknown_key,
    unknown_state,
    value_outside_range,
    wrong_type,
)
from engine.language.constants import read_constant
from engine.language.document import Node, Scalar
from engine.language.expression import Expression
from engine.language.form import Form, as_mapping, as_scalar, open_form
from engine.language.grammar import parse
from engine.language.load_rules import fits_output, read_id, title
from engine.language.numbers import range_text
from engine.language.placement import CONDITION, VALUE, is_placed
from engine.language.plant import Output
from engine.language.reader import Reader
from engine.language.resolve import resolve
from engine.language.rulebook import Bound, Interlock, Latch, Limit, Permissive, Trip
from engine.language.types import NumberType
from engine.language.words import FALSE_WORDS, TRUE_WORDS
from engine.values.fact import Value
from engine.values.units import NUMBER

TRIP_KEYS = ("id", "when", "latch", "force", "because", "about")
INTERLOCK_KEYS = ("id", "never", "else", "while", "limit", "force", "because", "about")
PERMISSIVE_KEYS = ("id", "output", "needs", "because", "about")

Forced = tuple[tuple[str, Value], ...]


def load_trip(node: Node, reader: Reader) -> Trip | None:
    """Return a trip, or None and problems."""
    before = len(reader.problems)
    identity = read_id(node, "trip", reader)
    form = open_form(node, title("trip", identity), TRIP_KEYS, reader.problems)
    if form is None:
        return None
    when = _condition(form, "when", "trip", identity, reader)
    latch = _latch(form)
    if "force" in form.fields:
        force = _forced(form, "force", reader)
    else:
        force = tuple((output.name, output.failsafe) for output in reader.outputs.values())
    if when is None or force is None or identity is None or len(reader.problems) > before:
        return None
    return Trip(identity.text, when, latch, force, form.text("because"), identity.position)


def load_interlock(node: Node, reader: Reader) -> Interlock | None:
    """Return an interlock, or None and problems."""
    before = len(reader.problems)
    identity = read_id(node, "interlock", reader)
    form = open_form(node, title("interlock", identity), INTERLOCK_KEYS, reader.problems)
    if form is None or not _one_kind(form):
        return None
    limits: tuple[Limit, ...] | None = ()
    if "never" in form.fields:
        condition = _condition(form, "never", "interlock", identity, reader)
        force = _forced(form, "else", reader)
    else:
        condition = _condition(form, "while", "interlock", identity, reader)
        force = _forced(form, "force", reader) if "force" in form.fields else ()
        limits = _limits(form, reader) if "limit" in form.fields else ()
    if condition is None or force is None or limits is None or identity is None:
        return None
    if len(reader.problems) > before:
        return None
    because = form.text("because")
    never = "never" in form.fields
    return Interlock(identity.text, condition, force, limits, because, identity.position, never)


def load_permissive(node: Node, reader: Reader) -> Permissive | None:
    """Return a permissive, or None and problems."""
    before = len(reader.problems)
    identity = read_id(node, "permissive", reader)
    form = open_form(node, title("permissive", identity), PERMISSIVE_KEYS, reader.problems)
    if form is None:
        return None
    needs = _condition(form, "needs", "permissive", identity, reader)
    name = form.scalar("output", needed=True)
    output = None if name is None else reader.output(name)
    if needs is None or output is None or identity is None or len(reader.problems) > before:
        return None
    because = form.text("because")
    return Permissive(identity.text, output.name, needs, because, identity.position)


def _one_kind(form: Form) -> bool:
    """Tell whether the form is either `never` and `else`, or `while` and `limit` or `force`."""
    if "never" in form.fields:
        others = [key for key in ("while", "limit", "force") if key in form.fields]
        advice = "write `never` and `else`, or `while` and `limit` or `force`"
        form.problems.extend(
            unknown_key.misplaced(key, "does not go with `never`", form.key(key), advice)
            for key in others
        )
        return not others
    if "else" in form.fields and "while" in form.fields:
        advice = "write `force` instead"
        problem = unknown_key.misplaced("else", "goes with `never`", form.key("else"), advice)
        form.problems.append(problem)
        return False
    if "while" not in form.fields:
        advice = "write `never: [...]` and `else: {...}`, or `while: ...` and `limit: {...}`"
        form.problems.append(missing_key.problem("never", form.what, form.position, advice))
        return False
    if "limit" not in form.fields and "force" not in form.fields:
        advice = "say what holds meanwhile: `limit: {output: {at_most: 2 kW}}`"
        form.problems.append(missing_key.problem("limit", form.what, form.position, advice))
        return False
    return True


def _condition(
    form: Form, key: str, kind: str, identity: Scalar | None, reader: Reader
) -> Expression | None:
    node = form.node(key, needed=True)
    owner = f"{kind}:{identity.text if identity else ''}"
    return None if node is None else reader.condition(node, owner, CONDITION)


def _latch(form: Form) -> Latch:
    scalar = form.scalar("latch") if "latch" in form.fields else None
    if scalar is None or scalar.text in TRUE_WORDS:
        return Latch.YES
    if scalar.text in FALSE_WORDS:
        return Latch.NO
    if scalar.text != Latch.ON_TRUE.value:
        possible = ("true", "false", Latch.ON_TRUE.value)
        form.problems.append(unknown_state.problem(scalar.text, scalar.position, possible))
    return Latch.ON_TRUE


def _forced(form: Form, key: str, reader: Reader) -> Forced | None:
    """Return the outputs under `key` with constants, or None and problems."""
    node = form.node(key, needed=True)
    mapping = None if node is None else as_mapping(node, f"`{key}`", reader.problems)
    if mapping is None:
        return None
    if not mapping.items:
        reader.problems.append(missing_key.problem("an output", f"`{key}`", mapping.position))
    found: list[tuple[str, Value]] = []
    for name, value_node in mapping.items:
        output = reader.output(name)
        what = f"the value of `{name.text}`"
        scalar = as_scalar(value_node, what, reader.problems)
        value = None if output is None or scalar is None else _constant(scalar, output, reader)
        if value is not None:
            found.append((name.text, value))
    return tuple(found) if len(found) == len(mapping.items) else None


def _constant(scalar: Scalar, output: Output, reader: Reader) -> Value | None:
    value = read_constant(scalar, output.type, output.unit, output.name, reader.problems)
    if value is None or output.holds(value):
        return value
    limits = range_text(output.low, output.high, output.unit or NUMBER)
    what = f"`{scalar.text}`"
    reader.problems.append(
        value_outside_range.problem(what, output.name, limits, scalar.position, output.position)
    )
    return None


def _limits(form: Form, reader: Reader) -> tuple[Limit, ...] | None:
    node = form.node("limit", needed=True)
    mapping = None if node is None else as_mapping(node, "`limit`", reader.problems)
    if mapping is None:
        return None
    before = len(reader.problems)
    if not mapping.items:
        reader.problems.append(missing_key.problem("an output", "`limit`", mapping.position))
    found: list[Limit] = []
    sound = True
    for name, bounds_node in mapping.items:
        output = reader.output(name)
        keys = tuple(bound.value for bound in Bound)
        bounds = open_form(bounds_node, f"the limit of `{name.text}`", keys, reader.problems)
        if output is None or bounds is None:
            sound = False
            continue
        if not isinstance(output.type, NumberType):
            message = f"`{name.text}` is not a number, so it has no limit"
            advice = "write `force` instead"
            reader.problems.append(wrong_type.problem(message, name.position, advice))
            continue
        if not bounds.fields and len(reader.problems) == before:
            problem = missing_key.problem("at_most", bounds.what, name.position)
            reader.problems.append(problem)
        limits = [_limit(bounds, bound, output, reader) for bound in Bound]
        found.extend(limit for limit in limits if limit is not None)
    return tuple(found) if sound and len(reader.problems) == before else None


def _limit(bounds: Form, bound: Bound, output: Output, reader: Reader) -> Limit | None:
    scalar = bounds.scalar(bound.value, needed=True) if bound.value in bounds.fields else None
    tree = None if scalar is None else parse(scalar, reader.problems)
    value = None if tree is None else resolve(tree, reader.scope, reader.problems, output.type)
    if value is None or not is_placed(value, VALUE, reader.problems):
        return None
    if not fits_output(value, output, reader):
        return None
    return Limit(output.name, bound, value, bounds.key(bound.value))
