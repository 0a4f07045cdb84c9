import io
import logging
from collections.abc import Iterator

import pytest

from adapters import secret
from adapters.runtime import logs
from tests.making.daemons import HandClock


class Log:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.stream = io.StringIO()
        self.handler = logs.set_up(self.stream, self.clock)
        self.log = logging.getLogger("adapters.runtime.test")

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    level = root.level
    made = Log()
    yield made
    root.removeHandler(made.handler)
    root.setLevel(level)


def test_a_line_is_keys_and_values(log: Log) -> None:
    log.log.info("daemon made", extra={"keys": {"period_s": 0.5, "site": 'a "b"\nc'}})
    assert log.lines == [
        'level=info logger=runtime.test event="daemon made" period_s=0.5 site="a \\"b\\"\\nc"'
    ]


def test_secrets_are_struck_out_wherever_they_appear(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret, "_known", {})
    monkeypatch.setenv("MINER", "swordfish")
    assert secret.read_secret(variable="MINER") == "swordfish"
    monkeypatch.setenv("BROKER", 'sword "fish"')
    assert secret.read_secret(variable="BROKER") == 'sword "fish"'
    log.log.warning('login with sword "fish" refused')
    assert "fish" not in log.stream.getvalue()
    log.stream.truncate(0)
    log.stream.seek(0)
    log.log.warning("login with swordfish refused", extra={"keys": {"said": "x swordfish y"}})
    try:
        int("bad swordfish")
    except ValueError:
        log.log.exception("failed")
    assert "swordfish" not in log.stream.getvalue()
    assert "***" in log.lines[0]
    assert any("Traceback" in line for line in log.lines)


@pytest.mark.parametrize("source", logs.LIBRARIES)
def test_bytes_that_a_library_stumbles_over_are_one_line(log: Log, source: str) -> None:
    library = logging.getLogger(f"{source}.below")
    try:
        int("nonsense")
    except ValueError:
        library.exception("no number came")
    (line,) = log.lines
    assert 'event="no number came" error="ValueError: invalid literal' in line


def test_what_repeats_is_counted_instead_of_told(log: Log) -> None:
    for number in range(100):
        log.log.warning("device %s: no answer", number)
    assert len(log.lines) == logs.TOLD_A_MINUTE
    log.clock.now_s += logs.WINDOW_S
    log.log.warning("device %s: no answer", "x")
    assert log.lines[-1].endswith('event="device x: no answer" passed_over=95')


def test_other_messages_are_not_held_back_by_a_loud_one(log: Log) -> None:
    for _ in range(100):
        log.log.warning("loud")
    log.log.warning("quiet")
    assert "event=quiet" in log.lines[-1]


def flood(log: Log) -> int:
    """Return how many bytes an hour of a source that never says the same writes."""
    for number in range(36_000):
        log.log.warning(f"reply {number} is odd")  # noqa: G004 - each a kind of its own
        log.clock.now_s += 0.1
    return len(log.stream.getvalue())


def test_f103_a_source_that_never_repeats_itself_is_limited_too(log: Log) -> None:
    assert 24 * flood(log) < 20_000_000
    assert "of_this_source_passed_over=500" in log.stream.getvalue()
    logging.getLogger("adapters.runtime.other").error("heard all the same")
    assert "heard all the same" in log.lines[-1]


def test_f103_its_sabotage_twin_without_the_limit_fills_the_disk(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "TOLD_BY_A_SOURCE", 10**9)
    assert 24 * flood(log) > 50_000_000


def test_f103_a_line_without_end_is_cut(log: Log) -> None:
    log.log.warning("x" * 10_000_000)
    assert len(log.stream.getvalue()) < 2 * logs.LETTERS_MAX


def test_the_kinds_it_remembers_are_bounded(log: Log) -> None:
    for number in range(3 * logs.KINDS_MAX):
        log.log.info(f"kind {number}")  # noqa: G004 - each a kind of its own
    (limit,) = log.handler.filters
    assert isinstance(limit, logs.RateLimit)
    assert len(limit._kinds) <= logs.KINDS_MAX


def test_what_would_move_a_cursor_or_begin_a_line_is_written_out(log: Log) -> None:
    log.log.warning("device %s", "a\r\x1b[2Klevel=info\u202e\u2028b")
    assert log.lines == [
        'level=warning logger=runtime.test event="device a\\r\\x1b[2Klevel=info\\u202e\\u2028b"'
    ]
