"""The kernel's output watchdog: armed by the first complete scan, fed by each, closed once."""

import errno
import os
from pathlib import Path

import pytest

from adapters.codec.revpi_layout import SPARE_ADDRESS
from adapters.devices.output_watchdog import KB_SET_OUTPUT_WATCHDOG, OutputWatchdog
from adapters.devices.revpi import RevPi
from adapters.devices.revpi_options import settings_from
from adapters.port import DeviceError
from tests.adapters.revpi_bench import Bench


def refuse(number: int) -> None:
    raise OSError(number, os.strerror(number))


def test_arming_is_the_ioctl_with_eight_bytes_on_a_handle_of_its_own(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    plc = RevPi("plc", settings_from(bench.options()), bench.watched(timeout_ms=2500))
    plc.read(0.0)
    plc.write(0.0)
    assert not bench.calls, "only a complete scan feeds"
    plc.feed()
    plc.feed()
    assert KB_SET_OUTPUT_WATCHDOG == 0x4B1A == ord("K") << 8 | 26
    assert bench.calls == [(0x4B1A, (2500).to_bytes(8, "little"))]
    told = {each.field: each.value for each in plc.read(0.5)}
    assert told["output_watchdog"] is True
    plc.close()
    assert {each.field: each.value for each in plc.read(1.0)}["output_watchdog"] is False
    plc.close()


def test_each_feed_is_one_write_on_the_spare_byte_of_the_armed_handle(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(b"\xff" * 4096)
    handles = []
    watchdog = OutputWatchdog(str(image), 3000, lambda handle, *_: handles.append(handle))
    watchdog.feed()
    assert image.read_bytes() == b"\xff" * SPARE_ADDRESS + b"\0"
    image.write_bytes(b"\xff" * 4096)
    watchdog.feed()
    assert image.read_bytes()[-1] == 0
    assert len(handles) == 1
    watchdog.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handles[0])


def test_a_plain_file_has_no_watchdog_and_feeding_it_does_nothing(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(b"\xff" * 4096)
    watchdog = OutputWatchdog(str(image), 3000)
    watchdog.feed()
    watchdog.feed()
    assert not watchdog.armed
    assert image.read_bytes() == b"\xff" * 4096
    watchdog.close()


@pytest.mark.parametrize("number", [errno.ENOTTY, errno.EINVAL])
def test_a_driver_without_it_is_no_error(tmp_path: Path, number: int) -> None:
    image = tmp_path / "image"
    image.write_bytes(bytes(4096))
    watchdog = OutputWatchdog(str(image), 3000, lambda *_: refuse(number))
    watchdog.feed()
    assert not watchdog.armed
    watchdog.close()


def test_a_driver_that_fails_is_one(tmp_path: Path) -> None:
    image = tmp_path / "image"
    watchdog = OutputWatchdog(str(image), 3000, lambda *_: refuse(errno.EIO))
    with pytest.raises(DeviceError, match="No such file"):
        watchdog.feed()
    image.write_bytes(bytes(4096))
    with pytest.raises(DeviceError, match="Input/output error"):
        watchdog.feed()
    assert not watchdog.armed


def test_nobody_who_only_reads_arms_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    plc = RevPi("plc", settings_from(bench.options(read_only=True)), bench.watched())
    plc.read(0.0)
    plc.feed()
    assert not bench.calls
    plc.close()


def test_zero_seconds_do_without(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    plc = bench.new(watchdog_s=0)
    plc.read(0.0)
    plc.write(0.0)
    plc.feed()
    plc.close()
