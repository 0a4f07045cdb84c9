"""How long the solver may try."""

import z3

from engine.workshop.prove_effort import allow

PIGEONS = 9


def hard() -> z3.Solver:
    """Return a question that takes many steps: more pigeons than holes."""
    solver = z3.Solver()
    there = [[z3.Bool(f"p{p}_{h}") for h in range(PIGEONS - 1)] for p in range(PIGEONS)]
    solver.add(*(z3.Or(*row) for row in there))
    solver.add(
        *(
            z3.Not(z3.And(there[one][hole], there[other][hole]))
            for hole in range(PIGEONS - 1)
            for one in range(PIGEONS)
            for other in range(one)
        )
    )
    return solver


def test_little_work_is_given_up_after_the_same_steps_however_busy_the_machine_is() -> None:
    steps = []
    for _ in range(2):
        solver = hard()
        before = used(solver)
        allow(solver, 0.001)
        assert solver.check() == z3.unknown
        steps.append(used(solver) - before)
    assert steps[0] == steps[1]


def test_enough_work_ends_with_an_answer_and_each_question_has_its_own() -> None:
    solver = hard()
    allow(solver, 0.001)
    assert solver.check() == z3.unknown
    allow(solver, 100.0)
    assert solver.check() == z3.unsat


def test_more_than_the_solver_can_count_is_as_much_as_it_can() -> None:
    solver = hard()
    allow(solver, 1e9)
    assert solver.check() == z3.unsat


def used(solver: z3.Solver) -> int:
    return int(solver.statistics().get_key_value("rlimit count"))
