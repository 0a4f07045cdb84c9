"""How long the solver may try: counted in its own steps, so that a busy machine proves the same.

Seconds on the clock would let the same rules be proved at night and be unknown at noon.
"""

import z3

STEPS_PER_S = 5_000_000
"""What z3 does in a second of a core, measured on the hardest questions of asp1: 4 to 5 million."""
_STEPS_MOST = 4_000_000_000
"""z3 keeps the number in 32 bits."""
_PATIENCE = 20.0
"""So many times as long on the clock it may take at most: not every part of z3 counts."""


def allow(solver: z3.Solver, seconds: float) -> None:
    """Let each question take so many seconds of a core's work from now on."""
    solver.set("rlimit", max(1, min(int(seconds * STEPS_PER_S), _STEPS_MOST)))
    solver.set("timeout", max(1, int(seconds * 1000 * _PATIENCE)))
