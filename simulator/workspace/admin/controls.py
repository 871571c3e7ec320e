"""What a test turns: the clock, limits, tokens, faults, the live-edit switch; and what it counts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mailwright.definitions.names import parse_duration
from simulator.workspace.admin.asking import AdminRequest, refused, time_of
from simulator.workspace.admin.routes import AdminRoutes
from simulator.workspace.clock import Clock
from simulator.workspace.routes import Reply
from simulator.workspace.server.faults import FaultError, rule_from
from simulator.workspace.server.limits import Limit

ROUTES = AdminRoutes()


def clock_shown(clock: Clock) -> dict[str, Any]:
    """The clock as data."""
    now = clock.now()
    return {"mode": clock.mode, "now": now, "time": datetime.fromtimestamp(now, UTC).isoformat()}


@ROUTES.add("GET", "/_clock", "what time the workspaces have")
def show_clock(request: AdminRequest) -> Reply:
    """The clock."""
    return Reply(clock_shown(request.server.account.clock))


@ROUTES.add("POST", "/_clock", '{"mode": "real"}, {"freeze": TIME or null}, {"advance": "3d"} or {"to": TIME}')
def set_clock(request: AdminRequest) -> Reply:
    """Move the clock, and let happen what is due by then. It never goes back while there are journeys to hold."""
    body = request.body("mode", "freeze", "advance", "to")
    if len(body) != 1:
        raise refused("one of mode, freeze, advance, to")
    clock = request.server.account.clock
    request.server.run_due()
    [(what, value)] = body.items()
    match what:
        case "mode" if value == "real":
            clock.run_real()
        case "mode" if value == "frozen":
            clock.freeze()
        case "freeze":
            clock.freeze(None if value is None else _possible(time_of(value, "freeze")))
        case "advance":
            length = _length(value)
            _possible(clock.now() + length)
            clock.advance(length)
        case "to":
            to = _possible(time_of(value, "to"))
            if to < clock.now():
                raise refused("'to' is in the past; freeze the clock there instead, on an empty workspace")
            clock.advance(to - clock.now())
        case _:
            raise refused("'mode' is real or frozen")
    request.server.account.keep_clock()
    request.server.run_due()
    return show_clock(request)


LAST = 253_402_300_799
"""The last second of the year 9999, in Unix seconds: what comes after it has no date."""


def _possible(at: int) -> int:
    if not 0 <= at <= LAST:
        raise refused("the clock goes from 1970 to 9999")
    return at


def _length(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value
    else:
        try:
            seconds = int(parse_duration(value).total_seconds())
        except (ValueError, TypeError) as error:
            raise refused(f"'advance': {error}") from None
    if seconds < 0:
        raise refused("'advance' goes forward")
    return seconds


@ROUTES.add("GET", "/_faults", "the rules of what goes wrong, and how often each matched and hit")
def show_faults(request: AdminRequest) -> Reply:
    """Every rule."""
    return Reply({"faults": request.server.faults.shown()})


@ROUTES.add(
    "POST", "/_faults", '{"kind": "limited|error|slow|reset|stale|stale_echo|lost_row", "path": "/v1/campaigns/*", …}'
)
def add_fault(request: AdminRequest) -> Reply:
    """Add a rule."""
    body = dict(request.body())
    if isinstance(body.get("workspace"), str):
        body["workspace"] = request.space(body["workspace"]).id
    try:
        rule = rule_from(body)
    except (FaultError, TypeError) as error:
        raise refused(str(error)) from None
    return Reply({"fault": request.server.faults.add(rule).shown()}, 201)


@ROUTES.add("DELETE", "/_faults", "nothing goes wrong any more")
def clear_faults(request: AdminRequest) -> Reply:
    """Forget every rule."""
    request.server.faults.remove()
    return show_faults(request)


@ROUTES.add("DELETE", "/_faults/{id}", "forgets one rule")
def remove_fault(request: AdminRequest) -> Reply:
    """Forget a rule."""
    if not request.params["id"].isdigit():
        raise refused("a rule's id is a number", 404)
    request.server.faults.remove(int(request.params["id"]))
    return show_faults(request)


@ROUTES.add("GET", "/_requests", "how often each route was asked, and the last requests; ?workspace=NAME")
def show_requests(request: AdminRequest) -> Reply:
    """The log of requests."""
    named = request.query("workspace")
    return Reply(request.server.log.shown(request.space(named).id if named else None))


@ROUTES.add("DELETE", "/_requests", "counts from nothing again")
def clear_requests(request: AdminRequest) -> Reply:
    """Forget the log of requests."""
    request.server.log.clear()
    return Reply({"total": 0})


@ROUTES.add("GET", "/_limits", "how many requests a workspace takes")
def show_limits(request: AdminRequest) -> Reply:
    """The limits."""
    found = request.server.limits.limits
    return Reply({"limits": {name: {"count": one.count, "seconds": one.seconds} for name, one in found.items()}})


@ROUTES.add("POST", "/_limits", '{"app": 10, "sends": 100, "broadcasts": 1, "track": 1000, "ui": 0}; 0 is no limit')
def set_limits(request: AdminRequest) -> Reply:
    """Set limits; the windows stay as long as they are."""
    limits = request.server.limits
    body = request.body(*limits.limits)
    for name, count in body.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise refused(f"'{name}' is a number of requests, 0 for no limit")
    for name, count in body.items():
        limits.set(name, Limit(count, limits.limits[name].seconds))
    return show_limits(request)


@ROUTES.add("POST", "/_tokens", '{"lifetime": SECONDS} of tokens minted from now on; {"expire": true}: all end now')
def set_tokens(request: AdminRequest) -> Reply:
    """Say how long access tokens of the UI API live; end those there are."""
    body = request.body("lifetime", "expire")
    tokens = request.server.tokens
    lifetime = body.get("lifetime", tokens.lifetime)
    if not isinstance(lifetime, int) or isinstance(lifetime, bool) or lifetime < 0:
        raise refused("'lifetime' is a number of seconds")
    tokens.lifetime = lifetime
    if body.get("expire"):
        tokens.expire_all()
    return Reply({"lifetime": tokens.lifetime})


@ROUTES.add("GET", "/_live_edit", "where agents may edit what is live")
def show_live_edit(request: AdminRequest) -> Reply:
    """The switch of every workspace."""
    return Reply({"live_edit": {space.name: space.live_edit for space in request.spaces()}})


@ROUTES.add("POST", "/_live_edit", '{"workspace": NAME, "allowed": false}; tokens minted before keep what held then')
def set_live_edit(request: AdminRequest) -> Reply:
    """Turn the switch of one workspace, or of all."""
    body = request.body("workspace", "allowed")
    if not isinstance(body.get("allowed"), bool):
        raise refused("'allowed' is true or false")
    for space in request.spaces(body.get("workspace")):
        space.live_edit = body["allowed"]
    return show_live_edit(request)
