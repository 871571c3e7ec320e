"""What a send asks consent for, and what it warns about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailwright.definitions.names import duration_as_text
from mailwright.diagnostics import RefusedError
from sync.sending.survey import TRIGGERS_FOR

if TYPE_CHECKING:
    from sync.sending.survey import Survey


def refuse_without(name: str, *, is_protected: bool, has_consent: bool) -> None:
    """Let a send to a protected workspace begin only with its own consent.

    Raises: RefusedError.
    """
    if is_protected and not has_consent:
        message = f"'{name}' is protected: what is sent there happens to real people; nothing was sent"
        raise RefusedError(message, hint=f"--to another workspace, or --yes-production when '{name}' is meant")


def refuse_old(survey: Survey, *, is_historical: bool) -> None:
    """Let events of the past go only where somebody says that they are.

    Raises: RefusedError.
    Source: semantics R27 to R29.
    """
    if not survey.too_old or is_historical:
        return
    from datetime import timedelta

    age = duration_as_text(timedelta(seconds=survey.max_age))
    message = (
        f"{counted(survey.too_old, 'event')} of {sum(survey.events.values()):,} "
        f"{'is' if survey.too_old == 1 else 'are'} more than {age} old; nothing was sent"
    )
    hint = (
        "--historical sends them with their own times: over 72 hours old they start no campaign, but count in "
        "segments; --max-age sets what is old"
    )
    raise RefusedError(message, hint=hint)


def warnings(survey: Survey, name: str, *, is_quiet: bool) -> Iterator[str]:
    """What a person should know before the first call goes; *is_quiet*: real addresses are no surprise there."""
    if survey.starts_nothing:
        yield (
            f"{counted(survey.starts_nothing, 'event')} over {TRIGGERS_FOR // 3600} hours old: they start no campaign, "
            "but count in segments and as a person's past"
        )
    if survey.real_addresses and not is_quiet:
        yield (
            f"{counted(survey.real_addresses, 'identify call')} with an address that may be real: "
            f"campaigns that run in '{name}' write to it unless their messages are drafts"
        )
    if survey.undated:
        yield f"{counted(survey.undated, 'event')} without a time: they happen when they arrive"
    if survey.not_repeatable:
        yield (
            f"{counted(survey.not_repeatable, 'call')} that cannot be repeated (messages, broadcasts, forms): where an "
            "answer is lost, it is not sent again but kept aside"
        )


def counted(count: int, what: str) -> str:
    """`1 event`, `2,000 events`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
