"""An output that undoes what it is decided from: on, it takes away the reason to be on."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.language.expression import Boolean, Comparison, Expression, Name, NameKind, State, walk
from engine.language.leaves import Leaf, Leaves
from engine.language.linear import Sum, Sums
from engine.language.plant import Effect, Output
from engine.language.position import Position
from engine.language.problem import Problem, Related, Severity
from engine.language.rulebook import Rulebook
from engine.language.swing import Swings, span_of
from engine.language.text import number_to_text
from engine.language.types import EnumType
from engine.values.units import NUMBER, Unit

CODE = "feedback-loop"
SUMMARY = "An output moves a fact that it is decided from, so that it undoes its own reason."

_RISING = (">", ">=")
_FALLING = ("<", "<=")
_ROUNDING = 1e-9


def check(rulebook: Rulebook) -> Iterator[Problem]:
    """Yield every loop through the facts that an output says it acts on, each place once."""
    yield from (problem for problem, _ in _found(rulebook))


def loops(rulebook: Rulebook) -> tuple[tuple[str, ...], ...]:
    """Return the loops that `check` reports, each as its names from the output back to it."""
    return tuple(steps for _, steps in _found(rulebook))


_Found = tuple[Problem, tuple[str, ...]]


def _found(rulebook: Rulebook) -> Iterator[_Found]:
    sums = Sums({each.name: each.expression for each in rulebook.signals})
    leaves = Leaves(rulebook)
    for output in rulebook.plant.outputs:
        if output.acts_on:
            yield from _Loops(rulebook, output, sums, leaves).found()


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who gives the output a value: a rule or an interlock, and how far up from off that is.

    `share` is the part of the whole swing, negative for one that takes the output to rest. `ways`
    are the swings that there may be: where states differ, one from each state it may come from.
    """

    id: str
    condition: Expression
    share: float
    position: Position
    ways: tuple[Swings, ...]


class _Loops:
    def __init__(self, rulebook: Rulebook, output: Output, sums: Sums, leaves: Leaves) -> None:
        self.rulebook, self.output, self.sums, self.leaves = rulebook, output, sums, leaves
        self.swings = Swings(output, sums)
        self.whole = (self.swings,)
        differ = any(each.states for each in output.acts_on)
        self.states = output.type.values if differ and isinstance(output.type, EnumType) else ()
        self.units = {each.name: each.unit or NUMBER for each in rulebook.plant.points}
        self.signals = {each.name: each.expression for each in rulebook.signals}

    def found(self) -> Iterator[_Found]:
        told: set[Position] = set()
        for asking in self._asking():
            for leaf in self.leaves.of(asking.condition):
                found = self._switching(asking, leaf)
                if found is not None and found[0].position not in told:
                    told.add(found[0].position)
                    yield found
        for owner, value in self._values():
            found = self._chasing(owner, value)
            if found is not None:
                yield found

    def _asking(self) -> Iterator[_Asking]:
        name = self.output.name
        for rule in self.rulebook.rules:
            for proposal in rule.proposals:
                if proposal.output == name:
                    share, ways = self._swinging(proposal.value)
                    yield _Asking(rule.id, rule.when, share, rule.position, ways)
        for lock in self.rulebook.interlocks:
            for forced, value in lock.force:
                if forced == name:
                    share, ways = 1.0 if self.output.is_on(value) else -1.0, self.whole
                    if self.states:
                        # Out of whichever state it forbids.
                        share, ways = 1.0, self._ways(str(value), self.states)
                    yield _Asking(lock.id, lock.condition, share, lock.position, ways)

    def _swinging(self, value: Expression) -> tuple[float, tuple[Swings, ...]]:
        """Return the share of the swings that a proposal makes: to a state from rest, or back."""
        if not (self.states and isinstance(value, State)):
            return self._share(value), self.whole
        rest = str(self.output.default)
        return 1.0, self._ways(value.value, self.states if value.value == rest else (rest,))

    def _ways(self, state: str, others: tuple[str, ...]) -> tuple[Swings, ...]:
        """Return how the facts move on the way to a state from each of the others."""
        stand = {
            each: {
                e.point: e.in_state(each, on=self.output.is_on(each)) for e in self.output.acts_on
            }
            for each in (state, *others)
        }
        return tuple(
            Swings(
                self.output,
                self.sums,
                {point: to - stand[other][point] for point, to in stand[state].items()},
            )
            for other in others
            if other != state
        )

    def _share(self, value: Expression) -> float:
        """Return how much of the whole swing a proposal makes; the most where it is computed."""
        match value:
            case State(value=state):
                return 1.0 if self.output.is_on(state) else -1.0
            case Boolean(value=on):
                return 1.0 if on else -1.0
        whole = self.sums.of(value)
        if whole.terms:
            return 1.0
        if not whole.constant:
            return -1.0
        low = (self.output.low or 0.0) * (self.output.unit or NUMBER).factor
        return min(1.0, (whole.constant - low) / span_of(self.output))

    def _values(self) -> Iterator[tuple[str, Expression]]:
        name = self.output.name
        for rule in self.rulebook.rules:
            yield from ((rule.id, p.value) for p in rule.proposals if p.output == name)
        for lock in self.rulebook.interlocks:
            yield from ((lock.id, each.value) for each in lock.limits if each.output == name)

    def _switching(self, asking: _Asking, leaf: Leaf) -> _Found | None:
        """Return the loop through one comparison, if acting on it turns it against the rule."""
        against = self._against(asking, leaf)
        effect = self._effect(leaf.comparison)
        if effect is None or against <= 0:
            return None
        gap = self._gap(leaf)
        if gap is None or gap >= against * (1 - _ROUNDING):
            return None
        unit = self.units[effect.point]
        steps = self._steps(effect, leaf.comparison, (*leaf.way, asking.id))
        moved = f"it moves this comparison by {_figure(against, unit)}"
        if leaf.ended_by is not None:
            moved += f", and `until` is only {_figure(max(gap, 0.0), unit)} away"
        problem = Problem(
            CODE,
            Severity.WARNING,
            f"`{self.output.name}` undoes its own reason: {_drawn(steps)}; {moved}",
            leaf.comparison.position,
            self._advice(leaf.comparison, f"set `until` more than {_figure(against, unit)} away"),
            self._related(effect),
        )
        return problem, steps

    def _against(self, asking: _Asking, leaf: Leaf) -> float:
        """Return by how much the output, decided so, turns the comparison against the rule."""
        return max((self._against_way(asking, leaf, each) for each in asking.ways), default=0.0)

    def _against_way(self, asking: _Asking, leaf: Leaf, swings: Swings) -> float:
        operator = leaf.comparison.operator
        left, right = swings.of(leaf.comparison.left), swings.of(leaf.comparison.right)
        if left is None or right is None or operator not in (*_RISING, *_FALLING):
            return 0.0
        rise = left.plus(right, -1.0)
        towards = 1.0 if (operator in _RISING) is leaf.wanted else -1.0
        pushes = (rise.low * asking.share * towards, rise.high * asking.share * towards)
        return -min(pushes)

    def _gap(self, leaf: Leaf) -> float | None:
        """Return how far the comparison that ends the hysteresis lies from the one that begins it.

        0 without a hysteresis; None if another quantity ends it, which is not judged.
        """
        if leaf.ended_by is None:
            return 0.0
        begins = self._distance(leaf.comparison)
        ends = (self._distance(end.comparison) for end in leaf.ended_by)
        sums = (begins.plus(end, sign) for end in ends for sign in (1.0, -1.0))
        return min((abs(each.constant) for each in sums if not each.terms), default=None)

    def _distance(self, comparison: Comparison) -> Sum:
        """Return what the two sides of a comparison differ by, positive where it is TRUE."""
        sign = 1.0 if comparison.operator in _RISING else -1.0
        left, right = self.sums.of(comparison.left), self.sums.of(comparison.right)
        return Sum({}).plus(left, sign).plus(right, -sign)

    def _chasing(self, owner: str, value: Expression) -> _Found | None:
        """Return the loop through a value that is worked out from what the output moves."""
        effect = self._effect(value)
        swing, span = self.swings.of(value), span_of(self.output)
        if effect is None or swing is None or swing.low > -span * (1 - _ROUNDING):
            return None
        own = self.output.unit or NUMBER
        steps = self._steps(effect, value, (owner,))
        problem = Problem(
            CODE,
            Severity.WARNING,
            f"`{self.output.name}` chases its own tail: {_drawn(steps)}; for every"
            f" {own.symbol or 1} more"
            f" of it `{owner}` asks for {-swing.low / span:.3g} {own.symbol} less".rstrip(),
            value.position,
            self._advice(value, "work the value out from facts that it does not move"),
            self._related(effect),
        )
        return problem, steps

    def _effect(self, expression: Expression) -> Effect | None:
        """Return the first fact that the output acts on and the expression reads; None: none."""
        read = {name for name, _ in self._points(expression, ())}
        return next((each for each in self.output.acts_on if each.point in read), None)

    def _steps(self, effect: Effect, inner: Expression, way: tuple[str, ...]) -> tuple[str, ...]:
        """Return the loop, from the output back to the output."""
        points = self._points(inner, ())
        signals = next(through for name, through in points if name == effect.point)
        between = dict.fromkeys((effect.point, *reversed(signals), *way))
        return (self.output.name, *between, self.output.name)

    def _points(
        self, expression: Expression, through: tuple[str, ...]
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the points that an expression reads, with the signals they are read through."""
        for node in walk(expression):
            if not isinstance(node, Name):
                continue
            if node.kind is NameKind.POINT:
                yield node.name, through
            elif node.kind is NameKind.SIGNAL and node.name not in through:
                meaning = self.signals.get(node.name)
                if meaning is not None:
                    yield from self._points(meaning, (*through, node.name))

    def _advice(self, expression: Expression, else_: str) -> str:
        """Return how to count the own load back in, if a fact that is not read yet tells it."""
        read = {name for name, _ in self._points(expression, ())}
        own = next((each.point for each in self.output.acts_on if each.point not in read), None)
        return else_ if own is None else f"count its own load back in with `{own}`, or {else_}"

    def _related(self, effect: Effect) -> tuple[Related, ...]:
        unit = self.units[effect.point]
        amount = _figure(effect.amount, unit)
        if effect.states:
            amount = ", ".join(
                f"{_figure(most, unit)} in `{state}`" for state, most in effect.states
            )
        return (Related(effect.position, f"`{self.output.name}` moves it by {amount}"),)


def _drawn(steps: tuple[str, ...]) -> str:
    return " → ".join(steps)


def _figure(amount: float, unit: Unit) -> str:
    symbol = "K" if unit.absolute else unit.symbol
    return f"{number_to_text(float(f'{amount / unit.factor:.4g}'))} {symbol}".strip()
