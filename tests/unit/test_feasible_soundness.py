"""No claim of impossibility is ever refuted: random conditions over random facts.

The reference below computes a condition as the language defines it, three-valued, and knows nothing
of intervals. Values lie on the limits that the conditions compare with, for that is where a claim
can be wrong.
"""

import operator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.language.expression import (
    All,
    Any,
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Expression,
    Known,
    Name,
    Negative,
    Not,
    Number,
    State,
)
from engine.language.feasible import IS_TRUE, NOT_TRUE
from engine.values.fact import Value
from engine.values.truth import all_, any_, not_
from tests.unit.feasible_plant import FEASIBILITY, RULEBOOK, read_or_not

SIGNALS = {signal.name: signal.expression for signal in RULEBOOK.signals}
OPERATORS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
FUNCTIONS = {
    "min": min,
    "max": max,
    "abs": abs,
    "clamp": lambda x, low, high: min(max(x, low), high),
}

Facts = dict[str, Value | None]


def value(node: Expression, facts: Facts) -> Value | None:  # noqa: C901, PLR0911 - one a node
    match node:
        case Number():
            return node.value * node.unit.factor
        case State() | Boolean():
            return node.value
        case Name():
            return value(SIGNALS[node.name], facts) if node.name in SIGNALS else facts[node.name]
        case Negative():
            inner = value(node.operand, facts)
            return None if inner is None else -float(inner)
        case Comparison() | Arithmetic():
            left, right = value(node.left, facts), value(node.right, facts)
            if left is None or right is None:
                return None
            result = OPERATORS[node.operator](left, right)
            assert isinstance(result, bool | float)
            return result
        case Call():
            arguments = [value(each, facts) for each in node.arguments]
            return None if None in arguments else FUNCTIONS[node.function](*arguments)
        case Known():
            return value(node.operand, facts) is not None
        case Not():
            return not_(truth(node.operand, facts))
        case All():
            return all_(truth(each, facts) for each in node.operands)
        case Any():
            return any_(truth(each, facts) for each in node.operands)
        case _:
            raise NotImplementedError(node)


def truth(node: Expression, facts: Facts) -> bool | None:
    result = value(node, facts)
    assert result is None or isinstance(result, bool)
    return result


GRID_KW = ("0 W", "1 kW", "2 kW", "3 kW", "20 kW")
NUMBERS = st.sampled_from(("pv", "load", "miner", "surplus", *GRID_KW))
SIGNS = st.sampled_from(("<", "<=", ">", ">=", "==", "!="))


def _terms(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-"), inner),
        st.builds("({} * 2)".format, inner),
        st.builds("{}({}, {})".format, st.sampled_from(("min", "max")), inner, inner),
        st.builds("abs({})".format, inner),
        st.builds("clamp({}, 1 kW, 2 kW)".format, inner),
        st.builds("(-{})".format, inner),
    )


TERMS = st.recursive(NUMBERS, _terms, max_leaves=3)
LEAVES = st.one_of(
    st.builds("{} {} {}".format, st.sampled_from(("pv", "load", "surplus")), SIGNS, TERMS),
    st.builds(
        "{} {} {}".format, st.sampled_from(GRID_KW[1:4]), SIGNS, st.sampled_from(("pv", "load"))
    ),
    st.builds("pv - load {} {}".format, SIGNS, st.sampled_from(GRID_KW[:4])),
    st.builds("{} is known".format, st.sampled_from(("pv", "load", "surplus", "pump"))),
    st.builds(
        "mode {} {}".format, st.sampled_from(("==", "!=")), st.sampled_from(("locked", "normal"))
    ),
    st.sampled_from(("pump", "flow")),
)


def _conditions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(not {})".format, inner),
    )


CONDITIONS = st.recursive(LEAVES.map("({})".format), _conditions, max_leaves=6)
_POWER = st.sampled_from([None, 0.0, 999.0, 1000.0, 2000.0, 2500.0, 3000.0, 6000.0, 20_000.0])
FACTS = st.fixed_dictionaries(
    {
        "pv": _POWER,
        "load": _POWER,
        "miner": st.sampled_from([0.0, 1700.0, 2000.0, 3300.0]),
        "pump": st.sampled_from([None, True, False]),
        "mode": st.sampled_from([None, "locked", "normal", "forced"]),
    }
)


@pytest.mark.no_cover
@settings(max_examples=400, deadline=None)
@given(CONDITIONS, CONDITIONS, st.lists(FACTS, min_size=5, max_size=25))
def test_what_happens_is_never_called_impossible(one: str, other: str, seen: list[Facts]) -> None:
    first, second = read_or_not(one)[0], read_or_not(other)[0]
    assume(first is not None and second is not None)
    assert first is not None
    assert second is not None
    truths = {(truth(first, facts), truth(second, facts)) for facts in seen}
    if any(each is True for each, _ in truths):
        assert not FEASIBILITY.never(first)
    if (True, True) in truths:
        assert not FEASIBILITY.exclusive(first, second)
    if (True, False) in truths or (True, None) in truths:
        assert not FEASIBILITY.implies(first, second)
    if any(each is not True for each, _ in truths):
        assert FEASIBILITY.possible((first, NOT_TRUE))
    if any(each is True for _, each in truths):
        assert FEASIBILITY.possible((second, IS_TRUE))
