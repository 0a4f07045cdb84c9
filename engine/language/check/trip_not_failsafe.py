"""A trip that forces another value than the output's failsafe."""

from collections.abc import Iterator

from engine.language.problem import Problem, Related, Severity
from engine.language.rulebook import Rulebook

CODE = "trip-not-failsafe"
SUMMARY = "A trip forces an output to a value that is not its failsafe."


def check(rulebook: Rulebook) -> Iterator[Problem]:
    """Yield every forced value that differs from the failsafe: one of the two is not safe."""
    outputs = {output.name: output for output in rulebook.plant.outputs}
    for trip in rulebook.trips:
        for name, value in trip.force:
            output = outputs.get(name)
            if output is not None and value != output.failsafe:
                yield Problem(
                    CODE,
                    Severity.WARNING,
                    f"trip `{trip.id}` forces `{name}` to another value than its failsafe",
                    trip.position,
                    "force the failsafe value, or correct the failsafe in `plant.yaml`",
                    (Related(output.position, f"the failsafe of `{name}` stands here"),),
                )
