"""What reads what: nodes and edges of a small rulebook, and the part around one name."""

from engine.workshop.graph import EdgeKind, Graph, NodeKind, around, graph_of, names_in
from tests.unit.looping import rulebook

RULES = """
let: {surplus: pv.power - house.load}
conditions: {sunny: surplus > 3 kW}
rules:
  - {id: shine, when: sunny, then: {assert: sun.out}}
  - {id: heat, when: [sun.out, buffer.top < 60 °C], then: {heater.power_target: 3 kW}, because: Sun}
  - {id: pump, when: heater.power_target > 0 W, then: {pump.run_target: on}, because: Hot.}
trips:
  - {id: boiling, when: buffer.top > 95 °C, latch: true, force: {heater.power_target: 0 W}}
interlocks:
  - id: fuse
    while: grid.power > 9 kW
    limit: {heater.power_target: {at_most: 5 kW - house.load + heater.power}}
permissives:
  - {id: warm, output: pump.run_target, needs: buffer.top > 20 °C}
"""
GRAPH = graph_of(rulebook(RULES))


def edges(graph: Graph, *kinds: EdgeKind) -> set[tuple[str, str]]:
    names = {node.id: node.name for node in graph.nodes}
    return {(names[e.start], names[e.end]) for e in graph.edges if not kinds or e.kind in kinds}


def test_every_name_is_a_node_of_its_kind() -> None:
    kinds = {node.name: node.kind for node in GRAPH.nodes}
    assert kinds["surplus"] is NodeKind.SIGNAL
    assert kinds["sun.out"] is NodeKind.DERIVED
    assert kinds["boiling"] is NodeKind.TRIP
    assert len(kinds) == len(GRAPH.nodes) == len(names_in(GRAPH))
    assert {each.kind for each in GRAPH.nodes} == set(NodeKind)


def test_edges_tell_what_reads_asserts_sets_restricts_and_acts_on_what() -> None:
    assert edges(GRAPH, EdgeKind.ASSERTS) == {("shine", "sun.out")}
    assert edges(GRAPH, EdgeKind.SETS) == {
        ("heat", "heater.power_target"),
        ("pump", "pump.run_target"),
    }
    assert edges(GRAPH, EdgeKind.RESTRICTS) == {
        ("boiling", "heater.power_target"),
        ("fuse", "heater.power_target"),
        ("warm", "pump.run_target"),
    }
    assert ("heater.power_target", "house.load") in edges(GRAPH, EdgeKind.ACTS_ON)
    read = edges(GRAPH, EdgeKind.READ)
    assert {("house.load", "surplus"), ("surplus", "sunny"), ("house.load", "fuse")} <= read
    assert ("heater.power_target", "pump") in read


def test_a_loop_that_check_warns_of_is_marked_from_end_to_end() -> None:
    names = {node.id: node.name for node in GRAPH.nodes}
    assert {(names[e.start], names[e.end]) for e in GRAPH.edges if e.loop} == {
        ("heater.power_target", "house.load"),
        ("house.load", "surplus"),
        ("surplus", "sunny"),
        ("sunny", "shine"),
        ("shine", "sun.out"),
        ("sun.out", "heat"),
        ("heat", "heater.power_target"),
    }


def test_around_an_output_is_all_it_is_decided_from_and_who_reads_it() -> None:
    part = around(GRAPH, "heater.power_target")
    assert {"pv.power", "surplus", "shine", "boiling", "fuse", "pump"} <= set(names_in(part))
    assert "warm" not in names_in(part)
    assert "pump.run_target" not in names_in(part)


def test_around_a_rule_the_way_back_ends_at_an_output_that_is_only_read() -> None:
    part = around(GRAPH, "pump")
    assert set(names_in(part)) == {"heater.power_target", "pump", "pump.run_target"}
    assert edges(part) == {("heater.power_target", "pump"), ("pump", "pump.run_target")}


def test_around_nothing_is_nothing() -> None:
    assert around(GRAPH, "nobody") == Graph((), ())
