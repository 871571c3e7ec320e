"""No committed file knows the machine it was written on, and every public name says what it is."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Put together here, so that this file does not hold what it looks for.
PLACES = re.compile(r"(?<![\w.}])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "tm" + "p", "ho" + "me")) + r")/[\w.-]+")
HOSTS = re.compile(
    "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "index" + "-url"))
)
KEYS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE " + r"KEY-----|\bAK" + r"IA[0-9A-Z]{16}\b|\bgh" + r"p_[A-Za-z0-9]{36}\b")
BINARY = {".png", ".jpg", ".gif", ".ico", ".parquet", ".gz", ".zst", ".woff2"}


def committed_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    if listed.returncode:
        pytest.fail("this test asks git which files are committed; run it in a clone")
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file() and Path(name).suffix not in BINARY]


@pytest.mark.parametrize("pattern", [PLACES, HOSTS, KEYS], ids=["machine paths", "package hosts", "keys"])
def test_no_committed_file_holds(pattern: re.Pattern[str]):
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in committed_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if (match := pattern.search(line))
    ]
    assert found == []


def public_names() -> Iterator[tuple[str, ast.AST]]:
    for package in ("mailwright", "simulator"):
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            name = str(path.relative_to(ROOT))
            yield name, tree
            for node in tree.body:
                is_named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                if is_named and not node.name.startswith("_"):
                    yield f"{name}: {node.name}", node


def test_every_module_and_every_public_name_has_a_docstring():
    bare = [name for name, node in public_names() if not ast.get_docstring(node)]  # type: ignore[arg-type]
    assert bare == []
