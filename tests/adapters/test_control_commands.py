"""The commands that talk to a running daemon, against a real one on a socket."""

import inspect
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from adapters.cli import (
    alarms,
    live,
    mode,
    override,
    reload,
    reset,
    resume,
    status,
    status_view,
    versions,
    watch,
)
from adapters.cli.main import run
from adapters.control.place import Place
from adapters.pb.thermiq.v1 import control_pb2 as pb
from tests.adapters.control_bench import Served, served

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with served(tmp_path) as house:
        monkeypatch.setenv("THERMIQ_SOCKET", str(house.socket))
        monkeypatch.setenv("THERMIQ_AUTHOR", "anna")
        house.scan()
        yield house


def told(capsys: Capture, *words: str, code: int = 0) -> str:
    assert run(words) == code
    caught = capsys.readouterr()
    return caught.out + caught.err


@pytest.mark.parametrize(
    "command",
    [
        *(alarms.alarms, alarms.ack, mode.mode, override.override, reload.reload, reset.reset),
        *(status.status, watch.watch, versions.versions, versions.rollback, resume.resume),
    ],
)
def test_every_command_may_be_told_where_the_daemon_listens(command: Callable[..., None]) -> None:
    assert inspect.signature(command).parameters["socket"].default == live.DEFAULT


@pytest.mark.parametrize(
    "words",
    [
        "status",
        "status --json",
        "watch",
        "why pump.run",
        "why-not warm_up",
        "alarms",
        "ack hot",
        "reset hot",
        "override pump.run on --for 5min",
        "override pump.run --withdraw",
        "mode",
        "mode off",
        "reload",
        "resume",
        "versions",
        "rollback",
    ],
)
def test_without_a_daemon_there_is_one_clear_line(
    words: str, tmp_path: Path, capsys: Capture
) -> None:
    socket = tmp_path / "none.sock"
    text = told(capsys, *words.split(), "--socket", str(socket), code=1)
    assert text == f"thermiq: no daemon answers at {socket}; is `thermiq run` up?\n"


def test_the_status_is_plain_in_a_pipe(daemon: Served, capsys: Capture) -> None:
    text = told(capsys, "status")
    assert text.startswith("test  ·  2027-01-15 09:00:00  ·  mode automatic  ·  rules ")
    assert ["pump.run", "on", "rule"] in [line.split()[:3] for line in text.splitlines()]
    assert "  tank.top  40 °C  good     0 s" in text
    assert "  meter   waiting         3  no answer" in text
    assert "Alarms" not in text
    daemon.scan(95.0)
    assert "  too_hot  tripped  active, not acknowledged" in told(capsys, "status")


@pytest.mark.usefixtures("daemon")
def test_resume_without_safe_mode_is_refused_in_a_line(capsys: Capture) -> None:
    assert "safe mode" in told(capsys, "resume", "--author", "anna", code=1)


def test_the_status_is_json_for_programs(daemon: Served, capsys: Capture) -> None:
    document = json.loads(told(capsys, "status", "--json"))
    assert document["counters"]["scans"] == daemon.house.cycle.counters.scans
    assert document["outputs"][0]["value"]["flag"] is True
    assert document["alarms"] == []


def drawn(now: pb.Status) -> str:
    console = Console(file=io.StringIO(), width=140, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(status_view.screen(now))
    return captured.get()


def test_the_screen_shows_lamps_reasons_timers_alarms_and_bad_facts() -> None:
    value = pb.Value(flag=True, text="on")
    override = pb.Override(author="anna", remaining_s=90)
    output = pb.Output(
        name="pump.run",
        value=value,
        on=True,
        cause="override",
        sentence="pump.run is on, by anna.",
        timers=[pb.Timer(kind="min_on", remaining_s=60), pb.Timer(kind="odd_one", remaining_s=5)],
        override=override,
    )
    facts = [
        pb.Fact(name="tank.top", value=pb.Value(text="40 °C"), quality="good", age_s=1.25),
        pb.Fact(name="tank.low", quality="bad", reason="wire [broken]"),
    ]
    alarms = [
        pb.Alarm(kind="tripped", subject="hot", text="Too hot.", active=True, count=2),
        pb.Alarm(kind="latched", subject="old", text="Once.", acknowledged_by="anna"),
    ]
    devices = [
        pb.Device(name="plc", state="running"),
        pb.Device(name="meter", state="parked", last_error="silent"),
    ]
    now = pb.Status(shadow=True, outputs=[output], facts=facts, alarms=alarms, devices=devices)
    text = drawn(now)
    for part in (
        "SHADOW, nothing is written",
        "● pump.run",
        "by anna.",
        "⏲ stays on for 1 min, odd one 5 s, override ends in 1 min 30 s",
        "tank.top  40 °C  1.2 s",
        "tank.low  bad  never: wire [broken]",
        "✗ hot  Too hot.  tripped, active, not acknowledged, 2 times",
        "○ old  Once.",
        "meter parked: silent",
        "0 scans  ·  0 overruns",
    ):
        assert part in text
    assert "✓ no alarm" in drawn(pb.Status())
    assert status_view.reason(pb.Output(name="a", cause="default", sentence="a is .")) == "default"


def test_the_worst_that_lasts_stands_first() -> None:
    alarms = [
        pb.Alarm(kind="tripped", subject="a", active=False),
        pb.Alarm(kind="controller", subject="b", active=True),
        pb.Alarm(kind="interlock", subject="c", active=True),
        pb.Alarm(kind="latched", subject="d", active=True, acknowledged_by="anna"),
        pb.Alarm(kind="tripped", subject="e", active=True),
    ]
    assert [each.subject for each in status_view.by_urgency(alarms)] == ["e", "c", "b", "d", "a"]
    text = drawn(pb.Status(alarms=alarms))
    assert text.index("✗ e") < text.index("✗ c") < text.index("○ a")


def test_a_timer_that_the_reason_tells_of_is_not_told_twice() -> None:
    timer = pb.Timer(kind="min_on", remaining_s=173)
    told = pb.Output(name="a", sentence="a is on; min on time runs for another 2 min 53 s.")
    told.timers.append(timer)
    assert status_view.timers(told) == ""
    assert status_view.timers(pb.Output(sentence="a is on.", timers=[timer])) == (
        "stays on for 2 min 53 s"
    )


def test_a_long_reason_leaves_its_figures_to_why() -> None:
    assert status_view.brief("warm_up asks (40 °C < 50 °C).") == "warm_up asks (40 °C < 50 °C)."
    long = f"{'warm ' * 20}(40 °C < 50 °C); settles (1 min)."
    assert status_view.brief(long) == f"{'warm ' * 20}".rstrip() + "; settles."


@pytest.mark.usefixtures("daemon")
def test_on_a_terminal_it_is_the_screen(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.cli.status.is_colourful", lambda _: True)
    assert "● pump.run" in told(capsys, "status")
    assert "✓ no alarm" not in told(capsys, "status", "--no-colour")
    monkeypatch.setattr("adapters.cli.status.time.sleep", interrupt)
    assert "● pump.run" in told(capsys, "status", "--watch")


def interrupt(_: float) -> None:
    raise KeyboardInterrupt


def test_the_live_screen_says_when_nobody_answers_and_goes_on(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=140, force_terminal=False)
    waits: list[float] = []
    status.follow(Place(tmp_path / "none.sock"), console, waits.append, rounds=2)
    assert waits == [1.0]
    assert isinstance(console.file, io.StringIO)
    assert "no daemon answers" in console.file.getvalue()


def test_why_and_why_not_ask_the_daemon_when_there_is_no_recording(
    daemon: Served, capsys: Capture
) -> None:
    text = told(capsys, "why", "pump.run")
    assert text.startswith("pump.run is on")
    assert "└─ " in text
    assert told(capsys, "why", "pump.run", "--language", "de").startswith("pump.run ist ein")
    tree = told(capsys, "why", "pump.run", "--language", "de", "--format", "tree")
    assert tree.startswith("pump.run ist ein, ")
    daemon.scan(60.0)
    assert "10 K" in told(capsys, "why-not", "heater.power_target = 2 kW")
    assert json.loads(told(capsys, "why-not", "warm_up", "--json"))["sentence"]
    assert "did you mean `pump.run`?" in told(capsys, "why", "pump.rum", code=1)
    for words in (("why", "pump.run", "--at", "12:00"), ("why-not", "pump.run=")):
        told(capsys, *words, code=2)


def test_alarms_are_shown_and_acknowledged(daemon: Served, capsys: Capture) -> None:
    assert told(capsys, "alarms") == "No alarm.\n"
    daemon.scan(95.0)
    text = told(capsys, "alarms")
    assert text.startswith("1 active, 0 over and not acknowledged\n")
    assert "too_hot  tripped  active, not acknowledged    1×  The tank is too hot." in text
    assert told(capsys, "ack", "too_hot").endswith("The tank is too hot. - seen by anna\n")
    assert "seen by anna" in told(capsys, "alarms")
    assert json.loads(told(capsys, "alarms", "--json"))["alarms"][0]["subject"] == "too_hot"


def test_a_reset_shows_the_cause_and_takes_the_nonce(
    daemon: Served, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.scan(95.0)
    assert "cause still lasts" in told(capsys, "reset", "too_hot", code=1)
    daemon.scan(60.0)
    text = told(capsys, "reset", "too_hot")
    for part in (
        "too_hot is latched since 2027-01-15 09:00:01+01:00.",
        "The tank is too hot.",
        "├─ trips when",
        "tank.top: 60 °C, 0 s old",
        "pump.run is off",
    ):
        assert part in text
    nonce = text.rpartition("--confirm ")[2].strip()
    assert "arm it again" in told(capsys, "reset", "too_hot", "--confirm", "0", code=1)
    assert "nothing is armed" in told(capsys, "reset", "too_hot", "--confirm", nonce, code=1)
    nonce = told(capsys, "reset", "too_hot").rpartition("--confirm ")[2].strip()
    assert "too_hot: released" in told(capsys, "reset", "too_hot", "--confirm", nonce)
    daemon.scan(95.0)
    daemon.scan(60.0)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda text: text.rpartition(" ")[2])
    assert "too_hot: released" in told(capsys, "reset", "too_hot")


def test_a_reset_whose_cause_came_back_exits_with_1(daemon: Served, capsys: Capture) -> None:
    daemon.scan(95.0)
    daemon.scan(60.0)
    nonce = told(capsys, "reset", "too_hot").rpartition("--confirm ")[2].strip()
    daemon.do(lambda: setattr(daemon.house.plc, "tank_c", 95.0))
    text = told(capsys, "reset", "too_hot", "--confirm", nonce, code=1)
    assert "reset refused" in text


@pytest.mark.usefixtures("daemon")
def test_an_override_is_given_and_withdrawn(capsys: Capture) -> None:
    text = told(capsys, "override", "heater.power_target", "1 kW", "--for", "30 min")
    assert text == "heater.power_target: 1000 W for 30 min, asked by anna\n"
    assert told(capsys, "override").startswith("heater.power_target: 1000 W for ")
    text = told(capsys, "override", "heater.power_target", "--withdraw")
    assert text == "heater.power_target: override withdrawn\n"
    assert told(capsys, "override") == "no override\n"
    text = told(capsys, "override", "heater.power_target", "9 kW", "--for", "1 h", code=1)
    assert "`heater.power_target` cannot be 9000 W: its range is from 0 to 3000 W" in text


@pytest.mark.parametrize(
    "words",
    [
        "override pump.run on",
        "override pump.run on --for soon",
        "override pump.run",
        "override pump.run on --withdraw",
        "override --withdraw",
    ],
)
def test_an_override_without_an_end_or_a_value_is_wrong_usage(words: str, capsys: Capture) -> None:
    told(capsys, *words.split(), code=2)


def test_the_mode_is_shown_and_set(daemon: Served, capsys: Capture) -> None:
    assert told(capsys, "mode") == "automatic (others: manual, off)\n"
    assert told(capsys, "mode", "off") == "off, set by anna (others: automatic, manual)\n"
    daemon.do(lambda: None)  # the scan that was woken comes first
    assert daemon.house.plc.told["relay1"] is False
    assert "did you mean `off`?" in told(capsys, "mode", "of", code=1)


def test_changes_are_told_a_line_each() -> None:
    changes = [
        pb.Change(output=pb.Output(sentence="pump.run is on.")),
        pb.Change(fact=pb.Fact(name="tank.top", quality="good", value=pb.Value(text="40 °C"))),
        pb.Change(fact=pb.Fact(name="tank.top", quality="bad", reason="wire broken")),
        pb.Change(fact=pb.Fact(name="tank.top", quality="missing")),
        pb.Change(alarm=pb.Alarm(kind="tripped", subject="hot", text="Too hot.", active=True)),
        pb.Change(alarm=pb.Alarm(kind="tripped", subject="hot", text="T.", acknowledged_by="a")),
        pb.Change(alarm_gone="hot"),
        pb.Change(mode=pb.Mode(name="off", author="anna")),
        pb.Change(mode=pb.Mode(name="automatic")),
        pb.Change(rules="0123456789abcdef"),
        pb.Change(),
    ]
    told_at = pb.Changes(local_time="2026-11-22 16:02:05+01:00", changes=changes)
    assert list(watch.lines(told_at)) == [
        f"16:02:05  {text}"
        for text in (
            "pump.run is on.",
            "tank.top is good: 40 °C",
            "tank.top is bad: wire broken",
            "tank.top is missing: no value",
            "alarm hot: Too hot. (tripped)",
            "alarm hot: T. (over, seen by a)",
            "alarm hot is done with",
            "mode off, set by anna",
            "mode automatic",
            "rules 0123456789ab are running",
        )
    ]


@pytest.mark.usefixtures("daemon")
@pytest.mark.parametrize("words", [("watch",), ("watch", "--json")])
def test_watch_tells_how_things_stand_first(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    printed: list[str] = []

    def echo(text: str) -> None:
        printed.append(text)
        raise KeyboardInterrupt

    monkeypatch.setattr("adapters.cli.watch.typer.echo", echo)
    assert run(words) == 130
    assert "mode" in printed[0]
    assert capsys.readouterr().out == ""


def test_who_asks_is_the_user_of_the_machine_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "berta")
    assert live.author_or_me("") == "berta"
    assert live.author_or_me("anna") == "anna"

    def nobody() -> str:
        raise OSError("no user")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert live.author_or_me("") == ""
