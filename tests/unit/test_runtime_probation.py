import pytest

from adapters.runtime.probation import CONDITIONS_MAX, Probation, Terms
from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial, scan
from engine.control.state import Retained
from engine.inference.image import empty_image, freeze
from engine.language.checked import check_files
from engine.values.fact import Fact, Quality
from engine.values.moment import Moment
from tests.making.daemons import INTERLOCKS, PLANT, RULES

FILES = {
    "plant.yaml": PLANT.encode(),
    "heat.yaml": RULES.encode(),
    "interlocks.yaml": INTERLOCKS.encode(),
}


class Running:
    """The rules of a small site, scanned once a second."""

    def __init__(self) -> None:
        self.program: Program = compile_program(check_files(FILES).rulebook)
        self.retained: Retained = initial(self.program)
        self.image = empty_image(self.program.rulebook.plant)
        self.now_s = 100.0

    def scan(self, **facts: float | bool | None) -> Scan:
        self.now_s += 1.0
        heard = [
            Fact(
                name.replace("_", "."),
                value,
                Quality.BAD if value is None else Quality.GOOD,
                self.now_s,
            )
            for name, value in facts.items()
        ]
        self.image = freeze(self.program.rulebook.plant, self.image, heard, self.now_s)
        done = scan(self.program, self.retained, self.image, Moment(self.now_s, 1e9 + self.now_s))
        self.retained = done.retained
        return done


def watch(
    running: Running, *conditions: str, last: Scan | None = None, lasts_s: float = 600.0
) -> Probation:
    standing = () if last is None else last.trace.alarms
    return Probation(FILES, Terms(lasts_s, conditions), running.now_s, standing)


def test_nothing_goes_back_while_all_is_well() -> None:
    running = Running()
    first = running.scan(tank_top=40.0, safety_ok=True, sun_power=0.0)
    probation = watch(running, "tank.top > 80 °C", last=first)
    assert [probation.look(running.scan(tank_top=40.0, safety_ok=True)) for _ in range(5)] == [
        ""
    ] * 5
    assert probation.until_s == running.now_s - 5 + 600.0


def test_a_condition_that_comes_true_takes_the_rules_back() -> None:
    running = Running()
    probation = watch(running, "tank.top > 80 °C", last=running.scan(tank_top=40.0, safety_ok=True))
    assert probation.look(running.scan(tank_top=79.0, safety_ok=True)) == ""
    told = probation.look(running.scan(tank_top=80.5, safety_ok=True))
    assert told == "`tank.top > 80 °C` holds"


def test_a_condition_may_have_to_hold_for_a_while() -> None:
    running = Running()
    last = running.scan(tank_top=40.0, safety_ok=True)
    probation = watch(running, "{condition: tank.top > 50 °C, for: 3 s}", last=last)
    told = [probation.look(running.scan(tank_top=51.0, safety_ok=True)) for _ in range(4)]
    assert told[:3] == ["", "", ""]
    assert "holds" in told[3]


def test_what_cannot_be_known_takes_nothing_back() -> None:
    running = Running()
    last = running.scan(tank_top=None, safety_ok=True)
    probation = watch(running, "tank.top > 80 °C", last=last)
    assert probation.look(running.scan(tank_top=None, safety_ok=True)) == ""


def test_a_new_trip_takes_the_rules_back() -> None:
    running = Running()
    last = running.scan(tank_top=40.0, safety_ok=True)
    probation = watch(running, last=last)
    assert probation.look(running.scan(safety_ok=False)).startswith("tripped ")


def test_a_trip_that_stood_before_does_not_but_its_return_does() -> None:
    running = Running()
    last = running.scan(tank_top=40.0, safety_ok=False)
    probation = watch(running, last=last)
    assert probation.look(running.scan(safety_ok=False)) == ""
    assert probation.look(running.scan(safety_ok=True)) == ""
    assert probation.look(running.scan(safety_ok=False)).startswith("tripped ")


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("tank.tpo > 3 °C", "nothing here is called `tank.tpo`"),
        ("tank.top > 3 kW", "cannot be compared"),
        ("tank.top", "a condition is expected"),
        ("{", "a value is missing"),
        ("", "an expression is missing"),
        ("a}, x: {b", "means nothing here"),
    ],
)
def test_what_is_no_condition_is_refused_in_words(condition: str, told: str) -> None:
    running = Running()
    with pytest.raises(ValueError, match=told):
        watch(running, "tank.top > 80 °C", condition)


def test_limits_are_told() -> None:
    running = Running()
    with pytest.raises(ValueError, match="at most 20"):
        watch(running, *["tank.top > 80 °C"] * (CONDITIONS_MAX + 1))
    with pytest.raises(ValueError, match="more than 0 s"):
        watch(running, lasts_s=0.0)
