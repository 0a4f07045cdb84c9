"""The branches of many conditions as one compiled function, run when what it reads has changed.

The source of it is the engine's own, so that a part is evaluated as the whole was.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from engine.inference.chain import reader
from engine.inference.slots import Slots
from engine.inference.source import NAMESPACE, Writer
from engine.language.expression import Call, Expression
from engine.values.fact import Value
from engine.workshop.coverage_plan import Tree, Watch

PROBE_SIZE = 24
"""Watches in one function: few enough to run when one fact moves, enough to be worth the call."""

Inputs = tuple[Value | None, ...]
Seen = tuple[bool | int | None, ...]
"""For each watch a truth, or the number of the chosen arm; -1 for none."""


@dataclass(frozen=True, slots=True)
class Probe:
    """`pick` takes from the slots what `run` reads; `marks` turns what it saw into numbers."""

    pick: Callable[[Sequence[Value | None]], Inputs]
    run: Callable[[Inputs], Seen]
    watches: tuple[Watch, ...]

    def marks(self, seen: Seen) -> Iterable[int]:
        """Return the numbers of the marks that were seen."""
        for watch, each in zip(self.watches, seen, strict=True):
            if each is None:
                yield watch.first + 2
            elif isinstance(each, bool):
                yield watch.first if each else watch.first + 1
            elif each >= 0:
                yield watch.first + each


def probes_of(trees: Iterable[Tree], slots: Slots) -> tuple[Probe, ...]:
    """Return probes for all trees, those that read the same together."""
    ordered = sorted(trees, key=lambda tree: sorted(_recorded(tree, slots, deciding=False).reads))
    packed: list[list[Watch]] = []
    for tree in ordered:
        if not packed or len(packed[-1]) + len(tree) > PROBE_SIZE:
            packed.append([])
        packed[-1].extend(tree)
    return tuple(probe_of(tuple(watches), slots) for watches in packed)


def probe_of(watches: Tree, slots: Slots, *, deciding: bool = False) -> Probe:
    """Return one probe; `deciding` makes names of outputs mean the values being decided."""
    recorder = _recorded(watches, slots, deciding=deciding)
    reads = tuple(recorder.reads)
    given = "".join(f"a{slot}, " for slot in reads)
    lines = [f"{given}= v"] if reads else []
    lines += recorder.lines
    results = "".join(f"{name}, " for name in recorder.results)
    body = "\n".join(f"    {line}" for line in (*lines, f"return ({results})"))
    namespace: dict[str, object] = dict(NAMESPACE)
    exec(compile(f"def probe(v):\n{body}\n", "<probe>", "exec"), namespace)  # noqa: S102 - ours
    run = namespace["probe"]
    assert callable(run)  # noqa: S101 - the line above defines it
    return Probe(reader(reads), run, watches)


def _recorded(watches: Tree, slots: Slots, *, deciding: bool) -> "_Recorder":
    recorder = _Recorder(slots, deciding)
    for watch in watches:
        if isinstance(watch.node, Call):
            recorder.results.append(recorder.arm(watch.node, watch.while_slot))
        else:
            recorder.results.append(recorder.truth(watch.node))
    return recorder


@dataclass(slots=True)
class _Recorder(Writer):
    """Writes each truth once and remembers the variable that holds it."""

    known: dict[int, str] = field(default_factory=dict)
    results: list[str] = field(default_factory=list)

    def truth(self, expression: Expression) -> str:
        """Return the variable of a truth; equal nodes in two places are two."""
        name = self.known.get(id(expression))
        if name is None:
            # Not super(): a dataclass with slots is made anew, and super() would miss it.
            name = self.known[id(expression)] = self.keep(Writer.truth(self, expression))
        return name

    def arm(self, call: Call, while_slot: int | None) -> str:
        """Return the variable that holds the number of the argument that the call yields."""
        values = [self.keep(self.value(each).guarded()) for each in call.arguments]
        unknown = [f"{name} is None" for name in values]
        if while_slot is not None:
            unknown.append(f"{self.read(while_slot)} is not True")
        return self.keep(f"-1 if {' or '.join(unknown)} else {_choice(call.function, values)}")


def _choice(function: str, values: list[str]) -> str:
    """Return source for the place of the chosen value; of equal ones it is the first."""
    if function == "clamp":
        value, low, high = values
        return f"2 if max({value}, {low}) > {high} else 1 if {value} < {low} else 0"
    row = f"({', '.join(values)}, )"
    return f"{row}.index({function}{row})"
