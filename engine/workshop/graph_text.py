"""A graph as text: each thing with what it hangs on and what hangs on it."""

from collections import defaultdict
from collections.abc import Iterator

from engine.workshop.graph import EdgeKind, Graph

_INWARD = {
    EdgeKind.READ: "reads",
    EdgeKind.ASSERTS: "asserted by",
    EdgeKind.SETS: "set by",
    EdgeKind.RESTRICTS: "restricted by",
    EdgeKind.ACTS_ON: "moved by",
}


def to_text(graph: Graph) -> str:
    """Return one paragraph for each node; `↺` marks a line of a loop that `check` warns of."""
    return "\n".join(_lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    names = {node.id: node.name for node in graph.nodes}
    sides: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for edge in graph.edges:
        mark = " ↺" if edge.loop else ""
        sides[edge.end][_INWARD[edge.kind]].append(names[edge.start] + mark)
        sides[edge.start][edge.kind.value].append(names[edge.end] + mark)
    for node in graph.nodes:
        yield f"{node.kind.value} {node.name}"
        yield from (f"  {told} {', '.join(each)}" for told, each in sides[node.id].items())
