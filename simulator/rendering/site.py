"""A static site of every message with every sample that fits it; it works from a folder, without scripts."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError, RefusedError
from simulator.rendering.email import Rendered, render_with
from simulator.rendering.fault_picture import picture_of
from simulator.rendering.faults import RenderFault
from simulator.rendering.rules import rules_for
from simulator.rendering.samples import Shown, fitting, render_moment, shown_sample
from simulator.rendering.site_pages import index_page, message_page
from simulator.rendering.variants import Variants

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

MARK = ".mailwright-site"
_MARK_TEXT = "This folder is written by `mailwright render --all` and replaced as a whole.\n"


@dataclass(frozen=True, slots=True)
class Site:
    """What the site shows.

    Units: *at* overrides the samples' own moments; *now* is the moment of samples that name none.
    """

    project: Project
    workspace: str | None
    at: datetime | None
    now: datetime
    wraps_links: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """One message with one sample: what came out, or why nothing did."""

    campaign: str
    name: str
    language: str | None
    kind: str
    sample: Shown
    moment: datetime
    rendered: Rendered | None = None
    fault: RenderFault | None = None
    picture: str = ""
    sources: tuple[tuple[str, str], ...] = ()  # what it is → its file

    @property
    def title(self) -> str:
        """How a command names the message, with its language."""
        return f"{self.campaign}/{self.name}{'' if self.language is None else f' ({self.language})'}"

    @property
    def page(self) -> str:
        """The page's place in the site; names are slugs, so they are safe in a path."""
        language = "" if self.language is None else f".{self.language}"
        return f"{self.campaign}/{self.name}{language}--{self.sample.name or 'nobody'}.html"

    @property
    def status(self) -> str:
        """In one word."""
        return "failed" if self.rendered is None else "warned" if self.rendered.warnings else "ok"


def shots_of(site: Site, root: Path) -> Iterator[Shot]:
    """Every message with every sample that fits, in the order of names."""
    project = site.project
    _, workspace = project.workspace(site.workspace)
    rules = replace(rules_for(project, workspace), wrap_links=site.wraps_links)
    variants = Variants(project, workspace, rules)
    for campaign, name in sorted({(slug, name) for slug, name, _ in project.messages} | set(project.webhooks)):
        samples = [shown_sample(key, project.samples[key]) for key in fitting(project, campaign)] or [Shown()]
        chosen = [replace(sample, at=site.at) if site.at is not None else sample for sample in samples]
        moments = [render_moment(project, workspace, campaign, name, sample, site.now) for sample in chosen]
        spoken = [variants.language(campaign, name, moment) for moment in moments]
        for language in [None, *project.languages(campaign, name)]:
            # A variant that nobody among the samples speaks is shown with all of them.
            for sample, moment, own in zip(chosen, moments, spoken, strict=True):
                if own == language or language not in spoken:
                    renderer = variants.renderer(campaign, name, language)
                    if renderer is None:
                        continue
                    kind, sources = renderer.message.kind, _sources(renderer.message)
                    shot = Shot(campaign, name, language, kind, sample, moment.now, sources=sources)
                    try:
                        yield replace(shot, rendered=render_with(renderer, moment))
                    except RenderFault as fault:
                        yield replace(shot, fault=fault, picture=picture_of(fault, root))


def _sources(message: object) -> tuple[tuple[str, str], ...]:
    parts = getattr(message, "parts", {})
    found = [(name, parts[name].file) for name in ("body", "url", "text", "layout") if name in parts]
    found += [(f"snippet {name}", text.file) for name, text in getattr(message, "snippets", {}).items()]
    return tuple({file: (name, file) for name, file in reversed(found)}.values())[::-1]


def write_site(site: Site, root: Path, out: Path) -> tuple[int, int]:
    """Write the whole site in place of the folder *out*; gives the number of pages and of those that show a failure.

    Raises: RefusedError when *out* is something that this did not write; ConfigurationError when it cannot be written.
    """
    refuse_foreign(out)
    shots = list(shots_of(site, root))
    workspace, _ = site.project.workspace(site.workspace)
    files: dict[str, str | bytes] = {"index.html": index_page(shots, workspace), MARK: _MARK_TEXT}
    for shot in shots:
        files[shot.page] = message_page(shot, workspace, _links_to_sources(shot, root, out))
    replace_folder(out, files)
    return len(shots), sum(shot.rendered is None for shot in shots)


def refuse_foreign(out: Path) -> None:
    """Stop before a folder is replaced that is not ours.

    Raises: RefusedError.
    """
    if not os.path.lexists(out):
        return
    is_ours = out.is_dir() and not out.is_symlink() and ((out / MARK).is_file() or not any(out.iterdir()))
    if not is_ours:
        what = "is a folder of something else" if out.is_dir() else "is no folder"
        raise RefusedError(f"'{out}' {what}", hint="a new folder; only a site of mailwright's is replaced")


def _links_to_sources(shot: Shot, root: Path, out: Path) -> list[tuple[str, str, str]]:
    """What, file and relative link, where the site stands within the project; else without a link."""
    page = (out / shot.page).resolve().parent
    inside = page.is_relative_to(root.resolve())
    return [
        (what, file, Path(os.path.relpath(root.resolve() / file, page)).as_posix() if inside else "")
        for what, file in shot.sources
    ]


def replace_folder(out: Path, files: Mapping[str, str | bytes]) -> None:
    """Build the folder beside *out* from file names and contents, then put it in its place.

    Raises: ConfigurationError when it cannot be written.
    """
    building = ""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        building = tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.")
        fresh, old = Path(building, "new"), Path(building, "old")
        for name, text in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
        if out.exists():
            os.replace(out, old)
        try:
            os.replace(fresh, out)
        except OSError:
            if old.exists():
                os.replace(old, out)
            raise
    except OSError as error:
        raise ConfigurationError(f"cannot write '{out}': {error.strerror}", hint="a folder you may write") from error
    finally:
        if building:
            shutil.rmtree(building, ignore_errors=True)
