"""The file handle under revpimodio2: whole or not at all."""

from pathlib import Path

import pytest
import revpimodio2

from adapters.codec.revpi_layout import fingerprint, parse_layout
from adapters.devices.revpi_image import ProcessImage, WholeFile
from adapters.devices.revpi_options import settings_from
from adapters.devices.revpi_plc import Plc
from adapters.port import DeviceError
from adapters.simulated.revpi_config import config_rsc
from tests.adapters.revpi_bench import Bench


def test_a_short_read_has_no_bytes_at_all(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(bytes(100))
    file = WholeFile(str(path), writable=False)
    assert file.read(100) == bytes(100)
    file.seek(50)
    with pytest.raises(OSError, match="50 bytes of 100"):
        file.read(100)
    assert file.image == b""
    with pytest.raises(OSError, match="not open for writing"):
        file.write(b"\1")
    file.close()


def test_the_library_alone_keeps_a_short_read_and_is_broken_by_it(tmp_path: Path) -> None:
    # Why there is a WholeFile. Should this fail one day, it may not be needed any more.
    bench = Bench(tmp_path)
    path, config = bench.house.image_path, bench.house.config_path
    modio = revpimodio2.RevPiModIO(procimg=str(path), configrsc=str(config))
    path.write_bytes(bytes(50))
    assert modio.readprocimg() is True
    assert modio.ioerrors == 0
    assert len(modio.device["aio"]) < 89
    modio.exit()


def test_a_failed_read_does_not_touch_what_will_be_written(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    path, config = bench.house.image_path, bench.house.config_path
    image = ProcessImage(str(path), str(config), bench.house.layout, read_only=False)
    image.write({"rv1_mv": 4000, "p4_relay": 1})
    content = path.read_bytes()
    path.write_bytes(content[:50])
    with pytest.raises(DeviceError, match="50 bytes of 213"):
        image.read()
    path.write_bytes(bytes(4096))
    image.write({"p4_relay": 1})
    bench.house.exchange()
    assert (bench.house.get("p4_relay"), bench.house.get("rv1_mv")) == (1, 0)
    assert path.stat().st_size == 4096
    assert image.value("t_supply") == 0
    image.read()
    assert image.value("t_supply") == 453
    image.close()


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with pytest.raises(DeviceError, match="No such file or directory"):
        ProcessImage(
            str(tmp_path / "gone"), str(bench.house.config_path), bench.house.layout, read_only=True
        )


def test_a_plc_knows_which_outputs_are_not_its_own(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    plc = Plc(settings_from(bench.options()))
    assert plc.changed_by_others(plc.image.read()) == ()
    plc.write({"p4_relay": 1, "rv2_mv": 300})
    assert plc.changed_by_others(plc.image.read()) == ()
    bench.house.put_output("RevPiLED", 2)
    bench.house.put_output("O_9", 1)
    bench.house.put_output("rv2_mv", 301)
    assert plc.changed_by_others(plc.image.read()) == ("O_9", "rv2_mv")
    assert fingerprint(plc.layout) == fingerprint(bench.house.layout)
    plc.close()


class ShortOfSpace:
    """A file that takes one byte less than it is given."""

    def seek(self, position: int) -> int:
        return position

    def write(self, data: bytes) -> int:
        return len(data) - 1

    def close(self) -> None:
        """Do nothing."""


def test_an_image_that_was_not_written_whole_is_an_error_and_the_next_may_succeed(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path)
    path, config = str(bench.house.image_path), str(bench.house.config_path)
    image = ProcessImage(path, config, bench.house.layout, read_only=False)
    whole, real = image._modio.whole, image._modio.whole._file
    whole._file = ShortOfSpace()  # type: ignore[assignment]  # a stand-in
    with pytest.raises(DeviceError, match=r"bytes of \d+ written"):
        image.write({"p4_relay": 1})
    whole._file = real
    image.write({"p4_relay": 1})
    bench.house.exchange()
    assert bench.house.get("p4_relay") == 1
    image.close()


def test_a_layout_of_another_file_is_not_opened(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    other = parse_layout(config_rsc(aio_modules=2))
    path, config = str(bench.house.image_path), str(bench.house.config_path)
    with pytest.raises(DeviceError, match="213 bytes instead of 302"):
        ProcessImage(path, config, other, read_only=False)
