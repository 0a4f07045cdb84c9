"""From bytes to text, or the place of the first byte that is not text."""

import codecs
import re

from engine.language.check import limit_exceeded, not_text, not_yaml
from engine.language.position import Position
from engine.language.problem import Problem

MAX_FILE_BYTES = 256 * 1024

_UTF16_OR_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# Everything that no editor shows: control characters, exotic line ends, a byte order mark inside.
UNSEEN = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_TAB_INDENTATION = re.compile(r"^ *\t[ \t]*[^\s#]", re.MULTILINE)


def read_text(file: str, content: bytes) -> tuple[str, tuple[Problem, ...]]:
    """Return the text with plain line ends; if there are problems, only for showing it."""
    start = Position(file, 1, 1, 2)
    if len(content) > MAX_FILE_BYTES:
        limit = f"{MAX_FILE_BYTES // 1024} KiB"
        advice = "split it into several files"
        return "", (limit_exceeded.problem("the file is larger", limit, start, advice),)
    if content.startswith(_UTF16_OR_32):
        return "", (not_text.problem("the file is saved as UTF-16 or UTF-32, not as UTF-8", start),)
    try:
        text = _with_plain_line_ends(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        text = _with_plain_line_ends(content.decode("utf-8-sig", errors="replace"))
        return text, (_bad_byte(file, content),)
    return text, _unseen(file, text)


def place_of(file: str, text: str, index: int, length: int = 1) -> Position:
    """Return the position of `text[index]`."""
    line_start = text.rfind("\n", 0, index) + 1
    line = text.count("\n", 0, line_start) + 1
    column = index - line_start + 1
    return Position(file, line, column, column + length)


def _with_plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bad_byte(file: str, content: bytes) -> Problem:
    body = content.removeprefix(codecs.BOM_UTF8)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = _with_plain_line_ends(body[: error.start].decode("utf-8"))
        what = f"the byte 0x{body[error.start]:02x} here is not UTF-8"
        return not_text.problem(what, place_of(file, before, len(before)))
    return not_text.problem("the file is not UTF-8", Position(file, 1, 1, 2))


def _unseen(file: str, text: str) -> tuple[Problem, ...]:
    unseen = UNSEEN.search(text)
    if unseen:
        what = f"an invisible character stands here (U+{ord(unseen[0]):04X})"
        return (not_text.problem(what, place_of(file, text, unseen.start())),)
    tab = _TAB_INDENTATION.search(text)
    if tab:
        index = text.index("\t", tab.start())
        advice = "indent with spaces, two a level"
        place = place_of(file, text, index)
        return (not_yaml.problem("the line is indented with a tab", place, advice),)
    return ()
