"""F97, F104: what the daemon holds and writes; the small figure of `soak`."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.measure import unit_environment
from tests.reliability.running import ran
from tests.reliability.soak import SABOTAGES, Sample, flash, judged

SCANS, EVERY = 20_000, 200


def test_f97_f104_nothing_grows_in_scans_against_real_peers(tmp_path: Path) -> None:
    # Too deep for a socket's path, as the folders of tests are once pytest has counted far enough.
    deep = tmp_path / ("deep" * 20)
    deep.mkdir()
    words = ("--scans", str(SCANS), "--every", str(EVERY), "--folder", str(deep))
    code, told = ran("soak", *words)
    assert code == 0, told
    assert f"| {SCANS:,} scans" in told
    assert " MB a day" in told


def test_the_daemon_of_the_soak_has_the_environment_of_the_unit() -> None:
    assert unit_environment()["MALLOC_ARENA_MAX"] == "1"


def _steady(count: int = 60) -> list[Sample]:
    """Return samples of a daemon that holds what it holds, more now and then while it saves."""
    return [
        Sample(
            scans=1000 * (number + 1),
            overruns=0,
            good=980 * (number + 1),
            blocks=300_000 + number % 2,
            heap_mib=20.0,
            rss_mib=60.0 + 0.1 * (number % 2),
            fds=28 + number % 2,
            threads=8 + number % 3 // 2,
            tasks=33,
            written=200_000 * (number + 1),
            failures=0,
        )
        for number in range(count)
    ]


def test_what_comes_and_goes_is_no_leak() -> None:
    samples = _steady()
    samples[30] = replace(samples[30], tasks=30)  # once, while a device begins anew
    assert judged(samples, 60_000, 1.0).kept
    assert flash(samples).kept


@pytest.mark.parametrize("sabotage", SABOTAGES)
def test_f97_one_more_every_thousand_scans_is_a_leak(sabotage: str) -> None:
    grown = [
        replace(each, rss_mib=each.rss_mib + number * 0.03)
        if sabotage == "memory"
        else replace(each, **{sabotage: getattr(each, sabotage) + number})
        for number, each in enumerate(_steady())
    ]
    assert not judged(grown, 60_000, 1.0).kept


def test_a_daemon_that_did_not_know_its_plant_says_nothing() -> None:
    for good in (0, 0.5):
        heard = [replace(each, good=round(good * each.scans)) for each in _steady()]
        assert not judged(heard, 60_000, 1.0).kept


def test_f104_writing_too_much_or_nothing_at_all_is_noticed() -> None:
    samples = _steady()
    assert not flash([replace(each, written=0) for each in samples]).kept
    assert not flash([replace(each, written=each.written * 10) for each in samples]).kept
    assert not flash([]).kept


def test_f97_a_daemon_that_leaks_files_is_found(tmp_path: Path) -> None:
    words = ("--scans", "240", "--every", "20", "--folder", str(tmp_path), "--sabotage", "fds")
    code, told = ran("soak", *words)
    assert code == 1, told
    assert "**not kept:**" in told
