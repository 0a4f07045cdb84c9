"""asp1 as it stands in `rules/asp1`, its devices put at the seam by drivers of our own."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.files import read_rules
from adapters.port import Clock, Field
from adapters.runtime.drivers import DRIVERS, Driver
from adapters.runtime.loading import Loaded, load_all
from adapters.runtime.site import DeviceEntry, load_site
from engine.language.checked import check_files
from engine.language.plant import Output, Plant, Point
from engine.language.types import EnumType
from tests.house.source import ROOT

RULES = ROOT / "rules" / "asp1"


@dataclass(slots=True)
class _Described:
    """A device that only says which fields it has."""

    name: str
    told: tuple[Field, ...]

    def fields(self) -> tuple[Field, ...]:
        return self.told

    def write_safe(self) -> None:
        """Stand among the scan devices; the loop does not take all for one."""


@dataclass(frozen=True, slots=True)
class AsLoaded:
    """Everything that stays the same from one life of the daemon to the next."""

    loaded: Loaded
    entries: Mapping[str, DeviceEntry]
    fields: Mapping[str, tuple[Field, ...]]
    files: Mapping[str, bytes]


def rule_files() -> dict[str, bytes]:
    """Return the files of asp1 by name, without tests and site."""
    found = {path.name: path.read_bytes() for path in sorted(RULES.glob("*.yaml"))}
    return {n: text for n, text in found.items() if not n.endswith(".test.yaml")}


@cache
def asp1(period_s: float) -> AsLoaded:
    """Load the site once, with scans every `period_s` seconds."""
    files = rule_files()
    text = files["site.yaml"].decode()
    files["site.yaml"] = re.sub(
        r"(?m)^scan_period:.*$", f"scan_period: {period_s:g} s", text
    ).encode()
    site, wrong = load_site("site.yaml", files["site.yaml"].decode())
    assert not wrong, wrong
    plant = check_files(read_rules(RULES).files).rulebook.plant
    fields = {entry.name: _fields(entry, plant) for entry in site.devices}
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        loading = load_all(Path(folder) / "site.yaml", _NO_CLOCK, drivers=_drivers(fields))
    assert loading.loaded is not None, loading.problems
    entries = {entry.name: entry for entry in site.devices}
    return AsLoaded(loading.loaded, entries, fields, files)


def in_folder(known: AsLoaded, folder: Path) -> Loaded:
    """Return the site as if it had been loaded from `folder`, its files laid down there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in known.files.items():
        (folder / name).write_bytes(content)
    return replace(known.loaded, folder=folder)


METER, METER_FIELD = "meter_miners", "power"
"""It feeds no point; the daemon holds the miners' word against it."""


def _fields(entry: DeviceEntry, plant: Plant) -> tuple[Field, ...]:
    """Return one field for each wire of a device, in the unit of the plant."""
    if entry.name == METER:
        return (Field(METER_FIELD, "W"),)
    named: dict[str, Point | Output] = {each.name: each for each in plant.points}
    named |= {each.name: each for each in plant.outputs}
    found = {}
    for links, writable in ((entry.facts, False), (entry.outputs, True)):
        for link in links:
            what = named[link.name]
            values = what.type.values if isinstance(what.type, EnumType) else ()
            unit = what.unit.symbol if what.unit else ""
            found[link.field] = Field(link.field, unit, values, writable=writable)
    return tuple(found.values())


def _drivers(fields: Mapping[str, tuple[Field, ...]]) -> dict[str, Driver]:
    class Described(Driver):
        def load(self) -> object:  # type: ignore[override]  # any driver will do here
            def build(name: str, _options: Mapping[str, object], _clock: Clock) -> _Described:
                return _Described(name, fields[name])

            return build

    return dict.fromkeys(DRIVERS, Described("", ""))


class _NoClock:
    def monotonic_s(self) -> float:
        return 0.0

    def wall_s(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


_NO_CLOCK = _NoClock()
