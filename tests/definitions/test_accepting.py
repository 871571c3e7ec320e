"""What is taken without pydantic is just what pydantic gives; everything else is left to it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mailwright.definitions.accepting import FEW, definition_of, made, plain_definition
from mailwright.definitions.base import Definition
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.event_schema import EventSchema, PeopleSchema, Property
from mailwright.definitions.message import FIELDS_OF, WebhookContent
from mailwright.definitions.people_sync import PeopleSync
from mailwright.definitions.sample import Sample
from mailwright.definitions.scenario import ScenarioFile
from mailwright.definitions.segment import Segment, TopicsFile
from mailwright.definitions.steps import STEP_KINDS
from mailwright.definitions.triggers import TRIGGER_KINDS
from mailwright.definitions.workspace import Settings
from mailwright.loading.condition_forms import ConditionReader
from mailwright.loading.yaml_tree import YamlTree, read_yaml

CONTENT = Path(__file__).parents[2] / "campaigns"
MODEL_OF = {
    "campaign.yaml": Campaign,
    "_shared/events/*.yaml": EventSchema,
    "_shared/samples/*.yaml": Sample,
    "_shared/segments/*[!o].yaml": Segment,
    "_shared/topics.yaml": TopicsFile,
    "_shared/people.yaml": PeopleSchema,
    "*.scenario.yaml": ScenarioFile,
}
EVERY_STEP = """
name: Everything
trigger: {event: go, where: {a: 1}}
frequency: {once_per: 7d}
exclusive: {group: all, complete: true}
goal: {event: done, within: 14d}
exit: {when: goal, on: [{event: left}]}
tags: [a, b]
workflow:
  - wait: {between: [1h, 4h]}
  - window: {days: [mon, tue], from: "09:00", to: "17:00", zone: person}
  - email: welcome
    only_if: {person: {plan: pro}}
    sending: draft
  - wait_until: {any: [{event: x}], at_most: 7d, then: [{email: a}], on_timeout: [{email: b}]}
  - wait_until: {paths: [{when: {event: x}, then: [exit]}], on_timeout: exit}
  - branch: {if: {person: {plan: pro}}, then: [{wait: 1d}], else: [{sms: b}]}
  - split: [{if: {person: {plan: pro}}, then: [{push: a}]}, {else: []}]
  - cohorts: [{share: 50, then: [{email: c}]}, {share: 50.0}]
  - ab_test: [{share: 50, email: d}, {share: 50, hold_out: true}]
  - languages: [{is: es, then: [{email: e}]}, {then: []}]
  - set: {person: {step: done, n: 1, f: 1.5, gone: null, l: [1], m: {a: b}}, journey: {}}
  - create_event: {name: said, data: {a: 1}}
  - segment: {add: staff}
  - collection_query: {collection: c, into: found, limit: 3}
  - batch_update: {a: 1}
  - grace_period: 1h
  - filter_match_delay: 1h
  - llm: {prompt: x}
  - webhook: hook
  - go_to: welcome
  - exit
"""
SETTINGS = {
    "workspaces": {
        "prod": {
            "region": "us", "id": 4, "protected": True, "from": "A <a@example.org>", "vars": {"a": "b"},
            "app_key": {"env": "APP_KEY"}, "track": {"site_id": {"env": "A"}, "api_key": {"env": "B"}},
            "message_limit": {"count": 2, "seconds": 60},
        }
    },
    "assumptions": {"x": 1}, "email": {"contrast": 4, "clients": ["gmail"]}, "ignore": ["a"],
}  # fmt: skip
PEOPLE_SYNC = {"key": "id", "columns": {"a": "b", "c": None}, "suppress_where": {"a": 1, "b": [True, "x", 1.5]}}
EMAIL = {"subject": "Hi", "from": "A <a@example.org>", "headers": {"X-A": "b"}, "layout": "base@1", "inline_css": False}


def written() -> list[tuple[type[Definition], Any]]:
    """What is written in this repository, and an example of what is not."""
    found: list[tuple[type[Definition], Any]] = []
    for pattern, model in MODEL_OF.items():
        for file in sorted(CONTENT.glob(pattern if pattern.startswith("_") else f"*/{pattern}")):
            found.append((model, read_yaml(file.read_text(encoding="utf-8"), file.name).value))
    found.append((Campaign, read_yaml(EVERY_STEP, "file.yaml").value))
    found.append((Settings, SETTINGS))
    found.append((PeopleSync, PEOPLE_SYNC))
    found.append((FIELDS_OF["email"], EMAIL))
    found.append((FIELDS_OF["in_app"], {"position": "top", "link": "a"}))
    found.append((WebhookContent, {"url": "https://example.org", "body": {"a": [1]}}))
    return found


WRITTEN = written()
KINDS = sorted({model.__name__ for model, _ in WRITTEN})
VALUES = st.one_of(
    st.sampled_from(
        [None, True, False, 0, 1, -1, 2**60, 1.0, 0.5, float("inf"), "", "1", "yes", "7d", "1h 30m", "a b", "a\n", "é", "mon-fri"]
    ),
    st.sampled_from([[], {}, [1], ["a"], {"a": 1}, {"event": "x"}, {"any": []}, [{"email": "a"}], "exit", "once", "09:00"]),
    st.sampled_from([*STEP_KINDS, *TRIGGER_KINDS]),
)  # fmt: skip
KEYS = st.sampled_from(
    ["id", "name", "if", "is", "else", "from", "sender", "condition", "only_if", "x", "type", "email", "event"]
)


def taken(model: type[Definition], tree: YamlTree) -> tuple[Definition | None, list[Any]]:
    reader = ConditionReader(tree)
    return plain_definition(model, tree.value, {"conditions": reader}), reader.problems


def by_pydantic(model: type[Definition], tree: YamlTree) -> tuple[Definition | None, list[Any]]:
    reader = ConditionReader(tree)
    try:
        return model.model_validate(tree.value, context={"conditions": reader}), reader.problems
    except ValidationError:
        return None, reader.problems


def tree_of(data: Any) -> YamlTree:
    return read_yaml(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "file.yaml")


def assert_the_same(found: Definition, right: Definition | None) -> None:
    assert right is not None
    assert found == right
    assert repr(found) == repr(right)  # 1 is not True, nor 1.0
    assert list(found.__dict__) == list(right.__dict__)
    assert found.model_fields_set == right.model_fields_set
    assert found.model_dump(mode="json") == right.model_dump(mode="json")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_well_is_taken_and_is_what_pydantic_makes_of_it(kind: str):
    for model, data in WRITTEN:
        if model.__name__ == kind:
            tree = tree_of(data)
            found, problems = taken(model, tree)
            assert found is not None, data
            right, told = by_pydantic(model, tree)
            assert_the_same(found, right)
            assert problems == told


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inside for place in places_in(one, (*path, key)))]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_whatever_is_changed_what_is_taken_is_what_pydantic_makes_of_it(data: st.DataObject):
    model, written_well = WRITTEN[data.draw(st.integers(0, len(WRITTEN) - 1))]
    changed = {"whole": copy.deepcopy(written_well)}
    for _ in range(data.draw(st.integers(1, 3))):
        places = places_in(changed)[1:]
        *outer, key = places[data.draw(st.integers(0, len(places) - 1))]
        parent: Any = changed
        for part in outer:
            parent = parent[part]
        match data.draw(st.sampled_from(["value", "key", "gone"])):
            case "value":
                parent[key] = copy.deepcopy(data.draw(VALUES))
            case "key" if isinstance(parent[key], dict):
                parent[key][data.draw(KEYS)] = copy.deepcopy(data.draw(VALUES))
            case "gone" if outer:
                del parent[key]
    tree = tree_of(changed["whole"])
    if not isinstance(tree.value, dict):
        return
    found, problems = taken(model, tree)
    if found is not None:
        right, told = by_pydantic(model, tree)
        assert_the_same(found, right)
        assert problems == told


@pytest.mark.parametrize(
    ("model", "data"),
    [
        pytest.param(Property, {"required": "yes"}, id="a text for a yes or no"),
        pytest.param(Settings, {"email": {"clip_bytes": "2000"}}, id="a text for a number"),
        pytest.param(Sample, {"person": {"id": "a\n", "segments": ["a\n"]}}, id="a name with a line break"),
        pytest.param(Settings, {"email": {"contrast": 22}}, id="more than the most"),
        pytest.param(Settings, {"x": 1}, id="an unknown key"),
        pytest.param(Segment, {}, id="nothing where something is needed"),
        pytest.param(Segment, {"name": "a"}, id="what the whole refuses"),
        pytest.param(Settings, {"workspaces": {"a": {"sender": "x"}}}, id="a field by our name for it"),
    ],
)
def test_what_is_doubtful_is_left_to_pydantic(model: type[Definition], data: Any):
    assert plain_definition(model, data) is None


def test_a_plain_definition_nothing_written_is_the_usual_one():
    assert made(Settings) == Settings()
    assert made(Property, type="object", properties={"a": Property()}) == Property(
        type="object", properties={"a": Property()}
    )
    with pytest.raises(ValidationError):
        made(Property, type="nonsense")


def test_pydantic_is_asked_once_there_are_many_or_it_is_there_already():
    class Small(Definition):
        x: int = 1

    assert all(definition_of(Small, {"x": number}) == Small.model_construct(x=number) for number in range(FEW))
    assert definition_of(Small, {"x": 1}) is None

    class Known(Definition):
        x: int = 1

    assert definition_of(Known, {}) is not None
    Known(x=2)
    assert definition_of(Known, {}) is None
