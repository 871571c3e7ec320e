"""The made-up mail of `render.py` for many people, by one process and by two: what goal V3 times."""

from __future__ import annotations

import random
from hashlib import sha256

from render import BODY, NOW, layout_source, made_up_people

from mailwright.assembly import AssembledMessage
from mailwright.definitions.message import EmailFields, Text
from simulator.rendering.bulk import BulkRenderer
from simulator.rendering.email import Rendered
from simulator.rendering.moment import RenderMoment
from simulator.rendering.rules import RenderRules
from simulator.workers import in_processes

PEOPLE = 300
MAILS = 30_000
_PIECE = PEOPLE


def by_processes(count: int) -> str:
    """All mails rendered by so many processes; gives a digest of the pages, in the people's order."""
    shares = [(MAILS * number // count, MAILS * (number + 1) // count) for number in range(count)]
    pages = in_processes(pages_of, shares)
    return sha256("".join(digest for share in pages for digest in share).encode()).hexdigest()


def pages_of(first: int, last: int) -> list[str]:
    """The mails from *first* up to *last*, as digests of pieces of them, which start at multiples of their size."""
    chance = random.Random(11)
    people = made_up_people(PEOPLE, chance)
    layout = layout_source(chance)
    message = AssembledMessage(
        "bench", "news", "email", None, "latest", EmailFields(subject="News", layout="frame@1"),
        {"subject": Text("News", "news"), "body": Text(BODY, "news"), "layout": Text(layout, "frame")},
    )  # fmt: skip
    bulk = BulkRenderer(RenderRules(sender="News <news@example.org>"))
    found = []
    for start in range(first, last, _PIECE):
        moments = [
            RenderMoment(person["customer"], NOW, event=person["event"])
            for person in (people[number % PEOPLE] for number in range(start, min(start + _PIECE, last)))
        ]
        digest = sha256()
        for one in bulk.render_many(message, moments):
            digest.update((one.html if isinstance(one, Rendered) else str(one)).encode())
        found.append(digest.hexdigest())
    return found
