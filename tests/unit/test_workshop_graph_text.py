"""A graph as text: both sides of every node."""

from engine.workshop.graph import around, graph_of
from engine.workshop.graph_text import to_text
from tests.unit.looping import rulebook
from tests.unit.test_workshop_graph import RULES


def test_each_thing_tells_what_it_hangs_on_and_what_hangs_on_it() -> None:
    paragraphs = to_text(around(graph_of(rulebook(RULES)), "heat"))
    assert "rule heat\n  reads sun.out ↺, buffer.top\n  sets heater.power_target ↺\n" in paragraphs
    assert paragraphs.startswith("fact pv.power\n  is read by surplus\nfact house.load\n")
    assert paragraphs.endswith(
        "\noutput heater.power_target\n  set by heat ↺\n  acts on house.load ↺"
    )
