"""Mutants that a project accepts though no test notices them, each with the reason: `mutants.yaml`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from mailwright.definitions.base import Definition
from mailwright.diagnostics import ContentError, Diagnostic
from mailwright.loading.files import Files
from mailwright.loading.validation import read_definition
from mailwright.loading.yaml_tree import read_yaml

FILE = "mutants.yaml"


class Accepted(Definition):
    """One mutant."""

    mutant: str = Field(min_length=1)
    """As the report names it: `file: what is changed`."""
    because: str = Field(min_length=1)


class AcceptedMutants(Definition):
    """The file."""

    accepted: list[Accepted] = Field(default_factory=list)


def accepted_mutants(root: Path) -> dict[str, str]:
    """The reasons by the mutants' names; none where there is no file.

    Raises: ContentError when the file has mistakes.
    """
    files = Files(root)
    text = files.text(FILE)
    problems: list[Diagnostic] = list(files.problems)
    if text is None:
        if problems:
            raise ContentError(problems)
        return {}
    found = read_definition(AcceptedMutants, read_yaml(text, FILE), problems)
    if found is None or problems:
        raise ContentError(problems)
    return {one.mutant: one.because for one in found.accepted}
