"""Customer.io's own tags: links, the subscription topic, chance, countdowns and Liquid within data.

Source: Customer.io docs, Liquid tag list; liquid §2.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlencode
from uuid import UUID

from mailwright.dialect.compiling import Compiler
from mailwright.dialect.embedding import render_inside
from mailwright.dialect.expressions import Expression
from mailwright.dialect.faults import LiquidFault, Place
from mailwright.dialect.lexer import Piece
from mailwright.dialect.settings import Links
from mailwright.dialect.state import Out, Program, State
from mailwright.dialect.stream import DialectStream
from mailwright.dialect.tree import Node, Tag

_SETTING = re.compile(r"([\w\-]+)\s*[:=]\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+))")
_URL_LIKE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:|[/#?]")
_SWITCH = {"true": True, "false": False}
_COUNTDOWN_CHOICES = {
    "font": ("inter", "roboto"),
    "locale": ("en", "ru", "jp", "zh", "pt", "es", "fr"),
    "resolution": ("S", "M", "H", "D"),
    "looping": tuple(_SWITCH),
    "apng": tuple(_SWITCH),
}
_COUNTDOWN_NEEDS = ("point", "time", "fg", "bg")
MAX_FRAMES = 60


class TextNode(Node):
    """A tag that prints what a function of the state gives."""

    __slots__ = ("expression", "text")

    def __init__(self, token: Piece, text: Callable[[State, Place], str], expression: Expression | None = None) -> None:
        super().__init__(token)
        self.text = text
        self.expression = expression

    def uses(self) -> Iterator[tuple[Expression, str]]:
        """The expression inside the tag, if it has one."""
        if self.expression is not None:
            yield self.expression, "argument"

    def compile(self, compiler: Compiler) -> Program | str:
        """Print the text."""
        text = self.text
        place = compiler.origin.place(self.token.start_index, self.token.end)

        def write(state: State, out: Out) -> None:
            shown = text(state, place)
            state.size += len(shown)
            if state.size > state.max_size:
                raise place.limited("output_bytes", state.limits)
            out(shown)

        return write


def settings_of(markup: Piece) -> dict[str, str]:
    """`name:value` pairs between spaces; values may be quoted, and an equals sign does as well as a colon."""
    found: dict[str, str] = {}
    for pair in _SETTING.finditer(markup.value):
        found[pair.group(1)] = next(value for value in pair.groups()[1:] if value is not None)
    return found


class LinkTag(Tag):
    """Base of the tags that print an address of the delivery's own."""

    @abstractmethod
    def address(self, links: Links) -> str:
        """The address, among all of them."""

    def read(self, stream: DialectStream) -> Node:
        """The tag; what stands behind its name says nothing."""
        token, _ = stream.take(), stream.take()
        return TextNode(token, lambda state, place: self.address(state.settings.links))


class UnsubscribeUrlTag(LinkTag):
    """Prints the address that unsubscribes the person."""

    name = "unsubscribe_url"

    def address(self, links: Links) -> str:
        """The unsubscribe address."""
        return links.unsubscribe


class UnsubscribeTag(LinkTag):
    """Prints a whole unsubscribe link.

    Assumed: a plain anchor; its exact form is not documented.
    """

    name = "unsubscribe"

    def address(self, links: Links) -> str:
        """The anchor."""
        return f'<a href="{links.unsubscribe}">Unsubscribe</a>'


class ViewInBrowserTag(LinkTag):
    """Prints the address of the hosted page."""

    name = "view_in_browser_url"

    def address(self, links: Links) -> str:
        """The page's address."""
        return links.view_in_browser


class ManagePreferencesTag(LinkTag):
    """Prints the address of the subscription centre."""

    name = "manage_subscription_preferences_url"

    def address(self, links: Links) -> str:
        """The centre's address."""
        return links.manage_preferences


class TrackingConsentTag(LinkTag):
    """Prints the address where the person decides about tracking."""

    name = "tracking_consent_url"

    def address(self, links: Links) -> str:
        """The address of that page."""
        return links.tracking_consent


class SubscriptionTopicTag(Tag):
    """Prints the name of the message's subscription topic.

    Assumed: with a language it prints the same name, since translations are not part of the message.
    """

    name = "subscription_topic_name"

    def read(self, stream: DialectStream) -> Node:
        """The tag."""
        token, _ = stream.take(), stream.take()
        return TextNode(token, _topic_name)


def _topic_name(state: State, place: Place) -> str:
    message = state.context.get("message")
    topic = message.get("subscription_topic") if isinstance(message, Mapping) else None
    name = topic.get("name") if isinstance(topic, Mapping) else None
    return name if isinstance(name, str) else ""


class CioLinkTag(Tag):
    """Prints an address, tracked and decorated unless told otherwise.

    Assumed: an address that is neither a URL nor quoted is the path of a variable.
    """

    name = "cio_link"

    def read(self, stream: DialectStream) -> Node:
        """The tag and its settings.

        Raises: LiquidFault for an address or a switch that does not fit.
        """
        token, markup = stream.take(), stream.take()
        place, found = stream.place(token), settings_of(markup)
        url = found.get("url", "")
        if not url:
            raise place.fault("tag_argument", "cio_link needs a url, such as url:https://example.com", tag=self.name)
        track, params = (_switch(found, name, place) for name in ("track", "url_params"))
        value = None
        if not _URL_LIKE.match(url) and re.fullmatch(r"[\w\-]+(?:\.[\w\-]+)+", url):
            start = markup.start_index + markup.value.index(url)
            value = stream.expressions(_part(stream, markup, start, start + len(url)), self.name).value()
        if value is None:
            return TextNode(token, lambda state, place: state.settings.decorate(url, track, params))
        return LinkValueNode(token, value, track, params)


def _part(stream: DialectStream, markup: Piece, start: int, end: int) -> Piece:
    return Piece(markup.kind, stream.origin.source[start:end], start, end, markup.source)


def _switch(found: Mapping[str, str], name: str, place: Place) -> bool:
    text = found.get(name, "true")
    if text not in _SWITCH:
        raise place.fault("tag_argument", f"cio_link {name} must be true or false", tag="cio_link")
    return _SWITCH[text]


class LinkValueNode(Node):
    """`cio_link` with the address in a variable."""

    __slots__ = ("expression", "params", "track")

    def __init__(self, token: Piece, expression: Expression, track: bool, params: bool) -> None:
        super().__init__(token)
        self.expression = expression
        self.track = track
        self.params = params

    def uses(self) -> Iterator[tuple[Expression, str]]:
        """The address."""
        yield self.expression, "argument"

    def compile(self, compiler: Compiler) -> Program | str:
        """Print the decorated address; a blank one fails the message, as documented."""
        value, text_of = compiler.value(self.expression), compiler.sense.text_of
        place, track, params = compiler.place(self.expression), self.track, self.params

        def link(state: State, out: Out) -> None:
            url = text_of(value(state))
            if not url.strip():
                raise place.fault("render", "cio_link url is blank", tag="cio_link")
            state.size += len(url)
            out(state.settings.decorate(url, track, params))

        return link


class CioLinkIdTag(Tag):
    """Prints an id for a deep link."""

    name = "cio_link_id"

    def read(self, stream: DialectStream) -> Node:
        """The tag."""
        token, _ = stream.take(), stream.take()
        start = token.start_index
        return TextNode(token, lambda state, place: f"{state.chance(start) >> 64:016x}")


class GenerateUuidTag(Tag):
    """Prints a UUID, decided by the render's seed."""

    name = "generate_uuid"

    def read(self, stream: DialectStream) -> Node:
        """The tag."""
        token, _ = stream.take(), stream.take()
        start = token.start_index
        return TextNode(token, lambda state, place: str(UUID(int=state.chance(start), version=4)))


class RandomTag(Tag):
    """Prints a whole number from zero to a bound, decided by the render's seed.

    Assumed: the bound itself is included, as a documented recipe counts versions 0 to 3 with `random 3`.
    """

    name = "random"

    def read(self, stream: DialectStream) -> Node:
        """The tag and its bound.

        Raises: LiquidFault when the bound is no whole number.
        """
        token, markup = stream.take(), stream.take()
        text = markup.value.strip()
        if not re.fullmatch(r"\d{1,18}", text):
            raise stream.place(token).fault(
                "tag_argument", "random needs a whole number, such as {% random 100 %}", tag=self.name
            )
        start, bound = token.start_index, int(text) + 1
        return TextNode(token, lambda state, place: str(state.chance(start) % bound))


class RenderLiquidNode(Node):
    """`render_liquid path`: renders the text that the path holds."""

    __slots__ = ("expression",)

    def __init__(self, token: Piece, expression: Expression) -> None:
        super().__init__(token)
        self.expression = expression

    def uses(self) -> Iterator[tuple[Expression, str]]:
        """The path."""
        yield self.expression, "output"

    def compile(self, compiler: Compiler) -> Program | str:
        """Render the text with the message's data; its faults are told at this tag."""
        value, text_of = compiler.value(self.expression), compiler.sense.text_of
        place = compiler.origin.place(self.token.start_index, self.token.end)

        def render(state: State, out: Out) -> None:
            shown = render_inside(state, text_of(value(state)), compiler.origin.name, place)
            state.size += len(shown)
            if state.size > state.max_size:
                raise place.limited("output_bytes", state.limits)
            out(shown)

        return render


class RenderLiquidTag(Tag):
    """Reads `render_liquid`."""

    name = "render_liquid"

    def read(self, stream: DialectStream) -> Node:
        """The tag and its path.

        Raises: LiquidFault when there is no path.
        """
        token, markup = stream.take(), stream.take()
        expression = stream.filtered(markup, self.name)
        if expression is None:
            raise stream.place(token).fault(
                "tag_argument", "render_liquid needs an attribute, such as journey.body", tag=self.name
            )
        return RenderLiquidNode(token, expression)


class CountdownTag(Tag):
    """Prints the address of a countdown image.

    Assumed: the address, since the tag stands in an image's `src`; its exact form is not documented.
    """

    name = "countdown"

    def read(self, stream: DialectStream) -> Node:
        """The tag and its settings.

        Raises: LiquidFault for a setting that is missing or does not fit.
        """
        token, markup = stream.take(), stream.take()
        found = settings_of(markup)
        fault = countdown_fault(found, stream.place(token))
        if fault is not None:
            raise fault
        query = urlencode(sorted(found.items()))
        return TextNode(token, lambda state, place: f"{state.settings.links.countdown}?{query}")


def countdown_fault(found: Mapping[str, str], place: Place) -> LiquidFault | None:
    """What is wrong with a countdown's settings, if anything."""

    def fault(message: str) -> LiquidFault:
        return place.fault("tag_argument", message, tag="countdown")

    missing = [name for name in _COUNTDOWN_NEEDS if not found.get(name)]
    if missing:
        return fault(f"countdown needs {', '.join(missing)}")
    if "{{" in found["time"]:
        return fault("countdown time cannot hold a variable")
    for name, choices in _COUNTDOWN_CHOICES.items():
        if name in found and found[name] not in choices:
            return fault(f"countdown {name} must be one of {', '.join(choices)}")
    for name in ("point", "frames"):
        if name in found and not found[name].isdecimal():
            return fault(f"countdown {name} must be a whole number")
    if int(found.get("frames", "1")[:9]) > MAX_FRAMES:
        return fault(f"countdown frames must be at most {MAX_FRAMES}")
    for name in ("fg", "bg"):
        if not re.fullmatch(r"#?[0-9a-fA-F]{3,8}", found[name]):
            return fault(f"countdown {name} must be a colour such as f2f6f9")
    return None


CUSTOMERIO_TAGS: tuple[type[Tag], ...] = (
    UnsubscribeUrlTag,
    UnsubscribeTag,
    ViewInBrowserTag,
    ManagePreferencesTag,
    TrackingConsentTag,
    SubscriptionTopicTag,
    CioLinkTag,
    CioLinkIdTag,
    GenerateUuidTag,
    RandomTag,
    RenderLiquidTag,
    CountdownTag,
)
