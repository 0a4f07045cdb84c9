from engine.language.check.unreadable_file import CODE, problem


def test_a_file_without_lines_is_a_place_too() -> None:
    found = problem("rules/a.yaml", "this is a folder", "rename it")
    assert (found.code, found.position.file, found.position.line) == (CODE, "rules/a.yaml", 0)
