"""What the field does to a miner (reliability F50 to F61), and what the device makes of it."""

import asyncio
import logging
from dataclasses import replace

import pytest

from adapters.devices.braiins_session import LoginRefusedError
from adapters.simulated.braiins_miner import Fault, MinerNature
from engine.values.fact import Quality
from tests.adapters.miner_bench import NATURE, Bench, bench, drive


def test_f51_a_frozen_miner_is_given_up_after_some_looks_and_delays_no_other() -> None:
    async def test() -> None:
        async with bench() as frozen, bench() as healthy:
            for one in (frozen, healthy):
                one.want(2000)
                await one.until(lambda one=one: one.value("control") == "running")
            frozen.miner.faults.add(Fault.FROZEN)
            frozen.clock.advance(5)  # its look is under way now and will not be answered
            await asyncio.sleep(0)
            healthy.want(0)
            await healthy.settle()
            assert healthy.miner.paused
            await frozen.until(lambda: frozen.value("online") is False)
            assert "DEADLINE_EXCEEDED" in frozen.readings["online"].reason
            assert frozen.readings["power_measured"].quality is Quality.MISSING
            assert healthy.value("online") is True

    drive(test())


def test_f52_a_pause_overtakes_a_target_whose_answer_does_not_come() -> None:
    async def test() -> None:
        async with bench(deadline_s=15.0) as one:
            await one.settle()
            one.miner.faults.add(Fault.LOSES_ANSWERS)
            one.want(2000)
            await one.soon(lambda: bool(one.miner.targets_taken))
            one.want(0)
            await one.soon(lambda: one.miner.paused)
            assert one.miner.paused

    drive(test())


def test_f52_a_target_whose_answer_was_lost_is_read_back_before_it_is_sent_again() -> None:
    async def test() -> None:
        async with bench(deadline_s=0.2) as one:
            one.miner.faults.add(Fault.LOSES_ANSWERS)
            one.want(2000)
            await one.until(lambda: one.value("power_accepted") == 2000.0)
            await one.pass_time(300)
            assert one.miner.targets_taken == [2000]

    drive(test())


def test_f53_a_lost_token_is_renewed_by_one_login_and_the_call_is_sent_again() -> None:
    async def test() -> None:
        async with bench() as one:
            await one.pass_time(30)
            one.miner.forget_tokens()
            one.want(0)
            await one.settle()
            assert one.miner.paused
            await one.pass_time(60)
            assert one.miner.login_count == 2

    drive(test())


def test_f53_a_token_is_renewed_before_it_expires_unused() -> None:
    async def test() -> None:
        async with bench(replace(NATURE, token_s=100), poll_s=80.0) as one:
            await one.pass_time(400)
            assert one.miner.login_count == 6
            assert not one.failed

    drive(test())


def test_a_token_in_use_slides_and_needs_no_new_login() -> None:
    async def test() -> None:
        async with bench(replace(NATURE, token_s=100), poll_s=29.0) as one:
            await one.pass_time(600)
            assert one.miner.login_count == 1

    drive(test())


async def _give_up_again(one: Bench) -> None:
    """Start the device anew, as its supervisor would, until it gives up again."""
    one.run()
    await one.until(lambda: one.failed)
    assert isinstance(await one.error(), LoginRefusedError)


def test_f53_a_wrong_password_leads_to_no_storm_of_logins() -> None:
    async def test() -> None:
        async with bench(phrase="wrong") as one:
            assert isinstance(await one.error(), LoginRefusedError)
            assert one.miner.login_count == 1
            started_s = one.clock.monotonic_s()
            for _ in range(8):
                await _give_up_again(one)
            assert one.miner.login_count == 9
            assert one.clock.monotonic_s() - started_s > 3600
            assert "login of `root` refused" in one.readings["status"].reason

    drive(test())


def test_a_password_that_was_corrected_is_tried_at_once() -> None:
    async def test() -> None:
        async with bench(phrase="wrong") as one:
            await one.error()
            one.device._read_password = lambda: "root"
            one.run()
            await one.settle()
            assert one.value("online") is True

    drive(test())


def test_f53_a_login_refused_in_the_middle_ends_the_session_after_one_try() -> None:
    async def test() -> None:
        async with bench() as one:
            await one.pass_time(10)
            one.miner.forget_tokens()
            one.miner.faults.add(Fault.REFUSES_LOGIN)
            await one.pass_time(10)
            assert isinstance(await one.error(), LoginRefusedError)
            assert one.miner.login_count == 2

    drive(test())


def test_no_secret_is_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with bench(phrase="hunter2hunter2") as one:
            error = await one.error()
            told = [str(error), repr(error), caplog.text, *(each.reason for each in one.published)]
            assert not any("hunter2" in each for each in told)

    with caplog.at_level(logging.DEBUG, logger="adapters"):
        drive(test())


def test_f56_a_miner_that_mines_on_although_told_off_is_told_again_and_raises_the_alarm() -> None:
    async def test() -> None:
        async with bench() as one:
            one.miner.faults.add(Fault.IGNORES_PAUSE)
            one.want(0)
            await one.pass_time(80)
            assert one.value("not_off") is False
            await one.until(lambda: one.value("not_off") is True, limit_s=20)
            assert one.miner.calls["PauseMining"] >= 15
            one.miner.faults.clear()
            await one.until(lambda: one.value("not_off") is False)
            assert one.value("control") == "off"

    drive(test())


def test_f56_paused_by_its_status_and_drawing_power_is_not_off() -> None:
    async def test() -> None:
        async with bench() as one:
            one.miner.faults |= {Fault.IGNORES_PAUSE, Fault.SAYS_PAUSED}
            one.want(0)
            await one.until(lambda: one.value("not_off") is True, limit_s=120)
            assert one.value("status") == "paused"
            assert one.value("power_accepted") == 0.0
            assert one.value("power_measured") == 3068.0

    drive(test())


def test_a_stale_power_after_a_pause_raises_no_alarm() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(0)
            await one.pass_time(30)
            assert one.value("power_measured") == 3068.0
            await one.pass_time(120)
            assert one.value("power_measured") == 15.0
            assert all(each.value is False for each in one.published if each.field == "not_off")

    drive(test())


def test_f55_a_target_that_is_echoed_and_not_stored_is_sent_a_few_times_only() -> None:
    async def test() -> None:
        async with bench(poll_s=29.0) as one:
            one.miner.faults.add(Fault.ECHOES_ONLY)
            one.want(2000)
            await one.pass_time(4 * 3600)
            assert one.miner.targets_taken == [2000] * 4
            assert one.value("power_target") == 2000.0
            assert one.value("power_accepted") == 3068.0
            assert one.value("control") == "held"

    drive(test())


def test_f55_too_much_power_although_told_less_ends_in_a_pause_until_switched_off_and_on() -> None:
    async def test() -> None:
        async with bench(poll_s=29.0, on_after_s=300.0) as one:
            one.miner.faults.add(Fault.IGNORES_TARGETS)
            one.want(1500)
            await one.until(lambda: one.value("not_following") is True)
            await one.until(lambda: one.value("control") == "given_up")
            await one.pass_time(60)
            assert one.miner.paused
            assert one.miner.targets_taken == [1500] * 4
            one.miner.faults.clear()
            await one.pass_time(600)
            assert one.miner.paused
            one.want(0)
            await one.pass_time(60)
            one.want(1500)
            await one.until(lambda: one.value("control") == "running")

    drive(test())


def test_f55_too_little_power_is_an_alarm_and_no_reason_to_stop() -> None:
    async def test() -> None:
        async with bench(poll_s=29.0, on_after_s=300.0) as one:
            one.want(1500)
            await one.until(lambda: one.value("power_measured") == 1500.0)
            one.miner.faults.add(Fault.IGNORES_TARGETS)
            one.miner._power_w = 1500.0
            one.want(3000)
            # The tuner says that it is at work; while it does, too little is no surprise.
            await one.pass_time(1200)
            assert one.value("not_following") is False
            assert not one.miner.paused

    drive(test())


def test_what_the_firmware_holds_back_is_followed_and_no_alarm() -> None:
    async def test() -> None:
        async with bench(poll_s=29.0, on_after_s=300.0) as one:
            one.miner.dps_reduction_w = 600
            one.want(3068)
            await one.pass_time(1200)
            assert one.value("power_effective") == 2468.0
            assert one.value("power_accepted") == 3068.0
            assert one.value("not_following") is False
            assert not one.miner.targets_taken

    drive(test())


def test_f57_a_refused_target_is_not_sent_again_and_the_limits_are_read_anew() -> None:
    async def test() -> None:
        async with bench(poll_s=29.0) as one:
            await one.settle()
            one.miner.faults.add(Fault.REFUSES_TARGETS)
            one.want(2000)
            await one.pass_time(600)
            assert one.miner.calls["SetPowerTarget"] == 1
            assert one.miner.calls["GetConstraints"] == 2
            assert one.value("control") == "held"
            one.want(0)
            await one.pass_time(60)
            assert one.miner.paused

    drive(test())


def test_a_miner_that_takes_no_target_while_paused_is_resumed_first() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(0)
            await one.until(lambda: one.value("control") == "off")
            one.miner.faults.add(Fault.NO_TARGET_WHILE_PAUSED)
            one.want(2000)
            await one.until(lambda: one.value("power_measured") == 2000.0)
            assert one.miner.calls["ResumeMining"] == 1

    drive(test())


def test_what_fails_while_it_reconfigures_is_left_out_and_is_no_alarm() -> None:
    async def test() -> None:
        async with bench() as one:
            await one.pass_time(10)
            one.miner.faults.add(Fault.RECONFIGURES)
            one.published.clear()
            await one.pass_time(60)
            told = {each.field for each in one.published}
            assert "status" in told
            assert "online" in told
            assert not {"power_measured", "board_temperature", "tuner_state"} & told
            assert not one.failed

    drive(test())


def test_f60_answers_that_are_no_messages_are_no_answers() -> None:
    async def test() -> None:
        async with bench() as one:
            await one.pass_time(10)
            one.miner.faults.add(Fault.UNREADABLE)
            await one.until(lambda: one.failed)
            assert "unreadable answer" in str(await one.error())

    drive(test())


def test_f60_a_status_missing_in_the_details_is_taken_from_the_stream_that_never_ends() -> None:
    async def test() -> None:
        async with bench() as one:
            one.miner.faults.add(Fault.NO_STATUS)
            one.want(0)
            await one.until(lambda: one.value("control") == "off")
            assert one.value("status") == "paused"

    drive(test())


def test_f57_a_range_of_targets_that_makes_no_sense_is_no_miner_to_command() -> None:
    async def test() -> None:
        async with bench(MinerNature(min_w=0)) as one:
            one.want(2000)
            await one.until(lambda: one.value("online") is False)
            assert "no sensible range" in one.readings["online"].reason
            assert not one.miner.targets_taken

    drive(test())


def test_f61_two_miners_with_swapped_addresses_are_both_left_alone() -> None:
    async def test() -> None:
        first, second = replace(NATURE, serial="A1"), replace(NATURE, serial="B2")
        async with bench(first, serial="B2") as one, bench(second, serial="A1") as two:
            for each in (one, two):
                each.want(0)
                await each.error()
                assert "PauseMining" not in each.miner.calls

    drive(test())


def test_f60_a_status_that_is_not_known_is_bad_and_the_miner_is_not_started() -> None:
    async def test() -> None:
        async with bench() as one:
            await one.settle()
            one.miner.status = lambda: 0  # type: ignore[method-assign]
            one.want(2000)
            await one.pass_time(60)
            assert one.readings["status"].quality is Quality.BAD
            assert one.value("control") == "waiting"
            one.want(0)
            await one.settle()
            assert one.miner.paused

    drive(test())


def test_f57_limits_are_read_anew_when_the_firmware_changed() -> None:
    async def test() -> None:
        async with bench() as one:
            await one.pass_time(10)
            one.miner.nature = replace(one.miner.nature, firmware="newer", min_w=1700)
            one.want(1600)
            await one.until(lambda: one.value("power_min") == 1700, limit_s=30)
            await one.until(lambda: one.value("control") == "off")
            assert one.miner.paused

    drive(test())


def test_a_token_that_is_refused_right_after_a_login_ends_the_session() -> None:
    async def test() -> None:
        async with bench() as one:
            one.miner.admits = lambda _token: False  # type: ignore[method-assign]
            assert "UNAUTHENTICATED" in str(await one.error())
            assert one.miner.login_count == 2

    drive(test())
