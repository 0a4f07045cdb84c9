"""What an edit changed in the text, by meaning."""

from engine.language.checked import check_files
from engine.language.rulebook import Rulebook
from engine.workshop.diff_rules import Edit, EntryEdit, Part, edits
from tests.unit.engine_rig import PLANT, rulebook

RULES = """
let:
  s: x + y
conditions:
  high: {when: s > 2 kW, until: s < 1 kW, for: 3 min}
rules:
  - {id: one, when: [high, a], then: {m: 1 kW}, because: It is high., salience: 3}
  - {id: two, when: not a, then: {p: on}, because: It is off.}
trips:
  - {id: halt, when: b, latch: true, force: {m: 0 W}, because: Stop.}
interlocks:
  - {id: least, while: a, limit: {n: {at_most: 2 kW}}, because: Not more.}
  - {id: apart, never: [m > 5 W, n > 1 kW], else: {n: 0 kW}, because: Never both.}
permissives:
  - {id: ready, output: p, needs: b, because: First b.}
"""


def changed(old: str, new: str) -> tuple[EntryEdit, ...]:
    assert old in RULES
    return edits(rulebook(RULES), rulebook(RULES.replace(old, new)))


def said(found: tuple[EntryEdit, ...]) -> list[tuple[str, str, str]]:
    return [(each.edit.value, each.kind, each.id) for each in found]


def test_what_means_the_same_is_no_edit() -> None:
    assert changed("s > 2 kW", "2000 W < s") == ()
    assert changed("[high, a]", "[a, high]") == ()
    assert changed("x + y", "y + x") == ()


def test_a_changed_entry_shows_both_texts_of_what_changed() -> None:
    (edit,) = changed("until: s < 1 kW", "until: s < 1.5 kW")
    assert (edit.edit, edit.kind, edit.id) == (Edit.CHANGED, "condition", "high")
    before, after = "s > 2 kW until s < 1 kW for 3 min", "s > 2 kW until s < 1.5 kW for 3 min"
    assert edit.parts == (Part("when", before, after),)
    assert (edit.old_position, edit.new_position) != (None, None)
    (edit,) = changed("{m: 1 kW}", "{n: 1 kW}")
    assert edit.parts == (Part("m", "1 kW", ""), Part("n", "", "1 kW"))
    (edit,) = changed("salience: 3", "salience: 4")
    assert edit.parts == (Part("salience", "3", "4"),)


def test_what_protects_is_compared_too() -> None:
    assert said(changed("latch: true", "latch: false")) == [("changed", "trip", "halt")]
    assert said(changed("at_most: 2 kW", "at_most: 2.5 kW")) == [("changed", "interlock", "least")]
    assert said(changed("else: {n: 0 kW}", "else: {m: 0 W}")) == [("changed", "interlock", "apart")]
    assert said(changed("needs: b", "needs: a")) == [("changed", "permissive", "ready")]
    assert said(changed("because: Stop.", "because: Halt.")) == [("changed", "trip", "halt")]


def test_an_entry_of_another_name_and_the_same_meaning_was_renamed() -> None:
    (edit,) = changed("id: two", "id: second")
    assert (edit.edit, edit.id, edit.new_id) == (Edit.RENAMED, "two", "second")


def test_entries_come_and_go_with_what_they_say() -> None:
    rule = "  - {id: two, when: not a, then: {p: on}, because: It is off.}\n"
    (gone,) = changed(rule, "")
    assert (gone.edit, gone.id, gone.new_position) == (Edit.REMOVED, "two", None)
    assert Part("p", "on", "") in gone.parts
    (come,) = edits(rulebook(RULES.replace(rule, "")), rulebook(RULES))
    assert (come.edit, come.id, come.old_position) == (Edit.ADDED, "two", None)
    assert Part("when", "", "not a") in come.parts


def plant(text: str) -> Rulebook:
    rules = b"rules:\n  - {id: r, when: x > 1 W, then: {p: on}, because: x}\n"
    checked = check_files({"plant.yaml": text.encode(), "rules.yaml": rules})
    assert checked.ok, checked.problems
    return checked.rulebook


def test_the_plant_is_compared_with_its_units_and_without_its_places() -> None:
    more = "default: 0 W, failsafe: 0 W, min_on: 20 min, max_starts: 3 per 1 h, ramp: 5 W/s}"
    new = "\n\n" + PLANT.replace("default: 0 W, failsafe: 0 W}", more).replace("9 kW]", "8 kW]")
    found = {each.id: each.parts for each in edits(plant(PLANT), plant(new))}
    assert found["x"] == (Part("range to", "9000 W", "8000 W"),)
    assert set(found) == {"x", "m"}
    assert Part("min_on", "", "20 min") in found["m"]
    assert Part("max_starts", "", "3 per 1 h") in found["m"]
    assert Part("ramp", "", "5 W a second") in found["m"]


def test_what_an_output_acts_on_is_compared_fact_by_fact_in_any_order() -> None:
    def acting(effects: str) -> Rulebook:
        states = f"values: [a, b, c], default: a, failsafe: a, acts_on: {effects}"
        last = "default: 0 W, failsafe: 0 W}"
        return plant(PLANT.replace(last, f"{last}\n  s: {{{states}}}"))

    by_state = acting("{x: {b: 1 W, c: 2 kW}}")
    assert edits(by_state, acting("{x: {c: 2000 W, b: 1 W}}")) == ()
    (edit,) = edits(by_state, acting("{x: 1 W}"))
    assert (edit.id, edit.parts) == ("s", (Part("acts_on x", "b 1 W, c 2000 W", "1 W"),))
