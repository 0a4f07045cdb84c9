"""Who may say and hear what on the broker: the users, and the access list made of them. Pure.

The list that ships, deploy/mosquitto/acl, is `access_list(Topics("asp1"))`. What a user may publish
is what the table of topics says of them; tests hold list, table and a real broker together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.codec.mqtt_topics import COMMANDS, Topics

RESETTING = ("reset", "confirm")
"""Commands that release a latch: for people who have looked, not for panels and buttons."""


@dataclass(frozen=True, slots=True)
class User:
    """A user of the broker, with what they may; topics may hold `+` and end in `#`."""

    name: str
    about: str
    called: str = ""
    """Who they are in the table of topics; empty if they publish nothing that stands there."""
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    """What they may not even read, though a wider line would let them."""


def users_of(topics: Topics) -> tuple[User, ...]:
    """Return the users of a site's broker."""
    tree, setpoints = f"{topics.root}/#", topics.set("+")
    resets = tuple(f"{topics.command(name)}/#" for name in RESETTING)
    buttons = tuple(topics.command(name) for name in COMMANDS if name not in RESETTING)
    sources = (
        User("emsesp", "the gateway of the heat pump", writes=("ems-esp/#",)),
        User("weather", "whoever knows how warm it is outside", writes=("weather/#",)),
        User("tariff", "whoever knows the prices", writes=("tariff/#",)),
    )
    own = (tree, f"{topics.base}-shadow/{topics.site}/#", topics.config)
    heard = tuple(topic for source in sources for topic in source.writes)
    return (
        User("thermiq", "the controller", "ThermIQ", own, (*own, topics.birth, *heard)),
        User(
            "operator",
            "a person who may do everything that MQTT offers, resets too",
            "operators",
            (setpoints, *map(topics.command, COMMANDS)),
            (tree,),
        ),
        User(
            "homeassistant",
            "Home Assistant: buttons, but no reset",
            "Home Assistant",
            (setpoints, *buttons, f"{topics.discovery}/#"),
            (tree, f"{topics.discovery}/#"),
            resets,
        ),
        User(
            "panel", "a panel on the wall: setpoints alone", "panels", (setpoints,), (tree,), resets
        ),
        User("guest", "looks", "", (), (tree,), (f"{topics.root}/commands/#",)),
        *sources,
    )


def access_list(topics: Topics) -> str:
    """Return the access list of a site, as Mosquitto reads it. Whoever is not in it may nothing."""
    head = (
        f"# Who may what on the broker of {topics.site}. Made of adapters/codec/mqtt_access.py, "
        "which the tests\n# hold against the table in docs/COMMUNICATION.md; another site has "
        "another name in each line.\n"
    )
    return head + "".join("\n" + "\n".join(_lines(user)) + "\n" for user in users_of(topics))


def _lines(user: User) -> Iterator[str]:
    yield f"# {user.about}"
    yield f"user {user.name}"
    for topic in user.denied:
        yield f"topic deny {topic}"
    for topic in user.writes:
        yield f"topic {'readwrite' if topic in user.reads else 'write'} {topic}"
    for topic in user.reads:
        if topic not in user.writes:
            yield f"topic read {topic}"


def may_write(user: User, topic: str) -> bool:
    """Tell whether a user may publish on a topic."""
    return _covered(user.writes, topic)


def may_read(user: User, topic: str) -> bool:
    """Tell whether a user is told what is published on a topic."""
    return _covered(user.reads, topic) and not _covered(user.denied, topic)


def _covered(patterns: tuple[str, ...], topic: str) -> bool:
    return any(_matches(pattern.split("/"), topic.split("/")) for pattern in patterns)


def _matches(pattern: list[str], levels: list[str]) -> bool:
    if pattern[-1] == "#":
        pattern = pattern[:-1]
        levels = levels[: len(pattern)]
    return len(pattern) == len(levels) and all(
        wanted in ("+", level) for wanted, level in zip(pattern, levels, strict=True)
    )
