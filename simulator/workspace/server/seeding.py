"""A project's content put into a workspace of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.workspace.space import Space

if TYPE_CHECKING:
    from mailwright.definitions.project import Project


def project_in(folder: str) -> Project:
    """The project that stands in a folder.

    Raises: ContentError with every mistake of its files; ConfigurationError when it is no project.
    """
    from mailwright.loading.folder import load_project  # pydantic, which an empty workspace needs nothing of

    return load_project(folder)


def seed_from(space: Space, folder: str, workspace: str | None) -> dict[str, Any]:
    """Put the content of the project in *folder* into *space*, as the project has it for *workspace*.

    Without one, the project's workspace that is called as *space* is, if there is, else its default.
    Raises: ContentError, ConfigurationError.
    """
    return seed_project(space, project_in(folder), workspace)


def seed_project(space: Space, project: Project, workspace: str | None) -> dict[str, Any]:
    """Put a project's content into *space*.

    Raises: ConfigurationError when the project has no such workspace.
    """
    from simulator.workspace.content.seed import seed  # pydantic, as above

    if workspace is None and space.name in project.settings.workspaces:
        workspace = space.name
    found = seed(space.documents, project, workspace, space.now())
    space.content_changed()
    return found.as_data()
