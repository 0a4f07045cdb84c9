"""P12: rules that are broken or half written, and what a daemon runs meanwhile (F110, F111).

One after another the files of a small site are broken (overwritten, something put in or taken out)
or cut off anywhere, staged, and asked to go live, while the daemon scans. What cannot run must be
refused, and the rules that run are those from before, also after a restart. What can run all the
same (half a file is sound if it ends behind a rule) goes live as it was staged.
"""

import argparse
import asyncio
import logging
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from adapters.runtime.refusal import RefusedError
from adapters.runtime.versions import Saying
from engine.language.checked import Checked, check_files
from engine.language.problem import Severity
from tests.adapters.test_going_live import House
from tests.making.daemons import INTERLOCKS, PLANT, RULES
from tests.reliability.outcome import Outcome

FILES = {"plant.yaml": PLANT, "heat.yaml": RULES, "interlocks.yaml": INTERLOCKS}
GARBAGE = ("\t", "{", "]", ": :", "&x *x", "°", "\x00", "- - -", "|\n", "!!python/object", "<<: *a")
REST_S = 0.005
"""Real time between two scans while rules are tried."""
NAMES = ("tank.top", "sun.power", "pump.run", "kW", "when", "rules")
ANNA = Saying("anna")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--broken", type=int, default=200, help="files that are broken")
    parser.add_argument("--cut", type=int, default=1_000, help="files that are cut off anywhere")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sabotage", choices=list(SABOTAGES), default="")


def run(options: argparse.Namespace) -> Outcome:
    """Try so many files on a daemon that scans."""
    logging.disable()
    bad = Bad(options.seed, options.broken, options.cut)
    if options.sabotage:
        SABOTAGES[options.sabotage]()
    with tempfile.TemporaryDirectory(prefix="thermiq-rules-") as name:
        house = calm(House(Path(name) / "site"))
        house.run(lambda: bad.try_all(house))
        scans = house.daemon.cycle.counters.scans
    seen = bad.seen
    figure = (
        f"{options.broken:,} broken files and {options.cut:,} that were cut off, tried within "
        f"{scans:,} scans: {seen['refused']:,} refused, {seen['sound']:,} ran for they were sound, "
        f"{len(bad.wrong)} times rules ran that must not"
    )
    if bad.wrong:
        figure += f"; first: {bad.wrong[0]}"
    kept = not bad.wrong and seen["refused"] > seen["sound"]
    seeds = (options.seed, options.seed + options.broken + options.cut)
    return Outcome("P12 bad rules never run", figure, kept, seeds)


def calm(house: House) -> House:
    """Leave the thread that stages rules some time: scans without end take it most of theirs."""
    sleep = house.site.clock.sleep

    async def rest(seconds: float) -> None:
        await sleep(seconds)
        await asyncio.sleep(REST_S)

    house.site.clock.sleep = rest  # type: ignore[method-assign] # of this clock alone
    return house


def broken(number: int, text: str = RULES) -> bytes:
    """Return a file cut off, overwritten or with something put in, by seed."""
    chance = random.Random(number)  # noqa: S311 - a corpus, not a secret
    at = chance.randrange(len(text))
    match number % 4:
        case 0:
            text = text[:at]
        case 1:
            text = text[:at] + chance.choice(GARBAGE) + text[at:]
        case 2:
            text = text[:at] + text[at + chance.randrange(1, 12) :]
        case _:
            text = text.replace(chance.choice(NAMES), chance.choice(NAMES) + "x", 1)
    return text.encode()


class Bad:
    """Tries bad files on a daemon and judges what runs."""

    def __init__(self, seed: int, broken_files: int, cut_files: int) -> None:
        """Draw by seeds from `seed` on."""
        self._cut_from = seed + broken_files
        self._seeds = range(seed, seed + broken_files + cut_files)
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []

    async def try_all(self, house: House) -> None:
        """Try each, a scan after the other."""
        for number in self._seeds:
            chance = random.Random(number)  # noqa: S311 - a corpus, not a secret
            name = chance.choice(list(FILES))
            data = FILES[name].encode()
            cut = number >= self._cut_from
            data = data[: chance.randrange(len(data))] if cut else broken(number, FILES[name])
            await self._try(house, number, {**_whole(), name: data})

    async def _try(self, house: House, number: int, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            (house.site.folder / name).write_bytes(data)
        before, sound = house.daemon.digest, _is_sound(files)
        staged = await house.live.stage()
        try:
            await house.live.activate(staged.digest, ANNA)
        except RefusedError:
            self.seen["refused"] += 1
            runs = before
        else:
            self.seen["sound"] += 1
            runs = staged.digest
            if not sound:
                self.wrong.append(f"seed {number}: rules that cannot run went live")
        if house.daemon.digest != runs:
            self.wrong.append(f"seed {number}: {house.daemon.digest[:12]} runs")
        noted = house.live.versions.running()
        if noted is None or noted.digest != runs:
            self.wrong.append(f"seed {number}: a restart would run others")
        await house.scans(1)


def _whole() -> dict[str, bytes]:
    return {name: text.encode() for name, text in FILES.items()}


def _is_sound(files: Mapping[str, bytes]) -> bool:
    return not any(each.severity is Severity.ERROR for each in check_files(dict(files)).problems)


def _unchecked() -> None:
    Checked.ok = property(lambda _: True)  # type: ignore[method-assign,assignment] # the sabotage: all run


SABOTAGES: Mapping[str, Callable[[], None]] = {"unchecked": _unchecked}
"""Defences that can be taken out: that rules with an error do not run."""
