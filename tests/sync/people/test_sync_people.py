"""`mailwright sync people` as a person calls it, against a workspace on this machine."""

from __future__ import annotations

import json
from typing import Any

import pytest

ANA = ("1", "ana@example.org", "Ana", "pro", "2026-01-02", "3")
BEN = ("2", "ben@example.org", "Ben", "free", "1767312000", "")
CAI = ("3", "cai@example.org", "", "free", "", "0")
HEADER = ("id", "email", "first_name", "plan", "created_at", "badges")


def test_a_table_becomes_profiles_and_a_second_sync_sends_nothing(shop: Any):
    shop.write(ANA, BEN, CAI)
    first = shop.send()
    assert (first.code, first.out.splitlines()[-1]) == (0, "qa: 3 new in 1 request")
    assert shop.attributes("1") == {
        "email": "ana@example.org", "first_name": "Ana", "plan": "pro", "created_at": "1767312000", "badges": "3",
    }  # fmt: skip
    assert "badges" not in shop.attributes("2")
    shop.requests()
    second = shop.send()
    assert (second.code, second.out.splitlines()[-1]) == (0, "qa: nothing to send, 3 people unchanged")
    assert not any("batch" in route for route in shop.requests())


def test_only_the_attributes_that_changed_are_sent(shop: Any):
    shop.write(ANA, BEN, CAI)
    shop.send()
    shop.write(ANA, ("2", "ben@example.org", "Benno", "pro", "1767312000", ""), CAI)
    shown = shop.send()
    assert shown.code == 0
    assert "1  changed" in shown.out and "1  first_name" in shown.out and "1  plan" in shown.out
    assert "email" not in shown.out
    assert shop.attributes("2")["first_name"] == "Benno"


def test_a_lost_cache_costs_requests_and_nothing_else(shop: Any):
    shop.write(ANA, BEN)
    shop.send()
    for path in (shop.root / ".mailwright/cache/people").iterdir():
        path.unlink()
    shown = shop.send()
    assert shown.out.splitlines()[-1] == "qa: 2 new in 1 request"
    assert shop.everybody() == ["1", "2"]


@pytest.mark.parametrize("content", [b"no database at all" * 100, b""], ids=["broken", "empty"])
def test_a_cache_that_is_none_is_begun_anew(shop: Any, content: bytes):
    shop.write(ANA)
    shop.send()
    cache = shop.root / ".mailwright/cache/people/qa.sqlite"
    for beside in cache.parent.glob("qa.sqlite-*"):
        beside.unlink()
    cache.write_bytes(content)
    assert shop.send().out.splitlines()[-1] == "qa: 1 new in 1 request"


def test_a_workspace_that_was_emptied_gets_everybody_again(shop: Any):
    shop.write(ANA, BEN)
    shop.send()
    shop.server.admin("POST", "/_reset", {"workspace": "qa", "empty": True})
    shown = shop.send()
    assert "lacks people that it was sent" in shown.err
    assert shop.everybody() == ["1", "2"]


def test_compare_finds_what_was_changed_in_the_workspace(shop: Any):
    shop.write(ANA, BEN, CAI)
    shop.send()
    shop.server.track("qa", {"type": "person", "action": "identify", "identifiers": {"id": "1"}, "attributes": {"plan": "free", "badges": 9}})  # fmt: skip
    shop.server.track("qa", {"type": "person", "action": "delete", "identifiers": {"id": "2"}})
    shown = shop.send("--compare")
    assert shown.out.splitlines()[-1] == "qa: 1 new, 1 changed in 1 request"
    assert (shop.attributes("1")["plan"], shop.attributes("1")["badges"]) == ("pro", "3")
    assert shop.everybody() == ["1", "2", "3"]
    assert "nothing to send" in shop.send("--compare").out


def test_compare_understands_how_the_workspace_shows_every_type(shop: Any):
    header = ("id", "email", "email_verified", "mrr", "tags", "address", "created_at")
    shop.write(
        ("1", "Ana@Example.org", "yes", "49.0", '["a", "b"]', '{"city": "Chicago"}', "2026-01-02"), header=header
    )
    shop.send()
    assert "nothing to send" in shop.send("--compare").out


def test_empty_cells_leave_what_is_there_or_remove_it(shop: Any):
    shop.write(ANA)
    shop.send()
    shop.write(("1", "ana@example.org", "", "pro", "", "3"))
    assert "nothing to send" in shop.send().out
    assert shop.send("--empty", "remove").code == 0
    assert shop.attributes("1") == {"email": "ana@example.org", "plan": "pro", "badges": "3"}


def test_a_dry_run_sends_nothing_and_tells_all(shop: Any):
    shop.write(ANA, BEN)
    shown = shop.send("--dry-run", "--format", "json")
    report = json.loads(shown.out)
    assert (report["schema_version"], report["people"]["new"], report["guards"]) == (1, 2, [])
    assert shop.everybody() == []
    assert "2  new" in shop.send("--dry-run", "--format", "md").out


def test_the_report_of_a_sync_is_one_json_object(shop: Any):
    shop.write(ANA)
    report = json.loads(shop.send("--format", "json").out)
    assert report["outcome"]["done"]["new"] == 1
    assert json.loads(shop.send("--format", "json").out)["summary"] == "qa: nothing to send"


# --- people who opted out -------------------------------------------------------------------------------------------


def test_who_opted_out_is_suppressed_once_and_stays_so(shop: Any):
    header = (*HEADER, "opted_out")
    shop.write((*ANA, "no"), (*BEN, "yes"), header=header)
    shown = shop.send("--suppress-where", "opted_out")
    assert shown.out.splitlines()[-1] == "qa: 1 new, 1 suppressed in 1 request"
    assert shop.everybody() == ["1"]
    assert "nothing to send" in shop.send("--suppress-where", "opted_out").out
    shop.write((*ANA, "no"), (*BEN, "no"), header=header)
    kept = shop.send("--suppress-where", "opted_out")
    assert "left suppressed" in kept.out and shop.everybody() == ["1"]
    let_in = shop.send("--suppress-where", "opted_out", "--allow-unsuppress")
    assert let_in.out.splitlines()[-1] == "qa: 1 let back in in 1 request"
    assert shop.everybody() == ["1", "2"]


def test_unsubscribed_is_written_and_never_taken_back_unasked(shop: Any):
    header = ("id", "email", "unsubscribed")
    shop.write(("1", "a@example.org", "true"), ("2", "b@example.org", "false"), header=header)
    shop.send()
    assert [shop.profile(one)["unsubscribed"] for one in "12"] == [True, False]
    shop.server.track("qa", {"type": "person", "action": "identify", "identifiers": {"id": "2"}, "attributes": {"unsubscribed": True}})  # fmt: skip
    shop.write(("1", "a@example.org", "false"), ("2", "b2@example.org", "false"), header=header)
    shown = shop.send()
    assert "1  left unsubscribed" in shown.out
    assert [shop.profile(one)["unsubscribed"] for one in "12"] == [True, True]
    shop.send("--allow-resubscribe")
    assert [shop.profile(one)["unsubscribed"] for one in "12"] == [False, False]


def test_a_column_of_another_name_says_who_is_unsubscribed(shop: Any):
    header = ("id", "email", "newsletter")
    shop.write(("1", "a@example.org", "Never"), ("2", "b@example.org", "weekly"), header=header)
    assert shop.send("--unsubscribe-where", "newsletter=never").code == 0
    assert [shop.profile(one)["unsubscribed"] for one in "12"] == [True, False]


# --- people who are gone --------------------------------------------------------------------------------------------


def test_who_is_gone_is_deleted_only_when_asked_and_only_whom_the_table_brought(shop: Any):
    shop.server.track("qa", {"type": "person", "action": "identify", "identifiers": {"id": "elsewhere"}})
    shop.write(ANA, BEN, CAI)
    shop.send()
    shop.write(ANA, CAI)
    assert "nothing to send" in shop.send().out
    assert shop.everybody() == ["1", "2", "3", "elsewhere"]
    assert shop.send("--delete-missing").out.splitlines()[-1] == "qa: 1 deleted in 1 request"
    assert shop.everybody() == ["1", "3", "elsewhere"]
    assert "nothing to send" in shop.send("--delete-missing").out


def test_whom_another_table_has_is_not_deleted(shop: Any):
    shop.write(ANA, BEN)
    shop.send()
    other = shop.write(BEN, name="customers.csv")
    assert "nothing to send" in shop("--from", other, "--yes").out
    shop.write(ANA)
    assert "nothing to send" in shop.send("--delete-missing").out
    assert shop.everybody() == ["1", "2"]


def test_with_compare_everybody_who_is_not_in_the_table_is_missing(shop: Any):
    shop.server.track("qa", {"type": "person", "action": "identify", "identifiers": {"id": "elsewhere"}})
    shop.write(ANA)
    assert shop.send("--compare", "--delete-missing").code == 0
    assert shop.everybody() == ["1"]


def test_deleting_needs_to_know_who_came_from_the_table(shop: Any):
    shop.write(ANA)
    shown = shop.send("--delete-missing")
    assert shown.code == 3 and "is not known here" in shown.err


def test_nobody_is_said_to_be_missing_while_rows_are_wrong(shop: Any):
    shop.write(ANA, BEN)
    shop.send()
    shop.write(ANA, ("", "ben@example.org", "Ben", "free", "", ""))
    shown = shop.send("--delete-missing", "--skip-bad-rows")
    assert shown.code == 5 and "nobody can be said to be missing" in shown.err


def test_deleting_without_an_app_key_is_refused(shop: Any):
    shop.write(ANA)
    shown = shop("--from", shop.table, "--to", "prod", "--delete-missing", "--yes")
    assert shown.code == 3 and "there is no App key" in shown.err


# --- guards ---------------------------------------------------------------------------------------------------------


def many(count: int, plan: str = "free", start: int = 0) -> list[tuple[object, ...]]:
    return [(str(n), f"p{n}@example.org", f"P{n}", plan, "", n) for n in range(start, start + count)]


def test_a_protected_workspace_needs_its_consent(shop: Any):
    shop.write(ANA)
    shown = shop("--from", shop.table, "--to", "prod", "--yes")
    assert shown.code == 5 and "--yes-production" in shown.all and shop.everybody("prod") == []
    assert shop("--from", shop.table, "--to", "prod", "--yes", "--yes-production").code == 0
    assert shop.everybody("prod") == ["1"]


def test_nobody_to_ask_is_a_no(shop: Any):
    shop.write(ANA)
    shown = shop("--from", shop.table, "--to", "qa")
    assert shown.code == 5 and "--yes" in shown.err and shop.everybody() == []


@pytest.mark.parametrize(
    ("change", "flags", "flag", "left"),
    [
        pytest.param(lambda: many(30, "pro"), (), "--allow-many", 30, id="changed"),
        pytest.param(lambda: many(15), ("--delete-missing",), "--allow-many-gone", 15, id="deleted"),
        pytest.param(lambda: many(30), ("--suppress-where", "plan=free"), "--allow-many-gone", 0, id="suppressed"),
    ],
)
def test_very_many_at_once_need_a_consent_of_their_own(shop: Any, change, flags, flag, left):
    shop.write(*many(30))
    shop.send()
    shop.write(*change())
    refused = shop.send(*flags)
    assert refused.code == 5 and flag in refused.err and "of 30 people" in refused.err
    assert len(shop.everybody()) == 30
    assert shop.send(*flags, flag).code == 0
    assert len(shop.everybody()) == left


# --- what is wrong --------------------------------------------------------------------------------------------------


def test_wrong_cells_are_told_by_column_and_row_and_never_by_value(shop: Any):
    shop.write(
        ANA,
        ("2", "b@example.org", "B", "gold-secret", "soon-secret", "many-secret"),
        ("3", "c@example.org", "C", "pro", "1767312000000", "2.5"),
        ("", "d@example.org", "D", "pro", "", ""),
        ("1", "e@example.org", "E", "pro", "", ""),
        ("5" * 151, "f@example.org", "x" * 1001, "pro", "", ""),
    )
    shown = shop.send()
    assert shown.code == 1 and "secret" not in shown.all and shop.everybody() == []
    for said in (
        "people.csv:1:21  column 'plan' is none of the values that people.yaml allows (row 2)",
        "column 'created_at' is no time",
        "column 'created_at' is in milliseconds, not in seconds (row 3)",
        "column 'badges' is no whole number (2 rows: 2, 3)",
        "column 'id' is empty, and tells people apart (row 4)",
        "column 'id' names somebody a second time (row 5)",
        "column 'id' is longer than 150 bytes (row 6)",
        "column 'first_name' is longer than the 1,000 bytes",
        "problems in the table; nothing was sent",
    ):
        assert said in shown.err, shown.err
    others = shop.send("--skip-bad-rows")
    assert others.code == 0 and "5 rows left out" in others.out and shop.everybody() == ["1"]


def test_columns_that_nobody_knows_are_told_with_the_nearest(shop: Any):
    shop.write(("1", "Ana", "x", "y", "z"), header=("id", "frist_name", "cio_id", "_odd", "note"))
    shown = shop.send()
    assert shown.code == 1
    for said in (
        "people.csv:1:4  column 'frist_name' is no attribute that people.yaml knows",
        "'first_name': --rename frist_name=ATTRIBUTE",
        "which is Customer.io's own",
        "column 'note'",
    ):
        assert said in shown.err
    flags = ("--rename", "frist_name=first_name", "--leave-out", "cio_id", "--leave-out", "_odd", "--leave-out", "note")
    assert shop.send(*flags).code == 0
    assert shop.attributes("1") == {"first_name": "Ana"}


def test_a_mapping_file_says_it_once_and_for_all(shop: Any):
    shop.put(
        "campaigns/_shared/people-sync.yaml",
        "key: member\nothers: leave_out\nempty: remove\nzone: America/Chicago\n"
        "columns: {given: first_name, joined: created_at}\n"
        "suppress_where: {status: [erased, banned]}\nunsubscribe_where: {mail: false}\n",
    )
    header = ("member", "given", "joined", "status", "mail", "note")
    shop.write(("a", "Ana", "2026-01-02 00:00", "fine", "1", "x"), ("b", "Ben", "", "Banned", "1", ""), ("c", "Cai", "", "", "no", ""), header=header)  # fmt: skip
    shown = shop.send()
    assert shown.code == 0, shown.all
    assert shop.everybody() == ["a", "c"]
    assert shop.attributes("a") == {"first_name": "Ana", "created_at": "1767333600"}
    assert shop.profile("c")["unsubscribed"] is True


def test_a_mapping_file_with_mistakes_is_told_where(shop: Any):
    shop.put("campaigns/_shared/people-sync.yaml", "colums: {a: b}\n")
    shop.write(ANA)
    shown = shop.send()
    assert shown.code == 1 and "people-sync.yaml:1:1" in shown.err


def test_emails_tell_people_apart_where_the_workspace_says_so(shop: Any):
    people = shop.root / "campaigns/_shared/people.yaml"
    people.write_text(people.read_text().replace("identifier: id", "identifier: email"))
    header = ("email", "first_name")
    shop.write(("Ana@example.org", "Ana"), ("ana@example.org", "Ana again"), ("nobody", "N"), header=header)
    shown = shop.send()
    assert "names somebody a second time (row 2)" in shown.err and "is no address (row 3)" in shown.err
    shop.write(("Ana@example.org", "Ana"), header=header)
    assert shop.send().code == 0
    assert shop.profile("ana@example.org", kind="email")["attributes"]["first_name"] == "Ana"
    shop.write(("ben@example.org", "Ben"), header=header)
    assert shop.send("--delete-missing").out.splitlines()[-1] == "qa: 1 new, 1 deleted in 1 request"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("--from", "nowhere.csv"), 3, "cannot be read", id="no file"),
        pytest.param(("--from", "people.xlsx"), 3, "no kind of table", id="a kind that is not read"),
        pytest.param(("--from", "env:NO_SUCH_URL"), 3, "NO_SUCH_URL is not set", id="a variable that is not set"),
        pytest.param(("--from", "{table}", "--table", "x"), 3, "are for databases", id="a file has no tables"),
        pytest.param(("--from", "{table}", "--key", "uid"), 3, "has no column 'uid'", id="no such key"),
        pytest.param(("--from", "{table}", "--leave-out", "id"), 3, "tells people apart", id="no key"),
        pytest.param(("--from", "{table}", "--rename", "plan"), 3, "no column with its attribute", id="half a rename"),
        pytest.param(("--from", "{table}", "--rename", "plan=email"), 1, "as column 'email' does", id="two for one"),
        pytest.param(("--from", "{table}", "--suppress-where", "gone"), 3, "has no column 'gone'", id="no such column"),
        pytest.param(("--from", "{table}", "--suppress-where", "plan"), 1, "neither yes nor no", id="no yes or no"),
        pytest.param(("--from", "{table}", "--to", "staging"), 3, "no workspace is called 'staging'", id="no workspace"),
        pytest.param(("--from", "{table}", "--resume"), 3, "was interrupted", id="nothing to resume"),
        pytest.param((), 3, "--from", id="no table"),
        pytest.param(("--from", "{table}", "--form", "json"), 3, "unknown flag", id="a flag that is none"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_told(shop: Any, arguments: tuple[str, ...], code: int, said: str):
    shop.write(ANA)
    shown = shop(*(one.format(table=shop.table) for one in arguments), "--yes")
    assert shown.code == code and said in shown.err, shown.all
    assert shop.everybody() == []


def test_keys_that_are_missing_or_another_workspaces_are_told(shop: Any, monkeypatch: pytest.MonkeyPatch):
    shop.write(ANA)
    prod = shop.server.workspace("prod")
    with monkeypatch.context() as patch:
        patch.setenv("SHOP_QA_SITE", prod["site_id"])
        patch.setenv("SHOP_QA_TRACK", prod["track_key"])
        shown = shop.send()
        assert shown.code == 3 and f"open workspace {prod['id']}" in shown.err
        patch.setenv("SHOP_QA_TRACK", "wrong-key-canary")
        shown = shop.send()
        assert shown.code == 4 and "401" in shown.err and "canary" not in shown.all
        patch.delenv("SHOP_QA_TRACK")
        shown = shop.send()
        assert shown.code == 3 and "set SHOP_QA_TRACK" in shown.err
    assert shop.everybody() == []


def test_neither_people_nor_keys_are_in_any_report_or_journal(shop: Any):
    shop.write(*[(f"canary-{n}", f"canary{n}@example.org", f"Canary{n}", "pro", "", "") for n in range(3)])
    shown = shop.send()
    text = shown.all + "".join(
        path.read_text("latin-1") for path in (shop.root / ".mailwright").rglob("*") if path.is_file()
    )
    assert "canary" not in text.lower()
    assert shop.server.workspace("qa")["track_key"] not in text
