"""`thermiq why` and `thermiq why-not`: sentences, trees, JSON, exit codes."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from adapters.cli.why import why, why_not
from tests.reasons.house import HERE
from tests.reasons.recorded import record

MINER = "miner1.power_target"


def run(*words: str | Path) -> Result:
    app = typer.Typer(rich_markup_mode=None)
    app.command("why")(why)
    app.command("why-not")(why_not)
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(word) for word in words])


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    return record(tmp_path / "noon.rec")


def ask(command: str, subject: str, facts: Path, at: str, *more: str | Path) -> Result:
    words = (command, subject, "--at", f"2024-06-12T{at}", "--facts", facts, "--rules", HERE)
    return run(*words, *more)


def test_why_says_one_sentence_and_then_a_tree(facts: Path) -> None:
    done = ask("why", MINER, facts, "12:10")
    assert done.exit_code == 0
    assert done.stderr == ""
    sentence, empty, root, *below = done.stdout.splitlines()
    assert sentence == (
        "miner1.power_target is 3300 W because mine_on_surplus asks for it: the sun gives more than"
        " the house needs (surplus 3.8 kW > 3.6 kW, buffer.top 48.2 °C < 60 °C);"
        " min on time runs for another 13 min."
    )
    assert empty == ""
    assert root == "miner1.power_target is 3300 W, 2024-06-12 12:10:00+00:00"
    assert "├─ ✓ mine_on_surplus asks for 3300 W = min(surplus, 3.3 kW) (salience 40)" in below


def test_why_not_says_what_a_rule_lacks(facts: Path) -> None:
    done = ask("why-not", "mine_on_surplus", facts, "12:07")
    assert done.stdout.splitlines()[0] == (
        "mine_on_surplus does not fire: sunny must go on for another 1 min."
    )
    done = ask("why-not", "mine_on_surplus", facts, "12:04")
    assert "surplus needs 400 W more for 3 min" in done.stdout


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (MINER, "nearest to on is mine_on_surplus"),
        (f"{MINER}=3 kW", "no rule asks for 3000 W"),
        (f"{MINER} = 0", "miner1.power_target is 0 W already."),
        ("heatpump.sg_ready=locked", "nearest to locked is cheap_power"),
        ("p3.run_target=on", "nearest to on is mine_on_surplus"),
        ("p3.run_target=off", "p3.run_target is off already."),
    ],
)
def test_why_not_also_takes_an_output_and_a_value(facts: Path, asked: str, told: str) -> None:
    done = ask("why-not", asked, facts, "12:02")
    assert done.exit_code == 0
    assert told in done.stdout.splitlines()[0]


@pytest.mark.parametrize("command", ["why", "why-not"])
def test_json_holds_the_sentence_and_the_whole_structure(facts: Path, command: str) -> None:
    done = ask(command, MINER, facts, "12:10", "--json")
    told = json.loads(done.stdout)
    assert told["sentence"].startswith("miner1.power_target is 3300 W")
    explanation = told["explanation"]
    explanation = explanation.get("explanation", explanation)
    assert explanation["value"] == {"value": 3300.0, "unit": "W"}
    assert explanation["deciding"][0]["id"] == "mine_on_surplus"


def test_a_rules_json_tells_what_it_lacks(facts: Path) -> None:
    told = json.loads(ask("why-not", "quiet_night", facts, "12:00", "--json").stdout)
    assert told["explanation"]["rule"]["lack"]["kind_of"] == "opening"


@pytest.mark.parametrize(
    ("command", "subject", "told"),
    [
        ("why", "miner1.power", "`miner1.power` is not an output; did you mean"),
        ("why", "zebra", "`zebra` is not an output"),
        ("why-not", "mine_on_surpls", "did you mean `mine_on_surplus`?"),
        ("why-not", "mine_on_surplus=3", "`mine_on_surplus` is a rule; it has no value"),
        ("why-not", "heatpump.sg_ready=lokced", "one of locked, normal, recommended"),
        ("why-not", f"{MINER}=3 kWh", "which is a power in W"),
        ("why-not", f"{MINER}=", "which is a power in W"),
        ("why-not", "p3.run_target=2", "which is an on/off value"),
    ],
)
def test_a_misspelt_name_or_value_is_wrong_usage(
    facts: Path, command: str, subject: str, told: str
) -> None:
    done = ask(command, subject, facts, "12:10")
    assert done.exit_code == 2
    assert told in " ".join(done.stderr.split())


def test_a_time_or_a_step_that_is_none_is_wrong_usage(facts: Path) -> None:
    for words in (("--at", "noon"), ("--step", "soon"), ("--from", "then")):
        done = ask("why", MINER, facts, "12:10", *words)
        assert done.exit_code == 2
        assert words[1] in done.stderr


def test_away_from_a_checkout_the_daemon_is_asked_all_the_same(
    facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (("why", MINER), ("why-not", "mine_on_surplus")):
        done = run(*words, "--socket", tmp_path / "nobody.sock")
        assert done.exit_code == 1
        assert "no daemon answers at" in done.stderr
        done = run(*words, "--facts", facts, "--at", "2024-06-12T12:10")
        assert done.exit_code == 2
        assert "which rules? There is no `rules/asp1` here" in " ".join(done.stderr.split())
