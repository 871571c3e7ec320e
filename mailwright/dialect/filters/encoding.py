"""Filters that escape, encode and digest.

Source: liquid §3, Text, and §1, upgrade differences.
"""

from __future__ import annotations

import base64 as codec
import binascii
import hashlib
import hmac
import re
from urllib.parse import quote, unquote_to_bytes

from mailwright.dialect import ruby_values
from mailwright.dialect.filters.text import bounded
from mailwright.dialect.js_values import text_of
from mailwright.dialect.ruby_values import RubyError

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})
_LEGACY_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_ENTITY = re.compile(r"&(amp|lt|gt|#34|#39);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "#34": '"', "#39": "'"}
_LONE_AMPERSAND = re.compile(r"&(?!(?:[a-zA-Z]+|#\d+);)")
_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_COMPONENT = "-_.!~*'()"
_WHOLE = _COMPONENT + ";/?:@&=+$,#"


def escape(value: object) -> str:
    """The text for HTML."""
    text = text_of(value)
    bounded(len(text) * (5 if len(text) > 1_000_000 else 1))
    return text.translate(_ESCAPES)


def escape_once(value: object) -> str:
    """The text for HTML; what is escaped already stays as it is."""
    return escape(_ENTITY.sub(lambda entity: _ENTITIES[entity.group(1)], text_of(value)))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def url_encode(value: object) -> str:
    """The text for a query string; a space becomes a plus."""
    return quote(_bytes(text_of(value)), safe=_COMPONENT).replace("%20", "+")


def url_decode(value: object) -> str:
    """The text of a query string.

    Raises: RubyError for a malformed percent sequence.
    """
    text = text_of(value)
    if _PERCENT.search(text):
        raise RubyError("URI malformed")
    try:
        return unquote_to_bytes(text).decode("utf-8").replace("+", " ")
    except UnicodeDecodeError:
        raise RubyError("URI malformed") from None


def cgi_escape(value: object) -> str:
    """The text for a form; only letters, digits and four marks stay."""
    return quote(_bytes(text_of(value)), safe="-_.~").replace("%20", "+")


def uri_escape(value: object) -> str:
    """A whole address, with what cannot stand in one encoded."""
    return quote(_bytes(text_of(value)), safe=_WHOLE + "[]")


def md5(value: object) -> str:
    """The MD5 digest, in hex."""
    return hashlib.md5(_bytes(text_of(value)), usedforsecurity=False).hexdigest()


def sha1(value: object) -> str:
    """The SHA-1 digest, in hex."""
    return hashlib.sha1(_bytes(text_of(value)), usedforsecurity=False).hexdigest()


def sha256(value: object) -> str:
    """The SHA-256 digest, in hex."""
    return hashlib.sha256(_bytes(text_of(value))).hexdigest()


def hmac_sha1(value: object, key: object = "") -> str:
    """The SHA-1 digest keyed with *key*, in hex."""
    return hmac.new(_bytes(text_of(key)), _bytes(text_of(value)), "sha1").hexdigest()


def hmac_sha256(value: object, key: object = "") -> str:
    """The SHA-256 digest keyed with *key*, in hex."""
    return hmac.new(_bytes(text_of(key)), _bytes(text_of(value)), "sha256").hexdigest()


def hex_base64(value: object) -> str:
    """A digest in hex, as base64.

    Raises: RubyError when the text is no hex.
    Assumed: standard base64 with padding (liquid §3).
    """
    try:
        return codec.b64encode(binascii.unhexlify(text_of(value).strip())).decode()
    except (ValueError, binascii.Error):
        raise RubyError("not a hex digest") from None


def base64_encode(value: object) -> str:
    """The text as base64."""
    return codec.b64encode(_bytes(text_of(value))).decode()


def base64_decode(value: object) -> str:
    """The text that base64 spells; what is no base64 is skipped, padding may be missing."""
    text = re.sub(r"[^A-Za-z0-9+/]", "", text_of(value).split("=")[0].replace("-", "+").replace("_", "/"))
    text = text[:-1] if len(text) % 4 == 1 else text
    return codec.b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")


def base64_url_safe_encode(value: object) -> str:
    """The text as base64 for addresses, padding kept."""
    return codec.urlsafe_b64encode(_bytes(text_of(value))).decode()


def legacy_escape(value: object) -> str:
    """The text percent-encoded: what `escape` means in legacy."""
    return quote(_bytes(ruby_values.text_of(value)), safe="-_.")


def htmlencode(value: object) -> str:
    """The text for HTML: what legacy has in the place of `escape`."""
    return ruby_values.text_of(value).translate(_LEGACY_ESCAPES)


def legacy_escape_once(value: object) -> str:
    """The text for HTML; what looks like an entity stays as it is."""
    text = _LONE_AMPERSAND.sub("&amp;", ruby_values.text_of(value))
    return text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;").replace("'", "&#39;")


def legacy_url_encode(value: object) -> str:
    """The text for a query string, as Ruby writes it."""
    return quote(_bytes(ruby_values.text_of(value)), safe="-_.*").replace("%20", "+")
