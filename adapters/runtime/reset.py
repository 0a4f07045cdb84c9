"""The two steps of a reset: arming shows the cause and gives a nonce, confirming releases.

In this file: what is armed, what was granted lately, and the only ways from one to the other.
Pure; whoever calls brings the time and the nonce.

    asked     objection, the first that holds         then armed is   otherwise
    arm       the trip is not latched                 as before       armed with a new nonce
              its cause still lasts                   as before
              5 resets in the last 15 min             as before
    confirm   nothing is armed                        nothing         granted, counted, and
              its 30 s are over                       nothing         nothing is armed
              another trip, person or nonce           nothing
              the trip is not latched any more        nothing
              its cause has come back                 nothing
              5 resets in the last 15 min             nothing

A wrong nonce disarms, so nobody tries one after another. One reset is armed at a time: a second
arming takes the place of the first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from adapters.runtime.refusal import Refusal
from engine.values.truth import Truth

NONCE_LIFE_S = 30.0
RESETS_MAX = 5
WINDOW_S = 900.0
"""No more than RESETS_MAX resets are granted in any so many seconds."""


class Asked(NamedTuple):
    """A request at a moment, with what the last scan says of the trip."""

    trip: str
    by: str
    nonce: str
    now_s: float
    latched: bool
    cause: Truth


class Armed(NamedTuple):
    """A reset that waits for its confirmation until monotonic `until_s`."""

    trip: str
    by: str
    nonce: str
    until_s: float


@dataclass(frozen=True, slots=True)
class ResetState:
    """What is armed, and when resets were granted lately (monotonic)."""

    armed: Armed | None = None
    granted_s: tuple[float, ...] = ()


class Objection(NamedTuple):
    """Why not."""

    kind: Refusal
    text: str


_Holds = Callable[[ResetState, Asked], bool]
_Row = tuple[_Holds, Refusal, str]


def _too_many(state: ResetState, asked: Asked) -> bool:
    return len(_recent(state, asked.now_s)) >= RESETS_MAX


def _other(state: ResetState, asked: Asked) -> bool:
    return state.armed is None or state.armed[:3] != asked[:3]


_LASTS = "its cause still lasts"
_OFTEN = f"{RESETS_MAX} resets in {WINDOW_S / 60:g} min are enough; look at the plant first"
_NOT_LATCHED: _Row = (lambda _, asked: not asked.latched, Refusal.NOT_NOW, "it is not latched")
_CAUSE: _Row = (lambda _, asked: asked.cause is True, Refusal.NOT_NOW, _LASTS)
_UNSEEN: _Row = (
    lambda _, asked: asked.cause is None,
    Refusal.NOT_NOW,
    f"whether {_LASTS} cannot be seen: a sensor is silent",
)
_TOO_MANY: _Row = (_too_many, Refusal.TOO_OFTEN, _OFTEN)

ARMING: tuple[_Row, ...] = (_NOT_LATCHED, _CAUSE, _UNSEEN, _TOO_MANY)
CONFIRMING: tuple[_Row, ...] = (
    (lambda state, _: state.armed is None, Refusal.NOT_NOW, "nothing is armed; arm it first"),
    (
        lambda state, asked: state.armed is not None and asked.now_s >= state.armed.until_s,
        Refusal.NOT_NOW,
        f"its {NONCE_LIFE_S:g} s are over; arm it again",
    ),
    (_other, Refusal.FORBIDDEN, "this is not what was armed; arm it again"),
    _NOT_LATCHED,
    _CAUSE,
    _UNSEEN,
    _TOO_MANY,
)


def arm(state: ResetState, asked: Asked) -> tuple[ResetState, Objection | None]:
    """Return the state after arming with a fresh `asked.nonce`, or why it is refused."""
    objection = _first(ARMING, state, asked)
    if objection is not None:
        return state, objection
    armed = Armed(asked.trip, asked.by, asked.nonce, asked.now_s + NONCE_LIFE_S)
    return replace(state, armed=armed), None


def confirm(state: ResetState, asked: Asked) -> tuple[ResetState, Objection | None]:
    """Return the state after a confirmation, and why it is refused; None: the trip is reset."""
    objection = _first(CONFIRMING, state, asked)
    recent_s = _recent(state, asked.now_s)
    granted_s = recent_s if objection is not None else (*recent_s, asked.now_s)
    return ResetState(None, granted_s), objection


def _first(rows: tuple[_Row, ...], state: ResetState, asked: Asked) -> Objection | None:
    found = ((kind, text) for holds, kind, text in rows if holds(state, asked))
    return next((Objection(kind, text) for kind, text in found), None)


def _recent(state: ResetState, now_s: float) -> tuple[float, ...]:
    return tuple(at_s for at_s in state.granted_s if now_s - at_s < WINDOW_S)
