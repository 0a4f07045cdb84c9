"""Replays and floods."""

from adapters.codec.mqtt_ledger import BURST_MAX, BURST_S, IDS_MAX, Ledger


def test_an_id_is_heard_once_as_long_as_its_request_lasts() -> None:
    ledger = Ledger()
    assert not ledger.objection("a", "", 0.0)
    ledger.enter("a", "", 60.0, 0.0)
    assert "heard already" in ledger.objection("a", "", 59.0)
    assert not ledger.objection("a", "", 60.0), "its first copy has expired, and so has a replay"
    assert not ledger.objection("b", "", 1.0)


def test_a_setpoint_is_taken_once_a_second() -> None:
    ledger = Ledger()
    ledger.enter("a", "buffer", 60.0, 10.0)
    assert "once in 1 s" in ledger.objection("b", "buffer", 10.5)
    assert not ledger.objection("b", "other", 10.5)
    assert not ledger.objection("b", "buffer", 11.0)
    assert not ledger.objection("b", "buffer", 5.0), "a wall clock set back blocks nobody"


def test_a_flood_ends_and_the_book_is_bounded() -> None:
    ledger = Ledger()
    for number in range(BURST_MAX):
        ledger.enter(f"a{number}", "", 1e6, 0.0)
    assert "requests in" in ledger.objection("b", "", 1.0)
    assert not ledger.objection("b", "", BURST_S)
    for number in range(IDS_MAX):
        ledger.enter(f"c{number}", "", 1e6, 100.0 + number)
    assert "standing" in ledger.objection("d", "", 1e5)
    assert not ledger.objection("d", "", 1e6)


def test_a_request_is_known_after_a_restart_as_long_as_it_lasts() -> None:
    before, after = Ledger(), Ledger()
    before.enter("a", "", 60.0, 0.0)
    before.enter("b", "", 5.0, 0.0)
    after.restore(before.retained())
    assert "heard already" in after.objection("a", "", 59.0)
    assert not after.objection("b", "", 59.0)
    after.enter("c", "", 99.0, 59.0)
    assert len(after.retained()) == 2, "what has expired is not kept"
    for nonsense in (None, 5, {"x": "soon"}, {"x": True}, {"x": float("nan")}, {5: 1.0}):
        fresh = Ledger()
        fresh.restore(nonsense)
        assert fresh.retained() == {}
    fresh.restore({f"{number}": 9.0 for number in range(2 * IDS_MAX)})
    assert len(fresh.retained()) == IDS_MAX
