"""Why a message cannot be sent: in Customer.io's words, and where in the files."""

from __future__ import annotations

from mailwright.assembly import AssembledMessage, span_in
from mailwright.definitions.message import Text
from mailwright.diagnostics import Diagnostic, MailwrightError, Span
from mailwright.dialect.faults import LiquidFault

# The reasons a delivery carries, by the kind of Liquid's fault.
REASONS = {
    "undefined_variable": "liquid_undefined",
    "syntax": "liquid_syntax",
    "unknown_tag": "liquid_syntax",
    "tag_argument": "liquid_syntax",
    "render": "liquid_error",
    "limit": "limit",
}

# Source: Customer.io docs, composer errors (liquid §5, §8, §10). Assumed: the text for a missing address.
NO_ADDRESS = "the person has no address"
BLANK_SUBJECT = "subject can not be blank"


class RenderFault(MailwrightError):
    """A message that fails: *reason* as a code, the failure in Customer.io's words, *part* and place in the files."""

    def __init__(
        self,
        reason: str,
        failure: str,
        *,
        part: str = "",
        text: Text | None = None,
        span: Span | None = None,
        variable: str | None = None,
        limit: str | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(failure, span=span, hint=hint)
        self.reason = reason
        self.failure = failure
        self.part = part
        self.text = text
        self.variable = variable
        self.limit = limit

    def diagnostic(self, source_line: str = "") -> Diagnostic:
        """The fault as a problem of the files; *source_line* is the line it points at."""
        return Diagnostic(self.reason, self.failure, self.span or Span("?"), self.hint, source_line=source_line)


def fault_from(liquid: LiquidFault, message: AssembledMessage, part: str) -> RenderFault:
    """The fault of one part's Liquid, placed in the file it was written in."""
    where = liquid.template if liquid.template.startswith("snippets.") else part
    try:
        text = message.text_of(where)
    except KeyError:
        where, text = part, message.text_of(part)
    return RenderFault(
        REASONS[liquid.kind],
        liquid.message,
        part=where,
        text=text,
        span=span_in(text, liquid.line, liquid.column, liquid.length),
        variable=liquid.variable,
        limit=liquid.limit,
        hint=_hint(liquid),
    )


def fault_at(reason: str, failure: str, message: AssembledMessage, part: str, hint: str = "") -> RenderFault:
    """A fault of a whole part, at its first character."""
    text = message.parts.get(part)
    span = Span(_file_of(message)) if text is None else span_in(text, 1, 1, max(1, len(text.source.split("\n")[0])))
    return RenderFault(reason, failure, part=part, text=text, span=span, hint=hint)


def _file_of(message: AssembledMessage) -> str:
    return next((text.file for name in ("body", "url") if (text := message.parts.get(name)) is not None), "?")


def _hint(liquid: LiquidFault) -> str:
    if liquid.kind != "undefined_variable" or not liquid.variable:
        return ""
    return f'{{{{ {liquid.variable} | default: "…" }}}} sends without it'
