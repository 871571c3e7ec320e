"""Every message of a project in one workspace, ready to be rendered: parsed once, in the language of each person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwright.assembly import assemble
from mailwright.diagnostics import ConfigurationError
from simulator.rendering.addresses import variants_of
from simulator.rendering.rules import RenderRules, rules_for
from simulator.rendering.texts import MessageRenderer

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.workspace import Workspace
    from simulator.rendering.moment import RenderMoment


class Variants:
    """The renderers of one project in one workspace, made when they are first needed."""

    def __init__(self, project: Project, workspace: Workspace, rules: RenderRules | None = None) -> None:
        self.project = project
        self.workspace = workspace
        self.rules = rules if rules is not None else rules_for(project, workspace)
        self._languages: dict[tuple[str, str], list[str]] = {}
        self._renderers: dict[tuple[str, str, str | None], MessageRenderer | None] = {}

    def language(self, campaign: str, name: str, moment: RenderMoment) -> str | None:
        """The variant that the moment's person gets; None is the default one."""
        languages = self._languages.get((campaign, name))
        if languages is None:
            languages = self._languages[(campaign, name)] = self.project.languages(campaign, name)
        if not languages or moment.customer is None:
            return None
        return variants_of(languages, moment.customer.get("language"))

    def renderer(self, campaign: str, name: str, language: str | None = None) -> MessageRenderer | None:
        """The renderer of one variant; None when the project has no such message."""
        key = (campaign, name, language)
        if key not in self._renderers:
            try:
                message = assemble(self.project, campaign, name, language, self.workspace)
            except ConfigurationError:
                self._renderers[key] = None
            else:
                self._renderers[key] = MessageRenderer(message, self.rules)
        return self._renderers[key]
