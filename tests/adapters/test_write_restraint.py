"""How often settings may be written, and what a restart makes of it."""

from adapters.devices.write_restraint import WriteRestraint


def test_a_restart_does_not_renew_the_budget() -> None:
    restraint = WriteRestraint(daily_budget=2)
    restraint.note({109: 0, 110: 1}, 0.0, 1e9)
    later = WriteRestraint(daily_budget=2)
    later.restore(restraint.retained())
    assert later.held_back({109: 5}, 1000.0, 1e9, to_rest=False) == "2 of 2 writes are spent today"
    for nonsense in ({}, {"day": "x", "written_today": 1}, {"day": 1, "written_today": -1}):
        later.restore(nonsense)
    assert later.written_today == 2
    assert later.held_back({109: 5}, 1000.0, 1e9 - 86_400, to_rest=False) != ""
