"""Everything that is to be proved of a rulebook, in the order in which it is told."""

from collections.abc import Iterable

from engine.language.rulebook import Rulebook
from engine.workshop.prove_claims import claim_properties
from engine.workshop.prove_interlocks import interlock_properties
from engine.workshop.prove_property import Property
from engine.workshop.prove_rules import conflict_properties, rule_properties
from engine.workshop.prove_steady import steady_properties
from engine.workshop.prove_trips import (
    permissive_properties,
    range_properties,
    trip_properties,
)
from engine.workshop.scenario import Never


def properties(rulebook: Rulebook, claims: Iterable[Never] = ()) -> list[Property]:
    """Return all properties of a checked rulebook, and the operator's own claims about it."""
    return [
        *claim_properties(claims),
        *interlock_properties(rulebook),
        *trip_properties(rulebook),
        *permissive_properties(rulebook),
        *range_properties(rulebook),
        *conflict_properties(rulebook),
        *rule_properties(rulebook),
        *steady_properties(rulebook),
    ]
