"""The command: its first line, its end, and what it refuses."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import httpx
import pytest
from previewing import start

from mailwright.cli import main
from simulator.preview.editor import Editor


def test_the_first_line_is_where_it_is_and_ctrl_c_ends_it(project: Path):
    server = start(project, "--port", "0")
    assert server.url == f"http://127.0.0.1:{server.port}/?token={server.token}"
    with server.client() as client, client.stream("GET", "/live?tab=a") as line:
        assert next(line.iter_lines()) == "event: hello"
        assert server.stop() == 0


def test_two_runs_have_two_tokens(project: Path):
    one, other = start(project, "--port", "0"), start(project, "--port", "0")
    try:
        assert one.token != other.token
        with pytest.raises(httpx.HTTPStatusError):
            httpx.get(one.url.replace(one.token, other.token), trust_env=False).raise_for_status()
    finally:
        one.stop()
        other.stop()


@pytest.mark.parametrize(
    ("flags", "code", "says"),
    [
        pytest.param(["--port", "99999"], 3, "port 99999 cannot be used", id="no port"),
        pytest.param(["--inbox", "smtp://mail.example.org"], 5, "is not this machine", id="an inbox elsewhere"),
        pytest.param(["--inbox", "ftp://x"], 3, "no address of an inbox", id="no inbox"),
        pytest.param(["--format", "yaml"], 3, "--format cannot be 'yaml'", id="no format"),
    ],
)
def test_what_it_cannot_do_is_told_before_it_starts(
    project: Path, capsys: pytest.CaptureFixture[str], flags: list[str], code: int, says: str
):
    assert main(["-C", str(project), "preview", "--no-open", *flags]) == code
    assert says in capsys.readouterr().err


def test_a_taken_port_and_a_folder_without_a_project(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["-C", str(project), "preview", "--no-open", "--port", port]) == 3
    assert main(["-C", str(tmp_path), "preview", "--no-open", "--port", "0"]) == 3
    told = capsys.readouterr()
    assert f"port {port} is taken" in told.err and "no project" in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    ("pattern", "link"),
    [
        ("vscode://file/{file}:{line}", "vscode://file/a/shop/{file}:{line}"),
        ("idea://open?file={file}&line={line}", "idea://open?file=/a/shop/{file}&line={line}"),
        ("code -g {file}:{line}", ""),
    ],
)
def test_a_link_opens_the_file_in_the_project(pattern: str, link: str):
    assert Editor(pattern).link(Path("/a/shop")) == link


def test_an_editor_that_is_a_command_is_started_with_the_file_and_the_line(project: Path, tmp_path: Path):
    told = tmp_path / "told"
    script = tmp_path / "edit.py"
    script.write_text("import sys; open(sys.argv[1], 'w').write(' '.join(sys.argv[2:]))", "utf-8")
    server = start(project, "--port", "0", "--editor", f"{sys.executable} {script} {told} {{line}} {{file}}")
    try:
        assert server.ask("open", file="campaigns/order/thanks.liquid", line=7) == {"opened": True}
        with server.client() as client:
            assert client.get("/api/project").json()["editor"] == ""
        for _ in range(200):
            if told.exists() and told.read_text("utf-8"):
                break
            httpx.get(server.base, trust_env=False)
        assert told.read_text("utf-8") == f"7 {project / 'campaigns/order/thanks.liquid'}"
    finally:
        server.stop()
