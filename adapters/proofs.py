"""Proofs of many properties: whether the longest cycles stand still is found out beside the rest.

That one question takes as long as all others.
"""

from collections.abc import Sequence

from adapters.beside import Beside
from engine.workshop.prove_property import Kind, Property
from engine.workshop.prove_run import Proof, Prover, prove


def prove_all(ready: Prover, wanted: Sequence[Property]) -> list[Proof]:
    """Return the proofs of `wanted`, in that order."""
    steady = [each.kind is Kind.STEADY for each in wanted]
    longest = ready.longest_cycle
    beside = Beside(lambda: ready.stands_still(longest)) if any(steady) else None
    others = [prove(ready, e) for e, aside in zip(wanted, steady, strict=True) if not aside]
    if beside is not None:
        for count in range(2, longest):
            ready.stands_still(count)
        ready.still[longest] = beside.outcome()
    proved = iter(others)
    pairs = zip(wanted, steady, strict=True)
    return [prove(ready, each) if aside else next(proved) for each, aside in pairs]
