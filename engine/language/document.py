"""A YAML file as a tree of texts with their places. Nothing is converted: `no` stays `no`."""

from dataclasses import dataclass

from engine.language.position import Position


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. `style` is `'`, `"`, `|`, `>` or nothing for plain.

    `raw` is the text as it stands in the file, quotes and all, and `start` its index there.
    """

    text: str
    style: str
    position: Position
    raw: str = ""
    start: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was written, not even quotes."""
        return not self.text and not self.style


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with values, in the order of the file; no key stands twice."""

    items: tuple[tuple[Scalar, "Node"], ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Sequence:
    """Values in the order of the file."""

    items: tuple["Node", ...]
    position: Position


Node = Scalar | Mapping | Sequence


class Ruler:
    """Tells where a part of a scalar's text stands in the file.

    Exact for text on one line and for folded or literal blocks; the start of the scalar where
    escapes in double quotes make it longer than what it means.
    """

    def __init__(self, scalar: Scalar) -> None:
        """Lay the ruler on one scalar."""
        self._position = scalar.position
        self._indices: list[int] | None = None
        self._raw = scalar.raw
        self._shift = 0
        if scalar.raw == scalar.text or not scalar.raw:
            return
        if scalar.style in ("'", '"') and scalar.raw[1:-1] == scalar.text:
            self._shift = 1
            return
        self._indices = _aligned(scalar)

    def at(self, start: int, end: int) -> Position:
        """Return the place of `text[start:end]`, as far as it stands on one line."""
        if self._indices is None:
            return self._position.shifted(start + self._shift, max(end - start, 1))
        first = self._indices[min(start, len(self._indices) - 1)]
        last = self._indices[min(max(end - 1, start), len(self._indices) - 1)]
        line_start = self._raw.rfind("\n", 0, first) + 1
        line_end = self._raw.find("\n", first)
        length = (last if line_end < 0 else min(last, line_end - 1)) + 1 - first
        if line_start == 0:
            return self._position.shifted(first, max(length, 1))
        line = self._position.line + self._raw.count("\n", 0, first)
        column = first - line_start + 1
        return Position(self._position.file, line, column, column + max(length, 1))


def _aligned(scalar: Scalar) -> list[int]:
    """Return for each character of the text its index in `raw`.

    Folding changes white space only, so the other characters stand in `raw` in the same order.
    """
    raw, text = scalar.raw, scalar.text
    if scalar.style == '"' and "\\" in raw:
        return [0] * (len(text) + 1)
    index = max(raw.find("\n"), 0) if scalar.style in ("|", ">") else int(bool(scalar.style))
    indices = []
    for letter in text:
        if not letter.isspace():
            found = raw.find(letter, index)
            index = found if found >= 0 else index
        indices.append(min(index, len(raw) - 1))
        index += 1
    indices.append(min(index, len(raw) - 1))
    return indices
