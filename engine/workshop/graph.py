"""What reads what in a rulebook: facts, signals, conditions, rules, outputs, as nodes and edges."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from engine.language.check.feedback_loop import loops
from engine.language.expression import Expression, Name, NameKind, walk
from engine.language.rulebook import Rulebook
from engine.language.text import to_text


class NodeKind(Enum):
    """What a node is."""

    FACT = "fact"
    SIGNAL = "signal"
    CONDITION = "condition"
    DERIVED = "derived fact"
    RULE = "rule"
    OUTPUT = "output"
    PERMISSIVE = "permissive"
    INTERLOCK = "interlock"
    TRIP = "trip"


class EdgeKind(Enum):
    """What the first end of an edge does to the second."""

    READ = "is read by"
    ASSERTS = "asserts"
    SETS = "sets"
    RESTRICTS = "restricts"
    ACTS_ON = "acts on"
    """Through the plant, as `acts_on` says."""


@dataclass(frozen=True, slots=True)
class Node:
    """One thing with a name; `text` is its expression, or why and what it is."""

    id: str
    kind: NodeKind
    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """From one node to another, by their ids; `loop`: part of a loop that `check` warns of."""

    start: str
    end: str
    kind: EdgeKind
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges, each once, in the order of the files."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


_KINDS = {
    NameKind.POINT: NodeKind.FACT,
    NameKind.OUTPUT: NodeKind.OUTPUT,
    NameKind.SIGNAL: NodeKind.SIGNAL,
    NameKind.CONDITION: NodeKind.CONDITION,
    NameKind.DERIVED: NodeKind.DERIVED,
}


def graph_of(rulebook: Rulebook) -> Graph:
    """Return the graph of a whole rulebook."""
    nodes = tuple(_nodes(rulebook))
    looping = {(start, end) for steps in loops(rulebook) for start, end in pairwise(steps)}
    names = {node.id: node.name for node in nodes}
    edges = tuple(
        Edge(edge.start, edge.end, edge.kind, (names[edge.start], names[edge.end]) in looping)
        for edge in dict.fromkeys(_edges(rulebook))
    )
    return Graph(nodes, edges)


def around(graph: Graph, name: str) -> Graph:
    """Return what one thing is decided from, however far back, and what it decides itself.

    What an output moves in the plant is not followed further. Empty for a name that nothing has.
    """
    own = {node.id for node in graph.nodes if node.name == name}
    before: defaultdict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        if edge.kind is not EdgeKind.ACTS_ON:
            before[edge.end].append(edge.start)
    kept, waiting = set(own), list(own)
    while waiting:
        for start in before[waiting.pop()]:
            if start not in kept:
                kept.add(start)
                # An output that is only read is where the way back ends; else all hangs together.
                if not start.startswith(f"{NodeKind.OUTPUT.value}:"):
                    waiting.append(start)
    kept |= {edge.end for edge in graph.edges if edge.start in own}
    return Graph(
        tuple(node for node in graph.nodes if node.id in kept),
        tuple(edge for edge in graph.edges if _is_kept(edge, kept, own)),
    )


def _is_kept(edge: Edge, kept: set[str], own: set[str]) -> bool:
    if edge.start not in kept or edge.end not in kept:
        return False
    return edge.kind is not EdgeKind.ACTS_ON or edge.start in own or edge.loop


def names_in(graph: Graph) -> tuple[str, ...]:
    """Return every name once."""
    return tuple(dict.fromkeys(node.name for node in graph.nodes))


def _id(kind: NodeKind, name: str) -> str:
    return f"{kind.value}:{name}"


def _node(kind: NodeKind, name: str, text: str = "") -> Node:
    return Node(_id(kind, name), kind, name, text)


def _nodes(rulebook: Rulebook) -> Iterator[Node]:
    yield from (_node(NodeKind.FACT, each.name, each.about) for each in rulebook.plant.points)
    for signal in rulebook.signals:
        yield _node(NodeKind.SIGNAL, signal.name, to_text(signal.expression))
    for condition in rulebook.conditions:
        yield _node(NodeKind.CONDITION, condition.name, to_text(condition.expression))
    derived = dict.fromkeys(fact for rule in rulebook.rules for fact in rule.asserts)
    yield from (_node(NodeKind.DERIVED, name) for name in derived)
    for rule in rulebook.rules:
        yield _node(NodeKind.RULE, rule.id, rule.because or to_text(rule.when))
    yield from (_node(NodeKind.OUTPUT, each.name, each.about) for each in rulebook.plant.outputs)
    for permissive in rulebook.permissives:
        yield _node(NodeKind.PERMISSIVE, permissive.id, permissive.because)
    yield from (_node(NodeKind.INTERLOCK, e.id, e.because) for e in rulebook.interlocks)
    yield from (_node(NodeKind.TRIP, each.id, each.because) for each in rulebook.trips)


def _edges(rulebook: Rulebook) -> Iterator[Edge]:
    for signal in rulebook.signals:
        yield from _reads(_id(NodeKind.SIGNAL, signal.name), [signal.expression])
    for condition in rulebook.conditions:
        yield from _reads(_id(NodeKind.CONDITION, condition.name), [condition.expression])
    for rule in rulebook.rules:
        own = _id(NodeKind.RULE, rule.id)
        yield from _reads(own, [rule.when, *(each.value for each in rule.proposals)])
        yield from (Edge(own, _id(NodeKind.DERIVED, e), EdgeKind.ASSERTS) for e in rule.asserts)
        for proposal in rule.proposals:
            yield Edge(own, _id(NodeKind.OUTPUT, proposal.output), EdgeKind.SETS)
    for permissive in rulebook.permissives:
        own = _id(NodeKind.PERMISSIVE, permissive.id)
        yield from _restricts(own, [permissive.needs], [permissive.output])
    for lock in rulebook.interlocks:
        outputs = [*(name for name, _ in lock.force), *(limit.output for limit in lock.limits)]
        read = [lock.condition, *(limit.value for limit in lock.limits)]
        yield from _restricts(_id(NodeKind.INTERLOCK, lock.id), read, outputs)
    for trip in rulebook.trips:
        own = _id(NodeKind.TRIP, trip.id)
        yield from _restricts(own, [trip.when], [name for name, _ in trip.force])
    for output in rulebook.plant.outputs:
        for effect in output.acts_on:
            start, end = _id(NodeKind.OUTPUT, output.name), _id(NodeKind.FACT, effect.point)
            yield Edge(start, end, EdgeKind.ACTS_ON)


def _reads(reader: str, expressions: Iterable[Expression]) -> Iterator[Edge]:
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, Name) and node.kind in _KINDS:
                yield Edge(_id(_KINDS[node.kind], node.name), reader, EdgeKind.READ)


def _restricts(own: str, read: list[Expression], outputs: list[str]) -> Iterator[Edge]:
    yield from _reads(own, read)
    yield from (Edge(own, _id(NodeKind.OUTPUT, name), EdgeKind.RESTRICTS) for name in outputs)
