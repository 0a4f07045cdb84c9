"""What is missing, put into words."""

from collections.abc import Sequence
from typing import assert_never

from engine.values.fact import Quality
from engine.workshop.evidence import Reading
from engine.workshop.figures import amount, duration, figure, pair
from engine.workshop.lack import (
    Amount,
    Change,
    Either,
    Every,
    Heard,
    Lack,
    Lasting,
    Opening,
    TimerKind,
    Unheard,
    Unmet,
    Wait,
)
from engine.workshop.words import Words

SYMBOLS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}
"""Operators as people write them."""

_MOST_ALTERNATIVES = 2


def tell_lack(  # noqa: C901, PLR0911, PLR0912 - one case for each kind
    words: Words, lack: Lack, for_s: float = 0.0
) -> str:
    """Return what is missing: `surplus needs 420 W more for 3 min (3.18 kW, must be > 3.6 kW)`."""
    lasting = words.lasting.format(duration=duration(for_s, words.notation)) if for_s else ""
    match lack:
        case Amount():
            return _tell_amount(words, lack, lasting)
        case Change():
            template = words.must_not_be if lack.unlike else words.must_be
            wanted, now = figure(lack.wanted, words.notation), figure(lack.now, words.notation)
            return template.format(what=lack.what, wanted=wanted, now=now, lasting=lasting)
        case Unheard():
            if not lack.readings:
                return words.incomputable.format(text=lack.text)
            causes = tell_all_unknown(words, lack.readings)
            return words.unheard.format(text=lack.text, causes=causes) if lack.text else causes
        case Heard():
            return words.heard.format(text=lack.text, lasting=lasting)
        case Opening():
            if lack.in_s is None:
                return words.opens_never.format(text=lack.text)
            template = words.opens if lack.begin else words.closes
            return template.format(text=lack.text, in_time=duration(lack.in_s, words.notation))
        case Wait():
            return _tell_wait(words, lack)
        case Unmet():
            return (words.unmet if lack.wanted else words.unmet_not).format(name=lack.name)
        case Lasting():
            return _tell_lasting(words, lack)
        case Every():
            parts = [tell_lack(words, part) for part in lack.lacks]
            pairs = zip(parts, lack.lacks, strict=True)
            return join([_enclosed(text, part) for text, part in pairs], words.and_)
        case Either():
            nearest = lack.lacks[:_MOST_ALTERNATIVES]
            return join([tell_lack(words, part) for part in nearest], words.or_)
        case _:
            assert_never(lack)


def _tell_amount(words: Words, lack: Amount, lasting: str) -> str:
    now, bound = pair(lack.now, lack.bound, words.notation)
    if lack.amount.base == 0:
        template = words.must_become
    else:
        template = words.more if lack.more else words.less
    return template.format(
        what=lack.what,
        amount=amount(lack.amount, words.notation),
        lasting=lasting,
        now=now,
        operator=SYMBOLS[lack.operator],
        bound=f"{lack.bound_text} = {bound}" if lack.bound_text else bound,
    )


def _tell_wait(words: Words, lack: Wait) -> str:
    templates = {
        TimerKind.FOR: words.wait_for,
        TimerKind.HOLD: words.wait_hold,
        TimerKind.REST: words.wait_rest,
    }
    seconds = duration(lack.seconds, words.notation)
    return templates[lack.kind].format(what=lack.what, seconds=seconds)


def _enclosed(text: str, lack: Lack) -> str:
    """Return alternatives in brackets where they stand among other parts."""
    return f"({text})" if isinstance(lack, Either) else text


def _tell_lasting(words: Words, lack: Lasting) -> str:
    if isinstance(lack.lack, Every | Either | Lasting | Wait | Opening | Unmet):
        text = tell_lack(words, lack.lack)
        span = duration(lack.for_s, words.notation)
        return words.lasting_all.format(lack=text, duration=span)
    return tell_lack(words, lack.lack, lack.for_s)


def tell_unknown(words: Words, reading: Reading) -> str:
    """Return why a reading is unknown: `outside.temperature is STALE, last heard 42 min ago`."""
    return tell_all_unknown(words, (reading,))


def tell_all_unknown(words: Words, readings: Sequence[Reading]) -> str:
    """Return why readings are unknown; those with the same reason are told together."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for reading in readings:
        together.setdefault(_cause(words, reading), []).append(reading.name)
    texts = []
    for (one, many, age), names in together.items():
        template = one if len(names) == 1 else many
        joined = join(names, words.and_)
        texts.append(template.format(names=joined, age=age))
    return join(texts, words.and_)


def _cause(words: Words, reading: Reading) -> tuple[str, str, str]:
    """Return the phrase for one reading, the one for several, and the age they speak of."""
    if reading.window_s:
        window = duration(reading.window_s, words.notation)
        return words.window_short, words.window_short, window
    age = "" if reading.age_s is None else duration(reading.age_s, words.notation)
    if reading.quality is Quality.MISSING or (reading.quality and not age):
        return words.missing, words.missing_many, age
    match reading.quality:
        case Quality.STALE:
            return words.stale, words.stale_many, age
        case Quality.BAD:
            return words.bad, words.bad_many, age
        case Quality.GOOD | None:
            return words.no_value, words.no_value, age
        case _:
            assert_never(reading.quality)


def join(texts: Sequence[str], last: str) -> str:
    """Return `a, b and c`."""
    if len(texts) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"
