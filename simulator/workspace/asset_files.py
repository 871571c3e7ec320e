"""Which files the asset library takes: what their bytes are, and how large their pictures."""

from __future__ import annotations

import struct

LARGEST = 2 * 1024 * 1024
LONGEST_SIDE = 4096
"""Bytes of a file, pixels of a picture's side. Source: App API reference, "Create a file asset"."""
TAKEN = ("image/bmp", "image/jpeg", "image/jpg", "image/png", "image/gif", "application/pdf")
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
)


def content_type_of(data: bytes) -> str | None:
    """The type of a file that is taken, by how it begins; None for all others."""
    return next((kind for start, kind in _BEGINNINGS if data.startswith(start)), None)


def fault_of(data: bytes, said: str) -> str | None:
    """Why a file is not taken, with the type its sender says it has; None when it is.

    Assumed: the words, and that the bytes have to be of one of the types too.
    """
    if said.partition(";")[0].strip().lower() not in TAKEN:
        return f"file type must be one of {', '.join(TAKEN)}"
    if len(data) > LARGEST:
        return "file is larger than 2 MB"
    kind = content_type_of(data)
    if kind is None:
        return "file is no picture and no PDF"
    if max(_sides(data, kind)) > LONGEST_SIDE:
        return f"image is larger than {LONGEST_SIDE} pixels"
    return None


def _sides(data: bytes, kind: str) -> tuple[int, int]:
    """A picture's width and height in pixels; 0 where its bytes do not tell."""
    try:
        match kind:
            case "image/png":
                width, height = struct.unpack(">II", data[16:24])
            case "image/gif":
                width, height = struct.unpack("<HH", data[6:10])
            case "image/bmp":
                width, height = struct.unpack("<ii", data[18:26])
            case "image/jpeg":
                return _jpeg_sides(data)
            case _:
                return 0, 0
    except struct.error:
        return 0, 0
    return abs(width), abs(height)


def _jpeg_sides(data: bytes) -> tuple[int, int]:
    """The sides of the first frame: segments are a marker, their length, and what they hold."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return 0, 0
