from tests.unit.checking import messages

CODE = "trip-not-failsafe"


def test_a_trip_that_forces_something_else_is_reported() -> None:
    trip = "trips:\n  - {id: hot, when: top > 90 °C, force: {pump: off, miner: 0 W}}\n"
    assert messages(CODE, trip) == [
        "warning: trip `hot` forces `pump` to another value than its failsafe"
    ]
    assert messages(CODE, trip.replace("pump: off", "pump: on")) == []
