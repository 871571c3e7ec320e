"""Layouts: what stands around an email's body. Each version is a thing of its own in the workspace."""

from __future__ import annotations

from dataclasses import dataclass

from mailwright.definitions.base import Definition
from mailwright.definitions.message import Text
from mailwright.definitions.names import Slug


class LayoutFields(Definition):
    """The optional `layout.yaml` of a layout's folder."""

    name: str | None = None
    """Its name in the workspace; ` v<version>` is added."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """One version of one layout."""

    name: Slug
    version: int
    title: str  # "DS Default v2"
    body: Text

    @property
    def reference(self) -> str:
        """How an email names it: `ds-default@2`."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of Liquid that any message may use as `snippets.<name>`."""

    name: str
    body: Text
