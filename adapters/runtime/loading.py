"""From a site file to everything a daemon runs with, or to all that is wrong with it.

The rules are those that ran last (see `start_rules`), at first and in shadow those of the folder in
which the site file stands. Everything is looked at before anything connects: a daemon that starts
has rules that `check` accepts, drivers that exist, options that make devices, and wires that fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.files import read_rules, shown
from adapters.port import Clock, Device, Field, ScanDevice
from adapters.runtime.drivers import DRIVERS, Driver, is_device, is_scan_device
from adapters.runtime.site import DeviceEntry, SiteFile, load_site, without_secrets
from adapters.runtime.start_rules import StartRules, load_rules, rules_at_start
from adapters.runtime.versions import Version, Versions
from adapters.runtime.wiring import Wiring, wire
from engine.control.program import Program, compile_program
from engine.language.checked import Checked
from engine.language.plant import Plant
from engine.language.position import Position
from engine.language.problem import Problem, Severity, by_place
from engine.language.source import read_text
from engine.language.suggest import advise

READ_ONLY = "read_only"
"""The option that every driver is given in shadow."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a daemon is made of."""

    program: Program
    digest: str
    """Of the rule files."""
    site: SiteFile
    folder: Path
    """Where the site file stands."""
    wiring: Wiring
    devices: tuple[Device, ...] = ()
    scan_devices: tuple[ScanDevice, ...] = ()
    version: Version | None = None
    """Which of the kept versions the rules are; None: they ran never before."""
    notes: tuple[str, ...] = ()
    """Why these rules and not those in the folder."""

    def fits(self, plant: Plant) -> tuple[Problem, ...]:
        """Return what does not fit between a plant and the devices that are there."""
        built: list[Device | ScanDevice] = [*self.devices, *self.scan_devices]
        fields = {each.name: each.fields() for each in built}
        entries = [entry for entry in self.site.devices if entry.name in fields]
        return tuple(
            each for each in wire(plant, entries, fields)[1] if each.severity is Severity.ERROR
        )

    @property
    def state_folder(self) -> Path:
        """Where the retained state and the recordings lie."""
        return self.folder / self.site.state


@dataclass(frozen=True, slots=True)
class Loading:
    """What came of it: `loaded` unless there is an error, the problems, and the texts they show."""

    loaded: Loaded | None
    problems: tuple[Problem, ...]
    sources: Mapping[str, str] = field(default_factory=dict)


def load_all(
    site_path: Path,
    clock: Clock,
    *,
    shadow: bool = False,
    drivers: Mapping[str, Driver] = DRIVERS,
) -> Loading:
    """Read the site file and the rules beside it, and build the devices; connects to nothing."""
    name = shown(site_path)
    site, text, problems = _site(site_path)
    folder = site_path.parent
    if shadow:
        start = StartRules(*load_rules(folder))
    else:
        start = rules_at_start(folder, Versions(folder / site.state))
    checked = start.checked
    problems += checked.problems
    sources = {**checked.sources, name: without_secrets(text)}
    built: dict[str, Device | ScanDevice] = {}
    for entry in site.devices:
        device = _build(entry, clock, drivers, problems, shadow=shadow)
        if device is not None:
            built[entry.name] = device
    wiring, unfit = _wire(checked, site, built)
    problems += unfit
    problems.sort(key=by_place)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Loading(None, tuple(problems), sources)
    loaded = Loaded(
        program=compile_program(checked.rulebook),
        digest=start.digest,
        site=site,
        folder=folder,
        wiring=wiring,
        devices=tuple(each for each in built.values() if is_device(each)),
        scan_devices=tuple(each for each in built.values() if is_scan_device(each)),
        version=start.version,
        notes=tuple(start.notes),
    )
    return Loading(loaded, tuple(problems), sources)


def _wire(
    checked: Checked, site: SiteFile, built: Mapping[str, Device | ScanDevice]
) -> tuple[Wiring, tuple[Problem, ...]]:
    """Join the devices that could be built; without sound rules there is nothing to join to."""
    if not checked.ok:
        return Wiring({}, {}, ()), ()
    fields: dict[str, tuple[Field, ...]] = {name: each.fields() for name, each in built.items()}
    entries = [entry for entry in site.devices if entry.name in built]
    return wire(checked.rulebook.plant, entries, fields)


def _site(path: Path) -> tuple[SiteFile, str, list[Problem]]:
    """Return the site file as read, its text, and what is wrong with it."""
    read = read_rules(path)
    problems = list(read.problems)
    text = ""
    for name, content in read.files.items():
        text, unreadable = read_text(name, content)
        problems += unreadable
        if not problems:
            site, wrong = load_site(name, text)
            return site, text, [*wrong]
    return SiteFile(), text, problems


def _build(
    entry: DeviceEntry,
    clock: Clock,
    drivers: Mapping[str, Driver],
    problems: list[Problem],
    *,
    shadow: bool,
) -> Device | ScanDevice | None:
    """Return the device of one entry, or None and a problem."""
    if not entry.driver:
        return None
    driver = drivers.get(entry.driver)
    if driver is None:
        message = f"there is no driver `{entry.driver}`"
        problems.append(_problem(entry.position, message, advise(entry.driver, drivers)))
        return None
    options = {**entry.options, READ_ONLY: True} if shadow else entry.options
    try:
        return driver.load()(entry.name, options, clock)
    except ImportError as error:
        message = f"the driver `{entry.driver}` cannot be loaded: {error}"
    except ValueError as error:
        message = f"the device `{entry.name}`: {error}"
    problems.append(_problem(entry.position, message))
    return None


def _problem(position: Position, message: str, advice: str = "") -> Problem:
    return Problem("site", Severity.ERROR, message, position, advice)
