"""What topics do not read is left out of plant and tests, with the comments that headed it."""

from adapters.library.choice import choose, texts
from adapters.library.compose import _kept, compose
from engine.language.checked import check_files

TEXT = """\
# the head stays
facts:
  # both go
  a.one: {unit: W,
          max_age: 1 s}
  # goes too
  a.two: {unit: W}

  # stays for the second
  b.one: {unit: W}
  b.two: {unit: W}
state:
  conditions:
    "x(y)": on
end:
  - item
"""
KEPT = """\
# the head stays
facts:
  # stays for the second
  b.two: {unit: W}

end:
  - item
"""


def test_entries_go_with_their_lines_their_comments_and_empty_parents() -> None:
    gone = {"a.one", "a.two", "b.one", "x(y)"}
    assert _kept(TEXT, lambda keys: keys[-1] not in gone).replace("\n\n", "\n") == KEPT.replace(
        "\n\n", "\n"
    )


def test_nothing_goes_where_all_is_wanted() -> None:
    assert _kept(TEXT, lambda _: True) == TEXT


def test_a_plant_has_the_points_of_its_topics_and_no_others() -> None:
    files = compose(choose(["frost"]), "mine")
    checked = check_files({name: text.encode() for name, text in files.items() if _is_rules(name)})
    plant = checked.rulebook.plant
    assert not checked.problems
    assert plant.site.name == "mine"
    assert {each.name for each in plant.points} == {"outside.temperature", "buffer.top"}
    assert {each.name for each in plant.outputs} == {
        "heating_pump.run_target",
        "heatpump.sg_ready",
    }


def test_effects_on_facts_that_are_not_there_go_and_the_others_stay() -> None:
    plant = compose(choose(["surplus"]), "mine")["plant.yaml"]
    assert "acts_on: {miner1.power: 3.3 kW, house.load: 3.3 kW}" in plant
    assert "grid.power" not in plant
    warm = compose(choose(["cascade"]), "mine")["plant.yaml"]
    assert (
        "acts_on: {heatpump.power: {recommended: 2.5 kW, forced: 4 kW, locked: -2.5 kW},\n" in warm
    )
    assert " house.load: {recommended: 2.5 kW, forced: 4 kW, locked: -2.5 kW}}}\n" in warm
    assert "grid.power" not in warm
    assert "acts_on: {" not in compose(choose(["buffer"]), "mine")["plant.yaml"]


def test_topics_themselves_are_not_touched() -> None:
    for name, text in compose(choose(["legionella", "battery"]), "mine").items():
        if name in {"legionella.yaml", "battery.yaml", "miners.yaml"}:
            assert text == texts()[name]


def test_tests_say_nothing_of_facts_that_nobody_reads() -> None:
    with_load = compose(choose(["miners", "surplus"]), "mine")["miners.test.yaml"]
    assert "house.load: 7 kW" in with_load
    assert "house.load" not in compose(choose(["miners"]), "mine")["miners.test.yaml"]


def test_what_tests_start_from_remembers_only_what_the_topics_know() -> None:
    common = compose(choose(["seasons"]), "mine")["common.test.yaml"]
    assert "warm_days" in common
    assert "average(outside.temperature, 24 h)" in common
    assert "legionella" not in common
    assert "state:" not in compose(choose(["frost"]), "mine")["common.test.yaml"]


def _is_rules(name: str) -> bool:
    return not name.endswith(".test.yaml")
