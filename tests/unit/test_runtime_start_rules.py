from pathlib import Path

import pytest

from adapters.runtime.service import Service
from adapters.runtime.start_rules import rules_at_start
from adapters.runtime.versions import Saying, Version, Versions, folder_files
from tests.making.daemons import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


@pytest.fixture
def versions(site: Site) -> Versions:
    return Versions(site.folder / "state")


def start(site: Site) -> Service:
    service = Service(site.load(), site.clock)
    service.close()
    return service


def live(versions: Versions, files: dict[str, bytes]) -> Version:
    kept = versions.keep(versions.stage(files), Saying("anna"), 0.0)
    versions.run(kept)
    return kept


def edit(site: Site, old: str, new: str) -> None:
    rules = site.folder / "heat.yaml"
    assert old in rules.read_text("utf-8")
    rules.write_text(rules.read_text("utf-8").replace(old, new), "utf-8")


def test_a_first_start_keeps_the_rules_as_version_1(site: Site, versions: Versions) -> None:
    start(site)
    running = versions.running()
    assert running is not None
    assert running.number == 1
    assert running.digest == site.load().digest
    assert versions.files(running) == folder_files(site.folder)


def test_a_restart_keeps_no_further_version(site: Site, versions: Versions) -> None:
    start(site)
    start(site)
    assert [each.number for each in versions.all()] == [1]


@pytest.mark.parametrize("what", ["broken", "deleted", "folder", "edited"])
def test_after_a_restart_run_the_rules_that_ran(site: Site, what: str) -> None:
    start(site)
    ran = site.load().digest
    rules = site.folder / "heat.yaml"
    match what:
        case "broken":
            rules.write_text("rules: [", "utf-8")
        case "deleted":
            rules.unlink()
        case "folder":
            rules.unlink()
            rules.mkdir()
        case _:
            edit(site, "tank.top <", "tank.top <=")
    loaded = site.load()
    assert loaded.digest == ran
    assert loaded.version is not None
    assert "`thermiq reload` lets them run" in loaded.notes[0]


def test_rules_that_did_not_change_need_no_word(site: Site) -> None:
    start(site)
    assert site.load().notes == ()


def test_a_damaged_version_gives_way_to_the_newest_whole_one(
    site: Site, versions: Versions
) -> None:
    start(site)
    first = versions.running()
    assert first is not None
    second = live(versions, folder_files(site.folder) | {"more.yaml": b"rules: []\n"})
    (versions.path(second) / "more.yaml").write_bytes(b"")
    found = rules_at_start(site.folder, versions)
    assert found.version == first
    assert "not those that went live" in found.notes[0]


def test_without_any_whole_version_the_folder_counts(site: Site, versions: Versions) -> None:
    start(site)
    first = versions.running()
    assert first is not None
    (versions.path(first) / "heat.yaml").unlink()
    found = rules_at_start(site.folder, versions)
    assert found.version is None
    assert found.checked.ok


def test_a_version_that_this_program_refuses_gives_way_to_the_folder(
    site: Site, versions: Versions
) -> None:
    start(site)
    live(versions, {"a.yaml": b"rules: [{id: x}]\n"})
    found = rules_at_start(site.folder, versions)
    assert found.version is None
    assert found.checked.ok
    assert "version 2 is not accepted" in found.notes[0]


def test_a_shadow_takes_the_rules_of_the_folder(site: Site, versions: Versions) -> None:
    start(site)
    edit(site, "tank.top <", "tank.top <=")
    shadow = site.load(shadow=True)
    running = versions.running()
    assert running is not None
    assert shadow.digest != running.digest
    assert shadow.version is None


def test_a_folder_that_cannot_be_written_costs_only_the_version(site: Site) -> None:
    (site.folder / "state").mkdir()
    (site.folder / "state" / "versions").write_bytes(b"")
    start(site)
    assert site.load().version is None
