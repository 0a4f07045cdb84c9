"""From files to a rulebook that may run, or to everything that is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.language.check_rulebook import check_rulebook
from engine.language.load import load
from engine.language.plant import Plant, Site
from engine.language.problem import Problem, Severity, by_place
from engine.language.rulebook import Rulebook

_NOTHING = Rulebook(Plant(Site(), (), ()))


@dataclass(frozen=True, slots=True)
class Checked:
    """A rulebook, all that was found, sorted by place, and the texts it stands in."""

    rulebook: Rulebook
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Tell whether the rules may run: there is no error, though there may be warnings."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)


def check_files(files: Mapping[str, bytes], beforehand: Iterable[Problem] = ()) -> Checked:
    """Load and check rule files; `beforehand` is what was wrong with others of the same folder."""
    beforehand = tuple(sorted(beforehand, key=by_place))
    if beforehand and not files:
        return Checked(_NOTHING, beforehand, {})
    loaded = load(files)
    complete = loaded.ok and not beforehand
    later = check_rulebook(loaded.rulebook, complete=complete)
    problems = sorted((*beforehand, *loaded.problems, *later), key=by_place)
    return Checked(loaded.rulebook, tuple(problems), loaded.sources)
