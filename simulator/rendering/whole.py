"""What becomes of a message, by rendering it in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.addressed import Addressed
from simulator.rendering.faults import RenderFault

if TYPE_CHECKING:
    from simulator.rendering.moment import RenderMoment
    from simulator.rendering.variants import Variants

NO_SUCH_MESSAGE = "there is no file for this message"


def whole_outcome(variants: Variants, campaign: str, name: str, moment: RenderMoment) -> Addressed:
    """Where the message goes, or the first thing that makes it fail.

    Every Liquid text is rendered; CSS and the text part are left out, since they fail no message.
    Assumed: a message whose file is missing fails, as one that cannot be rendered does.
    """
    language = variants.language(campaign, name, moment)
    renderer = variants.renderer(campaign, name, language)
    if renderer is None:
        return Addressed(None, language, "liquid_error", NO_SUCH_MESSAGE)
    try:
        texts = renderer.texts(moment)
    except RenderFault as fault:
        return Addressed(None, language, fault.reason, fault.failure)
    return Addressed(", ".join(texts.to) or None, language)
