"""What has been read of a project so far, and what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from mailwright.definitions.accepting import made
from mailwright.definitions.base import Definition
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.event_schema import EventSchema, PeopleSchema
from mailwright.definitions.layout import Layout, Snippet
from mailwright.definitions.message import Message, Webhook
from mailwright.definitions.names import SLUG_PATTERN
from mailwright.definitions.people_sync import PeopleSync
from mailwright.definitions.project import Place
from mailwright.definitions.sample import Sample
from mailwright.definitions.segment import Segment, TopicsFile
from mailwright.definitions.workspace import Settings
from mailwright.diagnostics import Diagnostic, Severity, Span
from mailwright.loading.files import Files
from mailwright.loading.validation import read_definition
from mailwright.loading.yaml_tree import YamlTree, read_yaml

Model = TypeVar("Model", bound=Definition)

_SLUG = re.compile(SLUG_PATTERN)
BESIDE = (".scenario.yaml", ".md", ".py", ".pyc", ".png", ".jpg", ".svg")  # what people keep beside content


@dataclass(slots=True)
class Contents:
    """A project while it is read."""

    files: Files
    settings: Settings
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    messages: dict[tuple[str, str, str | None], Message] = field(default_factory=dict)
    webhooks: dict[tuple[str, str], Webhook] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)
    snippets: dict[str, Snippet] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)
    topics: TopicsFile = field(default_factory=partial(made, TopicsFile))
    events: dict[str, EventSchema] = field(default_factory=dict)
    event_files: dict[str, str] = field(default_factory=dict)
    people: PeopleSchema = field(default_factory=partial(made, PeopleSchema))
    people_sync: PeopleSync = field(default_factory=partial(made, PeopleSync))
    samples: dict[str, Sample] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    holds_variables: bool = False  # whether any YAML has a `${`
    broken: set[str] = field(default_factory=set)  # files that exist and could not be read

    @property
    def problems(self) -> list[Diagnostic]:
        """What was found wrong so far."""
        return self.files.problems

    def tree(self, name: str) -> YamlTree | None:
        """The YAML of a file; None when it is not there or cannot be read."""
        text = self.files.text(name)
        if text is None:
            return None
        self.holds_variables |= "${" in text
        tree = read_yaml(text, name)
        self.places[name] = tree.place
        return tree

    def definition(self, model: type[Model], name: str) -> Model | None:
        """The definition in a YAML file; None, with its problems noted, when it has mistakes."""
        tree = self.tree(name)
        found = None if tree is None else read_definition(model, tree, self.problems)
        if found is None:
            self.broken.add(name)
        return found

    def problem(self, rule: str, message: str, span: Span, hint: str = "", severity: Severity = Severity.ERROR) -> None:
        """Note a problem."""
        self.problems.append(Diagnostic(rule, message, span, hint, severity))

    def named(self, slug: str, file: str) -> bool:
        """Whether *slug* can be a thing's name; if not, that is a problem."""
        if _SLUG.fullmatch(slug):
            return True
        hint = "letters, digits, dash, dot and underscore, at most 100; the title stands in the file"
        self.problem(
            "bad-name", "this name cannot be used for a file or folder of content", Span(shown_name(file)), hint
        )
        return False

    def stray(self, name: str, hint: str) -> None:
        """Warn of a file that nothing reads."""
        if not name.endswith(BESIDE):
            self.problem("stray-file", "nothing reads this file", Span(shown_name(name)), hint, Severity.WARNING)


def shown_name(name: str) -> str:
    """A file's name as it may stand in a terminal: controls, direction marks and undecodable bytes as escapes."""
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        else character
        for character in name
    )
