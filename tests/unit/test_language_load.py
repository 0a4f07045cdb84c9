"""Loading never raises, keeps what is sound, and does not depend on the order of the files."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from engine.language.expression import Expression, Name, NameKind, Number, Timed, walk
from engine.language.load import MAX_PROBLEMS, Loaded, load
from engine.language.problem import by_place
from tests.unit.language_samples import CASES, PLANT, rules

EVERYTHING: str = YAML(typ="safe").load((CASES / "accepted.yaml").read_text("utf-8"))[0]["files"][
    "rules.yaml"
]
FRAGMENTS = (
    "rules:\n", "  - id: a\n", "    when: ", "    then: ", "{", "}", "[", "]", ", ", ": ", "- ",
    "\n", "p3.running", "pv.power", "3 kW", "0 W", "any", "not", "conditions:\n", "let:\n", "  x: ",
    "facts:\n", "outputs:\n", "|", ">", "'", '"', "\\", "&a ", "*a", "!t ", "---\n", "%", "#", "\t",
    "22:00", ".nan", "1e3", "\u0430", "°C", "\x00", "for 3 s", "min(", ")", "assert", "force", "é",
)  # fmt: skip


def _expressions(loaded: Loaded) -> list[Expression]:
    book = loaded.rulebook
    found = [each.expression for each in (*book.signals, *book.conditions)]
    found += [each.when for each in (*book.rules, *book.trips)]
    found += [proposal.value for rule in book.rules for proposal in rule.proposals]
    found += [each.condition for each in book.interlocks]
    found += [limit.value for each in book.interlocks for limit in each.limits]
    return found + [each.needs for each in book.permissives]


def _is_sound(loaded: Loaded) -> None:
    """Whatever was kept can be computed, and every problem has a place in a file."""
    for node in (node for expression in _expressions(loaded) for node in walk(expression)):
        assert node.type is not None
        assert not isinstance(node, Name) or node.kind is not NameKind.UNRESOLVED
        assert not isinstance(node, Timed) or node.key
        assert not isinstance(node, Number) or math.isfinite(node.value)
    for problem in loaded.problems:
        lines = loaded.sources.get(problem.position.file, "").count("\n") + 1
        assert 1 <= problem.position.line <= lines
        assert 1 <= problem.position.column < problem.position.end_column
        assert problem.message
    assert list(loaded.problems) == sorted(loaded.problems, key=by_place)


@given(st.dictionaries(st.sampled_from(["plant.yaml", "a.yaml"]), st.binary(max_size=300)))
def test_no_bytes_raise(files: dict[str, bytes]) -> None:
    _is_sound(load(files))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25), st.booleans())
def test_nothing_like_yaml_raises(fragments: list[str], as_plant: bool) -> None:
    text = "".join(fragments).encode()
    _is_sound(load({"plant.yaml": text} if as_plant else {"plant.yaml": PLANT, "a.yaml": text}))


@pytest.mark.no_cover
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_edit_of_a_good_file_raises(data: st.DataObject) -> None:
    file, text = data.draw(
        st.sampled_from([("a.yaml", EVERYTHING), ("plant.yaml", PLANT.decode())])
    )
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 30, len(text))))
    piece = data.draw(st.sampled_from([*FRAGMENTS, "", text[start // 2 : start // 2 + 20]]))
    files = {"plant.yaml": PLANT, "a.yaml": EVERYTHING.encode()}
    files[file] = (text[:start] + piece + text[end:]).encode()
    _is_sound(load(files))


def test_a_good_file_has_no_problems() -> None:
    loaded = rules(EVERYTHING)
    assert loaded.ok
    assert not loaded.problems
    _is_sound(loaded)
    assert [rule.id for rule in loaded.rulebook.rules] == ["mine", "winter", "pump"]
    assert [trip.id for trip in loaded.rulebook.trips] == ["hot", "hotter"]


def test_the_order_of_the_files_does_not_matter() -> None:
    half = EVERYTHING.split("rules:")
    files = {
        "plant.yaml": PLANT,
        "b.yaml": half[0].encode(),
        "a.yaml": b"rules:" + half[1].encode(),
    }
    turned = dict(reversed(files.items()))
    assert load(files) == load(turned)
    assert load(files).ok


def test_a_rule_with_an_error_is_left_out_and_the_others_stay() -> None:
    bad = EVERYTHING.replace("battery.soc is known", "battery.sock is known")
    loaded = rules(bad)
    assert not loaded.ok
    assert [problem.code for problem in loaded.problems] == ["unknown-fact"]
    assert [rule.id for rule in loaded.rulebook.rules] == ["winter", "pump"]


def test_a_signal_with_an_error_is_reported_once_although_others_read_it() -> None:
    bad = EVERYTHING.replace("pv.power - house.load", "pv.power - house.laod")
    loaded = rules(bad)
    assert [problem.code for problem in loaded.problems] == ["unknown-fact"]


def test_a_warning_leaves_the_rules_running() -> None:
    loaded = rules("rules:\n  - id: a\n    when: p3.running\n    then: {pump.run_target: on}\n")
    assert loaded.ok
    assert len(loaded.problems) == 1


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    loaded = load({"plant.yaml": PLANT, "a.yaml": b"[" * (256 * 1024 + 1)})
    assert [problem.code for problem in loaded.problems] == ["limit-exceeded"]


def test_no_file_at_all_is_a_problem() -> None:
    assert [problem.code for problem in load({}).problems] == ["missing-key"]


def test_there_are_never_more_problems_than_can_be_read() -> None:
    text = "let:\n" + "".join(f"  s{n}: nothing{n}\n" for n in range(700))
    problems = rules(text).problems
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].code == "limit-exceeded"


def test_plants_in_folders_are_found_by_their_name() -> None:
    loaded = load({"rules/asp1/plant.yaml": PLANT, "rules/asp1/site.yaml": b"&*"})
    assert loaded.ok
    assert list(loaded.sources) == ["rules/asp1/plant.yaml"]
