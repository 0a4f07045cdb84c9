"""The table of phrases that an explanation is put together from: one instance a language.

Texts in braces are filled in; a test keeps the languages' braces alike. Names, units and what the
operator wrote are never translated.
"""

from dataclasses import dataclass

from engine.workshop.figures import Notation


@dataclass(frozen=True, slots=True)
class Words:
    """All phrases of one language."""

    code: str
    """The language's name by ISO 639: `en`, `de`."""
    notation: Notation
    time: str
    """A moment, as `strftime` writes it; empty for ISO 8601 with the offset."""
    lowers_reason: bool
    """Whether a sentence's first letter becomes small inside another sentence."""
    and_: str
    or_: str
    true: str
    false: str

    # The first sentence, by who decided.
    by_rule: str
    by_default: str
    by_default_nearest: str
    by_default_although: str
    asks_unknown: str
    no_such_rule: str
    """What a set of rules says of a rule that only another set has."""
    by_override: str
    by_conflict: str
    by_interlock: str
    by_latch: str
    by_trip: str
    wanted_instead: str
    wanted_by_rule: str
    wanted_by_override: str
    wanted_by_default: str
    cause_gone: str
    although: str

    # What restricted a value.
    range: str
    off_below: str
    step: str
    new_demand: str
    permissive: str
    min_off: str
    max_starts: str
    min_on: str
    settle: str
    max_changes: str
    ramp: str
    interlock: str
    latch: str
    trip: str
    remaining: str
    running_min_on: str
    running_min_off: str
    running_settle: str

    # What is missing.
    more: str
    less: str
    must_be: str
    must_become: str
    must_not_be: str
    unheard: str
    incomputable: str
    heard: str
    opens: str
    closes: str
    opens_never: str
    wait_for: str
    wait_hold: str
    wait_rest: str
    unmet: str
    unmet_not: str
    lasting: str
    lasting_all: str

    # Why a fact is unknown.
    stale: str
    stale_many: str
    bad: str
    bad_many: str
    missing: str
    missing_many: str
    window_short: str
    no_value: str

    # Parts of a condition.
    to_spare: str
    too_low: str
    too_high: str
    formula: str
    is_value: str
    all_of: str
    any_of: str
    not_: str
    now_is: str
    no_clock: str
    derived: str
    asserted_by: str
    asserted_by_nobody: str
    on_since: str
    on_always: str
    on_until: str
    pending: str
    resting: str
    off: str
    off_for: str
    held: str
    until: str

    # Headings of the tree.
    asked: str
    asked_nothing: str
    would_ask: str
    would_ask_nothing: str
    salience: str
    overruled: str
    passed_over: str
    silent: str
    missing_heading: str
    override_heading: str
    root: str
    countdown: str
    alarm: str

    # What an alarm says; a trip says what the operator wrote.
    alarm_trip_unknown: str
    alarm_conflict: str
    alarm_uncured: str
    alarm_restless: str
    alarm_unknown: str
    alarm_apart: str
    alarm_override: str
    alarm_reset: str

    # Why not.
    does_not_fire: str
    fires: str
    as_asked: str
    in_vain: str
    asserts: str
    even_then: str
    barrier: str
    has_value: str
    nobody_asks: str
    nearest: str
    above_by: str
