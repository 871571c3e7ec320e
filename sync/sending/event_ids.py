"""Event ids that are the same whenever the same line is sent, so that a workspace takes a repeat for what it is."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from sync.sending.logged import moment_of

if TYPE_CHECKING:
    from sync.sending.logged import LoggedCall

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_PACKED = re.compile(r"\.(gz|gzip|zst|zstd)$", re.IGNORECASE)
_LATEST = (1 << 48) - 1  # milliseconds that a ULID can say
_encode = msgspec.json.Encoder().encode


def is_ulid(text: str) -> bool:
    """Whether a text is a ULID as Customer.io asks for one."""
    return _ULID.fullmatch(text) is not None


def ulid(milliseconds: int, digest: bytes) -> str:
    """The ULID of a moment whose random part is the first ten bytes of *digest*."""
    number = min(max(milliseconds, 0), _LATEST) << 80 | int.from_bytes(digest[:10], "big")
    return "".join([_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5)])


def call_digest(source: str, part: int, call: LoggedCall) -> bytes:
    """Sixteen bytes that stand for one call: the log's name, the line, the call's place in the line, all it says.

    A packed log has the name that it has unpacked.
    """
    said = (
        _PACKED.sub("", source), call.line, part, call.kind, call.person, call.id_type, call.name, call.data,
        call.at, call.timestamp, call.event_id, call.anonymous_id, call.other, call.other_type, call.update_only,
        call.channel, call.beside,
    )  # fmt: skip
    return hashlib.blake2b(_encode(said), digest_size=16).digest()


def event_id(call: LoggedCall, digest: bytes, salt: str = "") -> str:
    """The id that an event is sent with: its own where that is a ULID, else one made from its own, else from the line.

    *salt* makes other ids of all, for a log that is to count once more.
    Source: semantics R31: an event whose id was seen before is neither shown nor processed.
    """
    if call.event_id is not None:
        if not salt and is_ulid(call.event_id):
            return call.event_id
        digest = hashlib.blake2b(call.event_id.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    if salt:
        digest = hashlib.blake2b(salt.encode() + digest, digest_size=16).digest()
    return ulid((moment_of(call) or 0) * 1000, digest)
