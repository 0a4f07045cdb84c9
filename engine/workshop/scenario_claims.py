"""From `expect:` and `never:` in a scenario to claims about its scans."""

import re
from dataclasses import dataclass

from engine.language.check import missing_key, syntax, unknown_key
from engine.language.document import Mapping, Node, Scalar
from engine.language.form import Form, as_scalar, as_sequence, open_form
from engine.language.plant import Output
from engine.language.registry import Registry
from engine.language.types import BoolType, EnumType
from engine.language.words import FALSE_WORDS, TRUE_WORDS
from engine.workshop.scenario import (
    AlarmClaim,
    Claim,
    Never,
    OutputClaim,
    RuleClaim,
    TruthClaim,
)
from engine.workshop.scenario_scope import Context
from engine.workshop.scenario_state import read_output_value
from engine.workshop.scenario_times import Start, read_moment_ms

TIME_KEYS = ("at", "from", "to")
_CLAIM_KEYS = ("fires", "silent", "holds", "unknown", "alarms")
_END = "end"
_BY = re.compile(r"(?:^|\s+)by\s+")
_AND = re.compile(r"\s+and\s+")


@dataclass(frozen=True, slots=True)
class Span:
    """First and last moment in ms, both included; None: the end of the scenario."""

    from_ms: int | None
    to_ms: int | None

    def within(self, lasts_ms: int) -> tuple[int, int]:
        """Return both moments in a scenario of that length."""
        to_ms = lasts_ms if self.to_ms is None else self.to_ms
        return (to_ms if self.from_ms is None else self.from_ms), to_ms


def open_expectation(node: Node, context: Context) -> Form | None:
    """Return one entry under `expect:` as a form."""
    allowed = (*TIME_KEYS, *_CLAIM_KEYS, *context.outputs)
    before = len(context.problems)
    form = open_form(node, "an expectation", allowed, context.problems)
    told = len(context.problems) > before
    if form is not None and not told and not set(form.fields).difference(TIME_KEYS):
        advice = "write `miner1.power_target: 0 W`, `holds: […]`, `fires: […]` or `alarms: […]`"
        problem = missing_key.problem("an output", "this expectation", form.position, advice)
        context.problems.append(problem)
    return form


def read_span(form: Form, start: Start) -> Span:
    """Return the time of an expectation; a moment is a span that ends where it begins."""
    if "at" in form.fields:
        for key in ("from", "to"):
            if key in form.fields:
                message = "cannot stand beside `at`"
                problem = unknown_key.misplaced(key, message, form.key(key))
                form.problems.append(problem)
        at = form.scalar("at", needed=True)
        if at is None or at.text.strip() == _END:
            return Span(None, None)
        at_ms = read_moment_ms(at, "at", start, form.problems)
        return Span(at_ms, at_ms)
    first = form.scalar("from", needed=True) if "from" in form.fields else None
    found_ms = None if first is None else read_moment_ms(first, "from", start, form.problems)
    from_ms = 0 if found_ms is None else found_ms
    last = form.scalar("to", needed=True) if "to" in form.fields else None
    if last is None or last.text.strip() == _END:
        return Span(from_ms, None)
    to_ms = read_moment_ms(last, "to", start, form.problems, from_ms)
    if to_ms is not None and to_ms < from_ms:
        message = "`to` is before `from`"
        form.problems.append(syntax.problem(message, last.position))
    return Span(from_ms, to_ms)


def read_claims(form: Form, context: Context) -> tuple[Claim, ...]:
    """Return the sound claims of an expectation."""
    found: list[Claim] = []
    for key, (name, node) in form.fields.items():
        if key in TIME_KEYS:
            continue
        if key in context.outputs:
            claim = _about_output(name, node, context)
            found += [] if claim is None else [claim]
        else:
            found += _about_others(key, name, node, context)
    return tuple(found)


def _about_output(name: Scalar, node: Node, context: Context) -> OutputClaim | None:
    """Return the claim of `miner1.power_target: 3.3 kW by mine_on_sun`."""
    output = context.outputs[name.text]
    scalar = as_scalar(node, f"`{name.text}`", context.problems)
    if scalar is None:
        return None
    parts = _BY.split(scalar.text.strip())
    if len(parts) > 2 or not scalar.text.strip():  # noqa: PLR2004 - value and reason
        message = "an output has one value and one `by`"
        advice = "write `3.3 kW by mine_on_sun`, more reasons joined by `and`"
        context.problems.append(syntax.problem(message, scalar.position, advice))
        return None
    reasons = _AND.split(parts[1].strip()) if len(parts) > 1 else []
    for reason in reasons:
        told = Scalar(reason, "", scalar.position)
        if not context.known(told, context.reasons, "who decides anything here"):
            return None
    value = Scalar(parts[0].strip(), scalar.style, scalar.position)
    by = tuple(reasons)
    if not value.text:
        return OutputClaim(output.name, by=by, position=name.position)
    if _asks_on(value.text, output):
        on = value.text in TRUE_WORDS
        return OutputClaim(output.name, on=on, by=by, position=name.position)
    found = read_output_value(value, output, context)
    return None if found is None else OutputClaim(output.name, found, None, by, name.position)


def _asks_on(text: str, output: Output) -> bool:
    """Tell whether a text is `on` or `off`, and no value of the output's own."""
    if isinstance(output.type, BoolType):
        return False
    if isinstance(output.type, EnumType) and text in output.type.values:
        return False
    return text in TRUE_WORDS or text in FALSE_WORDS


def _about_others(key: str, name: Scalar, node: Node, context: Context) -> list[Claim]:
    match key:
        case "fires" | "silent":
            return [
                RuleClaim(rule.text, key == "fires", rule.position)
                for rule in context.listed(node, "a rule")
                if context.known(rule, context.rules, "a rule")
            ]
        case "alarms":
            subjects = context.listed(node, "an alarm")
            known = context.reasons | frozenset(context.outputs)
            sound = [each for each in subjects if context.known(each, known, "what alarms")]
            return [AlarmClaim(tuple(each.text for each in sound), name.position)]
        case _:
            items = (node,) if isinstance(node, Scalar | Mapping) else node.items
            claims = ((item, context.claim(item)) for item in items)
            return [
                TruthClaim(claim, key == "unknown", item.position)
                for item, claim in claims
                if claim is not None
            ]


def read_never(node: Node, context: Context, registry: Registry) -> tuple[Never, ...]:
    """Return the sound claims under `never:`; each id once in `registry`."""
    listed = as_sequence(node, "`never`", context.problems)
    found = [_never(item, context, registry) for item in (listed.items if listed else ())]
    return tuple(each for each in found if each is not None)


def _never(node: Node, context: Context, registry: Registry) -> Never | None:
    form = open_form(node, "a claim under `never`", ("id", "when", "because"), context.problems)
    if form is None:
        return None
    identity = form.scalar("id", needed=True)
    when = form.node("when", needed=True)
    condition = None if when is None else context.claim(when)
    if identity is None or condition is None or not registry.claim("claim", identity):
        return None
    return Never(identity.text, condition, form.text("because"), identity.position)
