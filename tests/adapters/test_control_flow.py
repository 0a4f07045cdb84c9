"""From a person's request to the next scan's decision: resets, modes, reloads, and who watches."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from adapters.codec import control_methods as methods
from adapters.control.client import RefusedByDaemonError
from adapters.control.watching import WATCHERS_MAX
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.modes import LEASE_S
from tests.adapters.control_bench import INTERLOCKS, PATIENCE_S, PLANT, RULES, Bench
from tests.adapters.test_control_service import refused, run


async def arm(house: Bench, author: str = "anna") -> pb.ArmedReset:
    return await house.ask(methods.ARM_RESET, pb.ArmResetRequest(trip="too_hot", author=author))


async def confirm(house: Bench, nonce: str, author: str = "anna") -> pb.ResetResult:
    """Confirm, and let a scan pass once the request is posted."""
    request = pb.ConfirmResetRequest(trip="too_hot", nonce=nonce, author=author)
    asking = asyncio.create_task(house.ask(methods.CONFIRM_RESET, request))
    while not (house.cycle.requests.resets or asking.done()):  # noqa: ASYNC110 - no event to wait for
        await asyncio.sleep(0.001)
    house.step()
    return await asking


def trip(house: Bench) -> None:
    house.plc.tank_c = 95.0
    house.step()
    assert house.plc.told["relay1"] is False


def test_a_trip_stays_latched_until_two_steps_release_it_and_starts_nothing(
    tmp_path: Path,
) -> None:
    async def test(house: Bench) -> None:
        house.step()
        assert house.plc.told["relay1"] is True
        trip(house)
        request = pb.ArmResetRequest(trip="too_hot", author="anna")
        assert "cause still lasts" in await refused(house, methods.ARM_RESET, request)
        house.plc.tank_c = 40.0
        house.step()
        assert house.plc.told["relay1"] is False
        armed = await arm(house)
        assert (armed.life_s, armed.because) == (30.0, "The tank is too hot.")
        assert [each.value.text for each in armed.facts] == ["40 °C"]
        assert "tank.top" in armed.evidence.text
        assert [each.name for each in armed.outputs] == ["pump.run", "heater.power_target"]
        assert armed.latched_since_local == "2027-01-15 09:00:01+01:00"
        result = await confirm(house, armed.nonce)
        assert (result.released, "nothing starts" in result.text) == (True, True)
        assert house.plc.told["relay1"] is False
        for _ in range(3):
            house.step()
            assert house.plc.told["relay1"] is False
        house.plc.tank_c = 60.0
        house.step()
        house.plc.tank_c = 40.0
        house.step()
        assert house.plc.told["relay1"] is True

    run(tmp_path, test)


def test_a_nonce_is_good_once_for_its_owner_for_30_s(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        trip(house)
        house.plc.tank_c = 40.0
        house.step()
        for nonce, author, seconds in (("0", "anna", 0.5), ("", "berta", 0.5), ("", "anna", 30.0)):
            armed = await arm(house)
            house.step(seconds)
            request = pb.ConfirmResetRequest(
                trip="too_hot", nonce=nonce or armed.nonce, author=author
            )
            assert "arm it again" in await refused(house, methods.CONFIRM_RESET, request)
        assert not house.cycle.requests.resets

    run(tmp_path, test)


def test_a_cause_that_comes_back_in_the_very_scan_is_told(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        trip(house)
        house.plc.tank_c = 40.0
        house.step()
        armed = await arm(house)
        house.plc.tank_c = 95.0
        result = await confirm(house, armed.nonce)
        assert (result.released, result.text) == (False, "reset refused: the cause still lasts")

    run(tmp_path, test)


def test_a_reset_that_no_scan_hears_in_time_is_told_as_waiting(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        trip(house)
        house.plc.tank_c = 40.0
        house.step()
        house.control.service._heard_within_s = 0.0
        armed = await arm(house)
        request = pb.ConfirmResetRequest(trip="too_hot", nonce=armed.nonce, author="anna")
        assert "no scan has heard it" in (await house.ask(methods.CONFIRM_RESET, request)).text
        house.step()
        assert not house.cycle.retained.trips[0].latched

    run(tmp_path, test)


def test_alarms_are_listed_acknowledged_and_kept_through_a_restart(tmp_path: Path) -> None:
    async def first(house: Bench) -> None:
        trip(house)
        (alarm,) = (await house.ask(methods.ALARMS, pb.ListAlarmsRequest())).alarms
        assert (alarm.kind, alarm.subject, alarm.active) == ("tripped", "too_hot", True)
        request = pb.AcknowledgeRequest(subject="too_hot", author="anna")
        (seen,) = (await house.ask(methods.ACKNOWLEDGE, request)).alarms
        assert (seen.acknowledged_by, seen.active) == ("anna", True)
        assert "acknowledged already" in await refused(house, methods.ACKNOWLEDGE, request)

    async def second(house: Bench) -> None:
        trip(house)
        (alarm,) = (await house.ask(methods.ALARMS, pb.ListAlarmsRequest())).alarms
        assert (alarm.acknowledged_by, alarm.active) == ("anna", True)

    run(tmp_path, first)
    run(tmp_path, second)


async def set_mode(house: Bench, mode: str) -> None:
    await house.ask(methods.MODE, pb.ModeRequest(mode=mode, author="anna"))
    house.step()


def test_off_is_failsafe_manual_is_default_and_an_override_passes_only_manual(
    tmp_path: Path,
) -> None:
    asked = pb.OverrideRequest(output="valve.way", value="left", lasts_s=60, author="anna")

    async def test(house: Bench) -> None:
        house.step()
        await house.ask(methods.OVERRIDE, asked)
        await set_mode(house, "off")
        assert (house.value("pump.run"), house.value("valve.way")) == (False, "right")
        assert "the mode is off" in await refused(house, methods.OVERRIDE, asked)
        house.step(LEASE_S * 0.6)
        house.step(LEASE_S * 0.6)
        assert (house.value("pump.run"), house.value("valve.way")) == (False, "right")
        await set_mode(house, "manual")
        assert (house.value("pump.run"), house.value("valve.way")) == (False, "left")
        pump_on = pb.OverrideRequest(output="pump.run", value="on", lasts_s=60, author="anna")
        await house.ask(methods.OVERRIDE, pump_on)
        house.step()
        assert house.value("pump.run") is True
        house.plc.tank_c = 95.0
        house.step()
        assert house.value("pump.run") is False
        house.plc.tank_c = 40.0
        await set_mode(house, "automatic")
        assert house.value("pump.run") is False

    run(tmp_path, test)


@pytest.mark.parametrize("mode", ["off", "manual"])
def test_a_reset_leaves_the_mode_standing_against_rules_that_ask_anew(
    tmp_path: Path, mode: str
) -> None:
    async def test(house: Bench) -> None:
        trip(house)
        await set_mode(house, mode)
        house.plc.tank_c = 60.0
        house.step()
        assert (await confirm(house, (await arm(house)).nonce)).released
        for tank_c in (60.0, 40.0, 40.0, 60.0, 40.0):
            house.plc.tank_c = tank_c
            house.step()
            assert house.value("pump.run") is False

    run(tmp_path, test)


def test_a_site_has_modes_of_its_own_and_the_mode_survives_a_restart(tmp_path: Path) -> None:
    modes = {"holiday": {"heater.power_target": 500}}

    async def first(house: Bench) -> None:
        house.step()
        assert house.value("heater.power_target") == 2000
        await set_mode(house, "holiday")
        assert (house.value("heater.power_target"), house.value("pump.run")) == (500, True)

    async def second(house: Bench) -> None:
        house.step()
        assert house.value("heater.power_target") == 500
        status = await house.ask(methods.STATUS, pb.StatusRequest())
        assert (status.mode.name, status.mode.author) == ("holiday", "anna")

    async def third(house: Bench) -> None:
        house.step()
        assert house.value("heater.power_target") == 2000

    run(tmp_path, first, modes=modes)
    run(tmp_path, second, modes=modes)
    run(tmp_path, third)


async def go_live(house: Bench, **more: Any) -> pb.Activated:
    staged = await house.ask(methods.STAGE, pb.StageRequest(author="anna"))
    request = pb.ActivateRequest(rules=staged.rules, author="anna", **more)
    return await house.ask(methods.ACTIVATE, request)


def test_rules_with_a_mistake_are_told_and_do_not_run(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        trip(house)
        before = house.daemon.digest
        file = house.rules / "pump.yaml"
        file.write_text(RULES.replace("tank.top <", "tank.tpo <"), "utf-8")
        told = await house.ask(methods.STAGE, pb.StageRequest(author="anna"))
        assert (told.sound, told.running, house.daemon.digest) == (False, before, before)
        wrong = next(each for each in told.problems if "tank.tpo" in each.message)
        assert (wrong.file, wrong.line, wrong.severity) == (file.as_posix(), 5, "error")
        request = pb.ActivateRequest(rules=told.rules, author="anna")
        assert "these rules cannot run" in await refused(house, methods.ACTIVATE, request)
        assert house.daemon.digest == before

    run(tmp_path, test)


def test_a_latch_outlives_other_rules(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        trip(house)
        before = house.daemon.digest
        edited = RULES.replace("2 kW", "1 kW").replace("< 50", "< 45")
        (house.rules / "pump.yaml").write_text(edited, "utf-8")
        told = await go_live(house, reason="colder", tried=[pb.Tried(gate="tests", passed=True)])
        assert (told.version.number, told.version.reason) == (1, "colder")
        assert list(told.version.evidence) == ["tests passed"]
        assert told.version.rules == house.daemon.digest != before
        house.step()
        assert house.cycle.retained.trips[0].latched
        assert house.value("heater.power_target") == 0

    run(tmp_path, test)


def test_another_plant_takes_a_restart(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        house.step()
        (house.rules / "plant.yaml").write_text(PLANT.replace("3 kW", "4 kW"), "utf-8")
        staged = await house.ask(methods.STAGE, pb.StageRequest(author="anna"))
        assert (staged.sound, staged.other_plant) == (True, True)
        request = pb.ActivateRequest(rules=staged.rules, author="anna")
        assert "takes a restart" in await refused(house, methods.ACTIVATE, request)
        assert not house.daemon.restarting
        assert (await go_live(house, restart=True)).restarting
        assert house.daemon.restarting

    run(tmp_path, test)


def test_versions_are_listed_and_there_is_a_way_back(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        house.step()
        first = (await go_live(house, reason="the first")).version
        (house.rules / "pump.yaml").write_text(RULES.replace("< 50", "< 45"), "utf-8")
        await go_live(house, watch_s=60, rollback_if=["tank.top > 60 °C"])
        listed = await house.ask(methods.VERSIONS, pb.ListVersionsRequest())
        assert [(each.number, each.running) for each in listed.versions] == [(1, False), (2, True)]
        assert 0 < listed.watched_s <= 60
        back = await house.ask(methods.ROLLBACK, pb.RollbackRequest(author="bert"))
        assert (back.version.number, back.version.rules) == (3, first.rules)
        assert (back.version.author, back.version.reason) == ("bert", "back to version 1")
        assert house.daemon.digest == first.rules

    run(tmp_path, test)


def test_going_live_says_what_starts_anew(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        house.step()
        more = (
            INTERLOCKS
            + "  - {id: cold, when: tank.top < 5 °C, latch: true, force: {pump.run: off}}\n"
        )
        (house.rules / "interlocks.yaml").write_text(more, "utf-8")
        assert list((await go_live(house)).starts_anew) == ["trip `cold` starts anew"]
        # Between the change and the next scan the old scan is still explained by its own rules.
        await house.ask(methods.STATUS, pb.StatusRequest())
        assert "is not a trip" in await refused(
            house, methods.ARM_RESET, pb.ArmResetRequest(trip="cold", author="anna")
        )

    run(tmp_path, test)


async def next_changes(answers: asyncio.Queue[pb.Changes]) -> pb.Changes:
    async with asyncio.timeout(PATIENCE_S):
        return await answers.get()


def test_who_watches_hears_how_things_stand_and_then_what_changes(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        house.step()
        answers: asyncio.Queue[pb.Changes] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def follow() -> None:
            try:
                for each in house.client.follow(methods.WATCH, pb.WatchRequest()):
                    loop.call_soon_threadsafe(answers.put_nowait, each)
            except RefusedByDaemonError:
                pass  # the test is over and has closed the channel

        following = asyncio.create_task(asyncio.to_thread(follow))
        kinds = [each.WhichOneof("what") for each in (await next_changes(answers)).changes]
        assert kinds == ["mode", "rules", "output", "output", "output", "fact"]
        house.step()
        house.plc.tank_c = None
        house.step()
        changes = (await next_changes(answers)).changes
        told = {each.WhichOneof("what"): each for each in changes}
        assert told["fact"].fact.reason == "wire broken"
        assert told["alarm"].alarm.subject == "too_hot"
        assert any("too_hot" in each.output.sentence for each in changes if each.output.name)
        house.client.close()
        await following

    run(tmp_path, test)


def test_a_slow_watcher_gets_the_newest_state_and_only_so_many_may_watch(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        watchers = house.control.service.watchers
        streams = [watchers.watch() for _ in range(WATCHERS_MAX)]
        house.step()
        first = await anext(streams[0])
        assert len(first.changes) == 6
        for tank_c in (60.0, 40.0, 60.0, 40.0):
            house.plc.tank_c = tank_c
            house.step()
        waiting = asyncio.create_task(anext(streams[0]))
        house.plc.tank_c = 60.0
        house.step()
        outputs = [each.output.name for each in (await waiting).changes]
        assert outputs == ["pump.run", "heater.power_target"]
        for stream in streams[1:]:
            await anext(stream)
        with pytest.raises(Exception, match=f"{WATCHERS_MAX} watch already"):
            await anext(watchers.watch())
        for stream in streams:
            await stream.aclose()  # type: ignore[attr-defined] # a generator
        await anext(watchers.watch())

    run(tmp_path, test)
