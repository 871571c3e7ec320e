"""The codes of a trace in words that a marketer knows."""

from __future__ import annotations

from datetime import UTC, datetime

REFUSED = {
    "once": "had it before, and it goes out once only",
    "period": "had it too short a time ago",
    "interval": "had it too short a time ago",
    "too_old": "the event was older than 72 hours",
    "already_active": "a journey of theirs still runs",
    "inherited": "the event came in by a merge",
    "duplicate": "the event id was seen before",
    "loop_guard": "too many events at one instant (a loop)",
}
TO_CHANGE = {
    "once": "the frequency, which lets a person in once only",
    "period": "the frequency, or the time between the two calls",
    "interval": "the frequency, or the time between the two calls",
    "too_old": "the event would have to arrive within 72 hours of its own time",
    "already_active": "the journey that still runs would have to end first",
    "inherited": "the event would have to be the person's own",
    "duplicate": "the event would have to carry an id of its own",
}
LAPSED = "the filter did not hold within 30 minutes"
SKIPPED = {
    "condition_not_met": "the step's own condition did not hold",
    "step_off": 'the step is off ("Don\'t send")',
    "unsubscribed": "unsubscribed",
    "topic_unsubscribed": "unsubscribed from the topic",
    "channel_unsubscribed": "unsubscribed from the channel",
    "held_out": "held out by a test",
}
STATUSES = {
    "sent": "sent",
    "drafted": "kept as a draft",
    "failed": "failed",
    "undeliverable": "undeliverable",
    "dropped": "dropped",
    "attempted": "over the limit, tried again",
}
UNSENT = {
    "missing_recipient": "no address",
    "liquid_undefined": "a value is missing",
    "liquid_syntax": "the Liquid cannot be read",
    "liquid_error": "the Liquid fails",
    "blank_subject": "the subject is blank",
    "bad_header": "a header is wrong",
    "limit": "the Liquid is too much work",
    "message_limit": "over the message limit",
    "esp_suppressed": "on the provider's suppression list",
}
ENDED = {
    "end": "reached the end",
    "exit_step": "reached an exit step",
    "stops_matching": "stopped matching the filter",
    "goal": "reached the goal",
    "exit_condition": "met an exit condition",
    "timeout_exit": "waited as long as allowed",
    "deleted": "the person was deleted",
    "suppressed": "the person was suppressed",
    "merged": "the person was merged into another",
}
WOKE = {
    "time": "the time was up",
    "window": "the window opened",
    "met": "it came true",
    "timeout": "the time was up",
}
WARNINGS = {
    "far_out_of_order": "a call stands more than a day behind a later one: sort the log, or `backtest --by-time`",
    "table_without_calls": "tables of the warehouse export that hold no calls were passed over: deliveries, outputs …",
    "event_name_case_mismatch": "an event's name differs in case from the one the campaigns ask for",
    "failed_attribute_change": "an attribute change that Customer.io would refuse",
    "duplicate_event_id": "an event id that was seen before: the event is not processed",
    "anonymous_id_taken": "an anonymous id that belongs to somebody else",
    "merge_of_unknown_person": "a merge with a person nobody knows",
    "event_without_person": "an event that names nobody",
    "invite_event_not_modelled": "an invite event (no person, only a recipient); it is not modelled",
    "broadcast_too_soon": "a broadcast within ten seconds of the one before: refused",
    "event_loop": "workflows that keep causing each other's events: stopped",
    "attribute_too_long": "an attribute longer than Customer.io documents",
    "event_name_too_long": "an event's name longer than Customer.io documents",
    "attribute_name_too_long": "an attribute's name longer than Customer.io documents",
    "timestamp_in_other_format": "a time that is not in Unix seconds: conditions on times do not take it",
    "broadcast_recipients_not_modelled": "a broadcast that names recipients by a condition: it went to its audience",
    "too_many_attributes": "more attributes in one call than Customer.io documents",
}
CHANNELS = {
    "email": "email",
    "sms": "SMS",
    "push": "push",
    "in_app": "in-app message",
    "slack": "Slack message",
    "whatsapp": "WhatsApp message",
    "webhook": "webhook",
}


def in_words(code: str, words: dict[str, str]) -> str:
    """What *code* means; a code without words of its own is read out."""
    return words.get(code) or code.replace("_", " ")


def unsent_in_words(status: str, reason: str) -> str:
    """Why a message was made and not sent."""
    if status == "drafted":
        return STATUSES["drafted"]
    why = in_words(reason, UNSENT) if reason else ""
    what = in_words(status, STATUSES)
    return f"{what}: {why}" if why else what


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 email`, `2,304 emails`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def moment_as_text(at: int | None, *, seconds: bool = False) -> str:
    """A Unix time as a person reads it, in UTC."""
    if at is None:
        return "-"
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):
        return str(at)


def day_as_text(day: int) -> str:
    """A day counted from 1970, as a date."""
    return moment_as_text(day * 86400)[:10]


def length_as_text(seconds: int) -> str:
    """A length of time, rounded for the eye: `3d`, `26h`, `5m`, `12s`."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size or (seconds >= size and not seconds % size):
            return f"{seconds / size:.0f}{unit}" if not seconds % size else f"{seconds / size:.1f}{unit}"
    return f"{seconds}s"
