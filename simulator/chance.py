"""Chance as a stable hash, so that the same history gives the same bytes."""

from __future__ import annotations

from hashlib import blake2b


def draw(*names: str | int) -> float:
    """A number from 0 up to 1, evenly spread over different *names* and always the same for the same ones."""
    text = "\x1f".join(str(name) for name in names)
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") / 2**64


def digest(*names: str | int, size: int = 8) -> str:
    """A short hexadecimal name for *names*; *size* is in bytes."""
    text = "\x1f".join(str(name) for name in names)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
