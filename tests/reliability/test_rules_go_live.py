"""Rules that must not go live: broken, half written, dangerous, at odds, too large (F110 to F119).

In each, a real daemon scans meanwhile, and its rules stay what they were. The twin of a test lets
go live what is refused and shows that the daemon would have run it.
"""

from pathlib import Path

import pytest

from adapters.runtime.demands import Demand, Demands, Tried
from adapters.runtime.going_live import GoingLive, Staged
from adapters.runtime.refusal import RefusedError
from adapters.runtime.versions import Saying
from engine.language.checked import check_files
from tests.adapters.test_going_live import House
from tests.making.daemons import PLANT, RULES
from tests.reliability.bad_rules import SABOTAGES, broken, calm
from tests.reliability.running import ran

ANNA = Saying("anna")
BROKEN = 200


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "site")


async def refused(live: GoingLive, staged: Staged) -> str:
    with pytest.raises(RefusedError) as error:
        await live.activate(staged.digest, ANNA)
    return str(error.value)


def test_f110_broken_files_are_told_with_their_place_and_change_nothing(house: House) -> None:
    before, rules = calm(house).daemon.digest, house.site.folder / "heat.yaml"
    counts = {"refused": 0, "sound": 0}

    async def doing() -> None:
        for number in range(BROKEN):
            rules.write_bytes(broken(number))
            staged = await house.live.stage()
            if staged.program is None:
                counts["refused"] += 1
                assert all(problem.position.file for problem in staged.problems)
                assert "cannot run" in await refused(house.live, staged)
            else:
                counts["sound"] += 1  # a word of a reason, say; it would run if it were asked for
            assert house.daemon.digest == before
        await house.scans(2)

    house.run(doing)
    assert counts["refused"] > BROKEN // 2
    assert house.runs() == (1, before)


def test_f111_a_file_that_is_being_written_runs_at_no_byte(house: House) -> None:
    before, rules = house.daemon.digest, house.site.folder / "heat.yaml"
    whole = RULES.replace("tank.top < 50 °C", "tank.top < 55 °C").encode()

    async def doing() -> None:
        for end in range(0, len(whole) + 1, 7):
            rules.write_bytes(whole[:end])
            await house.scans(1)
            assert house.daemon.digest == before
        rules.write_bytes(whole)
        staged = await house.live.stage()
        rules.write_bytes(whole[:40])  # the next edit begins before this one was let run
        await house.live.activate(staged.digest, ANNA)
        assert house.daemon.digest == staged.digest

    house.run(doing)
    assert house.live.versions.running() is not None


def test_f111_twin_whoever_runs_the_folder_itself_runs_half_a_file(house: House) -> None:
    half = "\n".join(RULES.splitlines()[:-4]) + "\n"
    (house.site.folder / "heat.yaml").write_text(half, "utf-8")
    assert house.site.load(shadow=True).digest != house.daemon.digest
    house.service.close()


@pytest.mark.parametrize("gate", ["tests", "proof"])
def test_f113_dangerous_rules_are_stopped_by_what_the_site_requires(
    tmp_path: Path, gate: str
) -> None:
    demands = Demands(
        tests=Demand.REQUIRED if gate == "tests" else Demand.OFF,
        proof=Demand.REQUIRED if gate == "proof" else Demand.OFF,
    )
    house = House(tmp_path / "site", demands)
    before = house.daemon.digest
    house.edit("tank.top < 50 °C", "tank.top < 95 °C")

    async def doing() -> None:
        staged = await house.live.stage()
        for tried in ((), (Tried(gate, passed=False),)):
            with pytest.raises(RefusedError, match=f"requires: {gate}"):
                await house.live.activate(staged.digest, ANNA, tried)
        assert house.daemon.digest == before

    house.run(doing)


def test_f113_twin_a_site_that_requires_nothing_runs_them(house: House) -> None:
    before = house.daemon.digest
    house.edit("tank.top < 50 °C", "tank.top < 95 °C")

    async def doing() -> None:
        await house.go_live()
        assert house.daemon.digest != before

    house.run(doing)


def test_f115_rules_that_fight_for_an_output_are_refused(house: House) -> None:
    before = house.daemon.digest
    fighting = "  - {id: rival, when: tank.top < 40 °C, then: {pump.run: off}}\n"
    (house.site.folder / "rival.yaml").write_text(f"rules:\n{fighting}", "utf-8")

    async def doing() -> None:
        staged = await house.live.stage()
        assert "conflicting-salience" in {problem.code for problem in staged.problems}
        await refused(house.live, staged)
        assert house.daemon.digest == before

    house.run(doing)


def test_f115_twin_with_a_rank_of_its_own_it_may_run(house: House) -> None:
    ranked = "  - {id: rival, when: tank.top < 40 °C, then: {pump.run: off}, salience: 5}\n"
    (house.site.folder / "rival.yaml").write_text(f"rules:\n{ranked}", "utf-8")

    async def doing() -> None:
        assert (await house.live.stage()).program is not None

    house.run(doing)


@pytest.mark.parametrize(
    "condition",
    [
        " and ".join(["tank.top < 50 °C"] * 3_000),
        "tank.top" + " + 1 K" * 20_000 + " < 50 °C",
    ],
    ids=["long", "sum"],
)
def test_f116_an_expression_without_end_is_refused_before_it_costs_a_scan(condition: str) -> None:
    rules = f"rules:\n  - {{id: big, when: '{condition}', then: {{pump.run: on}}}}\n"
    checked = check_files({"plant.yaml": PLANT.encode(), "big.yaml": rules.encode()})
    assert not checked.ok


def test_f119_rules_that_read_a_sensor_which_is_gone_are_refused(house: House) -> None:
    before = house.daemon.digest
    plant = house.site.folder / "plant.yaml"
    lines = [line for line in PLANT.splitlines() if "sun.power" not in line]
    plant.write_text("\n".join(lines) + "\n", "utf-8")

    async def doing() -> None:
        staged = await house.live.stage()
        assert any("sun.power" in problem.message for problem in staged.problems)
        await refused(house.live, staged)
        assert house.daemon.digest == before

    house.run(doing)


def test_f119_a_sensor_that_falls_silent_stops_what_it_carries(house: House) -> None:
    async def doing() -> None:
        await house.scans(2)
        assert house.site.plc.relay
        house.site.plc.tank_c = None
        await house.scans(120)  # a minute: the pump's least time is over
        assert not house.site.plc.relay

    house.run(doing)


def test_p12_bad_rules_never_run() -> None:
    code, told = ran("bad-rules", "--broken", "8", "--cut", "1000")
    assert code == 0, told
    assert "0 times rules ran that must not" in told


@pytest.mark.parametrize("sabotage", SABOTAGES)
def test_p12_sabotage_of_the_check_is_found(sabotage: str) -> None:
    code, told = ran("bad-rules", "--broken", "8", "--cut", "24", "--sabotage", sabotage)
    assert code == 1, told
    assert "rules that cannot run went live" in told
