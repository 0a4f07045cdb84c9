"""People at their panels: what they ask by MQTT, well or badly, through the real desk."""

import json
from random import Random

from adapters.codec.mqtt_topics import Kind
from tests.virtual.life import Life
from tests.virtual.oracle import Oracle
from tests.virtual.world import World

WHO = "maria"


class People:
    """Sends requests to whatever life of the daemon there is."""

    def __init__(self, world: World, oracle: Oracle, random: Random) -> None:
        """Ask by the chances of `random`."""
        self.life: Life | None = None
        self._world = world
        self._oracle = oracle
        self._random = random
        self._count = 0
        self._sent: list[tuple[str, bytes]] = []

    def ask(self, name: str, **content: object) -> dict[str, object]:
        """Send a command with a fresh id; returns the answer that came at once, or nothing."""
        self._count += 1
        asked = {"id": f"r{self._count}", "by": WHO, "ttl_s": 60, **content}
        payload = json.dumps(asked).encode()
        self._sent = [*self._sent[-20:], (name, payload)]
        return self.send(name, payload)

    def send(self, name: str, payload: bytes, *, retained: bool = False) -> dict[str, object]:
        """Send any bytes."""
        if self.life is None:
            return {}
        replies = self.life.replies
        before = len(replies)
        topic = f"thermiq/asp1/command/{name}"
        self.life.desk.hear(Kind.COMMAND, name, topic, payload, retained=retained)
        return dict(replies[-1][1]) if len(replies) > before else {}

    def replay(self) -> dict[str, object]:
        """Send something again that was sent before."""
        if not self._sent:
            return {}
        return self.send(*self._random.choice(self._sent))

    def reset(self, trip: str) -> bool:
        """Release a trip by both steps; returns whether it was taken."""
        armed = self.ask("reset", trip=trip)
        nonce = armed.get("nonce")
        if not armed.get("accepted") or not isinstance(nonce, str):
            return False
        refused = self.ask("confirm", trip=trip, nonce=nonce)
        if refused:
            return False
        self._oracle.granted.append(trip)
        return True

    def reset_all(self) -> None:
        """Release whatever is latched, as far as it lets us."""
        for trip in sorted(self._oracle.told):
            if self.reset(trip):
                self._world.log(f"maria resets {trip}")

    def override(self) -> None:
        """Ask for some value of some output, sensible or not."""
        output, value, unit = self._random.choice(
            (
                ("miner1.power_target", self._random.choice((0, 1700, 2500, 3300, 9000, -5)), "W"),
                ("miner2.power_target", self._random.choice((0, 2500, 1e9)), "W"),
                ("rv2.position_target", self._random.choice((0, 40, 100)), "%"),
                ("rv1.position_target", self._random.choice((0, 100)), "%"),
                ("p3.run_target", self._random.choice((True, False)), ""),
                ("p5.run_target", True, ""),
                ("heatpump.sg_ready", self._random.choice(("locked", "forced", "on")), ""),
                ("inverter.battery_mode", "charge", ""),
            )
        )
        unit_told: dict[str, object] = {"unit": unit} if unit else {}
        lasts_s = self._random.choice((5, 60, 3600))
        self.ask("override", output=output, value=value, ttl_s=lasts_s, **unit_told)
