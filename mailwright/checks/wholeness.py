"""Whether all of a project could be read: only then does it mean something that a thing is nowhere used."""

from __future__ import annotations

from mailwright.definitions.project import Project
from mailwright.definitions.workflow import file_of, walk_steps


def is_whole(project: Project) -> bool:
    """Every campaign file that is there became a campaign, and every step has its content."""
    for file in project.places:
        folder, _, name = file.rpartition("/")
        if name == "campaign.yaml" and folder.rpartition("/")[2] not in project.campaigns:
            return False
    there = {(slug, name) for slug, name, _ in project.messages} | set(project.webhooks)
    needed = {
        (slug, content)
        for slug, campaign in project.campaigns.items()
        for placed in walk_steps(campaign.workflow)
        if (content := file_of(placed.step)) is not None
    }
    return needed <= there
