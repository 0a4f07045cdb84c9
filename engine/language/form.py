"""Reading a mapping with known keys: what is unknown, missing or of another shape is a problem."""

from dataclasses import dataclass

from engine.language.check import missing_key, unknown_key, wrong_shape
from engine.language.document import Mapping, Node, Scalar, Sequence
from engine.language.position import Position
from engine.language.problem import Problem


@dataclass(frozen=True, slots=True)
class Form:
    """A mapping whose keys are all known; `what` is its name in sentences: ``the rule `x` ``."""

    what: str
    position: Position
    fields: dict[str, tuple[Scalar, Node]]
    problems: list[Problem]

    def key(self, key: str) -> Position:
        """Return where `key` stands, or the form itself."""
        return self.fields[key][0].position if key in self.fields else self.position

    def node(self, key: str, *, needed: bool = False, advice: str = "") -> Node | None:
        """Return the value of `key`; nothing, if it is absent or empty."""
        if key in self.fields:
            value = self.fields[key][1]
            if not (isinstance(value, Scalar) and value.is_empty):
                return value
        if needed:
            problem = missing_key.problem(key, self.what, self.key(key), advice)
            self.problems.append(problem)
        return None

    def scalar(self, key: str, *, needed: bool = False, advice: str = "") -> Scalar | None:
        """Return the value of `key` as a scalar."""
        node = self.node(key, needed=needed, advice=advice)
        return None if node is None else as_scalar(node, f"`{key}`", self.problems)

    def text(self, key: str) -> str:
        """Return the value of `key` as text on one line, or nothing."""
        scalar = self.scalar(key)
        return "" if scalar is None else " ".join(scalar.text.split())


def open_form(
    node: Node, what: str, allowed: tuple[str, ...], problems: list[Problem]
) -> Form | None:
    """Return `node` as a form with the keys `allowed`, or None if it is no mapping."""
    mapping = as_mapping(node, what, problems)
    if mapping is None:
        return None
    fields = {}
    for key, value in mapping.items:
        if key.text in allowed:
            fields[key.text] = (key, value)
        else:
            problems.append(unknown_key.problem(key.text, what, key.position, allowed))
    return Form(what, mapping.position, fields, problems)


def as_mapping(node: Node, what: str, problems: list[Problem]) -> Mapping | None:
    """Return `node` if it is a mapping, else None and a problem."""
    if isinstance(node, Mapping):
        return node
    advice = "write one `key: value` a line, indented"
    problems.append(wrong_shape.problem(what, "a mapping of `key: value`", node.position, advice))
    return None


def as_sequence(node: Node, what: str, problems: list[Problem]) -> Sequence | None:
    """Return `node` if it is a list, else None and a problem."""
    if isinstance(node, Sequence):
        return node
    advice = "write one `- entry` a line, or `[one, two]`"
    problems.append(wrong_shape.problem(what, "a list", node.position, advice))
    return None


def as_scalar(node: Node, what: str, problems: list[Problem]) -> Scalar | None:
    """Return `node` if it is a text, else None and a problem."""
    if isinstance(node, Scalar):
        return node
    found = "list" if isinstance(node, Sequence) else "mapping"
    advice = f"here stands a {found}; a text that starts with `[` or `{{` needs quotes"
    problems.append(wrong_shape.problem(what, "one value", node.position, advice))
    return None
