"""The real daemon against the house on loopback, in storms on every link, judged from its wires.

A storm draws outages that begin and end in any order, trips and pulses of the safety relay, miners
that reboot or forget their tokens, demands that come and go. In a long one a person resets now and
then, and asks anew, in the middle of it. In the end everything is in order again: a person resets,
asks anew, and both miners must run.
"""

import argparse
import asyncio
import random
import shutil
import tempfile
from pathlib import Path

from adapters.runtime.reset import RESETS_MAX
from tests.reliability.blackbox_judge import MINERS, Judge
from tests.reliability.blackbox_rig import Rig, rig
from tests.reliability.blackbox_sabotage import SABOTAGES
from tests.reliability.links import LINKS
from tests.reliability.outcome import Outcome
from tests.reliability.tcp_proxy import FAULTS

STEPS = 12
_LONGEST_STEP = 25
"""Scans between two things that happen."""
_RESET_AFTER = 15
"""Things that happen between two resets."""
_SAFETY = (("safety_a",), ("safety_b",), ("safety_a", "safety_b"))


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--rounds", type=int, default=20, help="storms, each with its daemon")
    parser.add_argument("--steps", type=int, default=STEPS, help="things that happen in a storm")
    parser.add_argument("--seed", type=int, default=1, help="of the first storm")
    parser.add_argument("--sabotage", choices=SABOTAGES, default="", help="a defence taken out")
    parser.add_argument("--folder", type=Path, help="where to write; a temporary one otherwise")


def run(options: argparse.Namespace) -> Outcome:
    """Let so many storms pass, each over a daemon of its own."""
    judges: list[Judge] = []
    wrong: list[str] = []
    for seed in range(options.seed, options.seed + options.rounds):
        folder = Path(tempfile.mkdtemp(prefix="thermiq-blackbox-", dir=options.folder))
        judge = Judge()
        try:
            asyncio.run(_round(folder, seed, options.steps, options.sabotage, judge))
        except (AssertionError, TimeoutError) as error:
            wrong.append(f"seed {seed}: {error or 'no answer'}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        judges.append(judge)
        wrong += [f"seed {seed}, {each}" for each in judge.wrong]
    scans, trips, told = (
        sum(each) for each in zip(*((j.scans, j.trips, j.told) for j in judges), strict=True)
    )
    faults = sum(judge.faults for judge in judges)
    figure = (
        f"{options.rounds} storms, {scans} scans, {faults} faults of links, {trips} trips, "
        f"{told} commands on the wire, {len(wrong)} wrong"
    )
    if wrong:
        figure += f"; first: {wrong[0]}"
    kept = not wrong and told > 0
    seeds = (options.seed, options.seed + options.rounds)
    return Outcome("P1 black box: links fail in storms", figure, kept, seeds)


async def _round(folder: Path, seed: int, steps: int, sabotage: str, judge: Judge) -> None:
    async with rig(folder, sabotage, judge) as one:
        await storm(one, random.Random(seed), steps)  # noqa: S311 - a fault is drawn, not a secret


async def storm(one: Rig, chance: random.Random, steps: int) -> None:
    """Let that many things happen, then let everything be in order again."""
    resets = range(_RESET_AFTER, steps, _RESET_AFTER)[: RESETS_MAX - 1]
    for step in range(steps):
        await one.scans(chance.randint(1, _LONGEST_STEP))
        if step in resets and one.judge.tripped_at is not None:
            await _go_on(one)
        await _something(one, chance)
    order = list(LINKS)
    chance.shuffle(order)
    for name in order:
        await one.link(name, None)
        await one.scans(chance.randint(1, 5))
    if one.judge.tripped_at is not None:
        await one.until(lambda: not any(map(one.judge.runs, MINERS)))
        await one.scans(_LONGEST_STEP)
        one.close_safety()
        await one.reset()
    await one.ask_anew()


async def _go_on(one: Rig) -> None:
    """Reset and ask anew while links fail; who cannot hear it goes on as before."""
    one.close_safety()
    await one.reset()
    for on in (False, True):
        for miner in MINERS:
            one.demand(miner, on)
        await one.scans(_LONGEST_STEP)


async def _something(one: Rig, chance: random.Random) -> None:
    """Let one thing happen."""
    match chance.random():
        case drawn if drawn < 0.6:
            name = chance.choice(LINKS)
            await one.link(name, chance.choice((None, *FAULTS)))
        case drawn if drawn < 0.75:
            if chance.random() < 0.25:
                one.pulse_safety(chance.choice(("safety_a", "safety_b")))
            else:
                one.open_safety(*chance.choice(_SAFETY))
        case drawn if drawn < 0.85:
            one.upset(chance.choice(MINERS), reboot=chance.random() < 0.6)
        case _:
            one.demand(chance.choice(MINERS), on=chance.random() < 0.5)
