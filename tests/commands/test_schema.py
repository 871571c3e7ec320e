"""The JSON Schemas: valid themselves, true to the repository's content, and not content with anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mailwright.commands.init import starter_files
from mailwright.loading.condition_forms import SUBJECTS
from mailwright.loading.condition_tests import OPERATORS
from mailwright.loading.yaml_tree import read_yaml
from mailwright.schemas import KINDS, file_kind, json_schema, modeline

ROOT = Path(__file__).parents[2]


def validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema(kind))


def read(path: Path) -> Any:
    return read_yaml(path.read_text(encoding="utf-8"), str(path)).value


def content_files() -> list[Path]:
    return sorted(path for path in (ROOT / "campaigns").rglob("*.yaml")) + sorted((ROOT / "layouts").rglob("*.yaml"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_schema_is_one(kind: str):
    schema = json_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["description"]


def test_fields_carry_what_the_definitions_say_of_them():
    email = json_schema("email")["properties"]
    assert email["from"]["description"].startswith("`Name <address>`")
    wait = json_schema("campaign")["$defs"]["Wait"]["properties"]
    assert wait["at_most"]["description"] == "The maximum time; none: for ever."
    step = json_schema("campaign")["$defs"]["EmailStep"]["properties"]
    assert step["only_if"]["description"].startswith("If this does not hold")


def test_there_is_content_to_try_the_schemas_on():
    assert len(content_files()) > 10


@pytest.mark.parametrize("path", content_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_content_of_the_repository_fits_its_schemas(path: Path):
    kind = file_kind(str(path.relative_to(ROOT)))
    assert kind is not None
    validator(kind).validate(read(path))


def messages() -> list[Path]:
    return [path for path in sorted((ROOT / "campaigns").rglob("*.liquid")) if not path.name.endswith(".txt.liquid")]


@pytest.mark.parametrize("path", messages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_front_matter_of_every_message_fits_a_schema(path: Path):
    _, front, _ = path.read_text(encoding="utf-8").split("---\n", 2)
    values = read_yaml(front, path.name).value
    kinds = ["email"] if "subject" in values else ["sms", "push", "in_app", "slack"]
    assert any(validator(kind).is_valid(values) for kind in kinds)


@pytest.mark.parametrize("name", [name for name in starter_files() if name.endswith(".yaml")])
def test_the_starter_fits_its_schemas(name: str):
    kind = file_kind(name)
    assert kind is not None
    validator(kind).validate(read_yaml(starter_files()[name], name).value)


def campaign(**changes: Any) -> dict[str, Any]:
    return {"name": "A", "trigger": {"event": "e"}, "workflow": [{"email": "a"}], **changes}


@pytest.mark.parametrize(
    "workflow",
    [
        ["exit"],
        [{"exit": True}],
        [{"wait": "1d 12h"}, {"wait": {"between": ["1d", "2d"]}}],
        [{"window": {"days": "mon-fri", "from": "09:00", "to": "17:00"}}],
        [{"branch": {"if": {"person": {"plan": "pro"}}, "then": ["exit"], "else": []}}],
        [{"wait_until": {"any": [{"event": "x", "where": {"a": 1}}], "at_most": "7d", "on_timeout": "exit"}}],
        [{"split": [{"if": {"segment": {"in": ["a", "b"]}}}, {"else": ["exit"]}]}],
        [{"email": "a", "only_if": {"any": [{"performed": "x"}, {"message": {"step": "a", "is": "opened"}}]}}],
        [{"email": "a", "only_if": {"person": {"n": {"above": 1, "below": 9}, "tags": {"contains": "a"}}}}],
        [{"email": "a", "only_if": {"changed": {"attribute": "plan", "to": "pro"}}}],
    ],
    ids=lambda workflow: json.dumps(workflow)[:40],
)
def test_a_right_workflow_fits(workflow: list[Any]):
    validator("campaign").validate(campaign(workflow=workflow))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        pytest.param("campaign", {"name": "A"}, id="no trigger"),
        pytest.param("campaign", campaign(triger={}), id="an unknown key"),
        pytest.param("campaign", campaign(trigger={"evnt": "e"}), id="an unknown trigger"),
        pytest.param("campaign", campaign(workflow=[]), id="no steps"),
        pytest.param("campaign", campaign(workflow=[{"emial": "a"}]), id="an unknown step"),
        pytest.param("campaign", campaign(workflow=["stop"]), id="a text that is no step"),
        pytest.param("campaign", campaign(workflow=[{"wait": "3 days"}]), id="a length without a unit we know"),
        pytest.param("campaign", campaign(trigger={"event": "e", "where": {"a": {"abov": 1}}}), id="an operator"),
        pytest.param("campaign", campaign(filter={"persn": {}}), id="an unknown subject"),
        pytest.param("campaign", campaign(filter={"message": {"step": "a", "is": "seen"}}), id="an unknown state"),
        pytest.param("campaign", campaign(frequency="daily"), id="an unknown frequency"),
        pytest.param("event", {"name": ""}, id="an empty name"),
        pytest.param("event", {"name": "e", "stage": "sales"}, id="an unknown stage"),
        pytest.param("segment", {"where": {}}, id="a segment without a name"),
        pytest.param("topics", {"topics": {"news": {"name": "News"}}}, id="a topic without a number"),
        pytest.param("people", {"attributes": {"a": {"type": "string"}}}, id="an unknown type"),
        pytest.param("sample", {"person": {}}, id="a person without an id"),
        pytest.param("webhook", {"method": "POST"}, id="a webhook without a url"),
        pytest.param("email", {"preheader": "x"}, id="an email without a subject"),
        pytest.param("settings", {"workspaces": {"qa": {"app_key": "secret"}}}, id="a key in place of its variable"),
    ],
)
def test_a_wrong_file_does_not_fit(kind: str, values: dict[str, Any]):
    assert not validator(kind).is_valid(values)


def test_the_grammar_knows_the_words_that_the_reader_knows():
    definitions = json_schema("campaign")["$defs"]
    assert set(definitions["operators"]["properties"]) == set(OPERATORS)
    assert set(definitions["filter"]["anyOf"][0]["properties"]) == {*SUBJECTS, "any", "all", "not"}


def test_a_modeline_leads_from_the_file_to_its_schema():
    assert modeline("campaigns/a/campaign.yaml").endswith("$schema=../../.mailwright/schemas/campaign.json\n")
    assert modeline("campaigns/_shared/events/e.yaml").endswith("$schema=../../../.mailwright/schemas/event.json\n")
    assert modeline("campaigns/a/blink.yaml").endswith("/webhook.json\n")
    assert modeline("mailwright.toml") == "#:schema .mailwright/schemas/settings.json\n"
    assert modeline("campaigns/a/hello.liquid") == ""


def test_schema_writes_a_file_for_each_kind(tmp_path: Path, mailwright):
    shown = mailwright("schema", "--out", tmp_path / "schemas")
    assert shown.code == 0
    assert sorted(path.stem for path in (tmp_path / "schemas").iterdir()) == sorted(KINDS)
    assert json.loads((tmp_path / "schemas/event.json").read_text(encoding="utf-8")) == json_schema("event")


def test_schema_prints_one_kind(mailwright):
    assert json.loads(mailwright("schema", "--kind", "people").out) == json_schema("people")


def test_an_unknown_kind_ends_with_3(mailwright):
    shown = mailwright("schema", "--kind", "campain")
    assert shown.code == 3
    assert "'campaign'" in shown.err


def test_a_folder_that_cannot_be_written_ends_with_3(tmp_path: Path, mailwright):
    (tmp_path / "file").write_text("", encoding="utf-8")
    shown = mailwright("schema", "--out", tmp_path / "file")
    assert shown.code == 3
    assert "cannot write" in shown.err
