"""What decides the outcomes of several messages of one journey, read at once and each value once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from simulator.journeys import EMPTY
from simulator.rendering.addresses import text_or_none
from simulator.rendering.journey_moments import JourneyMoments, customer_of, objects_of
from simulator.rendering.moment import EVENT_KINDS, NOTHING, TRIGGER_KINDS
from simulator.rendering.outcome import MessageOutcome, OutcomeRenderer, as_recipient
from simulator.rendering.outcome_keys import ROOTS, Read, Unkeyed

if TYPE_CHECKING:
    from simulator.journeys import Cause
    from simulator.people import Person

_IDENTIFIERS = frozenset({"id", "cio_id"})


class ClassReader:
    """Tells journeys of one campaign apart by all that decides about its messages but the address itself.

    For journeys whose call names no recipient, and that set no attributes of their own.
    """

    def __init__(
        self, messages: Iterable[MessageOutcome], trigger_kind: str, moments: JourneyMoments, *, in_languages: bool
    ) -> None:
        reads: dict[tuple[object, ...], Read] = {}
        addresses: dict[tuple[str, str], None] = {}
        attributes: set[str] = set()
        for message in messages:
            reads |= zip(message.signatures, message.reads or (), strict=True)
            attributes |= message.attributes
            if message.address is not None:
                addresses[message.kind, message.address] = None
        # Most of what is read is a text that is only printed: these are looked at here, the rest by their reads.
        self._of_person, self._of_event = _printed(reads, "customer"), _printed(reads, "event")
        shown = {read for *_, read in (*self._of_person, *self._of_event)}
        self._reads = [read for read in reads.values() if read not in shown]
        self._addresses = tuple(addresses)
        self._in_languages = in_languages
        self._has_event = trigger_kind in EVENT_KINDS
        self._has_trigger = trigger_kind in TRIGGER_KINDS
        self._asks_who = bool(attributes & _IDENTIFIERS)
        self._moments = moments

    def __call__(self, person: Person, cause: Cause) -> Hashable | None:
        """The class of a journey of *person* that *cause* starts; None where only a render tells."""
        attributes = person.attributes
        event = cause.event if self._has_event else None
        properties = EMPTY if event is None else event
        scope = (
            customer_of(person) if self._asks_who else attributes,
            event,
            cause.trigger if self._has_trigger else None,
            NOTHING,
            objects_of(person, self._moments.objects) if person.objects else NOTHING,
        )
        try:
            known: list[Hashable] = [
                1 if (value := attributes.get(name)).__class__ is str and len(value) <= longest else read(scope)
                for name, longest, read in self._of_person
            ]
            known += [
                1 if (value := properties.get(name)).__class__ is str and len(value) <= longest else read(scope)
                for name, longest, read in self._of_event
            ]
            for read in self._reads:
                known.append(read(scope))
        except Unkeyed:
            return None
        for kind, name in self._addresses:
            known.append(_goes_somewhere(kind, attributes.get(name)))
        if self._in_languages:
            language = attributes.get("language")
            known.append(language if language.__class__ is str else None)
        return tuple(known)


def class_reader(
    outcomes: OutcomeRenderer, moments: JourneyMoments, campaign: str, trigger_kind: str, names: Iterable[str]
) -> ClassReader | None:
    """What tells journeys of *campaign* apart by its messages called *names*; None where only a render tells."""
    found: list[MessageOutcome] = []
    in_languages = False
    for name in names:
        languages: Mapping[str, Any] | list[str] = outcomes.variants.project.languages(campaign, name)
        in_languages = in_languages or bool(languages)
        for language in (None, *languages):
            message = outcomes.message(campaign, name, language)
            if message is not None and message.reads is None:
                return None
            found += [] if message is None else [message]
    return ClassReader(found, trigger_kind, moments, in_languages=in_languages)


def _printed(reads: Mapping[tuple[object, ...], Read], root: str) -> list[tuple[str, int, Read]]:
    """The names of *root* that are only printed, and not as money: up to which length texts are alike, and the read."""
    found: list[tuple[str, int, Read]] = []
    for signature, read in reads.items():
        if signature[:2] == ("presence", False):
            longest, index, names = cast("tuple[int, int, tuple[str, ...]]", signature[2:])
            if index == ROOTS[root] and len(names) == 1 and names[0] not in _IDENTIFIERS:
                found.append((names[0], longest, read))
    return found


def _goes_somewhere(kind: str, address: object) -> bool:
    if isinstance(address, str) and "@" in address and "," not in address:
        return True  # as nearly all do
    given = text_or_none(address)
    return given is not None and as_recipient(kind, given) is not None
