"""What the tests of the store and of its thread share."""

from dataclasses import replace

from adapters.runtime.store import all_latched
from engine.control.program import Program
from engine.control.scan import initial
from engine.control.state import Retained
from engine.values.moment import Moment

MOMENT = Moment(500.0, 1_750_000_000.0)
RULES = "ab" * 32


def latched(program: Program) -> Retained:
    """Return a state in which every trip is latched."""
    return replace(all_latched(program, initial(program), 100.0), at_s=100.0)
