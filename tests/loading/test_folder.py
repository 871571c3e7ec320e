from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwright.definitions.message import EmailFields, SmsFields
from mailwright.diagnostics import ConfigurationError, ContentError, diagnostic_as_text
from mailwright.loading.folder import load_project, read_project

CAMPAIGN = "campaigns/welcome/campaign.yaml"
HELLO = "campaigns/welcome/hello.liquid"
HEAD = "name: Welcome\ntrigger: {event: signed_up}\n"
REPOSITORY = Path(__file__).parents[2]


def test_the_repositorys_own_content_loads_without_a_word() -> None:
    project, problems = read_project(REPOSITORY)
    assert problems == []
    assert len(project.campaigns) > 10


def test_a_project_is_read_the_same_way_twice(write) -> None:
    root = write({})
    assert load_project(root) == load_project(str(root))


def test_a_broken_project_tells_all_problems_of_all_files_in_order(write) -> None:
    root = write(
        {
            CAMPAIGN: f"{HEAD}frequency: sometimes\nfilter: {{plan: pro}}\nworkflow:\n  - emial: hello\n",
            HELLO: "---\nsubjct: Hi\n---\n",
            "layouts/base/1.liquid": "nothing\n",
            "campaigns/_shared/people.yaml": "attributes: {a: {type: txt}}\n",
        }
    )
    with pytest.raises(ContentError) as caught:
        load_project(root)
    found = caught.value.diagnostics
    assert [one.rule for one in found] == [
        "wrong-value",
        "wrong-value",
        "unknown-subject",
        "unknown-step",
        "missing-key",
        "unknown-key",
        "layout-content",
    ]
    assert list(found) == sorted(found, key=lambda one: one.sort_key())
    assert all(one.source_line for one in found)
    assert "^^^^^" in diagnostic_as_text(found[3])


def test_what_a_broken_file_defines_is_not_called_missing(read) -> None:
    _, problems = read(
        {
            CAMPAIGN: f"{HEAD}filter: {{segment: trial}}\ntopic: news\nworkflow:\n  - email: hello\n",
            "campaigns/_shared/segments/trial.yaml": "nam: Trial\n",
            "campaigns/_shared/topics.yaml": "topics: 3\n",
            "campaigns/_shared/events/signed_up.yaml": "nme: signed_up\n",
            HELLO: "---\nsubject: Hi\nlayout: base@1\nx: 1\n---\n",
        }
    )
    assert not [
        one.rule for one in problems if one.rule.startswith(("unknown-s", "unknown-t", "unknown-e", "missing-f"))
    ]
    assert not [one for one in problems if one.rule == "unknown-layout"]


@pytest.mark.parametrize(
    ("line", "rule", "place", "hint"),
    [
        ("name: 5", "wrong-type", (1, 7), '"5"'),
        ("frequency: {once_per: 7 days}", "wrong-value", (3, 23), "7d"),
        ("frequency: {once_pr: 7d}", "wrong-value", (3, 12), "once_per"),
        ("workflow: [{email: hello, wait: 1d}]", "unknown-key", (3, 27), "a step of its own"),
        ("workflow: [{email: hello, sending: of}]", "wrong-value", (3, 36), "'off'"),
        ("workflow: [{wait: soon}]", "wrong-value", (3, 19), "7d"),
        ("workflow: [{wait: {between: [1h]}}]", "wrong-value", (3, 29), "2"),
        ("workflow: [{email: 'a b'}]", "wrong-value", (3, 20), "letters"),
        ("workflow: []", "wrong-value", (3, 11), "write"),
        ("workflow: [email]", "unknown-step", (3, 12), "email: …"),
        ("workflow: [{window: {from: 9:00}}]", "wrong-value", (3, 28), "HH:MM"),
        ("workflow: [{branch: {if: {segment: a}, esle: []}}]", "unknown-key", (3, 40), "'else'"),
        ("workflow: [{branch: {if: {segment: a}, then: [{wait: x}]}}]", "wrong-value", (3, 54), "7d"),
        ("workflow: [{wait_until: {at_most: 1d, on_timeout: stop}}]", "wrong-value", (3, 51), "continue"),
        ("workflow: [{wait_until: {at_most: 1d, on_timeout: [{emial: x}]}}]", "unknown-step", (3, 53), "'email'"),
        ("filter: staff", "wrong-value", (3, 9), "person:"),
        ("goal: {within: 3d}", "wrong-value", (3, 7), "event"),
        ("tags: a", "wrong-type", (3, 7), "a list"),
        ("trigger: signed_up", "unknown-trigger", (2, 10), "event: …"),
        ("trigger: {event: signed_up, person: {a: 1}}", "unknown-key", (2, 29), "filter"),
        ("trigger: {event: signed_up, wher: {}}", "unknown-key", (2, 29), "'where'"),
    ],
)
def test_mistakes_are_told_in_our_words_at_their_place(read, line: str, rule: str, place: object, hint: str) -> None:
    lines = {"name": "name: Welcome", "trigger": "trigger: {event: signed_up}"}
    key = line.split(":")[0]
    lines[key] = line
    lines.setdefault("workflow", "workflow: [{email: hello}]")
    _, problems = read({CAMPAIGN: "\n".join(lines.values()) + "\n"})
    first = next(one for one in problems if one.rule not in ("unused-file", "unknown-segment"))
    assert (first.rule, (first.span.line, first.span.column)) == (rule, place)
    assert hint in first.hint
    assert "pydantic" not in first.message


def test_exit_may_be_written_as_one_word(read) -> None:
    project, problems = read(
        {
            CAMPAIGN: f"{HEAD}workflow:\n  - email: hello\n  - branch: {{if: {{segment: s}}, then: [exit]}}\n  - exit\n",
            "campaigns/_shared/segments/s.yaml": "name: S\nmanual: true\n",
        }
    )
    assert problems == []
    assert type(project.campaigns["welcome"].workflow[-1]).__name__ == "ExitStep"


def test_a_messages_languages_text_part_and_kind_come_from_its_files_and_step(read) -> None:
    project, problems = read(
        {
            CAMPAIGN: f"{HEAD}workflow:\n  - email: hello\n  - sms: short\n  - webhook: call\n",
            "campaigns/welcome/hello.pt-BR.liquid": "---\nsubject: Olá\n---\nOlá\n",
            "campaigns/welcome/hello.txt.liquid": "Hello\n",
            "campaigns/welcome/hello.pt-BR.txt.liquid": "Olá em texto\n",
            "campaigns/welcome/short.liquid": "Hi!\n",
            "campaigns/welcome/call.yaml": "url: https://example.org\nbody: {a: [x, '{{ b }}']}\nheaders: {X-A: b}\n",
        }
    )
    assert problems == []
    assert project.languages("welcome", "hello") == ["pt-BR"]
    text = project.messages["welcome", "hello", "pt-BR"].text
    assert text is not None
    assert text.source == "Olá em texto\n"
    assert isinstance(project.messages["welcome", "short", None].fields, SmsFields)
    assert set(project.webhooks["welcome", "call"].texts) == {"url", "headers.X-A", "body.a[0]", "body.a[1]"}


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places_in_an_email_hold_for_every_line_break_and_mark(read, line_break: str, mark: str) -> None:
    lines = [
        "---",
        "subject: Hi",
        'preheader: "So"',
        "headers: {X-A: b}",
        "from: |",
        "  A <a@example.org>",
        "---",
        "<p>1",
        "</p>",
    ]
    project, problems = read({HELLO: mark + line_break.join(lines)})
    assert problems == []
    message = project.messages["welcome", "hello", None]
    places = {key: (text.line, text.column) for key, text in message.field_texts.items()}
    assert places == {"subject": (2, 10), "preheader": (3, 13), "headers.X-A": (4, 16), "from": (6, 3)}
    assert (message.body.line, message.body.column) == (8, 1)
    assert message.body.source.splitlines() == ["<p>1", "</p>"]
    assert isinstance(message.fields, EmailFields)


def test_liquid_in_front_matter_needs_no_quotes(read) -> None:
    subject = 'You\'re in, {{ customer.first_name | default: "friend" }}!'
    project, problems = read({HELLO: f"---\nsubject: {subject}\n---\n"})
    assert problems == []
    text = project.messages["welcome", "hello", None].field_texts["subject"]
    assert (text.source, text.line, text.column) == (subject, 2, 10)


@pytest.mark.parametrize("folder", ["wel🎉come", "with space", "\u202ereverse", "-dash", "a" * 101])
def test_a_folder_whose_name_cannot_be_a_name_is_a_problem_that_prints_safely(read, folder: str) -> None:
    _, problems = read({f"campaigns/{folder}/campaign.yaml": "name: X\n"})
    assert [one.rule for one in problems] == ["bad-name"]
    assert "\u202e" not in diagnostic_as_text(problems[0])


def test_hidden_files_and_notes_beside_content_are_left_alone(read) -> None:
    files = {"campaigns/.DS_Store": "x", "campaigns/welcome/README.md": "x", "campaigns/welcome/test_it.py": "x"}
    assert read(files)[1] == []


@pytest.mark.parametrize(
    ("settings_file", "line", "hint"),
    [
        ("[workspaces.qa]\nregion = 'us'\nurll = 'x'\n", 3, "url"),
        ("[workspaces.qa]\nregion = 'moon'\n", 2, ""),
        ("[workspaces.qa]\nregion = 'us'\nurl = 'http://127.0.0.1:1'\n", 1, "one of"),
        ("default_workspace = 'qaa'\n[workspaces.qa]\nregion = 'us'\n", 1, "'qa'"),
        ("campaigns = '../elsewhere'\n", 1, "folder"),
        ("layouts = '/elsewhere'\n", 1, "folder"),
        ("[assumptions]\nbetween = 'perhaps'\n", 1, "inclusive"),
        ("[assumptions]\nbetwen = 'inclusive'\n", 1, "between"),
        ("[workspaces.qa\n", 1, "quotes"),
        ("a = " + "[" * 5000, 1, ""),
    ],
)
def test_broken_settings_stop_at_once_at_their_line(write, settings_file: str, line: int, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_project(write({"mailwright.toml": settings_file}))
    assert caught.value.exit_code == 3
    assert caught.value.span is not None
    assert (caught.value.span.file, caught.value.span.line) == ("mailwright.toml", line)
    assert hint in caught.value.hint


def test_settings_stand_in_pyproject_too_and_the_own_file_goes_first(write) -> None:
    root = write({"pyproject.toml": "[tool.mailwright.workspaces.qa]\nregion = 'us'\n"})
    assert list(load_project(root).settings.workspaces) == ["qa"]
    (root / "mailwright.toml").write_text("[workspaces.prod]\nregion = 'eu'\n", encoding="utf-8")
    assert list(load_project(root).settings.workspaces) == ["prod"]


def test_content_folders_may_have_other_names(write, tmp_path: Path) -> None:
    root = write({"mailwright.toml": "campaigns = 'content/mail'\nlayouts = 'content/frames'\nshared = '_all'\n"})
    (root / "content").mkdir()
    (root / "campaigns").rename(root / "content/mail")
    (root / "content/mail/_shared").rename(root / "content/mail/_all")
    (root / "layouts").rename(root / "content/frames")
    assert list(load_project(root).campaigns) == ["welcome"]


def test_a_folder_without_settings_and_campaigns_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_project(tmp_path)
    assert caught.value.hint == "mailwright init"
    with pytest.raises(ConfigurationError):
        load_project(tmp_path / "nowhere")
    with pytest.raises(ConfigurationError):
        load_project("\0")


def test_settings_alone_are_an_empty_project(tmp_path: Path) -> None:
    (tmp_path / "mailwright.toml").write_text("", encoding="utf-8")
    assert load_project(tmp_path).campaigns == {}


marks = st.sampled_from(
    list("abe:-[]{},&*!|>'\"#% \n\t0") + ["trigger", "event: x", "workflow:\n", "- wait: 1d\n", "if: ", "{{ x }}"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(marks, max_size=25).map("".join), st.integers(0, 90))
def test_no_damage_to_a_campaign_file_raises(write, damage: str, at: int) -> None:
    whole = f"{HEAD}filter: {{person: {{plan: pro}}}}\nworkflow:\n  - email: hello\n  - wait: 1d\n"
    root = write({CAMPAIGN: whole[:at] + damage + whole[at:]})
    for problem in read_project(root)[1]:
        assert diagnostic_as_text(problem)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.binary(max_size=120))
def test_no_bytes_in_an_email_raise(write, data: bytes) -> None:
    root = write({HELLO: data})
    for problem in read_project(root)[1]:
        assert diagnostic_as_text(problem)
