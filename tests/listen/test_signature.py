"""Signatures are those of Customer.io, and nothing else passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailwright.listen.signature import TOLERANCE, signature, why_refused

VECTORS = json.loads((Path(__file__).parents[1] / "data/wire/webhooks/signature_vectors.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS)
def test_a_known_signature_is_the_same(vector):
    stamp, given = (vector["headers"][name] for name in ("X-CIO-Timestamp", "X-CIO-Signature"))
    body = vector["raw_body"].encode()
    assert signature(vector["signing_key"], stamp, body) == given
    assert why_refused(vector["signing_key"], stamp, given, body, int(stamp)) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"body": b"{} "}, "wrong signature", id="one more byte"),
        pytest.param({"key": "other"}, "wrong signature", id="another key"),
        pytest.param({"stamp": "1767225601"}, "wrong signature", id="another time"),
        pytest.param({"given": ""}, "not signed", id="no signature"),
        pytest.param({"given": "ü" * 64}, "wrong signature", id="letters that are none of hexadecimal"),
        pytest.param({"stamp": None}, "not signed", id="no time"),
        pytest.param({"now": 1767225600 + TOLERANCE + 1}, "too old, or a clock is off", id="sent again much later"),
        pytest.param({"now": 1767225600 - TOLERANCE - 1}, "too old, or a clock is off", id="from the future"),
        pytest.param({"now": 1767225600 + TOLERANCE}, None, id="just in time"),
    ],
)
def test_what_is_not_genuine_is_refused(change: dict, why: str | None):
    known = {"key": "whsec", "stamp": "1767225600", "body": b"{}", "now": 1767225600}
    known["given"] = signature("whsec", "1767225600", b"{}")
    known.update(change)
    assert why_refused(known["key"], known["stamp"], known["given"], known["body"], known["now"]) == why


def test_a_signed_time_that_is_none_is_refused():
    for stamp in ("soon", "-1", "٣", "1" * 30):
        assert why_refused("k", stamp, signature("k", stamp, b""), b"", 0) == "no time"
