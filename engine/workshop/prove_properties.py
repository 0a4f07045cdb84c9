"""Everything that is to be proved of a rulebook, in the order in which it is told."""

from engine.language.rulebook import Rulebook
from engine.workshop.prove_interlocks import interlock_properties
from engine.workshop.prove_property import Property


def properties(rulebook: Rulebook) -> list[Property]:
    """Return all properties of a checked rulebook."""
    return [*interlock_properties(rulebook)]
