"""What an agent may not do to what is live.

Source: UI API notes: with "Allow agent to edit live data" off, any change of a state, of a running campaign's settings
or content, and of a segment in use by a running campaign, an unsent newsletter or another segment is 403; a token keeps
what held when it was minted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.documents import Json, Kind
from simulator.workspace.references import holder_of_template, segment_users
from simulator.workspace.routes import Refusal, Request
from simulator.workspace.ui_api.bodies import refusal


def forbidden() -> Refusal:
    """The refusal of a token that may not edit live data."""
    return refusal(403, "agents may not edit live data in this account", code="mcp_missing_write_live")


def may_edit_campaign(request: Request, campaign: Mapping[str, Any]) -> None:
    """Refuse what may not be done to a campaign as it stands.

    Raises: Refusal: 422 while it is stopping, 403 when it runs and the token may not edit live data.
    """
    if campaign["state"] == "stopping":
        raise refusal(422, "campaign is stopping")
    if campaign["state"] == "running" and not request.live_edit:
        raise forbidden()


def may_change_state(request: Request) -> None:
    """Refuse a change of a state to a token that may not edit live data.

    Raises: Refusal (403).
    """
    if not request.live_edit:
        raise forbidden()


def may_edit_template(request: Request, template: Json) -> Json | None:
    """Refuse to change the content of a running campaign; gives the action that sends it, if one does.

    Raises: Refusal, as for its campaign.
    """
    action = holder_of_template(request.space.documents, template)
    if action is not None:
        campaign = request.space.documents.get(Kind.CAMPAIGN, action["campaign_id"])
        if campaign is not None:
            may_edit_campaign(request, campaign)
    return action


def may_edit_segment(request: Request, segment: Mapping[str, Any]) -> None:
    """Refuse to change a segment that something live asks.

    Raises: Refusal (403).
    """
    if request.live_edit:
        return
    users = segment_users(request.space.documents, segment["id"])
    running = any(campaign["state"] == "running" for campaign in users.campaigns)
    unsent = any(newsletter["send_state"] != "sent" for newsletter in users.newsletters)
    if running or unsent or users.segments:
        raise forbidden()
