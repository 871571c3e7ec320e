"""Keep a Customer.io account in git: what others may import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.diagnostics import MailwrightError
    from mailwright.loading.folder import load_project

__version__ = "0.1.0"
__all__ = ["MailwrightError", "Project", "__version__", "load_project"]

_HOMES = {
    "MailwrightError": "mailwright.diagnostics",
    "Project": "mailwright.definitions.project",
    "load_project": "mailwright.loading.folder",
}


def __getattr__(name: str) -> Any:
    # Looked up late, so that `mailwright --help` does not pay for what it does not use.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'mailwright' has no attribute {name!r}")
