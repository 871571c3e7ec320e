"""A plan as a file: JSON that comes back equal, and is refused when it was edited, is too old, or is for elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailwright.diagnostics import ConfigurationError, PlanRefused
from mailwright.writing import write_atomically
from sync.diff import Presence
from sync.ledger import Identity
from sync.plan import Action, Affected, AffectedCampaign, Change, FieldChange, HandWork, Left, Plan
from sync.snapshot import Address, Document, Kind, Value, canonical

FORMAT = 1
MOST_BYTES = 200_000_000

Json = dict[str, Any]


def write_plan(plan: Plan, path: Path) -> None:
    """Keep a plan in a file.

    Raises: ConfigurationError when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, plan_as_file(plan))
    except OSError as error:
        raise ConfigurationError(f"cannot write {path.name}: {error.strerror}", hint="another -o") from error


def read_plan(path: Path) -> Plan:
    """The plan in a file.

    Raises: ConfigurationError when the file cannot be read or is no plan; PlanRefused when it was edited.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigurationError(f"cannot read {path.name}: {why}", hint="mailwright plan WORKSPACE -o FILE") from error
    return plan_from_file(text, path.name)


def plan_as_file(plan: Plan) -> str:
    """The plan as JSON text with a digest of all of it."""
    content = plan_as_json(plan)
    return json.dumps({**content, "digest": _digest(content)}, ensure_ascii=False, indent=1) + "\n"


def plan_from_file(text: str, name: str = "the plan") -> Plan:
    """The plan that the text holds.

    Raises: ConfigurationError when it is no plan; PlanRefused when it was edited.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{name} is no plan: it is not JSON", hint="make it anew") from error
    if not isinstance(content, dict) or content.get("what") != "mailwright plan":
        raise ConfigurationError(f"{name} is no plan", hint="mailwright plan WORKSPACE -o FILE makes one")
    if content.get("schema_version") != FORMAT:
        raise ConfigurationError(f"{name} is from another version of mailwright", hint="make it anew")
    said = content.pop("digest", None)
    if said != _digest(content):
        raise PlanRefused(f"{name} was edited after it was made; nothing was changed", hint="make the plan anew")
    try:
        return plan_from_json(content)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{name} is no plan that this version can read", hint="make it anew") from error


def refuse_elsewhere(plan: Plan, workspace: Identity) -> None:
    """Let the plan pass when it was made for the workspace at hand.

    Raises: PlanRefused otherwise.
    """
    if plan.workspace != workspace:
        raise PlanRefused(
            f"the plan is for the workspace {in_words(plan.workspace)}, and this one is {in_words(workspace)}; "
            "nothing was changed",
            hint=f"mailwright plan {workspace.name}",
        )


def in_words(workspace: Identity) -> str:
    """Which workspace it is: `qa (4020, us)`."""
    known = [str(workspace.id)] if workspace.id is not None else []
    known += [workspace.region] if workspace.region else []
    return f"{workspace.name} ({', '.join(known)})" if known else workspace.name


def refuse_expired(plan: Plan, now: datetime) -> None:
    """Let the plan pass while it lasts.

    Raises: PlanRefused when it has expired, or was made in the future.
    """
    if now >= plan.expires_at:
        raise PlanRefused(
            f"the plan expired at {_moment(plan.expires_at)}; nothing was changed",
            hint=f"mailwright plan {plan.workspace.name}",
        )


def plan_id(plan: Plan) -> str:
    """Eight hexadecimal digits that stand for the plan."""
    return _digest(plan_as_json(plan))[:8]


def plan_as_json(plan: Plan) -> Json:
    """The plan as JSON data, without its digest."""
    return {
        "what": "mailwright plan",
        "schema_version": FORMAT,
        "workspace": _identity(plan.workspace),
        "reason": plan.reason,
        "made_at": _moment(plan.made_at),
        "expires_at": _moment(plan.expires_at),
        "protected": plan.protected,
        "changes": [_change(one) for one in plan.changes],
        "theirs": [_left(one) for one in plan.theirs],
        "conflicts": [_left(one) for one in plan.conflicts],
        "by_hand": [{**_address(one.address), **_field(one.change), "why": one.why} for one in plan.by_hand],
        "waiting_for_start": [_change(one) for one in plan.waiting],
        "unseen": list(plan.unseen),
        "agreed": [document_as_json(one) for one in plan.agreed],
        "counts": {kind.value: count for kind, count in sorted(plan.counts.items())},
        "affected": [_affected(one) for one in plan.affected],
    }


def plan_from_json(data: Mapping[str, Any]) -> Plan:
    """The plan that JSON data holds.

    Raises: KeyError, TypeError or ValueError when it holds none.
    """
    return Plan(
        workspace=Identity(**data["workspace"]),
        reason=data["reason"],
        made_at=datetime.fromisoformat(data["made_at"]),
        expires_at=datetime.fromisoformat(data["expires_at"]),
        protected=data["protected"],
        changes=tuple(map(_change_from, data["changes"])),
        theirs=tuple(map(_left_from, data["theirs"])),
        conflicts=tuple(map(_left_from, data["conflicts"])),
        by_hand=tuple(HandWork(_address_from(one), _field_from(one), one["why"]) for one in data["by_hand"]),
        waiting=tuple(map(_change_from, data["waiting_for_start"])),
        unseen=tuple(data["unseen"]),
        agreed=tuple(map(document_from_json, data["agreed"])),
        counts={Kind(kind): count for kind, count in data["counts"].items()},
        affected=tuple(map(_affected_from, data["affected"])),
    )


def document_as_json(document: Document) -> Json:
    """A document as JSON data, its values as data too."""
    fields = {name: json.loads(text) for name, text in sorted(document.fields.items()) if text is not None}
    absent = sorted(name for name, text in document.fields.items() if text is None)
    return {**_address(document.address), "fields": fields, **({"absent": absent} if absent else {})}


def document_from_json(data: Mapping[str, Any]) -> Document:
    """The document that JSON data holds."""
    fields: dict[str, Value] = {name: canonical(value) for name, value in data["fields"].items()}
    return Document(_address_from(data), {**fields, **dict.fromkeys(data.get("absent", ()))})


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(content).encode("utf-8", "surrogatepass")).hexdigest()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _identity(workspace: Identity) -> Json:
    return {"name": workspace.name, "id": workspace.id, "region": workspace.region, "url": workspace.url}


def _address(address: Address) -> Json:
    return {"kind": address.kind.value, "slug": address.slug}


def _address_from(data: Mapping[str, Any]) -> Address:
    return Address(Kind(data["kind"]), str(data["slug"]))


def _field(change: FieldChange) -> Json:
    """The field; what is absent has no key, so that it is not taken for null."""
    found: Json = {"field": change.name}
    for key, value in (("before", change.before), ("after", change.after)):
        if value is not None:
            found[key] = json.loads(value)
    return found


def _field_from(data: Mapping[str, Any]) -> FieldChange:
    def value(key: str) -> Value:
        return canonical(data[key]) if key in data else None

    return FieldChange(str(data["field"]), value("before"), value("after"))


def _change(change: Change) -> Json:
    return {
        "action": change.action.value,
        **_address(change.address),
        "seen": change.seen,
        "fields": [_field(one) for one in change.fields],
    }


def _change_from(data: Mapping[str, Any]) -> Change:
    fields = tuple(map(_field_from, data["fields"]))
    return Change(Action(data["action"]), _address_from(data), fields, data["seen"])


def _left(left: Left) -> Json:
    return {
        **_address(left.address),
        "presence": left.presence.value,
        "fields": [
            {
                "field": one.name,
                **({} if one.before is None else {"files": json.loads(one.before)}),
                **({} if one.after is None else {"workspace": json.loads(one.after)}),
            }
            for one in left.fields
        ],
    }


def _left_from(data: Mapping[str, Any]) -> Left:
    fields = tuple(
        FieldChange(
            str(one["field"]),
            canonical(one["files"]) if "files" in one else None,
            canonical(one["workspace"]) if "workspace" in one else None,
        )
        for one in data["fields"]
    )
    return Left(_address_from(data), Presence(data["presence"]), fields)


def _affected(affected: Affected) -> Json:
    rows = [
        {
            "campaign": one.campaign,
            "before": one.before,
            "after": one.after,
            "gains": one.gains,
            "losses": one.losses,
            "proved": list(one.proved),
        }
        for one in affected.campaigns
    ]
    return {"source": affected.source, "campaigns": rows}


def _affected_from(data: Mapping[str, Any]) -> Affected:
    rows = [AffectedCampaign(**{**one, "proved": tuple(one["proved"])}) for one in data["campaigns"]]
    return Affected(data["source"], tuple(rows))
