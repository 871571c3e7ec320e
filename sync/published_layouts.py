"""Layout versions that a protected workspace has are never edited: emails that were sent with them would change.

A new version is a new file; emails move to it one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailwright.definitions.project import Project
from mailwright.diagnostics import ConfigurationError, Diagnostic, Span


def check_published_layouts(project: Project) -> Iterator[Diagnostic]:
    """A problem for each layout version that says something else than what was last agreed with a protected workspace.

    A ledger that cannot be read is told by the commands that need it.
    """
    protected = [name for name, workspace in project.settings.workspaces.items() if workspace.protected]
    if not protected:
        return
    from sync.desired import desired_snapshot
    from sync.ledger import ledger_path, read_ledger
    from sync.snapshot import Kind

    for name in protected:
        if not ledger_path(project.root, name).is_file():
            continue
        try:
            agreed = read_ledger(project.root, name).agreed
            wanted = desired_snapshot(project, name)
        except ConfigurationError:
            continue
        for address, document in agreed.items():
            now = wanted.get(address) if address.kind is Kind.LAYOUT else None
            if now is not None and now.fields.get("body") != document.fields.get("body"):
                yield _told(project, address.slug, name)


def _told(project: Project, reference: str, workspace: str) -> Diagnostic:
    layout = project.layouts[reference]
    newest = max(other.version for other in project.layouts.values() if other.name == layout.name)
    message = f"'{workspace}' has version {layout.version} of '{layout.name}', and it was edited since"
    following = Path(layout.body.file).with_name(f"{newest + 1}.liquid").as_posix()
    hint = f"make version {newest + 1}: {following}, and git checkout this one"
    return Diagnostic("published-layout-edited", message, Span(layout.body.file, layout.body.line), hint)
