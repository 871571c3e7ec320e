"""Typed senders of the contract's events, over Customer.io's official clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwright.contract.senders.contents import contents_of
from mailwright.contract.senders.python import as_python
from mailwright.contract.senders.typescript import as_typescript

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

WRITERS = {"python": as_python, "typescript": as_typescript}


def senders_in(project: Project, language: str) -> str:
    """The module of one language: a function an event, a transactional message and a broadcast."""
    return WRITERS[language](contents_of(project))


__all__ = ["WRITERS", "senders_in"]
