"""Letting rules run and going back, with a daemon that scans meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.runtime.daemon import Daemon
from adapters.runtime.demands import Demand, Demands, Tried
from adapters.runtime.probation import Terms
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.runtime.service import Service
from adapters.runtime.versions import RUNNING, Saying, Version
from tests.making.daemons import Site

ANNA = Saying("anna", "warmer tank")


class House:
    """A site with its daemon, started as `thermiq run` does."""

    def __init__(self, folder: Path, demands: Demands | None = None) -> None:
        self.site = Site(folder)
        self.demands = demands
        self.start()

    def start(self) -> None:
        self.service = Service(self.site.load(), self.site.clock)
        self.daemon: Daemon = self.service.daemon
        live = self.service.live
        assert live is not None
        self.live = live
        self.live.demands = self.demands or live.demands

    def edit(self, old: str = "tank.top < 50 °C", new: str = "tank.top < 55 °C") -> None:
        rules = self.site.folder / "heat.yaml"
        text = rules.read_text("utf-8")
        assert old in text
        rules.write_text(text.replace(old, new), "utf-8")

    def run(self, doing: Callable[[], Awaitable[object]]) -> None:
        """Scan for as long as `doing` takes."""

        async def both() -> None:
            scanning = asyncio.ensure_future(self.daemon.run())
            try:
                await doing()
            finally:
                self.daemon.stop()
                await scanning

        asyncio.run(both())
        self.service.close()

    async def go_live(self, terms: Terms | None = None, tried: tuple[Tried, ...] = ()) -> Version:
        staged = await self.live.stage()
        return (await self.live.activate(staged.digest, ANNA, tried, terms)).version

    async def scans(self, count: int) -> None:
        until = self.daemon.cycle.counters.scans + count
        await self.until(lambda: self.daemon.cycle.counters.scans >= until)

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():  # noqa: ASYNC110 - a scan is no event, and takes no time here
            await asyncio.sleep(0)

    async def until_free(self) -> None:
        """Wait until nobody changes the rules any more."""
        await self.until(lambda: not self.live._one_at_a_time.locked())

    def runs(self) -> tuple[int, str]:
        """Return the version that a restart would run, and the digest of the rules that run."""
        running = self.live.versions.running()
        assert running is not None
        return running.number, self.daemon.digest


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "site")


def refused(error: pytest.ExceptionInfo[RefusedError]) -> tuple[Refusal, str]:
    return error.value.kind, str(error.value)


def test_edited_rules_run_from_the_next_scan_and_after_a_restart(house: House) -> None:
    before = house.daemon.digest
    house.edit()

    async def doing() -> None:
        await house.scans(2)
        version = await house.go_live()
        assert (version.number, version.author, version.reason) == (2, "anna", "warmer tank")
        await house.scans(2)

    house.run(doing)
    number, digest = house.runs()
    assert number == 2
    assert digest != before
    house.start()
    assert house.daemon.digest == digest
    house.service.close()


def test_what_was_staged_runs_whatever_the_folder_becomes_meanwhile(house: House) -> None:
    house.edit()

    async def doing() -> None:
        staged = await house.live.stage()
        (house.site.folder / "heat.yaml").write_text("rules: [", "utf-8")
        await house.live.activate(staged.digest, ANNA)
        assert house.daemon.digest == staged.digest

    house.run(doing)


def test_rules_that_check_refuses_change_nothing(house: House) -> None:
    before = house.runs()
    house.edit("tank.top < 50 °C", "tank.tpo < 50 °C")

    async def doing() -> None:
        staged = await house.live.stage()
        assert staged.program is None
        assert "tank.tpo" in staged.problems[0].message
        with pytest.raises(RefusedError) as error:
            await house.live.activate(staged.digest, ANNA)
        kind, text = refused(error)
        assert kind is Refusal.INVALID
        assert "tank.tpo" in text

    house.run(doing)
    assert house.runs() == before


def test_only_what_was_looked_at_runs(house: House) -> None:
    before = house.runs()

    async def doing() -> None:
        seen = await house.live.stage()
        house.edit()
        await house.live.stage()
        with pytest.raises(RefusedError, match="staged meanwhile"):
            await house.live.activate(seen.digest, ANNA)

    house.run(doing)
    assert house.runs() == before


@pytest.mark.parametrize("tried", [(), (Tried("tests", passed=False),), (Tried("proof", True),)])
def test_a_gate_that_is_required_and_not_passed_stops_it(
    tmp_path: Path, tried: tuple[Tried, ...]
) -> None:
    house = House(tmp_path / "site", Demands(tests=Demand.REQUIRED))
    before = house.runs()
    house.edit()

    async def doing() -> None:
        with pytest.raises(RefusedError, match="this site requires: tests"):
            await house.go_live(tried=tried)

    house.run(doing)
    assert house.runs() == before


def test_what_was_tried_is_kept_with_the_version(house: House) -> None:
    async def doing() -> None:
        version = await house.go_live(
            tried=(Tried("tests", True, "34 of 34"), Tried("proof", False))
        )
        assert version.evidence == ("tests passed: 34 of 34", "proof not passed")

    house.run(doing)


def test_there_is_a_way_back_and_forth(house: House) -> None:
    first = house.daemon.digest
    house.edit()

    async def doing() -> None:
        second = (await house.go_live()).digest
        back = (await house.live.rollback(None, Saying("bert"))).version
        assert (back.number, back.digest, back.author) == (3, first, "bert")
        assert back.reason == "back to version 1"
        assert house.daemon.digest == first
        forth = (await house.live.rollback(2, Saying("bert", "after all"))).version
        assert (forth.number, forth.digest, forth.reason) == (4, second, "after all")

    house.run(doing)
    assert house.runs()[0] == 4


@pytest.mark.parametrize(
    ("number", "told"), [(None, "nothing else is kept"), (7, "no version 7"), (-1, "no version")]
)
def test_a_way_back_that_is_not_there_is_refused(
    house: House, number: int | None, told: str
) -> None:
    async def doing() -> None:
        with pytest.raises(RefusedError, match=told):
            await house.live.rollback(number, ANNA)

    house.run(doing)


def test_a_changed_plant_waits_for_a_restart_that_is_asked_for(house: House) -> None:
    plant = house.site.folder / "plant.yaml"
    plant.write_text(plant.read_text("utf-8").replace("max_age: ", "max_age: 1"), "utf-8")
    before = house.runs()

    async def doing() -> None:
        staged = await house.live.stage()
        assert staged.other_plant
        with pytest.raises(RefusedError, match="takes a restart"):
            await house.live.activate(staged.digest, ANNA)
        assert house.runs() == before
        done = await house.live.activate(staged.digest, ANNA, restart=True)
        assert done.restarting

    house.run(doing)
    assert house.daemon.restarting
    assert house.runs() == (2, before[1])
    house.start()
    assert house.daemon.digest != before[1]
    house.service.close()


def test_a_plant_that_only_looks_different_takes_no_restart(house: House) -> None:
    plant = house.site.folder / "plant.yaml"
    plant.write_text("# Walda\n\n" + plant.read_text("utf-8"), "utf-8")

    async def doing() -> None:
        assert (await house.go_live()).number == 2

    house.run(doing)


def test_a_disk_that_refuses_leaves_everything_as_it_was(house: House) -> None:
    before = house.daemon.digest
    house.edit()

    async def doing() -> None:
        staged = await house.live.stage()
        (house.live.versions.folder / f"{RUNNING}.new").mkdir()
        with pytest.raises(RefusedError, match="nothing has changed"):
            await house.live.activate(staged.digest, ANNA)

    house.run(doing)
    assert house.runs() == (1, before)


def test_two_changes_at_once_are_one_too_many(house: House) -> None:
    async def doing() -> None:
        first = asyncio.ensure_future(house.live.stage())
        await asyncio.sleep(0)
        with pytest.raises(RefusedError, match="under way"):
            await house.live.stage()
        await first

    house.run(doing)


def test_a_condition_that_comes_true_takes_the_rules_back(house: House) -> None:
    before = house.daemon.digest
    house.edit()

    async def doing() -> None:
        await house.go_live(Terms(600.0, ("tank.top > 80 °C",)))
        assert house.live.watched_until_s is not None
        await house.scans(3)
        assert house.daemon.digest != before
        house.site.plc.tank_c = 81.0
        await house.scans(6)
        assert house.daemon.digest == before
        assert house.live.taken_back == "`tank.top > 80 °C` holds"
        await house.until(lambda: house.live.versions.all()[-1].number == 3)

    house.run(doing)
    running = house.live.versions.running()
    assert running is not None
    assert (running.number, running.digest) == (3, before)
    assert running.reason == "back to version 1: `tank.top > 80 °C` holds"


def test_rules_that_stand_their_probation_stay(house: House) -> None:
    house.edit()

    async def doing() -> None:
        await house.go_live(Terms(2.0, ("tank.top > 80 °C",)))
        await house.scans(6)
        assert house.live.watched_until_s is None
        house.site.plc.tank_c = 81.0
        await house.scans(6)

    house.run(doing)
    assert house.runs()[0] == 2
    assert house.live.taken_back == ""


def test_a_condition_that_is_none_stops_it(house: House) -> None:
    before = house.runs()
    house.edit()

    async def doing() -> None:
        with pytest.raises(RefusedError, match=r"nothing here is called `tank\.tpo`"):
            await house.go_live(Terms(600.0, ("tank.tpo > 80 °C",)))

    house.run(doing)
    assert house.runs() == before


def test_going_back_by_hand_ends_the_probation(house: House) -> None:
    house.edit()

    async def doing() -> None:
        await house.go_live(Terms(600.0, ("tank.top > 80 °C",)))
        await house.live.rollback(None, ANNA)
        assert house.live.watched_until_s is None

    house.run(doing)


def test_rules_that_were_taken_back_are_an_alarm_until_others_run(house: House) -> None:
    house.edit()
    told: list[str] = []
    house.daemon.listen(
        "test", lambda done: told.extend(a.text for a in done.trace.alarms if a.subject == "rules")
    )

    async def doing() -> None:
        await house.go_live(Terms(600.0, ("tank.top > 80 °C",)))
        house.site.plc.tank_c = 81.0
        await house.scans(6)
        assert told[-1] == "the new rules were taken back: `tank.top > 80 °C` holds"
        await house.until(lambda: house.live.versions.all()[-1].number == 3)
        house.site.plc.tank_c = 40.0
        await house.until_free()
        await house.go_live()
        told.clear()
        await house.scans(3)
        assert told == []

    house.run(doing)
