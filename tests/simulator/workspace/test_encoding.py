from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_exchanges import WIRE

from simulator.workspace.encoding import decode, encode

VECTORS = json.loads((WIRE / "encoding_vectors.json").read_text(encoding="utf-8"))["vectors"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: json.dumps(vector["decoded"], ensure_ascii=False)[:60])
def test_all_three_spellings_mean_the_same_and_ours_is_the_browsers(vector: dict[str, Any]) -> None:
    for spelling in ("encoded", "encoded_python_default_quote", "encoded_without_padding"):
        assert decode(vector[spelling]) == vector["decoded"]
    assert encode(vector["decoded"]) == vector["encoded"]


@given(st.lists(VALUES))
def test_what_is_encoded_is_read_back(value: list[Any]) -> None:
    assert decode(encode(value)) == value


@given(st.lists(VALUES, min_size=1))
def test_plain_base64_means_nothing(value: list[Any]) -> None:
    assert decode(base64.b64encode(json.dumps(value).encode()).decode()) == []


@given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
def test_what_is_no_encoding_never_fails(text: str) -> None:
    decode(text)


@pytest.mark.parametrize("value", ["", "%%%", "JTVC", None, 7, [], base64.b64encode(b"%5B" * 200_000).decode()])
def test_what_cannot_be_read_means_nothing(value: object) -> None:
    assert decode(value) == []
