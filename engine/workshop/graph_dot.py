"""A graph in DOT, the language of Graphviz, which lays it out and draws it."""

from collections.abc import Iterator

from engine.workshop.graph import Edge, EdgeKind, Graph, NodeKind

_LOOKS = {
    NodeKind.FACT: 'shape=box fillcolor="#e8eef4" color="#6b8299"',
    NodeKind.SIGNAL: 'shape=box style="filled,rounded" fillcolor="#e3f1ea" color="#4f8a6b"',
    NodeKind.CONDITION: 'shape=hexagon fillcolor="#fdf3d8" color="#a8862c" margin="0.02,0.02"',
    NodeKind.DERIVED: 'shape=ellipse fillcolor="#f3ecdc" color="#a8862c" margin="0.02,0.02"',
    NodeKind.RULE: 'shape=box style="filled,rounded" fillcolor="#ffffff" color="#333333"',
    NodeKind.OUTPUT: 'shape=box fillcolor="#2f4b66" fontcolor="#ffffff" color="#2f4b66"',
    NodeKind.PERMISSIVE: 'shape=octagon fillcolor="#f6e3ee" color="#8f4d75" margin="0.02,0.02"',
    NodeKind.INTERLOCK: 'shape=octagon fillcolor="#fbe0d3" color="#b0562b" margin="0.02,0.02"',
    NodeKind.TRIP: 'shape=octagon fillcolor="#f8cfcf" color="#b02b2b" margin="0.02,0.02"',
}
_LINES = {
    EdgeKind.READ: 'color="#8c8c8c"',
    EdgeKind.ASSERTS: 'color="#a8862c"',
    EdgeKind.SETS: 'color="#2f4b66" penwidth=1.6',
    EdgeKind.RESTRICTS: 'color="#b0562b" arrowhead=tee',
    EdgeKind.ACTS_ON: 'color="#6b8299" style=dashed constraint=false',
}
_PAPER = (
    'rankdir=LR ranksep=0.9 nodesep=0.12 bgcolor="#ffffff" fontname="Helvetica" labelloc=t'
    " fontsize=20 newrank=true"
)
_LOOP = 'color="#d00000" penwidth=3'


def to_dot(graph: Graph, title: str) -> str:
    """Return the graph as DOT; what a node means stands in its tooltip.

    Facts stand on the left. Back to what was decided in the last scan, and through the plant to a
    fact, lines go from right to left.
    """
    lines = [
        f"digraph {_quoted(title)} {{",
        f"  graph [{_PAPER} label={_quoted(title)}]",
        '  node [fontname="Helvetica" fontsize=11 height=0.3 margin="0.09,0.04" style=filled]',
        "  edge [arrowsize=0.6]",
        *_nodes(graph),
        *_edges(graph),
        *_legend(graph),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _nodes(graph: Graph) -> Iterator[str]:
    for node in graph.nodes:
        tooltip = f"{node.kind.value} {node.name}" + (f": {node.text}" if node.text else "")
        label = f"label={_quoted(node.name)} tooltip={_quoted(tooltip)}"
        yield f"  {_quoted(node.id)} [{label} {_LOOKS[node.kind]}]"
    facts = " ".join(_quoted(node.id) for node in graph.nodes if node.kind is NodeKind.FACT)
    if facts:
        yield f"  {{rank=min {facts}}}"


def _edges(graph: Graph) -> Iterator[str]:
    outputs = {node.id for node in graph.nodes if node.kind is NodeKind.OUTPUT}
    for edge in graph.edges:
        look = _LINES[edge.kind]
        if edge.kind is EdgeKind.READ and edge.start in outputs:
            look += " style=dotted constraint=false"
        if edge.loop:
            look += f" {_LOOP}"
        tooltip = _quoted(_told(edge))
        yield f"  {_quoted(edge.start)} -> {_quoted(edge.end)} [{look} edgetooltip={tooltip}]"


def _told(edge: Edge) -> str:
    start, end = (each.partition(":")[2] for each in (edge.start, edge.end))
    return f"{start} {edge.kind.value} {end}"


def _legend(graph: Graph) -> Iterator[str]:
    """Yield one node of each kind that is drawn, apart from the others."""
    kinds = dict.fromkeys(node.kind for node in graph.nodes)
    yield '  subgraph cluster_legend { label="" color="#cccccc"'
    for kind in kinds:
        example = _quoted(f"legend {kind.value}")
        yield f"    {example} [label={_quoted(kind.value)} {_LOOKS[kind]}]"
    yield "  }"


def _quoted(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
