"""What a workspace holds and no content file can say: kept, named, and never in the way of the rest."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from mailwright.loading.folder import load_project, read_project
from sync.desired import desired_snapshot
from sync.ledger import read_ledger
from sync.live import fetch_snapshot
from sync.opening import Workspace, open_workspace
from sync.pull import Pulled, pull
from sync.snapshot import Address, Kind

WIRE = Path(__file__).parents[1] / "data/wire/fly"
SETTINGS = '[workspaces.qa]\nregion = "us"\nid = 41001\nservice_account = { env = "CIO_SA" }\n'
CAMPAIGN = Address(Kind.CAMPAIGN, "signup-confirmation")
Json = dict[str, Any]


def wire(name: str, exchange: int = 0) -> Any:
    found = json.loads((WIRE / f"{name}.json").read_text())["exchanges"][exchange]["response"]["body"]
    return copy.deepcopy(found)


class Account:
    """The answers of a UI API, from the wire reference; a test changes them."""

    def __init__(self) -> None:
        self.campaign: Json = wire("campaign_event_triggered")
        self.template: Json = wire("template_email")["template"]
        self.segments: list[Json] = [{"id": 17, "name": "Lapsed", "type": "manual", "conditions": None}]
        self.layouts: list[Json] = wire("layouts")["layouts"]
        self.snippets: list[Json] = wire("snippets")["snippets"]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/environments/41001/")
        if request.url.path.endswith("/oauth/token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        if request.url.path == "/v1/accounts/current":
            return httpx.Response(200, json=wire("auth", 2))
        if request.url.path.endswith("/environments"):
            return httpx.Response(200, json=wire("environments"))
        page = int(request.url.params.get("page", 1))
        kind, _, number = path.partition("/")
        if number:
            return self._one(kind, number)
        rows = self._rows(kind)
        return httpx.Response(200, json={kind: rows if page <= 1 else []})

    def _one(self, kind: str, number: str) -> httpx.Response:
        if kind == "templates":
            return httpx.Response(200, json={"template": {**self.template, "id": int(number)}, "layouts": []})
        return httpx.Response(200, json=self.campaign)

    def _rows(self, kind: str) -> list[Json]:
        numbers = [one["template_id"] for one in self.campaign["actions"] if "template_id" in one]
        rows: dict[str, list[Json]] = {
            "campaigns": [self.campaign["campaign"]],
            "layouts": self.layouts,
            "segments": self.segments,
            "snippets": self.snippets,
            "identities": wire("identities")["identities"],
            "templates": [{"id": number, "updated": self.template["updated"]} for number in numbers],
        }
        return rows.get(kind, [])


@pytest.fixture
def account() -> Account:
    return Account()


@contextmanager
def opened(root: Path, account: Account) -> Iterator[Workspace]:
    for name in ("campaigns", "layouts"):
        (root / name).mkdir(exist_ok=True)
    (root / "mailwright.toml").write_text(SETTINGS)
    seam = httpx.MockTransport(account)
    with open_workspace(load_project(root), "qa", environ={"CIO_SA": "sa_live_x"}, seam=seam) as workspace:
        workspace.pace.limit = 10_000
        yield workspace


def pulled(root: Path, account: Account) -> Pulled:
    with opened(root, account) as workspace:
        ledger = read_ledger(root, "qa")
        return pull(workspace, ledger, fetch_snapshot(workspace, ledger))


def files(root: Path) -> dict[str, bytes]:
    found = (one for one in root.rglob("*") if one.is_file() and "cache" not in one.parts)
    return {str(one.relative_to(root)): one.read_bytes() for one in found}


def test_the_wire_references_workspace_is_pulled_whole(tmp_path, account):
    found = pulled(tmp_path, account)
    assert found.is_clean, [*map(str, found.unrepresented), *found.conflicts]
    assert read_project(tmp_path)[1] == []
    text = (tmp_path / "campaigns/signup-confirmation/campaign.yaml").read_text()
    assert "event: project_signup" in text and "any:" in text
    assert (tmp_path / "layouts/harborlight-base/layout.yaml").read_text().endswith("name: Harborlight base\n")
    before = files(tmp_path)
    assert pulled(tmp_path, account).changed == {}
    assert files(tmp_path) == before


def crossed(account: Account, end: str) -> None:
    """One more branch behind the last, one way of which leads to *end*."""
    edges = account.campaign["campaign"]["edges"]
    account.campaign["actions"].append({**account.campaign["actions"][2], "id": "907", "name": "Second"})
    edges.remove({"from": "904", "to": "905", "type": "continue"})
    edges += [
        {"from": "904", "to": "907", "type": "continue"},
        {"from": "907", "to": "905", "type": "branch", "index": 0},
        {"from": "907", "to": end, "type": "branch", "index": 1},
    ]


def test_a_workflow_whose_ways_cross_is_pulled_with_steps_that_lead_to_one_another(tmp_path, account):
    crossed(account, "906")
    found = pulled(tmp_path, account)
    assert found.is_clean, [*map(str, found.unrepresented), *found.conflicts]
    assert read_project(tmp_path)[1] == []
    with opened(tmp_path, account) as workspace:
        live = fetch_snapshot(workspace, read_ledger(tmp_path, "qa")).snapshot
    assert desired_snapshot(load_project(tmp_path), "qa").get(CAMPAIGN) == live.get(CAMPAIGN)
    before = files(tmp_path)
    assert pulled(tmp_path, account).changed == {} and files(tmp_path) == before


def test_a_workflow_that_goes_round_is_kept_with_all_its_steps_and_listed(tmp_path, account):
    crossed(account, "902")
    edges = account.campaign["campaign"]["edges"]
    found = pulled(tmp_path, account)
    assert not found.is_clean
    assert [(one.what, one.field) for one in found.unrepresented] == [("campaign signup-confirmation", "workflow")]
    kept = json.loads((tmp_path / ".mailwright/kept/qa/campaign/signup-confirmation.json").read_text())
    assert "circle" in kept["kept_because"]["workflow"]
    assert len(kept["actions"]) == 7 and kept["campaign"]["edges"] == edges
    asked = next(one for one in kept["actions"] if one["id"] == "903")["conditions"]
    assert asked == [{"type": "event_attribute", "field": "group_id", "operator": "exists"}]
    assert not (tmp_path / "campaigns/signup-confirmation").exists()
    assert (tmp_path / "layouts/harborlight-base/1.liquid").is_file(), "the rest is pulled all the same"
    before = files(tmp_path)
    assert pulled(tmp_path, account).changed == {} and files(tmp_path) == before


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda a: a.campaign["campaign"].update(attribute_filters={"and": [{"field": "x", "operator": "near"}]}), "trigger"),
        (lambda a: a.campaign["actions"][0].update(type="teleport_action"), "workflow"),
        (lambda a: a.campaign["campaign"].update(type="comet"), "trigger"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_named_with_what_it_is(tmp_path, account, change, what):
    change(account)
    found = pulled(tmp_path, account)
    assert what in {one.field for one in found.unrepresented}
    assert read_project(tmp_path)[1] == []


def test_a_setting_that_is_not_known_keeps_the_rest_of_its_campaign(tmp_path, account):
    account.campaign["campaign"]["global_exit_conditions"] = [{"moon": {"phase": "full"}}]
    found = pulled(tmp_path, account)
    assert [(one.field, one.why) for one in found.unrepresented] == [
        ("exit", "a way out that is no segment and no event")
    ]
    assert (tmp_path / "campaigns/signup-confirmation/campaign.yaml").is_file()


@pytest.mark.parametrize(("editor", "said"), [("bee", "the drag-and-drop editor"), ("design_studio", "Design Studio")])
def test_a_designed_body_is_a_file_that_says_so_and_stays_as_it_is(tmp_path, account, editor, said):
    account.template |= {"editor": editor, "body": "<table>made</table>", "body_json": '{"page": {"rows": []}}'}
    found = pulled(tmp_path, account)
    assert found.is_clean and any(said in note for note in found.notes)
    text = (tmp_path / "campaigns/signup-confirmation/thanks-for-signing-up.liquid").read_text()
    assert f"{{% comment %}}mailwright: made with {editor}, edited in Customer.io only{{% endcomment %}}" in text
    kept = tmp_path / ".mailwright/kept/qa/message/signup-confirmation/thanks-for-signing-up.json"
    assert json.loads(kept.read_text())["design"] == {"page": {"rows": []}}
    with opened(tmp_path, account) as workspace:
        live = fetch_snapshot(workspace, read_ledger(tmp_path, "qa")).snapshot
        assert desired_snapshot(workspace.project, "qa").digest == live.digest
    message = next(one for one in live if one.address.kind is Kind.MESSAGE)
    assert (message.value("editor"), message.value("body")) == (editor, "<table>made</table>")


BODIES = [
    "",
    "no newline at the end",
    "\r\nwindows\r\nlines\r\n",
    "---\nnot front matter\n---\n",
    "  {{ x }}\n\n",
    "ünï ★\n",
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize(
    "subject", ["", "a: b #1 'x' \"y\" {{ z | default: 'q' }}", "yes", "- 5 ${x}", "  spaces  ", "é\u2028ü"]
)
def test_every_text_comes_back_letter_by_letter(tmp_path, account, body, subject):
    account.template |= {
        "body": body,
        "subject": subject,
        "preheader_text": subject,
        "body_plain": body.lstrip("-") or None,
    }
    found = pulled(tmp_path, account)
    assert found.is_clean, list(map(str, found.unrepresented))
    with opened(tmp_path, account) as workspace:
        live = fetch_snapshot(workspace, read_ledger(tmp_path, "qa")).snapshot
        assert desired_snapshot(workspace.project, "qa").digest == live.digest
    before = files(tmp_path)
    assert pulled(tmp_path, account).changed == {} and files(tmp_path) == before


NAMES = ["Signup: #1 'quoted' \"twice\"", "true", "007", "- dash", "{braces}", "日本語", "a\tb", "trailing: ", "null"]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_comes_back_and_gives_a_folder(tmp_path, account, name):
    account.campaign["campaign"]["name"] = name
    found = pulled(tmp_path, account)
    assert found.is_clean, list(map(str, found.unrepresented))
    (campaign,) = load_project(tmp_path).campaigns.values()
    assert campaign.name == name


def test_a_thing_whose_file_would_not_load_is_listed_and_keeps_the_rest_from_nothing(tmp_path, account):
    account.snippets.append({"id": 9, "name": "nested", "value": "{{ snippets.signature }}", "updated_at": 1})
    account.layouts.append({"id": 12, "name": "Hollow", "body": "<p>no place for the email</p>", "archived": False})
    found = pulled(tmp_path, account)
    assert sorted(one.what for one in found.unrepresented) == ["layout hollow@1", "snippet nested"]
    assert read_project(tmp_path)[1] == []


def test_two_campaigns_of_one_name_are_told_apart_and_can_be_bound(tmp_path, account):
    pulled(tmp_path, account)
    account.campaign["campaign"]["id"] = 99  # made anew by somebody, under the same name
    for one in account.campaign["actions"]:
        one["id"] = str(int(one["id"]) + 1000)
    ledger = read_ledger(tmp_path, "qa")
    ledger.bind(Kind.CAMPAIGN, "signup-confirmation", "99")
    with opened(tmp_path, account) as workspace:
        live = fetch_snapshot(workspace, ledger)
    assert {one.slug for one in live.ids if one.kind is Kind.CAMPAIGN} == {"signup-confirmation"}
