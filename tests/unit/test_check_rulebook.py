from engine.language.check_rulebook import check_rulebook
from engine.language.problem import by_place
from tests.unit.feasible_plant import RULEBOOK


def test_problems_come_sorted_and_the_unused_is_told_only_of_a_complete_rulebook() -> None:
    complete = check_rulebook(RULEBOOK, complete=True)
    partial = check_rulebook(RULEBOOK, complete=False)
    assert list(complete) == sorted(complete, key=by_place)
    assert {each.code for each in complete} >= {"fact-never-read", "output-never-set"}
    assert not {each.code for each in partial} & {"fact-never-read", "output-never-set"}
