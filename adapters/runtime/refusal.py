"""Why something that a person asked for is refused: a kind that programs read, and a sentence."""

from enum import Enum


class Refusal(Enum):
    """What sort of objection it is."""

    UNKNOWN = "unknown"
    """Nothing here has that name."""
    INVALID = "invalid"
    """The request itself is wrong, now and later."""
    NOT_NOW = "not_now"
    """The plant or the daemon is not in a state for it."""
    TOO_OFTEN = "too_often"
    FORBIDDEN = "forbidden"


class RefusedError(Exception):
    """A request that is refused; the text says why, for the person who asked."""

    def __init__(self, kind: Refusal, text: str) -> None:
        """Say of what sort and why."""
        super().__init__(text)
        self.kind = kind
