from engine.language.check import unreadable_file
from engine.language.checked import check_files

PLANT = b"""
facts: {top: {unit: "\xc2\xb0C", range: [-20, 120], max_age: 10 s}}
outputs: {pump: {type: bool, default: off, failsafe: on}}
"""
RULES = """
ruleset: a
rules: [{id: a, when: top > 5 °C, then: {pump: on}, because: x}]
""".encode()


def test_sound_files_make_a_rulebook_that_may_run() -> None:
    checked = check_files({"plant.yaml": PLANT, "a.yaml": RULES})
    assert checked.ok
    assert checked.problems == ()
    assert [rule.id for rule in checked.rulebook.rules] == ["a"]


def test_warnings_may_run_and_errors_may_not() -> None:
    unset = check_files({"plant.yaml": PLANT, "a.yaml": b"ruleset: a\n"})
    assert unset.ok
    assert {each.code for each in unset.problems} == {"fact-never-read", "output-never-set"}
    assert not check_files({"plant.yaml": PLANT, "a.yaml": b"rulez: a\n"}).ok


def test_a_file_that_could_not_be_read_silences_what_it_might_explain() -> None:
    missing = unreadable_file.problem("b.yaml", "gone")
    checked = check_files({"plant.yaml": PLANT, "a.yaml": b"ruleset: a\n"}, [missing])
    assert checked.problems == (missing,)


def test_without_any_file_only_the_reason_is_told() -> None:
    missing = unreadable_file.problem("rules", "there is none")
    assert check_files({}, [missing]).problems == (missing,)
