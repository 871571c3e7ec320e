"""What became of a campaign's filter, as a plan says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwright.loading.folder import load_project
from simulator.proofs.moves import how_moved

FILES = {
    "mailwright.toml": '[workspaces.qa]\nfrom = "Shop <shop@example.org>"\n',
    "campaigns/photo/thanks.liquid": "---\nsubject: Thanks\n---\n<p>Thanks</p>\n",
}


def campaign(root: Path, where: str, who: str = ""):
    text = f"name: Photo\ntrigger: {{event: posted, where: {where}}}\n{who}workflow: [{{email: thanks}}]\n"
    for name, content in {**FILES, "campaigns/photo/campaign.yaml": text}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return load_project(root)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param("{type: photo}", "{type: [photo, text]}", ["trigger: wider", "now also"], id="wider"),
        pytest.param("{type: [photo, text]}", "{type: photo}", ["trigger: narrower", "no longer"], id="narrower"),
        pytest.param("{type: photo}", "{type: PHOTO}", ["trigger: same", "written otherwise"], id="only the case"),
        pytest.param("{type: photo}", "{type: text}", ["trigger: different", "now also", "no longer"], id="other"),
    ],
)
def test_a_changed_trigger_is_told_with_a_witness_each_way(tmp_path: Path, before: str, after: str, said: list[str]):
    old, new = campaign(tmp_path / "a", before), campaign(tmp_path / "b", after)
    lines = how_moved(new, "photo", old.campaigns["photo"], new.campaigns["photo"])
    assert len(lines) == len(said)
    assert all(part in line for part, line in zip(said, lines, strict=True))


def test_what_did_not_move_is_not_told(tmp_path: Path):
    old = campaign(tmp_path / "a", "{type: photo}", "filter: {person: {plan: pro}}\n")
    new = campaign(tmp_path / "b", "{type: photo}", "filter: {person: {plan: [pro, team]}}\n")
    lines = how_moved(new, "photo", old.campaigns["photo"], new.campaigns["photo"])
    assert lines[0] == "filter: wider"
    assert "team" in lines[1]
    assert how_moved(new, "photo", new.campaigns["photo"], new.campaigns["photo"]) == []
