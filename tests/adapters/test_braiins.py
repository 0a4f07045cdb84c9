"""The miners' device against the real gRPC server on loopback."""

import pytest

from adapters.devices.braiins import build
from adapters.devices.braiins_settings import SettingsError
from adapters.simulated.braiins_miner import Fault
from engine.values.fact import Quality
from tests.adapters.manual_clock import ManualClock
from tests.adapters.miner_bench import bench, drive


def test_a_miner_that_is_not_commanded_is_read_and_left_alone() -> None:
    async def test() -> None:
        async with bench() as one:
            await one.pass_time(60)
            assert one.value("online") is True
            assert one.value("status") == "normal"
            assert one.value("control") == "idle"
            assert one.value("power_measured") == 3068.0
            assert one.value("power_accepted") == 3068.0
            assert one.value("power_min") == 954.0
            assert one.value("chip_temperature") == 70.0
            assert one.readings["power_target"].quality is Quality.MISSING
            writes = {"PauseMining", "ResumeMining", "SetPowerTarget"}
            assert not writes & set(one.miner.calls)
            assert {each.name for each in one.device.fields()} == set(one.readings)

    drive(test())


def test_f57_zero_is_a_pause_and_never_a_target() -> None:
    async def test() -> None:
        async with bench() as one:
            await one.settle()
            one.want(0)
            await one.until(lambda: one.value("control") == "off")
            assert one.miner.paused
            assert not one.miner.targets_taken
            assert one.value("power_accepted") == 0.0
            assert one.value("power_stored") == 3068.0
            assert one.miner.calls["PauseMining"] == 1

    drive(test())


def test_f57_below_the_minimum_is_a_pause() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(953)
            await one.until(lambda: one.value("control") == "off")
            assert one.miner.paused
            assert "SetPowerTarget" not in one.miner.calls

    drive(test())


def test_from_off_the_target_comes_first_and_then_the_resume() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(0)
            await one.until(lambda: one.value("control") == "off")
            one.want(2050)
            await one.until(lambda: one.value("power_measured") == 2000.0)
            assert one.miner.targets_taken == [2000]
            assert one.miner.calls["ResumeMining"] == 1
            assert one.value("control") == "running"
            assert one.value("power_target") == 2050.0
            assert one.value("power_accepted") == 2000.0

    drive(test())


def test_a_target_above_the_own_cap_is_cut_to_it() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(6000)
            await one.until(lambda: bool(one.miner.targets_taken))
            assert one.miner.targets_taken == [3300]

    drive(test())


def test_a_target_is_sent_only_when_it_changes_by_a_step_and_so_often_an_hour() -> None:
    async def test() -> None:
        async with bench(poll_s=29.0) as one:
            await one.settle()
            for minute in range(30):
                one.want(2000 + 50 * (minute % 2))
                await one.pass_time(60)
            assert one.miner.targets_taken == [2000]
            one.miner.targets_taken.clear()
            for minute in range(120):
                one.want(1500 + 500 * (minute % 2))
                await one.pass_time(60)
            assert 12 <= len(one.miner.targets_taken) <= 24
            assert one.value("control") == "held"

    drive(test())


def test_a_pause_is_never_held_back_by_the_budget_of_writes() -> None:
    async def test() -> None:
        async with bench(max_changes_per_h=3, settle_s=0) as one:
            for watt in (2000, 1500, 1000, 2500):
                one.want(watt)
                await one.pass_time(30)
            assert len(one.miner.targets_taken) == 3
            one.want(0)
            await one.settle()
            assert one.miner.paused

    drive(test())


def test_a_miner_that_was_off_and_is_resumed_by_hand_is_paused_with_the_next_look() -> None:
    async def test() -> None:
        async with bench(poll_s=1.0) as one:
            one.want(0)
            await one.until(lambda: one.value("control") == "off")
            one.miner.resume()
            await one.pass_time(1.0)
            assert one.miner.paused
            assert one.miner.calls["PauseMining"] == 2

    drive(test())


def test_every_new_stop_is_told_although_the_miner_was_off_a_moment_ago() -> None:
    async def test() -> None:
        async with bench(poll_s=600.0) as one:
            one.want(0)
            await one.until(lambda: one.value("control") == "off")
            for stop in range(2, 5):
                one.want(3068)
                await one.settle()
                assert one.miner.commanded_w() == 3068
                one.want(0)
                await one.settle()
                assert one.miner.paused
                assert one.miner.calls["PauseMining"] == stop

    drive(test())


def test_somebody_who_resumes_a_miner_that_waits_for_its_target_does_not_delay_the_stop() -> None:
    async def test() -> None:
        async with bench(poll_s=600.0, settle_s=3600.0) as one:
            one.want(2000)
            await one.until(lambda: one.value("control") == "running")
            one.want(0)
            await one.settle()
            one.want(1500)  # a lower target is not due for an hour
            await one.settle()
            assert one.value("control") == "held"
            one.miner.resume()
            one.want(0)
            await one.settle()
            assert one.miner.paused

    drive(test())


def test_a_command_that_is_not_renewed_ends_in_a_pause() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(2000, for_s=20)
            await one.until(lambda: one.value("power_accepted") == 2000.0)
            assert not one.miner.paused
            await one.until(lambda: one.miner.paused, limit_s=30)
            assert one.value("power_target") == 0.0

    drive(test())


def test_f54_after_a_reboot_the_forgotten_pause_is_told_again() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(0)
            await one.until(lambda: one.value("control") == "off")
            one.miner.reboot()
            assert not one.miner.paused
            await one.until(lambda: one.miner.paused, limit_s=120)
            assert one.miner.login_count == 2

    drive(test())


def test_f54_a_restart_of_the_mining_process_alone_is_noticed_while_paused() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(0)
            await one.until(lambda: one.value("control") == "off")
            told = one.miner.calls["PauseMining"]
            one.miner._booted_at_s += 3600
            await one.pass_time(10)
            assert one.miner.calls["PauseMining"] == told + 1

    drive(test())


def test_f54_on_a_new_connection_the_pause_goes_out_before_anything_else_is_learned() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(0)
            await one.until(lambda: one.value("control") == "off")
            port = one.server.port
            await one.server.stop()
            await one.until(lambda: one.value("online") is False)
            assert not one.failed
            assert one.readings["not_off"].quality is Quality.MISSING
            one.miner.reboot()
            one.clock.advance(one.miner.nature.boot_s + 60)
            one.miner.calls.clear()
            await one.server.start(port)
            await one.until(lambda: one.miner.paused)
            assert list(one.miner.calls)[:4] == [
                "Login",
                "GetMinerDetails",
                "PauseMining",
                "GetConstraints",
            ]

    drive(test())


def test_a_lost_link_of_a_miner_that_is_only_read_goes_to_the_supervisor() -> None:
    async def test() -> None:
        async with bench() as one:
            await one.pass_time(10)
            await one.server.stop()
            await one.until(lambda: one.failed)
            assert "UNAVAILABLE" in str(await one.error())
            assert one.value("online") is False
            assert one.readings["power_measured"].quality is Quality.MISSING

    drive(test())


def test_f50_a_lost_link_of_a_commanded_miner_is_taken_up_again_at_once_for_a_pause() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(2000)
            await one.until(lambda: one.value("power_accepted") == 2000.0)
            port = one.server.port
            await one.server.stop()
            await one.until(lambda: one.value("online") is False)
            await one.server.start(port)
            one.want(0)
            await one.soon(lambda: one.miner.paused)
            assert not one.failed

    drive(test())


def test_f61_another_serial_number_is_neither_read_nor_commanded() -> None:
    async def test() -> None:
        async with bench(serial="SIM-2") as one:
            one.want(0)
            error = await one.error()
            assert "`sim-1` instead of `sim-2`" in str(error)
            assert one.readings["power_measured"].quality is Quality.BAD
            assert one.value("online") is False
            assert set(one.miner.calls) == {"GetMinerDetails", "Login"}

    drive(test())


def test_a_hash_rate_is_told_only_by_a_miner_that_has_one() -> None:
    async def test() -> None:
        async with bench(has_hash_rate=False) as one:
            await one.pass_time(10)
            assert "hashrate" not in one.readings
            assert "hashrate" not in {each.name for each in one.device.fields()}
        async with bench() as one:
            await one.pass_time(10)
            assert one.value("hashrate") == pytest.approx((3068 - 100) * 0.033)

    drive(test())


def test_a_read_only_miner_is_never_told_anything() -> None:
    async def test() -> None:
        async with bench(read_only=True) as one:
            one.want(0)
            await one.pass_time(120)
            assert one.value("not_off") is True
        assert "PauseMining" not in one.miner.calls

    drive(test())


def test_a_stopped_device_leaves_a_paused_miner_if_it_ever_commanded() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(2000)
            await one.until(lambda: one.value("control") == "running")
        assert one.miner.paused
        async with bench() as two:
            await two.pass_time(10)
        assert not two.miner.paused

    drive(test())


@pytest.mark.parametrize("value", [True, "2 kW", float("nan"), float("inf"), -1.0])
def test_what_is_no_power_is_no_command(value: float | bool | str) -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(value)  # type: ignore[arg-type]
            await one.pass_time(10)
            assert one.value("control") == "idle"

    drive(test())


def test_f58_a_miner_that_paused_itself_is_not_fought() -> None:
    async def test() -> None:
        async with bench() as one:
            one.want(3000)
            await one.until(lambda: one.value("control") == "running")
            one.miner.calls.clear()
            one.miner.faults.add(Fault.SELF_PAUSED)
            await one.until(lambda: one.value("control") == "suspended", limit_s=60)
            await one.pass_time(600)
            assert "ResumeMining" not in one.miner.calls
            assert "SetPowerTarget" not in one.miner.calls
            assert one.value("status") == "suspended"

    drive(test())


def test_a_site_file_builds_a_miner_or_says_what_is_wrong() -> None:
    options = {"host": "192.0.2.11", "cap_w": 3300, "serial": "A", "has_hash_rate": False}
    made = build("miner2", options, ManualClock())
    assert made.name == "miner2"
    assert "hashrate" not in {each.name for each in made.fields()}
    assert [each.name for each in made.fields() if each.writable] == ["power_target"]
    with pytest.raises(SettingsError, match="miner2: `cap_w` is missing"):
        build("miner2", {"host": "192.0.2.11", "serial": "A"}, ManualClock())
