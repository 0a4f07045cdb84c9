"""SG-Ready: the table, both ways."""

import pytest

from adapters.codec.sg_ready import RELAYS, STATES, relays_of, state_of


def test_every_state_has_its_relays_and_every_pair_its_state() -> None:
    assert set(RELAYS) == set(STATES)
    assert {state_of(*relays_of(state)) for state in STATES} == set(STATES)
    assert len(set(RELAYS.values())) == 4


def test_relays_without_power_mean_normal() -> None:
    assert state_of(False, False) == "normal"
    assert relays_of("locked") == (True, False)
    with pytest.raises(KeyError):
        relays_of("boost")
