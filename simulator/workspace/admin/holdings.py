"""What the server holds: workspaces, their content, its state, and the list of what it serves."""

from __future__ import annotations

import base64
from collections import Counter
from typing import Any

from mailwright.diagnostics import ContentError, MailwrightError, diagnostic_as_data
from simulator.workspace.admin.asking import AdminRequest, refused
from simulator.workspace.admin.coverage_page import coverage_as_html
from simulator.workspace.admin.routes import AdminRoutes
from simulator.workspace.documents import Kind
from simulator.workspace.routes import Reply
from simulator.workspace.server.announcing import announced, workspace_shown
from simulator.workspace.state import StateError, exported, imported

ROUTES = AdminRoutes()


@ROUTES.add("GET", "/_coverage", "every route that is served, and how sure we are of its shape; a page in a browser")
def coverage(request: AdminRequest) -> Reply:
    """Every route with its surface, confidence and note."""
    routes = [
        {
            "surface": route.surface, "method": route.method, "pattern": route.pattern,
            "confidence": route.confidence, "note": route.note,
        }
        for route in request.server.routes.all
    ]  # fmt: skip
    routes.sort(key=lambda one: (one["surface"], one["pattern"], one["method"]))
    if request.wants_page:
        return Reply(coverage_as_html(routes), 200, {"Content-Type": "text/html; charset=utf-8"})
    counts = Counter(f"{one['surface']} {one['confidence']}" for one in routes)
    return Reply({"routes": routes, "counts": dict(sorted(counts.items()))})


@ROUTES.add("GET", "/_assets/{workspace}/{id}", "a picture or PDF of a workspace's assets, as messages show it")
def asset(request: AdminRequest) -> Reply:
    """The bytes of an asset."""
    space = request.space(request.params["workspace"])
    number = request.params["id"]
    kept = space.documents.get(Kind.ASSET, int(number)) if number.isascii() and number.isdigit() else None
    if kept is None:
        raise refused("no asset has this number", 404)
    headers = {
        "Content-Type": kept["content_type"], "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }  # fmt: skip
    return Reply(base64.b64decode(kept["data"]), 200, headers)


@ROUTES.add("GET", "/_workspaces", "addresses, keys and ids, as `serve --format json` prints them")
def workspaces(request: AdminRequest) -> Reply:
    """Everything a client has to know, but for the admin token."""
    return Reply({name: value for name, value in announced(request.server).items() if name != "admin_token"})


@ROUTES.add("POST", "/_workspaces", '{"name": NAME, "region": "us"}: a new, empty workspace')
def add_workspace(request: AdminRequest) -> Reply:
    """Add a workspace."""
    body = request.body("name", "region")
    name, region = body.get("name"), body.get("region", "us")
    if not isinstance(name, str) or not name.strip() or request.server.account.named(name):
        raise refused("'name' is a text that no other workspace has")
    if region not in ("us", "eu"):
        raise refused("'region' is us or eu")
    space = request.server.account.add(name, region)
    request.server.attach(space)
    return Reply({"workspace": workspace_shown(request.server, space)}, 201)


@ROUTES.add("POST", "/_seed", '{"folder": DIR, "as": WORKSPACE, "workspace": NAME}: the content of a project')
def seed(request: AdminRequest) -> Reply:
    """Put a project's content into a workspace; what has no form that Customer.io's sources show is listed.

    Nothing of a project with mistakes is stored: they are answered as `check` finds them.
    """
    body = request.body("folder", "as", "workspace")
    folder = body.get("folder")
    if not isinstance(folder, str):
        raise refused("'folder' is where the project stands")
    wanted, name = body.get("as"), body.get("workspace")
    if not isinstance(wanted, str | None):
        raise refused("'as' is the name of one of the project's workspaces")
    if name is None and len(request.server.account.spaces) > 1:
        raise refused("'workspace' is one of this server's")
    [space] = request.spaces(name)
    try:
        found = request.server.seed(space, folder, wanted)
    except ContentError as error:
        where = [f"{one.span}  {one.message}" for one in error.diagnostics[:20]]
        problems = [diagnostic_as_data(one) for one in error.diagnostics]
        raise refused("\n".join([str(error), *where]), 422, problems=problems) from None
    except MailwrightError as error:
        raise refused(str(error) + (f"; try: {error.hint}" if error.hint else ""), 422) from None
    return Reply({"workspace": space.name, **found})


@ROUTES.add("GET", "/_seed", "what the last seed of every workspace brought, and what it stored in a form of our own")
def show_seeds(request: AdminRequest) -> Reply:
    """What seeding said."""
    names = {space.id: space.name for space in request.spaces()}
    return Reply({"seeds": {names[number]: found for number, found in request.server.seeded.items()}})


@ROUTES.add("POST", "/_reset", '{"workspace": NAME, "empty": false}: back to how it was when the server started')
def reset(request: AdminRequest) -> Reply:
    """Forget what happened since the start; with `empty`, the content too.

    Where all workspaces are reset, the clock goes back too.
    """
    body = request.body("workspace", "empty")
    spaces = request.spaces(body.get("workspace"))
    if body.get("workspace") is None:
        request.server.reset_all(empty=bool(body.get("empty")))
    else:
        request.server.reset(spaces[0], empty=bool(body.get("empty")))
    return Reply({"workspaces": [space.name for space in spaces]})


@ROUTES.add("GET", "/_state", "everything the server keeps, as JSON; ?workspace=NAME for one workspace")
def export_state(request: AdminRequest) -> Reply:
    """The whole state."""
    named = request.query("workspace")
    return Reply(exported(request.server.account, request.space(named) if named else None))


@ROUTES.add("PUT", "/_state", "puts an exported state in place of what is there")
def import_state(request: AdminRequest) -> Reply:
    """Take a state."""
    state: Any = request.body()
    try:
        imported(request.server.account, state)
    except (StateError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise refused(str(error) if isinstance(error, StateError) else "this is no exported state") from None
    request.server.attach_all()
    return Reply({"workspaces": [space.name for space in request.server.account.spaces.values()]})
