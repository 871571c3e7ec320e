"""A workflow of a workspace made what a campaign says, by the fewest calls that keep every journey's step in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.triggers import ObjectTrigger, RelationshipTrigger
from mailwright.diagnostics import WorkspaceError
from sync.clients.refusals import Unreachable, WorkspaceRefusal
from sync.codecs.references import Unwritable
from sync.codecs.step_reading import MESSAGES
from sync.codecs.step_writing import Planned, StepWriting
from sync.codecs.workflow_reading import read_edges
from sync.codecs.workflow_writing import (
    Edge,
    Graph,
    Rebuilding,
    edges_as_json,
    gate_of,
    live_graph,
    planned_graph,
    rebuilding,
    same_walk,
)
from sync.ledger import Ledger
from sync.snapshot import Address, Kind

if TYPE_CHECKING:
    from sync.live_ui import UiReading

Json = dict[str, Any]
_SERVERS_OWN = frozenset(
    {
        "id", "created", "updated", "subject_count", "started", "template_id", "has_content", "has_subject", "has_url",
        "hostname", "parent_action_id", "campaign_id", "subject", "preheader_text",
    }
)  # fmt: skip
"""What an action shows and no write of it sets."""
_DEMANDED: Mapping[str, Any] = {
    "sub_type": "", "tracked": True, "can_convert": True, "send_to_unsubscribed": False, "frequency_cap_mode": "no_cap",
}  # fmt: skip
"""What a write of an action must hold beside its type. Source: UI API notes: without one of them it is a 400."""
_MOST_PASSES = 4


def action_body(raw: Mapping[str, Any], changed: Mapping[str, Any]) -> Json:
    """The whole action that a write replaces it with: as it was read, with what changes put in."""
    kept = {name: value for name, value in raw.items() if name not in _SERVERS_OWN}
    return {**_DEMANDED, **kept, **changed}


class WorkflowWriting:
    """Rebuilds the workflow of one campaign."""

    def __init__(self, reading: UiReading, ledger: Ledger, slug: str, number: int, campaign: Campaign) -> None:
        self.reading = reading
        self.ui = reading.ui
        self.names = reading.live.names
        self.ledger = ledger
        self.slug = slug
        self.number = number
        self.campaign = campaign
        self.type_id = self._type_id()

    def _type_id(self) -> int | None:
        match self.campaign.trigger:
            case ObjectTrigger(object=slug) | RelationshipTrigger(relationship=slug):
                return self.names.object_type_id(slug)
            case _:
                return None

    def write(self) -> None:
        """Bring the workflow to what the campaign says.

        A condition may name a message that is made on the way, so it is looked at again until nothing is left.
        Raises: WorkspaceError; Unwritable.
        """
        for _ in range(_MOST_PASSES):
            reply = self._read()
            live = self._graph(reply)
            wanted = planned_graph(StepWriting(self.names, self.slug, self.campaign, self.type_id), gate=gate_of(live))
            todo = rebuilding(live, wanted)
            if todo.is_nothing:
                return
            self._carry_out(todo, wanted, live, reply)
        raise WorkspaceError(
            f"the workflow of campaign {self.slug} does not become what was written", hint="look at it in Customer.io"
        )

    def _read(self) -> Json:
        reply = self.ui.campaign(self.number)
        self.reading.put_campaign(self.slug, reply, self.reading.steps(self.slug, reply))
        return reply

    def _graph(self, reply: Json) -> Graph:
        actions = reply.get("actions") or []
        sides = {str(side) for action in actions for side in action.get("action_ids") or ()}
        steps = self.reading.steps(self.slug, reply)
        return live_graph([one for one in actions if str(one["id"]) not in sides], read_edges(reply), steps)

    def _carry_out(self, todo: Rebuilding, wanted: Graph, live: Graph, reply: Json) -> None:
        actions = {str(one["id"]): one for one in reply.get("actions") or ()}
        for number, node in todo.changed.items():
            self.ui.update_action(number, action_body(actions[number], node.fields))
        if todo.added:
            exits = [one for one in todo.deleted if live.nodes[one].type == "exit_action"]
            if exits:
                # An exit has nothing behind it to be kept in line by, so it goes before the new steps come.
                self._delete(exits, _without(live, set(exits), wanted))
                return
            self._add(todo, wanted)
        elif todo.deleted:
            self._delete(todo.deleted, todo.edges)
        elif todo.moves_edges:
            self.ui.update_campaign(self.number, "edges", {"edges": edges_as_json(todo.edges, {})})

    def _add(self, todo: Rebuilding, wanted: Graph) -> None:
        """Source: new steps have the ids -N to -1, -N the first; the answer may be a 500 after it was done."""
        keys = list(todo.added)
        ids = {key: str(position - len(keys)) for position, key in enumerate(keys)}
        actions = [{"id": ids[key], "type": node.type, **_new(node)} for key, node in todo.added.items()]
        edges = edges_as_json(todo.edges_between, ids)
        before = set(self._numbers())
        try:
            self.ui.update_campaign(self.number, "add_actions", {"edges": edges}, actions=actions)
        except (WorkspaceRefusal, Unreachable) as error:
            if isinstance(error, WorkspaceRefusal) and error.status < 500:
                raise
            if len(set(self._numbers()) - before) != len(keys):
                raise
        self._name_new(todo, wanted)

    def _numbers(self) -> list[str]:
        return [str(one["id"]) for one in self.ui.campaign(self.number).get("actions") or ()]

    def _name_new(self, todo: Rebuilding, wanted: Graph) -> None:
        """Note what the new messages are called, by their places in the workflow: one report has the ids reversed."""
        reply = self.ui.campaign(self.number)
        live = live_graph(reply.get("actions") or [], read_edges(reply), {})
        place = _walked(todo.edges_between, live)
        templates = {str(one["id"]): one.get("template_id") for one in reply.get("actions") or ()}
        for key, node in todo.added.items():
            number = place.get(key)
            if not node.step or number is None or live.nodes[number].type != node.type:
                continue
            address = Address(Kind.MESSAGE, f"{self.slug}/{node.step}")
            found = {"id": number, "action": number, "campaign": self.number, "template": templates.get(number)}
            self.ledger.ids[address] = found
            self.names.actions[self.slug, node.step] = number
            self.names.channels[self.slug, node.step] = MESSAGES[node.type]

    def _delete(self, numbers: object, edges: object) -> None:
        assert isinstance(numbers, list | tuple) and isinstance(edges, list | tuple)
        fields = {"name": self.campaign.name, "edges": edges_as_json(edges, {})}
        self.ui.update_campaign(self.number, "delete_actions", fields, action_ids=[*numbers])


def _new(node: Planned) -> Json:
    """A new step's fields: a message says nothing until its content is there, so it begins as a draft."""
    return {**node.fields, "sending_state": "draft"} if node.step else dict(node.fields)


def _without(live: Graph, gone: set[str], wanted: Graph) -> list[Edge]:
    """The edges of the old workflow without some of its exits: ways that led to them go on to where the others do."""
    rest = [edge for edge in live.edges if edge[1] not in gone]
    ends = [key for key in live.order() if live.nodes[key].type == "exit_action" and key not in gone]
    if not ends:
        raise Unwritable("a workflow that loses its last exit while steps are added")
    return [*rest, *((start, ends[-1], index) for start, end, index in live.edges if end in gone)]


def _walked(edges: object, live: Graph) -> dict[str, str]:
    assert isinstance(edges, list | tuple)
    arriving, there = {end for _, end, _ in edges}, {end for _, end, _ in live.edges}
    first = next((start for start, _, _ in edges if start not in arriving), None)
    first_live = next((key for key in live.nodes if key not in there), None)
    if first is None or first_live is None:
        return {}
    return same_walk(edges, live.edges, first, first_live)
