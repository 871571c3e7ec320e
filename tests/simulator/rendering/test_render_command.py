from __future__ import annotations

import email
import json
import re
from email import policy
from pathlib import Path

import pytest

from mailwright.cli import main

FILES = {
    "mailwright.toml": 'default_workspace = "prod"\n[workspaces.prod]\nvars = { base_url = "https://www.example.org" }\n[workspaces.qa]\n'
    'vars = { base_url = "https://qa.example.org" }\n',
    "layouts/base/1.liquid": "<html><head><style>p{color:red}</style></head><body>{{content}}"
    '<a href="{% unsubscribe_url %}">x</a></body></html>',
    "campaigns/welcome/campaign.yaml": "name: Welcome\ntrigger: {event: signed_up}\n"
    "workflow:\n  - email: hello\n  - webhook: ping\n",
    "campaigns/welcome/hello.liquid": "---\nsubject: Hi {{ customer.first_name }}\npreheader: p\n"
    "from: Team <team@example.org>\nlayout: base@1\n---\n<p>You chose {{ event.plan }} at {{ mailwright.base_url }}</p>\n",
    "campaigns/welcome/hello.es.liquid": "---\nsubject: Hola {{ customer.first_name }}\npreheader: p\n"
    "from: Team <team@example.org>\nlayout: base@1\n---\n<p>{{ event.plan }}</p>\n",
    "campaigns/welcome/ping.yaml": "url: ${base_url}/ping\nbody: {id: '{{ customer.id }}'}\n",
    "campaigns/_shared/samples/ana.yaml": "person: {id: '1', attributes: {email: ana@example.org, first_name: Ana}}\n"
    'event: {name: signed_up, data: {plan: pro}}\nat: "2026-01-15T09:30:00Z"\n',
    "campaigns/_shared/samples/ines.yaml": "person: {id: '2', attributes: {email: ines@example.org, language: es-MX, "
    "first_name: '<script>alert(1)</script>\"'}}\nevent: {name: signed_up, data: {plan: '</iframe><b>x'}}\n"
    'at: "2026-01-15T09:30:00Z"\n',
    "campaigns/_shared/samples/nobody.yaml": "person: {id: '3', attributes: {email: n@example.org}}\n"
    'event: {name: signed_up, data: {}}\nat: "2026-01-15T09:30:00Z"\n',
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def render(project, capsys):
    """Runs the command; gives exit code, output and errors."""

    def render(*arguments: str) -> tuple[int, str, str]:
        code = main(["-C", str(project), "render", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return render


def test_the_first_sample_that_fits_is_taken(render):
    code, out, _ = render("welcome/hello", "--as", "prod")
    assert code == 0
    assert '<p style="color: red;">You chose pro at https://www.example.org</p>' in out


def test_the_person_chooses_the_language_unless_the_command_does(render):
    assert "Subject: Hola" in render("welcome/hello", "--person", "ines", "--format", "text")[1]
    assert "Subject: Hola Ana" in render("welcome/hello", "--person", "ana", "--language", "es", "--format", "text")[1]


def test_person_and_event_come_from_files_and_json(render, tmp_path):
    person = tmp_path / "bo.yaml"
    person.write_text("id: '9'\nemail: bo@example.org\nfirst_name: Bo\n")
    event = '{"name": "signed_up", "data": {"plan": "team"}}'
    code, out, _ = render("welcome/hello", "--person", str(person), "--event", event, "--format", "text")
    assert code == 0
    assert "Subject: Hi Bo" in out and "You chose team" in out


def test_json_says_everything_and_its_version(render):
    code, out, _ = render("welcome/hello", "--person", "ana", "--format", "json")
    document = json.loads(out)
    assert (code, document["schema_version"], document["subject"], document["to"]) == (
        0,
        1,
        "Hi Ana",
        ["ana@example.org"],
    )


def test_a_webhook_is_shown_with_the_workspaces_values(render):
    assert "POST: https://qa.example.org/ping" in render("welcome/ping", "--as", "qa", "--format", "text")[1]


def test_a_mail_file_is_a_message_that_others_can_read(render, tmp_path):
    first, second = tmp_path / "a.eml", tmp_path / "b.eml"
    for file in (first, second):
        assert render("welcome/hello", "--person", "ana", "--out", str(file))[0] == 0
    assert first.read_bytes() == second.read_bytes()
    message = email.message_from_bytes(first.read_bytes(), policy=policy.default)
    assert (message["Subject"], message["To"], message["From"]) == (
        "Hi Ana",
        "ana@example.org",
        "Team <team@example.org>",
    )
    assert message["Date"].datetime.isoformat() == "2026-01-15T09:30:00+00:00"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "You chose pro" in message.get_body(("plain",)).get_content()


def test_a_fault_is_a_picture_and_exit_code_1(render):
    code, out, err = render("welcome/hello", "--person", "nobody", "--event", "ana")
    assert (code, out) == (1, "")
    assert "campaigns/welcome/hello.liquid:2:16  Variable 'customer.first_name' is missing" in err
    line, caret = err.splitlines()[1:3]
    assert line[caret.index("^") : caret.rindex("^") + 1] == "customer.first_name"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["welcom/hello"], "'welcome/hello'"),
        (["welcome/helo"], "'welcome/hello'"),
        (["welcome"], "several messages"),
        ([], "render needs a message"),
        (["welcome/hello", "--person", "anna"], "'ana'"),
        (["welcome/hello", "--person", "none.yaml"], "there is no file"),
        (["welcome/hello", "--event", "{"], "no JSON"),
        (["welcome/hello", "--language", "de"], "no variant 'de'"),
        (["welcome/hello", "--as", "prd"], "'prod'"),
        (["welcome/hello", "--at", "soon"], "--at"),
        (["welcome/ping", "--format", "eml"], "no email"),
        (["--all"], "--all needs a folder"),
        (["welcome/hello", "--all", "--out", "x"], "takes no CAMPAIGN/EMAIL"),
    ],
)
def test_wrong_names_end_in_exit_code_3_with_what_was_meant(render, arguments, said):
    code, _, err = render(*arguments)
    assert code == 3
    assert said in err


def test_the_site_has_a_page_for_every_message_and_sample(render, project):
    out = project / "site"
    code, _, _ = render("--all", "--out", str(out), "--as", "prod")
    assert code == 1  # nobody has no first name
    index = (out / "index.html").read_text()
    links = re.findall(r'href="([^"#]+)"', index)
    assert all((out / link).is_file() for link in links)
    assert "welcome/hello.es--ines.html" in links
    assert "welcome/hello--ana.html" in links
    assert index.count('class="chip failed"') == 1
    assert "Variable &#x27;customer.first_name&#x27; is missing" in (out / "welcome/hello--nobody.html").read_text()
    sources = re.findall(r'href="([^"]+\.liquid)"', (out / "welcome/hello--ana.html").read_text())
    assert sources
    assert all((out / "welcome" / source).is_file() for source in sources)


def test_nothing_of_people_gets_out_of_its_frame(render, project):
    out = project / "site"
    render("--all", "--out", str(out))
    page = (out / "welcome/hello.es--ines.html").read_text()
    assert "<script" not in page
    assert page.count("</iframe>") == page.count("<iframe") == 2
    assert page.count('sandbox=""') == 2
    assert "default-src &#x27;none&#x27;" in page  # the mail's own policy, within the frame
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_a_site_is_replaced_and_nothing_else_is(render, project):
    out = project / "site"
    render("--all", "--out", str(out))
    before = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (out / "stale.html").write_text("old")
    render("--all", "--out", str(out))
    assert {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    code, _, err = render("--all", "--out", str(project / "campaigns"))
    assert code == 5
    assert "folder of something else" in err
    assert (project / "campaigns/welcome/campaign.yaml").is_file()
    assert [path.name for path in project.iterdir() if path.name.startswith(".")] == []
