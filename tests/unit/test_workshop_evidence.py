"""Evidence is frozen data that compares by content: explained twice is explained alike."""

from dataclasses import FrozenInstanceError

import pytest

from engine.inference.timing import Phase
from engine.workshop.evidence import Joined, Negated
from tests.reasons.evidence import compared, held, silent


def test_equal_evidence_is_equal_and_can_be_a_key() -> None:
    one = Joined(True, False, (compared("a", 1, ">", 2, "W"), Negated(True, held(
        False, Phase.OFF, compared("b", None, "<", 3, "K")
    ))))  # fmt: skip
    two = Joined(True, False, (compared("a", 1, ">", 2, "W"), Negated(True, held(
        False, Phase.OFF, compared("b", None, "<", 3, "K")
    ))))  # fmt: skip
    assert one == two
    assert len({one, two}) == 1


def test_evidence_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        silent("x").name = "y"  # type: ignore[misc]
