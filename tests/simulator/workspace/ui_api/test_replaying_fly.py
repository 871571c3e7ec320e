"""Every exchange of the UI API's reference, answered as it is there."""

from __future__ import annotations

import pytest
from wire_exchanges import Exchange, exchanges_in
from wire_replay import replay


@pytest.mark.parametrize("exchange", exchanges_in("fly"), ids=str)
def test_an_exchange_is_answered_as_the_reference_has_it(exchange: Exchange) -> None:
    assert replay(exchange) == []
