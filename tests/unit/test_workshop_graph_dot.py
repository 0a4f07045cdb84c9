"""DOT that Graphviz reads: every node and edge, quoted, with its look."""

import subprocess
from xml.etree import ElementTree as ET

from engine.workshop.graph import Edge, EdgeKind, Graph, Node, NodeKind, graph_of
from engine.workshop.graph_dot import to_dot
from tests.unit.looping import rulebook
from tests.unit.test_workshop_graph import RULES

SVG = "{http://www.w3.org/2000/svg}"


def drawn(dot: str) -> ET.Element:
    done = subprocess.run(["dot", "-Tsvg"], input=dot, capture_output=True, text=True, check=True)  # noqa: S607 - from the PATH, as the command finds it
    assert done.stderr == ""
    return ET.fromstring(done.stdout)  # noqa: S314 - what Graphviz just made


def test_graphviz_draws_every_node_every_edge_and_a_legend() -> None:
    graph = graph_of(rulebook(RULES))
    svg = drawn(to_dot(graph, "house"))
    groups = [each.get("class") for each in svg.iter(f"{SVG}g")]
    texts = {each.text for each in svg.iter(f"{SVG}text")}
    assert groups.count("edge") == len(graph.edges)
    assert groups.count("node") == len(graph.nodes) + len(NodeKind)
    assert {node.name for node in graph.nodes} | {kind.value for kind in NodeKind} <= texts
    assert sum(edge.loop for edge in graph.edges) == to_dot(graph, "house").count("#d00000") > 0


def test_what_stands_in_a_rule_cannot_break_out_of_its_quotes() -> None:
    text = 'Say "hi" \\ [label="x"]; }\nand more <b>&'
    node = Node("rule:a", NodeKind.RULE, "a", text)
    edge = Edge("rule:a", "rule:a", EdgeKind.READ)
    svg = drawn(to_dot(Graph((node,), (edge,)), text))
    titles = [each.get("{http://www.w3.org/1999/xlink}title") for each in svg.iter(f"{SVG}a")]
    assert f"rule a: {' '.join(text.split())}" in titles


def test_an_empty_graph_can_be_drawn() -> None:
    assert drawn(to_dot(Graph((), ()), "nothing")).tag == f"{SVG}svg"
