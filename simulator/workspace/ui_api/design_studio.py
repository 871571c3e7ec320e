"""Design Studio's nodes, as the UI reaches them with the same token.

Source: UI API notes: the paths. Assumed: a node is one of the App API's emails, components or folders, and its fields.
"""

from __future__ import annotations

from simulator.workspace.documents import Json, Kind, shown
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import refusal, whole_body
from simulator.workspace.writing import note

ROUTES = Routes(Surface.UI)
PATH = "/design-studio/api/workspaces/{environment_id}/nodes/{id}"
KINDS = {"dsc_": Kind.DESIGN_COMPONENT, "dsf_": Kind.DESIGN_FOLDER, "ds_": Kind.DESIGN_EMAIL}
WRITABLE = frozenset({"name", "content", "envelope", "transformers", "parent_folder_id"})


@ROUTES.add("GET", PATH, Confidence.GUESSED)
def read_node(request: Request) -> Reply:
    """One node."""
    _, _, node = _named(request)
    return Reply({"node": node})


@ROUTES.add("PATCH", PATH, Confidence.GUESSED)
def write_node(request: Request) -> Reply:
    """Write what the body says of a node; with `{"published": true}` what it holds now is what is published."""
    kind, number, node = _named(request)
    body = whole_body(request)
    values = body.get("node", body)
    if not isinstance(values, dict):
        raise refusal(400, "node is required")
    for name, value in values.items():
        if name in WRITABLE and isinstance(value, type(node.get(name))):
            node[name] = {**node[name], **value} if isinstance(value, dict) else value
    node["updated"] = request.space.now()
    if values.get("published") is True:
        node["published"] = _contents(node)
    request.space.documents.put(kind, number, node)
    note(request, kind, node, "published" if values.get("published") is True else "updated")
    return Reply({"node": node})


@ROUTES.add("GET", PATH + "/journeys", Confidence.GUESSED)
def node_journeys(request: Request) -> Reply:
    """The steps whose messages are this node: those whose template says so by `node_id`."""
    _, _, node = _named(request)
    documents = request.space.documents
    templates = {one["id"] for one in documents.all(Kind.TEMPLATE) if one.get("node_id") == node["id"]}
    actions = [one for one in documents.all(Kind.ACTION) if one.get("template_id") in templates]
    return Reply({"journeys": [shown(Kind.ACTION, one) for one in actions]})


@ROUTES.add("GET", PATH + "/check-unpublished-changes", Confidence.GUESSED)
def unpublished_changes(request: Request) -> Reply:
    """Whether a node holds something that is not published."""
    _, _, node = _named(request)
    return Reply({"has_unpublished_changes": node.get("published") != _contents(node)})


def _contents(node: Json) -> Json:
    return {name: node[name] for name in sorted(WRITABLE & node.keys())}


def _named(request: Request) -> tuple[Kind, int, Json]:
    text = request.params["id"]
    for prefix, kind in KINDS.items():
        digits = text.removeprefix(prefix)
        if text.startswith(prefix) and digits.isascii() and digits.isdigit() and len(digits) < 19:
            node = request.space.documents.get(kind, int(digits))
            if node is not None:
                return kind, int(digits), node
    raise refusal(404, "not found")
