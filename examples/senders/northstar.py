"""Typed senders of our events to Customer.io, a method each.

Written by `mailwright events codegen python`; change the schemas, not this file. It needs version 3 of `customerio`.
An event's id is new for each call: keep what the method gives, and hand it in again when the call has to be repeated.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Required, TypedDict

from customerio import APIClient, CustomerIO, SendEmailRequest  # type: ignore[import-untyped]  # it has no types

Timestamp = int | datetime
"""A moment: Unix seconds, or a datetime that knows its zone."""


class Attributes(TypedDict, total=False):
    """What is known of a person."""

    # Where emails go
    email: str
    # What emails call the person
    first_name: str
    last_name: str
    # In international form; null takes it away
    mobile: str | None
    addr_city: str
    # Chooses the language of a message that has several
    language: str
    # A zone name in lower case
    timezone: str
    # When the account was made
    created_at: Required[Timestamp]
    # True holds back every email and text message
    unsubscribed: bool
    # Topics and channels the person chose
    cio_subscription_preferences: dict[str, Any]
    # What the person told our text message service
    sms_status: Literal["active", "less", "pending", "stop", "undeliverable"]
    voter_registration_status: Literal["confirmed", "uncertain", "ineligible", "unregistered"]
    # Badges earned so far
    badges: int
    last_authenticated_at: Timestamp
    plan: Literal["free", "pro", "team", "enterprise", "cancelled"]
    company: str
    email_verified: bool
    email_verified_at: Timestamp
    last_active_at: Timestamp
    onboarding_step: Literal["signed_up", "verified", "welcomed", "done"]
    # Copied from the sign-up by the onboarding
    trial_ends_at: Timestamp
    # In USD a month.
    mrr: float
    upgraded_at: Timestamp
    cancelled_at: Timestamp
    # In lower case
    cancellation_reason: str


CallToActionEmailType = Literal[
    "forgot-password",
    "rock-the-vote-activate-account",
    "breakdown-activate-account",
    "pays-to-do-good-activate-account",
]


class CallToActionEmail(TypedDict, total=False):
    """The data of call_to_action_email."""

    type: Required[CallToActionEmailType]
    # Where the button leads
    actionUrl: Required[str]
    actionText: str
    intro: str


class CampaignReview(TypedDict, total=False):
    """The data of campaign_review."""

    post_id: Required[int]
    campaign_id: Required[int | str]
    status: Required[Literal["approved", "rejected", "pending"]]
    type: Required[Literal["photo", "text", "voter-reg", "share-social", "phone-call", "email"] | None]
    reviewer: str
    tags: list[Any]
    note: str


class CampaignSignup(TypedDict, total=False):
    """The data of campaign_signup."""

    signup_id: Required[int]
    # A number from the website and text from older imports
    campaign_id: Required[int | str]
    campaign_run_id: int
    campaign_title: Required[str]
    # Where the member signed up
    source: Required[Literal["web", "sms", "importer-client", "rock-the-vote", "mobile"]]
    source_details: str
    created_at: Required[Timestamp]
    # Who invited the member
    referrer_user_id: str | None
    # Only when the member belongs to a group
    group_id: int
    group_name: str


class CampaignSignupPost(TypedDict, total=False):
    """The data of campaign_signup_post."""

    post_id: Required[int]
    campaign_id: Required[int | str]
    type: Required[Literal["photo", "text", "voter-reg", "share-social", "phone-call", "email"]]
    # Missing in posts of the oldest app
    source: Literal["web", "sms", "importer-client", "rock-the-vote", "mobile"]
    # What the member wrote, in posts of type text
    text: str
    # How many, in every other type
    quantity: int
    status: Required[Literal["pending", "approved", "rejected"]]
    # The picture
    url: Required[str]
    group_id: int
    group_name: str


class CheckoutCompletedItems(TypedDict, total=False):
    """What stands in items."""

    sku: Required[str]
    quantity: Required[int]
    price: Required[float]


class CheckoutCompleted(TypedDict, total=False):
    """The data of checkout_completed."""

    order_id: Required[int]
    currency: Required[str]
    total: Required[float]
    items: Required[list[CheckoutCompletedItems]]
    coupon: Required[str | None]


class ClubIdUpdated(TypedDict, total=False):
    """The data of club_id_updated."""

    club_name: Required[str]
    club_leader_id: str
    club_leader_first_name: str | None
    club_leader_display_name: str | None
    club_leader_email: str


class EmailSubscriptionUpdated(TypedDict, total=False):
    """The data of email_subscription_updated."""

    topic: Required[Literal["news", "lifestyle", "scholarships", "community"]]
    subscribed: Required[bool]
    source: Literal["web", "sms", "importer-client", "rock-the-vote", "mobile"]
    all_topics: list[Any]


class EmailVerified(TypedDict, total=False):
    """The data of email_verified."""

    email: str
    verified_at: Required[Timestamp]
    provider: Literal["email", "google", "github", "apple"]


class FeatureUsed(TypedDict, total=False):
    """The data of feature_used."""

    feature: Required[str]
    # In milliseconds.
    duration_ms: float | None
    platform: Literal["web", "ios", "android"]
    app_version: str
    workspace_id: int
    succeeded: bool


class FirstProjectCreatedWorkspace(TypedDict, total=False):
    """What stands in workspace."""

    id: int
    plan: str


class FirstProjectCreated(TypedDict, total=False):
    """The data of first_project_created."""

    project_id: Required[str]
    template: str
    members: int
    workspace: FirstProjectCreatedWorkspace


class InvitedTeammateWorkspace(TypedDict, total=False):
    """What stands in workspace."""

    id: int
    plan: str


class InvitedTeammate(TypedDict, total=False):
    """The data of invited_teammate."""

    invitee: str
    role: Literal["admin", "member"]
    seats_left: Required[int]
    workspace: InvitedTeammateWorkspace


class PageViewed(TypedDict, total=False):
    """The data of page_viewed."""

    path: Required[str]
    referrer: str
    title: str
    # In milliseconds.
    load_ms: int
    block: str
    experiment: Literal["A", "B"]


PasswordUpdated = TypedDict(
    "PasswordUpdated",
    {
        # The page or email the member came from; a name that holds activate-account is a first password
        "updated-via": Required[str],
        "updated_at": Required[Timestamp],
        "ip_country": str,
        "user_agent": str,
        # Other devices that were signed out
        "sessions_revoked": Required[int],
    },
    total=False,
)


class ReferralPostCreated(TypedDict, total=False):
    """The data of referral_post_created."""

    id: Required[int]
    user_id: Required[str]
    user_display_name: str | None
    type: Required[str]
    status: Required[str]
    action_id: int
    created_at: Timestamp
    updated_at: Timestamp


class ReferralPostUpdated(TypedDict, total=False):
    """The data of referral_post_updated."""

    id: Required[int]
    user_id: Required[str]
    user_display_name: str | None
    type: Required[str]
    status: Required[str]
    action_id: int
    created_at: Timestamp
    updated_at: Timestamp


class ReferralSignupCreated(TypedDict, total=False):
    """The data of referral_signup_created."""

    id: Required[int]
    user_id: Required[str]
    user_display_name: str | None
    campaign_id: Required[int | str]
    campaign_title: str
    # ISO 8601, unlike in other events
    created_at: str
    updated_at: str


class SignedUp(TypedDict, total=False):
    """The data of signed_up."""

    method: Required[Literal["email", "google", "github", "apple"]]
    plan: Required[Literal["free", "pro", "team", "enterprise"]]
    source: Literal["web", "sms", "importer-client", "rock-the-vote", "mobile"]
    referral_code: Required[str]
    language: str
    trial_ends_at: Required[Timestamp]


class SubscriptionCancelled(TypedDict, total=False):
    """The data of subscription_cancelled."""

    reason: Required[Literal["too_expensive", "missing_feature", "switched", "no_longer_needed"]]
    plan: Required[Literal["free", "pro", "team", "enterprise"]]
    # In the customer's own words; may hold anything
    comment: str


class UpgradeCompleted(TypedDict, total=False):
    """The data of upgrade_completed."""

    from_plan: Required[Literal["free", "pro", "team", "enterprise"]]
    to_plan: Required[Literal["free", "pro", "team", "enterprise"]]
    # In USD a month.
    mrr: Required[float]
    seats: Required[int]
    billing_period: Required[Literal["monthly", "annual"]]


class ReceiptData(TypedDict, total=False):
    """The data that the message reads."""

    # The receipt's number
    number: Required[Any]
    # Three letters, such as USD
    currency: Required[Any]
    # Unix time of the payment
    paid_at: Required[Any]
    # A list of {description, amount}
    lines: Required[Any]
    # What was charged
    total: Required[Any]


@dataclass(frozen=True)
class Anonymous:
    """Somebody who is not known yet; `identify` with the same id brings the events to the person."""

    id: str


def ulid(at: float | None = None) -> str:
    """A new id for an event: 26 characters that sort by time. *at* is in Unix seconds, by default now."""
    number = int((time.time() if at is None else at) * 1000) << 80 | secrets.randbits(80)
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> shift & 31] for shift in range(125, -1, -5))


def _plain(value: Any) -> Any:
    """The value as JSON has it; moments become Unix seconds."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone: datetime.now(UTC)")
        return int(value.timestamp())
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


class Sender:
    """Sends to one workspace. Errors are the client's own: CustomerIOException."""

    def __init__(
        self, track: CustomerIO, api: APIClient | None = None, broadcasts: Mapping[str, int] | None = None
    ) -> None:
        self._track = track
        self._api = api
        self._broadcasts = dict(broadcasts or {})

    # --- people ---

    def identify(self, person: str, attributes: Attributes, *, anonymous_id: str | None = None) -> None:
        """Make or change a person; with *anonymous_id* that visitor's events become the person's."""
        more = {} if anonymous_id is None else {"anonymous_id": anonymous_id}
        self._track.identify(person, **_plain({**attributes, **more}))

    def merge(self, person: str, other: str) -> None:
        """Move everything of *other* to *person*, and delete *other*."""
        self._track.merge_customers("id", person, "id", other)

    def suppress(self, person: str) -> None:
        """Delete a person and take no more calls about them."""
        self._track.suppress(person)

    def unsuppress(self, person: str) -> None:
        """Take calls about a person again."""
        self._track.unsuppress(person)

    def delete(self, person: str) -> None:
        """Delete a person; the next call about them makes a new one."""
        self._track.delete(person)

    def _send(
        self,
        who: str | Anonymous,
        name: str,
        data: Mapping[str, Any],
        at: Timestamp | None,
        event_id: str | None,
        attributes: Attributes | None,
    ) -> str:
        moment = int(time.time()) if at is None else _plain(at)
        event_id = event_id or ulid(moment)
        if isinstance(who, Anonymous):
            self._track.track_anonymous(who.id, name, _plain(data), id=event_id, timestamp=moment)
            return event_id
        if attributes is not None:
            # Before the event, so that the email it starts finds the address.
            self.identify(who, attributes)
        self._track.track(who, name, _plain(data), id=event_id, timestamp=moment)
        return event_id

    # --- events ---

    def call_to_action_email(
        self,
        who: str | Anonymous,
        data: CallToActionEmail,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event call_to_action_email.

        Somebody needs an email with one button. Sent by Northstar when a password reset is asked for, or an
        import makes an account that waits to be activated. Gives the event's id.
        """
        return self._send(who, "call_to_action_email", data, at, event_id, attributes)

    def campaign_review(
        self,
        who: str | Anonymous,
        data: CampaignReview,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event campaign_review.

        Staff look at a post. Sent by Rogue when a review is saved. Gives the event's id.
        """
        return self._send(who, "campaign_review", data, at, event_id, attributes)

    def campaign_signup(
        self,
        who: str | Anonymous,
        data: CampaignSignup,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event campaign_signup.

        A member joins a campaign. Sent by Rogue when the sign-up is saved, on the website, by text message or
        by an import. Gives the event's id.
        """
        return self._send(who, "campaign_signup", data, at, event_id, attributes)

    def campaign_signup_post(
        self,
        who: str | Anonymous,
        data: CampaignSignupPost,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event campaign_signup_post.

        A member sends proof of what they did. Sent by Rogue when the post is saved. Gives the event's id.
        """
        return self._send(who, "campaign_signup_post", data, at, event_id, attributes)

    def checkout_completed(
        self,
        who: str | Anonymous,
        data: CheckoutCompleted,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event checkout_completed.

        An order is paid. Sent by Studio when the payment is confirmed. Gives the event's id.
        """
        return self._send(who, "checkout_completed", data, at, event_id, attributes)

    def checkout_started(
        self,
        who: str | Anonymous,
        data: Mapping[str, Any] | None = None,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event checkout_started.

        Somebody opens the checkout. Sent by Studio when the checkout page has loaded. Gives the event's id.
        """
        return self._send(who, "checkout_started", data or {}, at, event_id, attributes)

    def club_id_updated(
        self,
        who: str | Anonymous,
        data: ClubIdUpdated,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event club_id_updated.

        A member joins a club. Sent by Northstar when the club of a member changes. Gives the event's id.
        """
        return self._send(who, "club_id_updated", data, at, event_id, attributes)

    def email_subscription_updated(
        self,
        who: str | Anonymous,
        data: EmailSubscriptionUpdated,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event email_subscription_updated.

        A member turns an email topic on or off. Sent by Northstar when the preferences page is saved, once
        for each topic that changed. Gives the event's id.
        """
        return self._send(who, "email_subscription_updated", data, at, event_id, attributes)

    def email_verified(
        self,
        who: str | Anonymous,
        data: EmailVerified,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event email_verified.

        The address of a Studio account is confirmed. Sent by Studio when the link in the confirmation email
        is opened. Gives the event's id.
        """
        return self._send(who, "email_verified", data, at, event_id, attributes)

    def feature_used(
        self,
        who: str | Anonymous,
        data: FeatureUsed,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event feature_used.

        Somebody uses a part of Studio. Sent by Studio when the feature finishes its work. Gives the event's
        id.
        """
        return self._send(who, "feature_used", data, at, event_id, attributes)

    def first_project_created(
        self,
        who: str | Anonymous,
        data: FirstProjectCreated,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event first_project_created.

        The moment Studio starts to be useful. Sent by Studio when a project is made in an account that had
        none. Gives the event's id.
        """
        return self._send(who, "first_project_created", data, at, event_id, attributes)

    def invited_teammate(
        self,
        who: str | Anonymous,
        data: InvitedTeammate,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event invited_teammate.

        A Studio user invites somebody. Sent by Studio when the invitation is sent. Gives the event's id.
        """
        return self._send(who, "invited_teammate", data, at, event_id, attributes)

    def page_viewed(
        self,
        who: str | Anonymous,
        data: PageViewed,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event page_viewed.

        A page of the website was opened, sent as an ordinary event. Sent by the website when a page has
        loaded. Gives the event's id.
        """
        return self._send(who, "page_viewed", data, at, event_id, attributes)

    def password_updated(
        self,
        who: str | Anonymous,
        data: PasswordUpdated,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event password_updated.

        A password was chosen or changed. Sent by Northstar when the new password is saved. Gives the event's
        id.
        """
        return self._send(who, "password_updated", data, at, event_id, attributes)

    def profile_completed(
        self,
        who: str | Anonymous,
        data: Mapping[str, Any] | None = None,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event profile_completed.

        Name and company of a Studio account are filled in. Sent by Studio when the last empty field is saved.
        Gives the event's id.
        """
        return self._send(who, "profile_completed", data or {}, at, event_id, attributes)

    def promotions_resubscribe(
        self,
        who: str | Anonymous,
        data: Mapping[str, Any] | None = None,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event promotions_resubscribe.

        A member who had muted everything wants to hear from us again. Sent by Northstar when promotions are
        unmuted. Gives the event's id.
        """
        return self._send(who, "promotions_resubscribe", data or {}, at, event_id, attributes)

    def referral_post_created(
        self,
        who: str | Anonymous,
        data: ReferralPostCreated,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event referral_post_created.

        Somebody the member invited sent a post; sent about the member who invited. Sent by Rogue when a post
        with a referrer is saved. Gives the event's id.
        """
        return self._send(who, "referral_post_created", data, at, event_id, attributes)

    def referral_post_updated(
        self,
        who: str | Anonymous,
        data: ReferralPostUpdated,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event referral_post_updated.

        A post of somebody the member invited changed; sent about the member who invited. Sent by Rogue when a
        post with a referrer is saved again, by its author or by a review. Gives the event's id.
        """
        return self._send(who, "referral_post_updated", data, at, event_id, attributes)

    def referral_signup_created(
        self,
        who: str | Anonymous,
        data: ReferralSignupCreated,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event referral_signup_created.

        Somebody the member invited joined a campaign; sent about the member who invited. Sent by Rogue when a
        sign-up with a referrer is saved. Gives the event's id.
        """
        return self._send(who, "referral_signup_created", data, at, event_id, attributes)

    def refund_requested(
        self,
        who: str | Anonymous,
        data: Mapping[str, Any] | None = None,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event refund_requested.

        A customer asks for money back. Sent by Studio when the form is sent. Gives the event's id.
        """
        return self._send(who, "refund_requested", data or {}, at, event_id, attributes)

    def signed_up(
        self,
        who: str | Anonymous,
        data: SignedUp,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event signed_up.

        Somebody makes a Northstar Studio account. Sent by Studio when the account is made; the profile is
        sent right before. Gives the event's id.
        """
        return self._send(who, "signed_up", data, at, event_id, attributes)

    def subscription_cancelled(
        self,
        who: str | Anonymous,
        data: SubscriptionCancelled,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event subscription_cancelled.

        A paid plan ends. Sent by Studio when the cancellation is confirmed. Gives the event's id.
        """
        return self._send(who, "subscription_cancelled", data, at, event_id, attributes)

    def subscription_renewed(
        self,
        who: str | Anonymous,
        data: Mapping[str, Any] | None = None,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event subscription_renewed.

        A paid plan goes on for another month or year. Sent by Studio when the renewal is paid. Gives the
        event's id.
        """
        return self._send(who, "subscription_renewed", data or {}, at, event_id, attributes)

    def trial_expiring(
        self,
        who: str | Anonymous,
        data: Mapping[str, Any] | None = None,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event trial_expiring.

        The trial is nearly over. Sent by Studio when three days before the end. Deprecated: stop sending it.
        Gives the event's id.
        """
        return self._send(who, "trial_expiring", data or {}, at, event_id, attributes)

    def upgrade_completed(
        self,
        who: str | Anonymous,
        data: UpgradeCompleted,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event upgrade_completed.

        An account moves to a bigger plan. Sent by Studio when the first payment of the new plan is confirmed.
        Gives the event's id.
        """
        return self._send(who, "upgrade_completed", data, at, event_id, attributes)

    def upgrade_started(
        self,
        who: str | Anonymous,
        data: Mapping[str, Any] | None = None,
        *,
        at: Timestamp | None = None,
        event_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> str:
        """Send the event upgrade_started.

        Somebody opens the page that compares plans. Sent by Studio when a paid plan is chosen there. Gives
        the event's id.
        """
        return self._send(who, "upgrade_started", data or {}, at, event_id, attributes)

    # --- messages and broadcasts ---

    def _client(self) -> APIClient:
        if self._api is None:
            raise ValueError("messages and broadcasts need the App API: Sender(track, api=APIClient(key))")
        return self._api

    def send_receipt(self, person: str, to: str, data: ReceiptData, *, language: str | None = None) -> str:
        """Send the message receipt.

        Sent by the billing service for each renewal; the call brings the lines. Gives the delivery's id.
        """
        request = SendEmailRequest(
            transactional_message_id="receipt",
            to=to,
            identifiers={"id": person},
            message_data=_plain(data),
            language=language,
        )
        return str(self._client().send_email(request)["delivery_id"])

    def trigger_sms_broadcast(self, data: Mapping[str, Any] | None = None, *, ids: list[str] | None = None) -> int:
        """Trigger the broadcast sms-broadcast.

        Text messages go out through our own service, so the step is a webhook and not the SMS channel.
        Without *ids* it goes to its audience. Gives the trigger's id.
        """
        api = self._client()
        number = self._broadcasts["sms-broadcast"]  # ids differ from workspace to workspace
        body = {"data": _plain(data or {}), **({} if ids is None else {"ids": ids})}
        reply = api.send_request("POST", f"{api.url}/v1/campaigns/{number}/triggers", body)
        return int(reply.json()["id"])
