"""SG-Ready: two potential-free contacts tell a heat pump one of four states. Pure.

| state | relay 1 (input 1) | relay 2 (input 4) | meaning |
| --- | --- | --- | --- |
| locked | on | off | the utility's lock, at most two hours |
| normal | off | off | the heat pump's own, efficient way |
| recommended | off | on | it may take more than it needs: no promise that it runs |
| forced | on | on | it shall run, within its own limits |

Relays that lose their power fall to *normal*.
"""

STATES = ("locked", "normal", "recommended", "forced")
"""In the order of the standard: 1 to 4."""

RELAYS: dict[str, tuple[bool, bool]] = {
    "locked": (True, False),
    "normal": (False, False),
    "recommended": (False, True),
    "forced": (True, True),
}
"""State to (relay 1, relay 2)."""

_STATE = {relays: state for state, relays in RELAYS.items()}


def relays_of(state: str) -> tuple[bool, bool]:
    """Return (relay 1, relay 2) of a state. Raises KeyError for what is none."""
    return RELAYS[state]


def state_of(relay1: bool, relay2: bool) -> str:
    """Return the state that two contacts tell."""
    return _STATE[relay1, relay2]
