from tests.unit.checking import messages

CODE = "contradicting-interlocks"
ONE_WAY = """
interlocks:
  - id: one_way
    never: [valve_a > 5 %, valve_b > 5 %]
    else: {valve_b: 0 %}
"""


def test_an_interlock_that_ends_what_it_forbids_is_fine() -> None:
    assert messages(CODE, ONE_WAY) == []


def test_an_interlock_must_end_what_it_forbids() -> None:
    still_open = ONE_WAY.replace("valve_b: 0 %", "valve_b: 10 %")
    assert messages(CODE, still_open) == [
        (
            "error: interlock `one_way` does not end what it forbids: its condition can still be"
            " TRUE with the values it forces"
        )
    ]
    elsewhere = ONE_WAY.replace("valve_b: 0 %", "pump: on")
    assert len(messages(CODE, elsewhere)) == 1


def test_two_interlocks_that_can_act_at_once_must_agree() -> None:
    other = """
  - id: keep_a_way_open
    never: [top > 80 °C, valve_b < 50 %]
    else: {valve_b: 100 %}
"""
    assert messages(CODE, ONE_WAY + other) == [
        (
            "error: interlock `one_way` and interlock `keep_a_way_open` can act at once and force"
            " different values on `valve_b`"
        )
    ]
    never_at_once = other.replace("top > 80 °C, valve_b < 50 %", "valve_a < 5 %, valve_b < 50 %")
    assert messages(CODE, ONE_WAY + never_at_once) == []


def test_two_trips_that_can_act_at_once_must_agree() -> None:
    trips = """
trips:
  - {id: hot, when: top > 90 °C, force: {pump: on}}
  - {id: dry, when: not flowing, force: {pump: off}}
"""
    assert messages(CODE, trips) == [
        "error: trip `hot` and trip `dry` can act at once and force different values on `pump`"
    ]
    assert messages(CODE, trips.replace("not flowing", "top < 20 °C")) == []


def test_a_trip_may_not_force_what_an_interlock_forbids() -> None:
    trip = """
trips:
  - {id: hot, when: top > 90 °C, force: {valve_a: 100 %, valve_b: 100 %}}
"""
    assert messages(CODE, ONE_WAY + trip) == [
        "error: trip `hot` forces values that interlock `one_way` forbids"
    ]
    assert messages(CODE, ONE_WAY + trip.replace("valve_b: 100 %", "valve_b: 0 %")) == []


def test_what_depends_on_the_plant_is_not_called_a_contradiction() -> None:
    frost = """
interlocks:
  - {id: frost, never: [top < 5 °C, not pump], else: {pump: on}}
trips:
  - {id: relay, when: not flowing, force: {pump: off}}
"""
    assert messages(CODE, frost) == []


def test_the_failsafe_values_together_must_be_allowed() -> None:
    forbidden = ONE_WAY.replace("valve_a > 5 %, valve_b > 5 %", "valve_a > 5 %, valve_b < 5 %")
    assert messages(CODE, forbidden.replace("valve_b: 0 %", "valve_b: 50 %")) == [
        (
            "error: interlock `one_way` forbids what the failsafe values of `valve_a` and `valve_b`"
            " are together"
        )
    ]
