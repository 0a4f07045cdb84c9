"""What is known of a miner, put together from looks and from what it was told."""

from adapters.codec.braiins import Details
from adapters.codec.miner_power import Act, Memory, Outcome, Phase, Standing, Step
from adapters.codec.miner_target import Limits
from adapters.devices.braiins_look import Look
from adapters.devices.braiins_settings import MinerSettings
from adapters.devices.braiins_view import View
from adapters.port import Reading
from engine.values.fact import Quality

MEMORY = Memory()


def details(status: int = 2) -> Details:
    return Details("s", "m", "26.05", status, 100, 200)


def power(watt: float, at_s: float) -> Reading:
    return Reading("power_measured", watt, Quality.GOOD, at_s)


def view(**changes: float) -> View:
    made = View(MinerSettings("miner1", "h", 3300, serial="s", **changes))  # type: ignore[arg-type]
    made.limits = Limits(954, 6435)
    return made


def values(made: View, wanted_w: float | None, now_s: float) -> dict[str, object]:
    made.follow(wanted_w, MEMORY, now_s)
    return {each.field: each.value for each in made.own_readings(wanted_w, Phase.IDLE, now_s)}


def test_wanted_accepted_and_stored_are_three_things() -> None:
    one = view()
    one.take(Look(0, details(), 2000.0, readings=(power(2100, 0),)))
    told = values(one, 2500, 1)
    assert (told["power_target"], told["power_accepted"]) == (2500, 2000)
    one.take(Look(2, details(status=3)))
    told = values(one, 2500, 3)
    assert (told["power_accepted"], told["power_stored"]) == (0, 2000)


def test_what_was_told_counts_as_accepted_only_when_it_is_read_back() -> None:
    one = view()
    one.take(Look(0, details(), 2000.0))
    one.told(Step(Act.SET_TARGET, Phase.APPLYING, 2500), Outcome.DONE, 1)
    assert one.asks_stored(1)
    assert "power_accepted" not in values(one, 2500, 1)
    one.take(Look(2, details(), 2500.0))
    assert values(one, 2500, 2)["power_accepted"] == 2500


def test_a_standing_that_was_not_seen_for_long_is_unknown() -> None:
    one = view()
    one.take(Look(0, details()))
    one.follow(0, MEMORY, 15)
    assert one.seen.standing is Standing.MINING
    one.follow(0, MEMORY, 16)
    assert one.seen.standing is Standing.UNKNOWN


def test_not_off_is_unknown_when_nobody_knows_and_a_new_connection_does_not_forgive() -> None:
    one = view()
    one.take(Look(0, details(), readings=(power(3000, 0),)))
    assert values(one, 0, 0)["not_off"] is False
    one.forget()
    assert values(one, 0, 100)["not_off"] is None
    one.take(Look(101, details(), readings=(power(3000, 101),)))
    assert values(one, 0, 101)["not_off"] is True


def test_a_refused_target_asks_for_the_limits_again() -> None:
    one = view()
    one.told(Step(Act.SET_TARGET, Phase.APPLYING, 2500), Outcome.REFUSED, 1)
    assert one.limits_due


def test_a_demand_below_the_minimum_counts_as_off() -> None:
    one = view()
    assert one.shall_be_off(900, MEMORY)
    assert not one.shall_be_off(954, MEMORY)
    assert not one.shall_be_off(None, MEMORY)
    assert one.shall_be_off(2000, Memory(given_up=True))
