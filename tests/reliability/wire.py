"""P9: a real daemon is sent nonsense through a real Mosquitto, and its scans go on.

The house and the daemon of the soak, and beside them somebody who floods the broker: every topic on
which the daemon takes requests, and those of the devices that are heard on MQTT.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
import threading
from pathlib import Path
from random import Random

import aiomqtt
from ruamel.yaml import YAML

from adapters.codec.mqtt_topics import COMMANDS, Topics
from tests.reliability.fuzz_messages import EMSESP, MQTT_REQUEST, MQTT_VALUE, PRICES
from tests.reliability.fuzz_target import Target, mutated
from tests.reliability.outcome import Outcome
from tests.reliability.soak import Sample, daemon, house

SPEED = 20.0
SCANS_LEAST, SCANS_MOST, EVERY = 300, 1_000_000, 20
BYTES_MAX = 4096
"""What the broker that ships lets through; some are longer and end there."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to write; a temporary one otherwise")


def run(options: argparse.Namespace) -> Outcome:
    """Flood a daemon with so many messages."""
    folder = Path(tempfile.mkdtemp(prefix="thermiq-wire-", dir=options.folder))
    try:
        return flood(folder, options.count, options.seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Flood:
    """Publishes until it is stopped; hears what the daemon answers."""

    def __init__(self, site: Path, count: int, seed: int) -> None:
        """Send at most `count` messages to the broker that the site file names."""
        self.sent = self.accepted = self.refused = 0
        self.done = False
        self.odd: list[str] = []
        self._count, self._seed = count, seed
        self._ended = threading.Event()
        self._broker = YAML(typ="safe").load(site.read_text("utf-8"))["mqtt"]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()))

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End and hear the last answers."""
        self._ended.set()
        self._thread.join()

    async def _live(self) -> None:
        async with aiomqtt.Client(self._broker["host"], self._broker["port"]) as link:
            await link.subscribe("thermiq/#")
            hearing = asyncio.create_task(self._listen(link))
            places = _places()
            while self.sent < self._count and not self._ended.is_set():
                chance = Random(self._seed + self.sent)  # noqa: S311 - drawn, no secret
                topic, target, skip = chance.choice(places)
                data = mutated(chance, target.seeds, target.words)[skip:][:BYTES_MAX]
                await link.publish(topic, data)
                self.sent += 1
            self.done = True
            await asyncio.to_thread(self._ended.wait)
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    async def _listen(self, link: aiomqtt.Client) -> None:
        async for message in link.messages:
            if message.topic.value.endswith("/reply") and isinstance(message.payload, bytes):
                told = json.loads(message.payload)
                self.accepted += told["accepted"] is True
                self.refused += told["accepted"] is False
                if not told["accepted"] and not told["reason"]:
                    self.odd.append(f"{message.topic.value}: refused without a reason")


def _places() -> list[tuple[str, Target, int]]:
    """Return topics, who makes inputs for them, and how many bytes of these are not the message."""
    topics = Topics("asp1")
    asked = [topics.set("buffer"), *map(topics.command, COMMANDS)]
    return [
        *((topic, MQTT_REQUEST, 1) for topic in asked),
        ("ems-esp/boiler_data", EMSESP, 0),
        ("weather/now", MQTT_VALUE, 0),
        ("prices", PRICES, 0),
    ]


def flood(folder: Path, count: int, seed: int) -> Outcome:
    """Let a daemon scan until it was sent everything; it must go on scanning, and answer."""
    with house(folder, SPEED) as peers:
        flooding = Flood(peers.site, count, seed)
        samples: list[Sample] = []

        def enough() -> bool:
            return flooding.done and samples[-1].scans - samples[0].scans >= SCANS_LEAST

        for sample in daemon(peers, SCANS_MOST, EVERY, enough=enough):
            samples.append(sample)
            if len(samples) == 1:
                flooding.start()
        flooding.stop()
    first, last = samples[0], samples[-1]
    figure = (
        f"{flooding.sent:,} messages while {last.scans - first.scans:,} scans were made, "
        f"{flooding.refused:,} requests refused and {flooding.accepted:,} taken, "
        f"{last.overruns - first.overruns} overruns, RSS at most "
        f"{max(each.rss_mib for each in samples):.1f} MiB, files {first.fds} → {last.fds}"
    )
    if flooding.odd:
        figure += f"; first: {flooding.odd[0]}"
    whole = flooding.sent == count and last.scans - first.scans >= SCANS_LEAST
    kept = whole and flooding.refused > 0 and not flooding.odd
    return Outcome("P9 nonsense through a real broker", figure, kept, (seed, seed + flooding.sent))
