"""Did you mean: the nearest known word to a misspelt one, and letters of another script."""

import difflib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_MOST_SUGGESTIONS = 2
_CUTOFF = 0.7
_LONGEST_WORD = 60
_MOST_CANDIDATES = 2_000

# Letters that look like a Latin one: Cyrillic and Greek, as keyboards and web pages bring them in.
_LOOK_ALIKE = str.maketrans(
    "АВЕКМНОРСТХУаеорсухіјѕԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν",  # noqa: RUF001 - the look-alikes themselves
    "ABEKMHOPCTXYaeopcyxijsdhqwABEZHIKMNOPTYXoav",
)
_ASCII = 128


def advise(word: str, known: Iterable[str]) -> str:
    """Return `did you mean …?`, a sentence about a foreign letter, or nothing."""
    candidates = tuple(sorted(set(known)))
    foreign = foreign_letter(word)
    plain = word.translate(_LOOK_ALIKE)
    if foreign and plain in candidates:
        return f"{foreign}; did you mean `{plain}`?"
    near = _nearest(plain, candidates)
    asked = "did you mean " + " or ".join(f"`{name}`" for name in near) + "?" if near else ""
    return "; ".join(part for part in (foreign, asked) if part)


def foreign_letter(word: str) -> str:
    """Name the first letter that is not Latin: `its `а` is a Cyrillic letter`, or nothing."""
    for letter in word:
        script = unicodedata.name(letter, "").split(" ")[0]
        if ord(letter) >= _ASCII and letter.isalpha() and script != "LATIN":
            return f"its letter `{letter}` is {script.capitalize()}, not Latin"
    return ""


@lru_cache(maxsize=1024)
def _nearest(word: str, candidates: tuple[str, ...]) -> tuple[str, ...]:
    if not word or len(word) > _LONGEST_WORD or len(candidates) > _MOST_CANDIDATES:
        return ()
    lower = {candidate.lower(): candidate for candidate in candidates}
    found = difflib.get_close_matches(word.lower(), lower, _MOST_SUGGESTIONS, _CUTOFF)
    same_end = [c for c in candidates if c.rsplit(".", 1)[-1] == word] if not found else []
    return tuple(lower[name] for name in found) or tuple(same_end[:_MOST_SUGGESTIONS])
