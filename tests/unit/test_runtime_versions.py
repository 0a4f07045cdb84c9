import json
from pathlib import Path

import pytest

from adapters.runtime.versions import (
    ABOUT,
    KEPT,
    RUNNING,
    Saying,
    Version,
    VersionError,
    Versions,
    folder_files,
)

PLANT = b"outputs: {pump.on: {type: bool, default: false, failsafe: false}}\n"
RULES = b"rules: []\n"


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "state")


def keep(versions: Versions, files: dict[str, bytes], reason: str = "") -> Version:
    digest = versions.stage(files)
    return versions.keep(digest, Saying("anna", reason, ("34 tests passed",)), 1_750_000_000.0)


def live(versions: Versions, rules: bytes = RULES, reason: str = "") -> Version:
    kept = keep(versions, {"plant.yaml": PLANT, "a.yaml": rules}, reason)
    versions.run(kept)
    return kept


def test_a_new_installation_has_no_version(versions: Versions) -> None:
    assert versions.running() is None
    assert versions.all() == ()


def test_what_was_kept_is_found_again_with_author_and_reason(versions: Versions) -> None:
    kept = live(versions, reason="more sun for the buffer")
    found = Versions(versions.folder.parent).running()
    assert found == kept
    assert (kept.number, kept.author, kept.reason) == (1, "anna", "more sun for the buffer")
    assert kept.evidence == ("34 tests passed",)
    assert versions.files(kept) == {"plant.yaml": PLANT, "a.yaml": RULES}


def test_a_version_that_is_kept_does_not_run_yet(versions: Versions) -> None:
    first = live(versions)
    keep(versions, {"a.yaml": b"rules: [] # other\n"})
    assert versions.running() == first


def test_numbers_grow_for_the_same_files_too(versions: Versions) -> None:
    assert [live(versions).number for _ in range(3)] == [1, 2, 3]


def test_before_is_the_last_one_with_other_files(versions: Versions) -> None:
    first = live(versions)
    live(versions, b"rules: [] # new\n")
    third = live(versions, b"rules: [] # new\n")
    assert versions.before(third) == first
    with pytest.raises(VersionError, match="nothing else is kept"):
        versions.before(first)


def test_scenarios_do_not_make_other_rules(versions: Versions) -> None:
    first = keep(versions, {"a.yaml": RULES})
    second = keep(versions, {"a.yaml": RULES, "a.test.yaml": b"x"})
    assert first.digest == second.digest


@pytest.mark.parametrize("damage", [b"", b"rules: [] # touched\n"])
def test_a_version_that_was_touched_does_not_run(versions: Versions, damage: bytes) -> None:
    kept = live(versions)
    (versions.path(kept) / "a.yaml").write_bytes(damage)
    with pytest.raises(VersionError, match="not those that went live"):
        versions.running()


@pytest.mark.parametrize("note", [b"", b"7x", b"\xff\xfe", b"9999", b"-1"])
def test_a_damaged_note_of_what_runs_is_told(versions: Versions, note: bytes) -> None:
    live(versions)
    (versions.folder / RUNNING).write_bytes(note)
    with pytest.raises(VersionError):
        versions.running()


@pytest.mark.parametrize(
    "about",
    [b"", b"{}", b"[", b'{"number": 2}', b"[" * 4000, b'{"number": NaN}', b"null"],
)
def test_a_damaged_description_hides_only_its_version(versions: Versions, about: bytes) -> None:
    first = live(versions)
    second = live(versions, b"rules: [] # new\n")
    (versions.path(second) / ABOUT).write_bytes(about)
    assert versions.all() == (first,)
    with pytest.raises(VersionError):
        versions.running()


def test_a_description_of_another_version_is_damage(versions: Versions) -> None:
    kept = live(versions)
    about = versions.path(kept) / ABOUT
    about.write_text(json.dumps(json.loads(about.read_text()) | {"number": 5}))
    with pytest.raises(VersionError, match="damaged"):
        versions.running()


def test_what_a_power_cut_left_half_made_is_no_version(versions: Versions) -> None:
    kept = live(versions)
    versions.staged.mkdir()
    (versions.staged / "a.yaml").write_bytes(b"half")
    (versions.folder / f"{RUNNING}.new").write_bytes(b"2")
    assert versions.running() == kept
    assert live(versions).number == 2


def test_only_what_was_looked_at_becomes_a_version(versions: Versions) -> None:
    seen = versions.stage({"a.yaml": RULES})
    versions.stage({"a.yaml": b"rules: [] # by another hand\n"})
    with pytest.raises(VersionError, match="staged meanwhile"):
        versions.keep(seen, Saying("anna"), 0.0)
    assert versions.all() == ()


def test_nothing_staged_makes_no_version(versions: Versions) -> None:
    with pytest.raises(VersionError, match="staged meanwhile"):
        versions.keep("ab" * 32, Saying("anna"), 0.0)


def test_old_versions_go_but_never_the_one_that_runs(versions: Versions) -> None:
    first = live(versions)
    for _ in range(KEPT + 3):
        keep(versions, {"a.yaml": RULES})
    versions.run(first)
    found = versions.all()
    assert len(found) == KEPT
    assert found[0] == first
    assert versions.running() == first


def test_the_site_file_and_what_is_no_yaml_stay_out(tmp_path: Path) -> None:
    for name in ("site.yaml", "a.yaml", "a.test.yaml", ".b.yaml", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert sorted(folder_files(tmp_path)) == ["a.test.yaml", "a.yaml"]


def test_a_folder_that_calls_itself_a_rule_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    with pytest.raises(OSError, match="no ordinary file"):
        folder_files(tmp_path)
