from __future__ import annotations

from collections.abc import Iterator

import pytest
from wire_exchanges import Wired, wired


@pytest.fixture
def workspace() -> Iterator[Wired]:
    with wired() as server:
        yield server
