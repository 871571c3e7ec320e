"""Why a delivery and its prediction part: the kinds of causes, what each says, and how to test it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CauseKind(StrEnum):
    """What is behind a disagreement; the order is the one in which reports show them."""

    DRIFT = "drift"  # the workspace's content is not what the files say
    ASSUMPTION = "assumption"  # Customer.io does otherwise than a setting assumes
    UNSUBSCRIBED = "unsubscribed"
    ENGAGEMENT = "engagement"  # somebody opened or clicked, which the log does not tell
    UNSYNCED = "unsynced person"  # the workspace does not know the person as the log does
    UNKNOWN = "person not in the log"
    NOT_IN_FILES = "not in the files"
    NOT_RUNNING = "not running"
    NOTHING_SENT = "nothing sent"
    FILTER_RETRY = "filter retry"
    MESSAGE_LIMIT = "message limit"
    TIME_WINDOW = "time window"
    ADDRESS = "address"  # bounced, or suppressed by the provider
    RENDERING = "rendering"
    API_CALL = "sent by a call"
    CHANCE = "chance"  # a cohort or a random delay drew otherwise
    OPEN = "no cause found"


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: the rule of the semantics it stands on where there is one, and whether it was tried out.

    *is_tested* says that a replay with this one thing otherwise agrees; else it is only the likeliest.
    """

    kind: CauseKind
    says: str
    rule: str = ""
    setting: str = ""  # the line of mailwright.toml, of an assumption
    is_tested: bool = False

    @property
    def is_excused(self) -> bool:
        """Whether no prediction could have known better."""
        return self.kind is CauseKind.CHANCE


_COMMANDS = {
    CauseKind.DRIFT: "mailwright drift {workspace}",
    CauseKind.ASSUMPTION: "mailwright verify --events {log} --actual {source} --fit",
    CauseKind.ENGAGEMENT: "add the reporting webhooks to the log: mailwright listen",
    CauseKind.UNKNOWN: "add the person's calls to the log, or leave such people out: --known-people",
    CauseKind.NOT_IN_FILES: "mailwright pull {workspace}",
    CauseKind.NOT_RUNNING: "mailwright drift {workspace}; is the campaign started there?",
    CauseKind.NOTHING_SENT: "look whether the source is of this workspace and this time; --since and --until set it",
    CauseKind.MESSAGE_LIMIT: "compare message_limit in the settings with the workspace's; then verify again",
    CauseKind.ADDRESS: "look for the address in the provider's suppressions; list it as esp_suppressed in the settings",
    CauseKind.API_CALL: "add the call to the log",
    CauseKind.CHANCE: "nothing to do: compare the shares of the ways over many people",
}
_LOOK_UP = "mailwright verify --events {log} --actual {source} --person {person} names the person to look up there"
_EXPLAIN = "mailwright explain {log} --person {person} --campaign {campaign}"
_SIMULATE = "mailwright simulate {log} --person {person} --campaign {campaign} --format jsonl"


def how_to_test(kind: CauseKind, **names: str) -> str:
    """The command, or the thing to look at, that tells whether the cause is right.

    *names* are workspace, source, log, person and campaign.
    """
    if kind in (CauseKind.UNSYNCED, CauseKind.UNSUBSCRIBED):
        return _LOOK_UP.format(**names)
    if kind in (CauseKind.TIME_WINDOW, CauseKind.RENDERING):
        return _SIMULATE.format(**names)
    return _COMMANDS.get(kind, _EXPLAIN).format(**names)
