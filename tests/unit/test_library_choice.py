"""Topics bring along what they build on, and a stand-in only where nobody chose the real thing."""

from collections.abc import Iterator, Mapping

import pytest

from adapters.library import choice
from adapters.library.choice import BrokenLibraryError, choose, known_topics, texts


def test_a_topic_that_builds_on_nothing_comes_alone() -> None:
    chosen = choose(["frost"])
    assert (chosen.topics, chosen.brought, chosen.stand_ins) == (("frost",), (), ())
    assert chosen.points == {
        "outside.temperature", "buffer.top", "heating_pump.run_target", "heatpump.sg_ready",
    }  # fmt: skip


def test_a_topic_brings_along_what_it_builds_on_and_what_that_builds_on() -> None:
    assert choose(["surplus"]).brought == ("buffer", "miners")


def test_a_stand_in_comes_only_where_nobody_chose_the_topic() -> None:
    assert choose(["surplus"]).stand_ins == ("battery",)
    assert choose(["surplus", "battery"]).stand_ins == ()
    assert choose(["buffer"]).stand_ins == ()


def test_the_order_and_the_repetition_of_wishes_mean_nothing() -> None:
    assert choose(["frost", "buffer", "frost"]) == choose(["buffer", "frost"])


def test_no_topic_names_a_file_that_is_not_there() -> None:
    for topic in known_topics():
        assert {f"{topic}.yaml", f"{topic}.test.yaml"} <= texts().keys()


LITTLE_PLANT = """\
facts: {pv.power: {unit: W}}
outputs: {heater.on: {type: bool, default: off, failsafe: off}}
"""
READS = """\
rules:
  - id: a
    when: [wanted, pv.power > 1 W]
    then: {heater.on: on}
    because: It is.
"""
MAKES = "rules: [{id: ID, when: pv.power > 2 W, then: {assert: wanted}}]\n"


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Stand in for the files of the library; the real ones come back afterwards."""
    files = {"plant.yaml": LITTLE_PLANT, "reads.yaml": READS, "makes.yaml": MAKES}

    def told() -> Mapping[str, str]:
        return files

    monkeypatch.setattr(choice, "texts", told)
    choice._footprints.cache_clear()
    yield files
    choice._footprints.cache_clear()


def test_who_alone_makes_what_is_read_comes_along(library: dict[str, str]) -> None:
    assert library
    assert choose(["reads"]).brought == ("makes",)


def test_what_two_make_nobody_brings_and_the_library_is_told_broken(
    library: dict[str, str],
) -> None:
    library["makes.yaml"] = MAKES.replace("ID", "b")
    library["also.yaml"] = MAKES.replace("ID", "c")
    with pytest.raises(BrokenLibraryError, match="`wanted`, read by reads"):
        choose(["reads"])
    assert choose(["reads", "also"]).topics == ("also", "reads")


def test_a_library_that_does_not_check_is_told_broken(library: dict[str, str]) -> None:
    library["makes.yaml"] = MAKES.replace("pv.power", "pv.pwer")
    with pytest.raises(BrokenLibraryError, match=r"pv\.pwer"):
        choose(["reads"])
