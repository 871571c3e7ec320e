"""One request of a send, asked until its end is known: taken, refused, perhaps taken, or a reason to stop.

Batches are asked again freely, as nothing in them ends otherwise the second time. What may not be repeated is asked
again only where it is sure that it was not done.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from mailwright.diagnostics import WorkspaceError
from sync.clients.pacing import Pace
from sync.clients.refusals import Unreachable, WorkspaceRefusal
from sync.clients.track_api import TrackApi
from sync.clients.transport import LONGEST_WAIT, Reply, Transport
from sync.sending.batches import batch_as_json
from sync.sending.items import Item
from sync.sending.own_requests import Face

ATTEMPTS = 6
"""Times that a call is tried which the workspace answers with an error of its own, or not at all."""
PATIENCE = 20
"""Times that a call is tried which came too early (429)."""
FIRST_WAIT, MOST_WAIT = 0.5, 15.0
_CLOSED = frozenset({401, 403})
MAYBE = "it may have been sent: the answer was lost, and it cannot be repeated"


class Stopped(Exception):
    """The send is being stopped."""


@dataclass(slots=True)
class Tries:
    """What went wrong on the way, counted."""

    too_early: int = 0  # answers 429
    errors: int = 0  # answers 5xx
    lost: int = 0  # no answer


@dataclass(slots=True)
class Answer:
    """What came of the calls of one request; what is in neither mapping was taken. *stop*: the send cannot go on."""

    items: Sequence[Item]
    refused: dict[int, str] = field(default_factory=dict)  # call's number → why
    unsure: dict[int, str] = field(default_factory=dict)
    unasked: set[int] = field(default_factory=set)  # of which nothing is known but that they may be tried again
    tries: Tries = field(default_factory=Tries)
    requests: int = 0
    stop: Exception | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks a workspace; *wait* waits for so many seconds, or raises Stopped when the send is being stopped."""

    faces: Mapping[Face, Transport]
    wait: Callable[[float], None]

    def ask(self, items: Sequence[Item]) -> Answer:
        """Bring one request's calls to their end."""
        answer = Answer(items)
        try:
            if items[0].request is not None:
                self._alone(items[0], answer)
            else:
                self._together(list(items), answer)
        except (WorkspaceError, Stopped) as error:
            answer.stop = error
        return answer

    def _together(self, items: list[Item], answer: Answer) -> None:
        """A batch; one that is refused whole is halved until the calls that are to blame stand alone.

        Raises: WorkspaceError when the send cannot go on; the calls that are then open are noted as not asked.
        """
        track = TrackApi(self.faces[Face.TRACK])
        pieces = [items]
        while pieces:
            piece = pieces.pop()
            try:
                written = batch_as_json(piece)
                reply = self._insist(partial(track.batch, written), track.transport.pace, True, answer)
                refused = refusals_in(reply, len(piece))
            except WorkspaceRefusal as error:
                if not _is_about_the_calls(error):
                    answer.unasked.update(item.number for left in (piece, *pieces) for item in left)
                    raise
                if len(piece) == 1:
                    answer.refused[piece[0].number] = _reason(error)
                    continue
                refused = None
            except (WorkspaceError, Stopped):
                answer.unasked.update(item.number for left in (piece, *pieces) for item in left)
                raise
            if refused is None:
                middle = max(1, len(piece) // 2)
                # The later half goes on the pile first, as the order of each person's calls has to stay.
                pieces += [part for part in (piece[middle:], piece[:middle]) if part]
                continue
            answer.refused |= {piece[at].number: why for at, why in refused.items()}

    def _alone(self, item: Item, answer: Answer) -> None:
        """A call with a request of its own."""
        request = item.request
        assert request is not None
        face = self.faces[request.face]
        try:
            once = partial(face.ask, request.method, request.path, request.content, called=request.called)
            self._insist(once, face.pace, request.is_repeatable, answer)
        except WorkspaceRefusal as error:
            if error.status >= 500 and not request.is_repeatable:
                answer.unsure[item.number] = MAYBE
            elif _is_about_the_calls(error) or error.status == 404:
                answer.refused[item.number] = _reason(error)
            else:
                answer.unasked.add(item.number)
                raise
        except Unreachable as error:
            if request.is_repeatable or not error.maybe_done:
                answer.unasked.add(item.number)
                raise
            answer.unsure[item.number] = MAYBE
        except (WorkspaceError, Stopped):
            answer.unasked.add(item.number)
            raise

    def _insist(self, once: Callable[[], Reply], pace: Pace, is_repeatable: bool, answer: Answer) -> Reply:
        """Ask as often as is safe and promising.

        Raises: WorkspaceRefusal, Unreachable as the last attempt gave it; Stopped.
        """
        waits = _waits()
        for attempt in range(1, PATIENCE + 1):
            answer.requests += 1
            try:
                return once()
            except WorkspaceRefusal as error:
                if error.status == 429:
                    answer.tries.too_early += 1
                    wait = next(waits) if error.retry_after is None else error.retry_after
                    if attempt == PATIENCE or wait > LONGEST_WAIT:
                        raise
                    pace.close_for(wait)  # for the others too
                    continue
                if error.status < 500 or error.status == 501:
                    raise
                answer.tries.errors += 1
                if not is_repeatable or attempt >= ATTEMPTS:
                    raise
            except Unreachable as error:
                answer.tries.lost += 1
                if attempt >= ATTEMPTS or (error.maybe_done and not is_repeatable):
                    raise
            self.wait(next(waits))
        raise AssertionError("the last attempt returns or raises")


def _waits() -> Iterator[float]:
    """Seconds between attempts: each about twice the one before, never the same for two requests."""
    wait = FIRST_WAIT
    while True:
        yield wait * random.uniform(0.75, 1.25)  # noqa: S311  # spreads requests, hides nothing
        wait = min(wait * 2, MOST_WAIT)


def refusals_in(reply: Reply, count: int) -> dict[int, str] | None:
    """Why entries of a batch were not taken, by their position; None where the answer does not say which.

    Source: Track API reference, batch: 207 with `errors: [{batch_index, reason, field, message}]`.
    """
    if reply.status != 207:
        return {}
    errors = reply.body.get("errors") if isinstance(reply.body, Mapping) else None
    if not isinstance(errors, list) or not errors:
        return None
    found: dict[int, str] = {}
    for error in errors:
        at = error.get("batch_index") if isinstance(error, Mapping) else None
        if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at < count:
            return None
        said = error.get("message") or error.get("reason") or "refused"
        found[at] = f"{found[at]}; {said}" if at in found else str(said)
    return found


def _is_about_the_calls(error: WorkspaceRefusal) -> bool:
    """Whether a refusal blames what was sent, not who sends or when."""
    return 400 <= error.status < 500 and error.status not in _CLOSED and error.status not in (404, 405, 408, 429)


def _reason(error: WorkspaceRefusal) -> str:
    """What the workspace said, without the request's name: paths hold identifiers."""
    return str(error).partition(f": {error.status} ")[2] or f"answered {error.status}"
