"""From `do:` in a scenario to what people and the mains do while it is played."""

from engine.language.check import missing_key, unknown_key, wrong_type
from engine.language.document import Node
from engine.language.form import Form, as_mapping, as_scalar, open_form
from engine.language.words import TRUE_WORDS
from engine.workshop.scenario import Action, OverrideAction, ResetAction, RestartAction
from engine.workshop.scenario_scope import Context
from engine.workshop.scenario_state import output_named, read_output_value
from engine.workshop.scenario_times import Start, read_length_ms, read_moment_ms

_KINDS = ("reset", "override", "restart")
_KEYS = ("at", *_KINDS, "lasts")


def read_action(node: Node, start: Start, context: Context) -> Action | None:
    """Return one entry under `do:`, or None and problems."""
    form = open_form(node, "an action", _KEYS, context.problems)
    if form is None:
        return None
    written = form.scalar("at", needed=True)
    at_ms = None if written is None else read_moment_ms(written, "at", start, form.problems)
    kinds = [key for key in _KINDS if key in form.fields]
    if len(kinds) != 1:
        advice = "write one of " + ", ".join(f"`{kind}`" for kind in _KINDS)
        problem = missing_key.problem("one deed", "an action", form.position, advice)
        form.problems.append(problem)
        return None
    if "lasts" in form.fields and kinds[0] != "override":
        message = f"means nothing beside `{kinds[0]}`"
        form.problems.append(unknown_key.misplaced("lasts", message, form.key("lasts")))
    if at_ms is None:
        return None
    match kinds[0]:
        case "reset":
            trip = form.scalar("reset", needed=True)
            known = trip is not None and context.known(trip, context.trips, "a trip")
            return ResetAction(at_ms, trip.text) if trip is not None and known else None
        case "override":
            return _override(form, at_ms, context)
        case _:
            return _restart(form, at_ms)


def _override(form: Form, at_ms: int, context: Context) -> OverrideAction | None:
    node = form.node("override", needed=True)
    mapping = None if node is None else as_mapping(node, "`override`", form.problems)
    length = form.scalar("lasts", needed=True)
    lasts_ms = None if length is None else read_length_ms(length, "lasts", form.problems)
    if mapping is None or lasts_ms is None:
        return None
    if len(mapping.items) != 1:
        advice = "write `override: {p3.run_target: off}`"
        problem = missing_key.problem("one output", "an override", mapping.position, advice)
        form.problems.append(problem)
        return None
    name, told = mapping.items[0]
    output = output_named(name, context)
    scalar = as_scalar(told, f"`{name.text}`", form.problems)
    if output is None or scalar is None:
        return None
    value = read_output_value(scalar, output, context)
    return None if value is None else OverrideAction(at_ms, output.name, value, lasts_ms)


def _restart(form: Form, at_ms: int) -> RestartAction | None:
    scalar = form.scalar("restart", needed=True)
    if scalar is None or scalar.text in TRUE_WORDS:
        return None if scalar is None else RestartAction(at_ms)
    message = "`restart` is on, or is not written"
    form.problems.append(wrong_type.problem(message, scalar.position, "write `restart: on`"))
    return None
