"""Why each of two runs decided as it did at the start of a span, in sentences."""

from typing import NamedTuple

from engine.control.decision import Cause
from engine.control.program import Program
from engine.control.scan import Scan
from engine.workshop.diff_spans import Opened, Told
from engine.workshop.explain import explain
from engine.workshop.why_not import why_not
from engine.workshop.wording import tell_why, tell_why_not
from engine.workshop.words import Words

MOST_TOLD = 500
"""So many spans get their reasons in words; the others name who decided."""


class Question(NamedTuple):
    """What a run is asked about one moment: why an output has its value, why a rule is silent.

    `rule` is the one that decides on the other side only, empty if there is none.
    """

    at_ms: int
    output: str
    rule: str


class Telling(NamedTuple):
    """One side's answer.

    `silent` says why the rule that decides on the other side does not decide here; empty if there
    is none such, or if `why` says it already.
    """

    why: str
    silent: str = ""


def questions(opened: Opened, output: str) -> tuple[Question, Question]:
    """Return what to ask the old and the new run about a span that begins."""
    old, new = _rule(opened.old), _rule(opened.new)
    return (
        Question(opened.at_ms, output, "" if new == old else new),
        Question(opened.at_ms, output, "" if new == old else old),
    )


def _rule(told: Told) -> str:
    return told.by if told.cause is Cause.RULE else ""


def tell(words: Words, program: Program, scan: Scan, question: Question) -> Telling:
    """Return one side's answer from its scan at that moment."""
    why = tell_why(words, explain(program, scan, question.output))
    if not question.rule:
        return Telling(why)
    rules = {rule.id for rule in program.rulebook.rules}
    if question.rule not in rules:
        return Telling(why, words.no_such_rule.format(rule=question.rule))
    silent = tell_why_not(words, why_not(program, scan, question.rule))
    # The sentence that says why the value is what it is may name this rule's lack already.
    told_already = silent.partition(": ")[2] and silent.partition(": ")[2].rstrip(".") in why
    return Telling(why, "" if told_already else silent)
