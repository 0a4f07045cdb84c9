from itertools import product

import pytest

from engine.values.truth import all_, any_, name, not_

TRUTHS = (True, False, None)


@pytest.mark.parametrize(("one", "other"), list(product(TRUTHS, TRUTHS)))
def test_de_morgan(one: bool | None, other: bool | None) -> None:
    assert not_(all_((one, other))) is any_((not_(one), not_(other)))
    assert not_(any_((one, other))) is all_((not_(one), not_(other)))


@pytest.mark.parametrize("known", [True, False])
def test_what_is_decided_stays_whatever_the_unknown_turns_out_to_be(known: bool) -> None:
    for join in (all_, any_):
        if join((known, None)) is not None:
            assert join((known, True)) is join((known, False)) is join((known, None))
        else:
            assert join((known, True)) is not join((known, False))


def test_of_nothing_all_is_true_and_any_is_false() -> None:
    assert (all_(()), any_(())) == (True, False)


def test_names() -> None:
    assert [name(truth) for truth in TRUTHS] == ["true", "false", "unknown"]
