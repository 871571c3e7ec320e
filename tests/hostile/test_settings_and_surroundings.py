"""Settings that are wrong or hold secrets, and processes started in odd surroundings."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KEY = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(f'[workspaces.qa]\napp_key = "{KEY}"\n', "2:1  'workspaces.qa.app_key' is no name", id="a text"),
        pytest.param(f"[workspaces.qa]\napp_key = {KEY}\n", "2:1", id="without quotes"),
        pytest.param(
            f'[workspaces.qa]\napp_key = {{ env = "{KEY}" }}\n', "'workspaces.qa.app_key.env'", id="as a name"
        ),
        pytest.param(f'[workspaces.qa]\napp_key = {{ key = "{KEY}" }}\n', "env", id="under another key"),
        pytest.param(f"[workspaces.qa]\n{KEY} = true\n", "no key 'workspaces.qa.…'", id="as a key"),
        pytest.param(
            f'[workspaces.qa]\ntrack = {{ site_id = "{KEY}", api_key = "{KEY}" }}\n', "track.site_id", id="of Track"
        ),
    ],
)
def test_a_secret_in_the_settings_is_refused_and_never_shown(text, said, put, mailwright):
    put("mailwright.toml", text)
    for command in (["check"], ["doctor"], ["simulate", "-"], ["render", "welcome/hello"]):
        found = mailwright(*command)
        assert found.code == 3
        assert "mailwright.toml:2:" in found.err
        assert KEY not in found.all
    assert said in mailwright("check").err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[workspaces.qa\n", "1:15  this is not TOML", id="no TOML"),
        pytest.param('campains = "x"\n', "try: 'campaigns'", id="an unknown key"),
        pytest.param('campaigns = "campains"\n', "there is no folder 'campains'", id="a folder that is not there"),
        pytest.param('campaigns = "../x"\n', "1:1  'campaigns' leaves the project", id="a folder outside"),
        pytest.param('layouts = "/etc"\n', "1:1  'layouts' leaves the project", id="a folder of the machine"),
        pytest.param('campaigns = "a\\u0000b"\n', "holds an invisible character", id="a zero byte"),
        pytest.param('campaigns = ""\n', "leaves the project", id="no name"),
        pytest.param("a = " + "[" * 20_000 + "]" * 20_000, "nested too deeply", id="deep lists"),
        pytest.param(b'a = "\xff"\n', "not UTF-8", id="Latin-1"),
        pytest.param('ignore = ["zzz"]\n', "no rule is called 'zzz'", id="a rule that is none"),
        pytest.param("[assumptions]\nfoo = 1\n", "no assumption is called 'foo'", id="an assumption that is none"),
    ],
)
def test_wrong_settings_end_with_3_and_what_to_try(text, said, put, mailwright):
    put("mailwright.toml", text)
    found = mailwright("check")
    assert found.is_orderly()
    assert found.code == 3
    assert said in found.err
    assert "try: " in found.err


SURROUNDINGS = {
    "none at all": {},
    "the C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "a zone that is none": {"TZ": "Mars/Olympus"},
    "a zone that is a device": {"TZ": ":/dev/zero"},
    "a home that is none": {"HOME": "/nonexistent", "TMPDIR": "/nonexistent"},
    "a terminal of no width": {"COLUMNS": "1", "TERM": "dumb", "NO_COLOR": "1"},
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_surroundings_change_no_byte(name, put, process):
    line = '{"type":"track","person":"a","name":"signed_up","timestamp":1767268801,"data":{}}\n'
    log = put("log.ndjson", line)
    found = process("simulate", log, env=SURROUNDINGS[name])
    assert (found.code, found.err) == (0, "")
    assert "2026-01-01, as qa; the clock stopped at 2026-01-31 12:00 UTC" in found.out
    assert "\x1b" not in found.out


def run_shell(project: Path, arguments: str) -> subprocess.CompletedProcess[str]:
    command = f'"{sys.executable}" -m mailwright -C "{project}" {arguments}'
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", ["check", "render welcome/hello", "check --explain all"])
def test_closed_streams_are_no_bug(command, project):
    for streams in (">&-", "2>&- >/dev/null", ">&- 2>&-"):
        done = run_shell(project, f"{command} {streams}")
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_said_in_one_line(project):
    done = run_shell(project, "check --explain all >/dev/full")
    assert done.returncode == 3
    assert done.stderr.startswith("mailwright: cannot write the output:")


def test_an_interrupted_report_leaves_nothing_behind(project):
    before = sorted(project.rglob("*"))
    asked = subprocess.Popen(
        [sys.executable, "-m", "mailwright", "-C", str(project), "simulate", "-", "--out", str(project / "r.html")],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert asked.stdin is not None
    time.sleep(1.5)  # until it waits for the log
    asked.send_signal(signal.SIGINT)
    out, err = asked.communicate(timeout=60)
    assert (asked.returncode, out, err) == (130, b"", b"")
    assert sorted(project.rglob("*")) == before


def test_commands_at_once_do_not_disturb_each_other(project):
    shutil.rmtree(project / ".mailwright/cache", ignore_errors=True)
    site = str(project / "site")
    each = [["check"], ["render", "--all", "--out", site]] * 2
    program = [sys.executable, "-m", "mailwright", "-C", str(project)]
    running = [subprocess.Popen([*program, *arguments], stdout=subprocess.DEVNULL) for arguments in each]
    codes = [one.wait(timeout=60) for one in running]
    assert codes[0] == codes[2] == 0
    assert 0 in (codes[1], codes[3])
    assert (project / "site/index.html").is_file()
    assert not [name for name in os.listdir(project) if name.startswith(".site")]


def test_a_folder_that_cannot_be_a_project_ends_with_3(tmp_path, process, project):
    file = tmp_path / "file"
    file.write_text("x")
    for root in (file, tmp_path / "nowhere", tmp_path, "x" * 5_000):
        assert process("check", "-C", root).code == 3
