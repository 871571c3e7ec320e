"""The JSON Schema of scenarios: editors take what we take, and see what each key is for."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from mailwright.definitions.scenario import Act, ExpectedMessage, Given, Then
from mailwright.schemas import json_schema, modeline, schema_as_text

ROOT = Path(__file__).resolve().parents[3]
VALIDATOR = jsonschema.Draft202012Validator(json.loads(schema_as_text("scenario")))
FILES = sorted((ROOT / "campaigns").rglob("*.scenario.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_examples_scenarios_fit(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(path.read_text("utf-8")))] == []


def test_every_campaign_of_the_example_has_scenarios_beside_it() -> None:
    campaigns = {path.parent for path in (ROOT / "campaigns").glob("*/campaign.yaml")}
    assert campaigns <= {path.parent for path in FILES}


def test_what_does_not_fit_is_refused() -> None:
    scenario = {"name": "a", "when": [{"event": "b"}], "then": {"emails": [5]}}
    assert list(VALIDATOR.iter_errors({"scenarios": [scenario]}))
    assert list(VALIDATOR.iter_errors({"scenarios": [{**scenario, "then": {"male": []}}]}))


@pytest.mark.parametrize("model", [Given, Act, Then, ExpectedMessage])
def test_most_keys_say_what_they_are_for(model: type) -> None:
    properties = json_schema("scenario")["$defs"][model.__name__]["properties"]
    silent = {name for name, one in properties.items() if "description" not in one}
    assert silent <= {"data", "language", "status"}


def test_an_editor_line_leads_to_it() -> None:
    line = "# yaml-language-server: $schema=../../.mailwright/schemas/scenario.json\n"
    assert modeline("campaigns/a/a.scenario.yaml") == line
