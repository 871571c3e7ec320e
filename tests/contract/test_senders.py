"""Typed senders: what is written is read by people and by type checkers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mailwright.contract.senders import WRITERS, senders_in
from mailwright.loading.folder import load_project

HERE = Path(__file__).parents[2]
AWKWARD = {
    "mailwright.toml": '[workspaces.qa]\nregion = "us"\nfrom = "Example <hello@example.org>"\n',
    "campaigns/_shared/events/a.yaml": "name: class\nproperties: {class: {type: text}, 2nd: {type: number}}\n",
    "campaigns/_shared/events/b.yaml": 'name: "Order Placed!"\ndescription: "*/ \\"quoted\\" \\\\ back"\n'
    "properties:\n  updated-via: {type: [text, integer], required: true, nullable: true}\n"
    '  "two words": {type: list, properties: {sku: {type: text, required: true}}}\n'
    '  level: {type: text, allowed: ["a\\"b", "ü"]}\n  free: {}\n',
    "campaigns/_shared/events/c.yaml": "name: order_placed_now\nproperties: {gift: {type: object, properties: {text: {type: text}}}}\n",
    "campaigns/_shared/events/d.yaml": "name: identify\n",
    "campaigns/_shared/events/e.yaml": "name: 3d_viewed\n",
}


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(params=["the example", "awkward names"])
def project(request: pytest.FixtureRequest, tmp_path: Path):
    return load_project(HERE if request.param == "the example" else write(tmp_path / "project", AWKWARD))


def test_the_python_senders_pass_the_strict_type_check(project, tmp_path: Path):
    module = tmp_path / "senders.py"
    module.write_text(senders_in(project, "python"))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}", str(module)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_python_senders_are_formatted_and_lint_free(project, tmp_path: Path):
    module = tmp_path / "senders.py"
    module.write_text(senders_in(project, "python"))
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--line-length", "120", "--no-cache"]
    formatted = subprocess.run(
        [*ruff, "format", "--diff", *options, str(module)], capture_output=True, text=True, check=False
    )
    assert formatted.returncode == 0, formatted.stdout
    linted = subprocess.run(
        [*ruff, "check", "--select", "E,F,I,UP,B,SIM", *options, str(module)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("language", WRITERS)
def test_the_same_project_gives_the_same_module(project, language: str):
    assert senders_in(project, language) == senders_in(project, language)


@pytest.mark.parametrize(("language", "name"), [("python", "northstar.py"), ("typescript", "northstar.ts")])
def test_the_example_senders_are_those_of_the_example(language: str, name: str):
    assert (HERE / "examples/senders" / name).read_text() == senders_in(load_project(HERE), language)


def test_every_event_has_a_method_and_every_name_stays_what_it_is(tmp_path: Path):
    source = senders_in(load_project(write(tmp_path / "project", AWKWARD)), "python")
    methods = re.findall(r"    def ([a-z]\w+)\(\n        self,\n        who:", source)
    assert sorted(methods) == ["class_", "event_3_d_viewed", "identify_2", "order_placed", "order_placed_now"]
    for name in ('"class"', '"Order Placed!"', '"updated-via"', '"two words"', '"3d_viewed"'):
        assert name in source


def test_what_must_be_sent_is_asked_for(tmp_path: Path):
    source = senders_in(load_project(HERE), "python")
    assert "class CampaignSignup(TypedDict, total=False):" in source
    assert "campaign_id: Required[int | str]" in source
    assert 'source: Required[Literal["web", "sms", "importer-client", "rock-the-vote", "mobile"]]' in source
    typescript = senders_in(load_project(HERE), "typescript")
    assert "campaign_id: number | string;" in typescript
    assert "referrer_user_id?: string | null;" in typescript


def test_the_typescript_senders_pass_the_strict_type_check(project, tmp_path: Path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on this machine")
    packages = Path(sys.prefix) / "node" / "node_modules"
    if not (packages / "typescript").is_dir():
        said = "typescript is not among this environment's packages for Node"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(f"{said}; ./mw test puts it there")
    (tmp_path / "senders.ts").write_text(senders_in(project, "typescript"))
    (tmp_path / "node_modules").symlink_to(packages)
    options = [
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--skipLibCheck",
        "--types",
        "node",
    ]
    done = subprocess.run(
        [node, str(packages / "typescript" / "bin" / "tsc"), *options, "senders.ts"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
