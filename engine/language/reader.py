"""What every part of the loader shares: the scope, the names, the plant, the problems."""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass

from engine.language.check import unknown_output
from engine.language.conditions import read_condition
from engine.language.document import Node, Scalar
from engine.language.expression import Expression, NameKind
from engine.language.keys import with_keys
from engine.language.placement import Place, is_placed
from engine.language.plant import Output
from engine.language.problem import Problem
from engine.language.registry import Registry
from engine.language.resolve import as_condition, resolve
from engine.language.scope import Scope

_MAX_GATHERED = 1_000
"""More than anybody reads; each further one costs a search for what may have been meant."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rules, trips and interlocks once all names are known."""

    scope: Scope
    registry: Registry
    outputs: Lookup[str, Output]
    problems: list[Problem]

    @property
    def is_full(self) -> bool:
        """Tell whether there are so many problems that reading on only costs time."""
        return len(self.problems) >= _MAX_GATHERED

    def condition(self, node: Node, owner: str, place: Place) -> Expression | None:
        """Return a condition, resolved and with the keys of `owner`, or None and problems."""
        tree = read_condition(node, self.problems)
        return None if tree is None else self.finish_condition(tree, owner, place)

    def finish_condition(self, tree: Expression, owner: str, place: Place) -> Expression | None:
        """Return the resolved condition of a tree."""
        found = as_condition(resolve(tree, self.scope, self.problems), self.problems)
        if found is None or not is_placed(found, place, self.problems):
            return None
        return with_keys(found, owner)

    def output(self, name: Scalar) -> Output | None:
        """Return the output of that name; None and a problem unless its own was reported."""
        if name.text in self.outputs:
            return self.outputs[name.text]
        entry = self.scope.entries.get(name.text)
        broken = entry is not None and entry.kind is NameKind.OUTPUT
        if not broken and self.scope.complete:
            facts = [n for n, e in self.scope.entries.items() if e.kind is NameKind.POINT]
            problem = unknown_output.problem(name.text, name.position, self.outputs, facts)
            self.problems.append(problem)
        return None
