"""Filters on text, as the latest engine has them.

Source: liquid §3, Text; executed on LiquidJS.
"""

from __future__ import annotations

import re
import unicodedata

from mailwright.dialect.faults import LimitHit
from mailwright.dialect.js_values import counted, cut, list_of, string_of, text_of, units

MAX_TEXT = 8_000_000  # characters; a filter that would make more stops before it does
_CJK = "\u4e00-\u9fff\uf900-\ufaff\u3400-\u4dbf\u3040-\u309f\u30a0-\u30ff\uac00-\ud7af"
# Texts, not patterns: so many letters take long to compile, and few templates count words.
_CJK_WORD, _OTHER_WORD = f"[{_CJK}]", f"[^{_CJK}\\s]+"
_SLUG_BREAKS = {
    "raw": re.compile(r"\s+"),
    "pretty": re.compile(r"[^\w.~!$&'()+,;=@]+"),
    "ascii": re.compile(r"[^A-Za-z0-9]+"),
}
_LETTERS = {
    "æ": "ae",
    "ð": "d",
    "ø": "o",
    "ß": "ss",
    "œ": "oe",
    "þ": "th",
    "ẞ": "SS",
    "Œ": "OE",
    "Þ": "TH",
    "Æ": "AE",
    "Ø": "O",
}
_RAW_BLOCKS = (("<script", "</script>"), ("<style", "</style>"), ("<!--", "-->"))


def bounded(size: int) -> None:
    """Refuse to make a text of *size* characters when that is too many.

    Raises: LimitHit.
    """
    if size > MAX_TEXT:
        raise LimitHit("namespace_bytes")


def append(value: object, tail: object = None) -> str:
    """The text with *tail* behind it."""
    return text_of(value) + text_of(tail)


def prepend(value: object, head: object = None) -> str:
    """The text with *head* before it."""
    return text_of(head) + text_of(value)


def capitalize(value: object) -> str:
    """The first letter large, all others small."""
    text = text_of(value)
    return text[:1].upper() + text[1:].lower()


def upcase(value: object) -> str:
    """All letters large."""
    return text_of(value).upper()


def downcase(value: object) -> str:
    """All letters small."""
    return text_of(value).lower()


def titlecase(value: object) -> str:
    """Each word with a large first letter.

    Assumed: the other letters stay as they are; no source shows them.
    """
    return re.sub(r"(?<!\S)\S", lambda letter: letter.group().upper(), text_of(value))


def truncate(value: object, length: object = 50, ending: object = "...") -> object:
    """At most *length* characters, the ending counted in; one longer than *length* is printed whole."""
    text, end = text_of(value), text_of(ending)
    most = int(min(counted(length), MAX_TEXT))
    if units(text) <= most:
        return value
    return cut(text, 0, max(0, most - units(end))) + end


def truncatewords(value: object, words: object = 15, ending: object = "...") -> str:
    """The first words, with the ending also when there are exactly as many."""
    text = text_of(value)
    parts = re.split(r"\s+", text)
    most = max(1, int(min(counted(words), MAX_TEXT)))
    return " ".join(parts[:most]) + (text_of(ending) if len(parts) >= most else "")


def replace(value: object, pattern: object = None, replacement: object = None) -> str:
    """Every *pattern* replaced; an empty one stands between all characters."""
    text, sought, new = text_of(value), string_of(pattern) if pattern is not None else "", text_of(replacement)
    if not sought:
        bounded(len(text) * (len(new) + 1))
        return new.join(text)
    bounded(len(text) + text.count(sought) * len(new))
    return text.replace(sought, new)


def replace_first(value: object, pattern: object = None, replacement: object = None) -> str:
    """The first *pattern* replaced."""
    return text_of(value).replace(text_of(pattern), text_of(replacement), 1)


def replace_last(value: object, pattern: object = None, replacement: object = None) -> str:
    """The last *pattern* replaced."""
    text, sought = text_of(value), text_of(pattern)
    head, found, tail = text.rpartition(sought) if sought else (text, "", "")
    return head + text_of(replacement) + tail if found or not sought else text


def remove(value: object, pattern: object = None) -> str:
    """The text without any *pattern*."""
    return text_of(value).replace(text_of(pattern), "") if text_of(pattern) else text_of(value)


def remove_first(value: object, pattern: object = None) -> str:
    """The text without the first *pattern*."""
    return text_of(value).replace(text_of(pattern), "", 1)


def remove_last(value: object, pattern: object = None) -> str:
    """The text without the last *pattern*."""
    return replace_last(value, pattern, "")


def split(value: object, separator: object = None) -> list[str]:
    """The parts between separators; empty parts at the end are dropped, others kept."""
    text, by = text_of(value), text_of(separator)
    bounded(len(text) * 4)
    parts = text.split(by) if by else list(text)
    while parts and parts[-1] == "":
        parts.pop()
    return parts


def strip(value: object, characters: object = None) -> str:
    """The text without white space, or without *characters*, at both ends."""
    return text_of(value).strip(text_of(characters) or None)


def lstrip(value: object, characters: object = None) -> str:
    """The text without white space, or without *characters*, at its start."""
    return text_of(value).lstrip(text_of(characters) or None)


def rstrip(value: object, characters: object = None) -> str:
    """The text without white space, or without *characters*, at its end."""
    return text_of(value).rstrip(text_of(characters) or None)


def strip_newlines(value: object) -> str:
    """The text on one line."""
    return text_of(value).replace("\r\n", "").replace("\n", "")


def newline_to_br(value: object) -> str:
    """A line break tag before each line end."""
    text = text_of(value)
    bounded(len(text) + 6 * text.count("\n"))
    return text.replace("\r\n", "\n").replace("\n", "<br />\n")


def normalize_whitespace(value: object) -> str:
    """Each run of white space as one space."""
    return re.sub(r"\s+", " ", text_of(value))


def strip_html(value: object) -> str:
    """The text without tags; scripts, styles and comments go with what they hold."""
    text, at, pieces = text_of(value), 0, []
    closings: dict[str, int] = {}
    while (opening := text.find("<", at)) >= 0:
        pieces.append(text[at:opening])
        end = -1
        for start, stop in _RAW_BLOCKS:
            if text.startswith(start, opening):
                known = closings.get(stop, 0)
                if 0 <= known < opening + len(start):
                    known = closings[stop] = text.find(stop, opening + len(start))
                end = known + len(stop) if known >= 0 else -1
                break
        if end < 0:
            end = text.find(">", opening + 1) + 1
        if end <= 0:
            at = opening
            break
        at = end
    return "".join(pieces) + text[at:]


def slice_(value: object, start: object = 0, length: object = 1) -> object:
    """A stretch of a text or list; a negative start counts from the end.

    Assumed: a quoted start counts as the number it spells (liquid §13.7).
    """
    if value is None:
        return []
    begin, size = int(counted(start)), int(counted(length))
    whole = value if isinstance(value, list) else text_of(value)
    total = len(whole) if isinstance(whole, list) else units(whole)
    if begin < 0:
        begin += total
    if isinstance(whole, list):
        return whole[begin : begin + size]
    return cut(whole, begin, begin + size)


def slugify(value: object, mode: object = "default", cased: object = False) -> str:
    """The text as part of an address.

    Source: LiquidJS docs, slugify, its modes.
    """
    text, name = text_of(value), text_of(mode)
    if name == "latin":
        text = text.translate({ord(letter): _LETTERS.get(letter) or _plain_letter(letter) for letter in set(text)})
    if name in _SLUG_BREAKS:
        text = _SLUG_BREAKS[name].sub("-", text)
    elif name in ("default", "latin"):
        text = text.translate({ord(letter): " " for letter in set(text) if not _is_word(letter)})
        text = re.sub(r" +", "-", text)
    if name in (*_SLUG_BREAKS, "default", "latin"):
        text = text.removeprefix("-").removesuffix("-")
    return text if cased not in (None, False) else text.lower()


def _is_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM" or unicodedata.category(letter) == "Nd"


def _plain_letter(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter)
    return plain[0] if "\u00c0" <= letter <= "\u00ff" and plain[0].isascii() else letter


def number_of_words(value: object, mode: object = None) -> int:
    """How many words the text has; with `cjk` or `auto` each Chinese, Japanese or Korean letter is one."""
    text = text_of(value).strip()
    if not text:
        return 0
    if mode == "cjk" or (mode == "auto" and re.search(_CJK_WORD, text)):
        return len(re.findall(_CJK_WORD, text)) + len(re.findall(_OTHER_WORD, text))
    return len(text.split())


def array_to_sentence_string(value: object, connector: object = "and") -> str:
    """The items as a list in prose."""
    items = [text_of(item) for item in list_of(value)]
    word = text_of(connector)
    if len(items) <= 2:
        return f" {word} ".join(items)
    return f"{', '.join(items[:-1])}, {word} {items[-1]}"


def pluralize(value: object, singular: object = "", plural: object = None) -> str:
    """The number and the word that goes with it.

    Source: Customer.io docs, Liquid tag list. Assumed: only 1 takes the singular; without a plural an s is added.
    """
    one = text_of(singular)
    many = text_of(plural) if plural is not None else one + "s"
    return f"{text_of(value)} {one if counted(value) == 1 else many}"
