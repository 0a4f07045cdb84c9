"""What several unit tests are given."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.runtime.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give a store that is occupied until the test ends."""
    made = Store(tmp_path / "state")
    made.occupy()
    yield made
    made.close()
