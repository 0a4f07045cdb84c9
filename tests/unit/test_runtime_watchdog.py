import threading

import pytest

from adapters.runtime.watchdog import STUCK, LoopWatchdog


def test_scans_that_come_keep_it_quiet_and_none_ends_the_process(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended: list[int] = []
    watchdog = LoopWatchdog(5.0, ended.append)
    assert watchdog.look()  # the time before the first scan
    watchdog.beat()
    assert watchdog.look()
    assert ended == []
    assert not watchdog.look()
    assert ended == [STUCK]
    assert "no scan completed in 5 s" in capsys.readouterr().err


def test_the_thread_looks_by_itself() -> None:
    done = threading.Event()
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        done.set()

    watchdog = LoopWatchdog(0.001, end)
    watchdog.start()
    assert done.wait(10.0)
    watchdog.close()
    assert codes == [STUCK]


def test_closed_it_ends_nobody() -> None:
    codes: list[int] = []
    watchdog = LoopWatchdog(60.0, codes.append)
    watchdog.start()
    watchdog.close()
    watchdog.close()
    assert codes == []
