"""Two pictures of one email: which pixels changed, and a picture that shows where."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

SAME_WITHIN = 16
"""How far, of 255, a colour may be off and still be the same: edges of letters are smoothed anew each time."""
_MARK = (214, 40, 90)
_THUMB = 220


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one picture to the other."""

    pixels: int  # changed
    share: float  # of all, from 0 to 1
    marked: bytes  # the later picture, pale, with the changed pixels in colour; PNG


def difference(before: bytes, after: bytes) -> Difference:
    """What changed between two PNGs; where one is larger, the rest of it counts as changed."""
    from PIL import Image, ImageChops

    old, new = _opened(before), _opened(after)
    size = max(old.width, new.width), max(old.height, new.height)
    old, new = _on_canvas(old, size), _on_canvas(new, size)
    off = ImageChops.difference(old.convert("RGB"), new.convert("RGB"))
    strongest = ImageChops.lighter(ImageChops.lighter(off.getchannel(0), off.getchannel(1)), off.getchannel(2))
    alpha = ImageChops.difference(old.getchannel("A"), new.getchannel("A"))
    changed = ImageChops.lighter(strongest, alpha).point([0 if level <= SAME_WITHIN else 255 for level in range(256)])
    pixels = changed.histogram()[255]
    pale = Image.blend(new.convert("RGB"), Image.new("RGB", size, (255, 255, 255)), 0.65)
    pale.paste(_MARK, mask=changed)
    return Difference(pixels, pixels / max(1, size[0] * size[1]), _as_png(pale))


def contact_sheet(pairs: Sequence[tuple[bytes | None, bytes | None]], columns: int = 3) -> bytes:
    """One PNG of many pairs, before beside after, for a page that has room for one picture."""
    from PIL import Image

    gap, height = 12, 300
    cell = 2 * _THUMB + gap
    rows = (len(pairs) + columns - 1) // columns
    columns = min(columns, max(1, len(pairs)))
    sheet = Image.new(
        "RGB", (columns * (cell + 2 * gap) + gap, max(1, rows) * (height + 2 * gap) + gap), (238, 238, 234)
    )
    for place, (before, after) in enumerate(pairs):
        left = gap + (place % columns) * (cell + 2 * gap)
        top = gap + (place // columns) * (height + 2 * gap)
        for shift, picture in ((0, before), (_THUMB + gap, after)):
            box = Image.new("RGB", (_THUMB, height), (255, 255, 255))
            if picture is not None:
                opened = _opened(picture).convert("RGB")
                small = opened.resize(
                    (_THUMB, max(1, opened.height * _THUMB // opened.width)), Image.Resampling.LANCZOS
                )
                box.paste(small, (0, 0))
            sheet.paste(box, (left + shift, top))
    return _as_png(sheet)


def _opened(png: bytes) -> Image:
    from PIL import Image

    return Image.open(io.BytesIO(png)).convert("RGBA")


def _on_canvas(image: Image, size: tuple[int, int]) -> Image:
    from PIL import Image

    if image.size == size:
        return image
    canvas = Image.new("RGBA", size, (0, 0, 0, 0))
    canvas.paste(image, (0, 0))
    return canvas


def _as_png(image: Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()
