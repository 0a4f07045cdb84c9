"""Proofs of many properties: those about cycles beside all others, for they take as long."""

from collections.abc import Sequence
from typing import NamedTuple

from adapters.beside import Beside
from engine.control.program import Program
from engine.control.state import Retained
from engine.workshop.prove_example import Example, Told
from engine.workshop.prove_property import Kind, Property, Verdict
from engine.workshop.prove_run import Proof, Prover, prove


def prove_all(ready: Prover, wanted: Sequence[Property]) -> list[Proof]:
    """Return the proofs of `wanted`, in that order."""
    apart = [each.kind is Kind.STEADY for each in wanted]
    cycles = [each for each, aside in zip(wanted, apart, strict=True) if aside]
    beside = Beside(lambda: [_sent(prove(ready, each)) for each in cycles]) if cycles else None
    ours = iter([prove(ready, e) for e, aside in zip(wanted, apart, strict=True) if not aside])
    sent = [] if beside is None else beside.outcome()
    theirs = (
        _received(each, found, ready.program) for each, found in zip(cycles, sent, strict=True)
    )
    return [next(theirs if aside else ours) for aside in apart]


class _Sent(NamedTuple):
    """A proof without what both sides know: the property, and the program of its example."""

    verdict: Verdict
    note: str
    scans: int
    example: tuple[Retained, tuple[Told, ...], int] | None


def _sent(proof: Proof) -> _Sent:
    found = proof.example
    example = None if found is None else (found.retained, found.told, found.start_ms)
    return _Sent(proof.verdict, proof.note, proof.scans, example)


def _received(wanted: Property, sent: _Sent, program: Program) -> Proof:
    example = None if sent.example is None else Example(program, *sent.example)
    return Proof(wanted, sent.verdict, example, sent.note, sent.scans)
