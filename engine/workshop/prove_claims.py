"""The claims that an operator writes under `never:` in files of scenarios."""

from collections.abc import Iterable, Iterator

import z3

from engine.inference.evaluate import evaluate
from engine.workshop.encode_scan import Book, Encoded
from engine.workshop.prove_property import Hope, Kind, Property, Seen
from engine.workshop.scenario import Never

HAIR = 1e-6
"""In base units. A step counts as reached a billionth early, so that floats land on it."""


def claim_properties(claims: Iterable[Never]) -> Iterator[Property]:
    """Yield each claim as a property; its outputs mean what the scan decided."""
    for claim in claims:
        yield _never(claim)


def _never(claim: Never) -> Property:
    def wrong(_: Book, scan: Encoded) -> z3.BoolRef:
        return scan.sight.roughly(claim.when, scan.outcome, HAIR).is_true

    def shows(seen: Seen) -> bool:
        return evaluate(claim.when, seen.program.slots, seen.slots(), deciding=True) is True

    def hope(_: Seen) -> Hope:
        return Hope(never=claim.when, name=f"refuted.{claim.id}".replace(".", "_"))

    text = claim.because or "never happens"
    return Property(Kind.NEVER, claim.id, text, wrong, shows, hope, position=claim.position)
