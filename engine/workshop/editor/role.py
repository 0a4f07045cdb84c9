"""What a text in a file is: a name that is given, a name that is used, an expression, or prose."""

from enum import Enum


class Role(Enum):
    """The part that a key or a text plays; a schema carries it as its `$comment`."""

    FACT = "gives a fact its name"
    OUTPUT = "gives an output its name"
    SIGNAL = "gives a signal its name"
    CONDITION = "gives a condition its name"
    DERIVED = "asserts a derived fact"
    RULE = "gives a rule its id"
    TRIP = "gives a trip its id"
    INTERLOCK = "gives an interlock its id"
    PERMISSIVE = "gives a permissive its id"
    RULESET = "gives a ruleset its name"
    OUTPUT_USED = "names an output"
    POINT_USED = "names a fact"
    NAME_USED = "names a fact, an output or something computed"
    RULE_USED = "names a rule"
    EXPECTED = "is a value and the rules that give it"
    TRUTH = "is a condition"
    NUMBER = "is a signal"
    VALUE = "is a value for an output"
    CONSTANT = "is a constant"
    PROSE = "is a sentence"


GIVEN = frozenset({
    Role.FACT, Role.OUTPUT, Role.SIGNAL, Role.CONDITION, Role.DERIVED, Role.RULE, Role.TRIP,
    Role.INTERLOCK, Role.PERMISSIVE, Role.RULESET,
})  # fmt: skip
"""Roles that make a name known."""
EXPRESSIONS = frozenset({Role.TRUTH, Role.NUMBER, Role.VALUE})
"""Roles of texts that are expressions of the language."""
