"""An email beside an earlier edition of itself: words, HTML, and pictures with the changed pixels marked.

Both sides are shown with the same person, event and time. Earlier editions are kept by commit, pictures by page.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mailwright.assembly import assemble
from mailwright.diagnostics import ConfigurationError, ContentError
from mailwright.loading.revision import WorkspaceEdition, commit_of, content_at, settings_at
from mailwright.loading.variables import with_vars
from simulator.comparing.pairs import Edition, Pair, pairs_of
from simulator.pictures.browser import Camera, camera, why_no_pictures
from simulator.preview.asks import Ask, ask_from, chosen_for, moment_of
from simulator.rendering.addresses import variants_of
from simulator.rendering.email import render_message
from simulator.rendering.fault_picture import picture_of
from simulator.rendering.faults import RenderFault
from simulator.rendering.rules import rules_for
from simulator.rendering.samples import render_moment
from simulator.rendering.site import Shot
from simulator.rendering.site_pages import guarded

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.rendering.samples import Shown

KEPT_EDITIONS = 4
KEPT_PICTURES = 60
WIDTHS = {"": 640, "phone": 375}


class CompareAsk(BaseModel):
    """What a tab wants compared with what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: Ask = Field(default_factory=lambda: ask_from({}))
    against: str = Field(default="HEAD", max_length=300)
    width: str = Field(default="", pattern=r"^(phone)?$")
    pictures: bool = True


@dataclass(slots=True)
class Darkroom:
    """The camera, started when it is first needed, and the pictures it took; the oldest are forgotten."""

    _stack: ExitStack = field(default_factory=ExitStack)
    _camera: Camera | None = None
    _taken: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def picture(self, page: str, width: int, *, dark: bool) -> bytes:
        """The page as PNG.

        Raises: ConfigurationError when there is no browser, or it cannot show the page.
        """
        key = _key(page, str(width), str(dark))
        with self._lock:
            known = self._taken.get(key)
            if known is None:
                if self._camera is None:
                    self._camera = self._stack.enter_context(camera())
                known = self._camera.picture(page, width=width, dark=dark)
                self._keep(key, known)
        return known

    def keep(self, png: bytes) -> str:
        """Keep a picture for a tab; gives its key."""
        key = blake2b(png, digest_size=16).hexdigest()
        with self._lock:
            self._keep(key, png)
        return key

    def get(self, key: str) -> bytes | None:
        """A picture by its key, if it is still kept."""
        with self._lock:
            return self._taken.get(key)

    def close(self) -> None:
        """End the browser."""
        with self._lock:
            self._camera = None
            self._stack.close()

    def _keep(self, key: str, png: bytes) -> None:
        self._taken[key] = png
        self._taken.move_to_end(key)
        while len(self._taken) > KEPT_PICTURES:
            self._taken.popitem(last=False)


@dataclass(slots=True)
class Comparer:
    """Earlier editions of one project, and the darkroom."""

    root: Path
    workspace_edition: WorkspaceEdition | None = None
    darkroom: Darkroom = field(default_factory=Darkroom)
    _editions: OrderedDict[str, Project] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def earlier(self, where: str) -> Project:
        """The project at a git revision or in another folder, kept for the next time.

        Raises: ConfigurationError when it is neither, or its files hold mistakes.
        """
        with self._lock:
            key = self._key(where)
            known = self._editions.get(key) if key else None
            if known is None:
                known = self._read(where)
                if key:
                    self._editions[key] = known
                    while len(self._editions) > KEPT_EDITIONS:
                        self._editions.popitem(last=False)
        return known

    def _key(self, where: str) -> str:
        """The commit; nothing for what may change at any time, a folder or a workspace."""
        if Path(where).is_dir() or (self.workspace_edition and where in settings_at(self.root).workspaces):
            return ""
        return commit_of(self.root, where)

    def _read(self, where: str) -> Project:
        try:
            with content_at(self.root, where, self.workspace_edition) as (project, _):
                return project
        except ContentError as error:
            count = len(error.diagnostics)
            raise ConfigurationError(f"'{where}' holds {count} mistakes and cannot be shown") from error


def comparison_data(comparer: Comparer, now: Callable[[str | None], Project], values: Any) -> dict[str, Any]:
    """One email now and before.

    Raises: ConfigurationError when the ask does not fit, or what to compare with is not there.
    """
    wanted = _wanted(values)
    ask = wanted.ask
    later = now(ask.workspace)
    shown = chosen_for(later, ask).shown
    workspace, _ = later.workspace(ask.workspace)
    earlier = with_vars(comparer.earlier(wanted.against), workspace)
    pair = Pair(_shot(earlier, ask, shown, comparer.root), _shot(later, ask, shown, comparer.root))
    told = _pair_data(pair) | {"against": wanted.against, "pictures": {}, "no_pictures": ""}
    if wanted.pictures and pair.status != "same":
        told |= _pictures(comparer.darkroom, pair, WIDTHS[wanted.width], dark=ask.dark)
    return told


def changes_data(comparer: Comparer, now: Callable[[str | None], Project], values: Any) -> dict[str, Any]:
    """Every email that is not what it was, for every sample that fits it."""
    wanted = _wanted(values)
    later = now(wanted.ask.workspace)
    workspace, _ = later.workspace(wanted.ask.workspace)
    earlier = with_vars(comparer.earlier(wanted.against), workspace)
    sides = Edition(earlier, comparer.root, wanted.against), Edition(later, comparer.root, "the files here")
    found = pairs_of(*sides, wanted.ask.workspace, None, moment_of(chosen_for(later, ask_from({})).shown))
    changed = [
        {
            "campaign": pair.shown.campaign,
            "message": pair.shown.name,
            "language": pair.shown.language or "",
            "sample": pair.shown.sample.name,
            "status": pair.status,
            "subject": pair.shown.rendered.subject if pair.shown.rendered else "",
        }
        for pair in found
        if pair.status != "same"
    ]
    return {"against": wanted.against, "changes": changed, "same": len(found) - len(changed)}


def _wanted(values: Any) -> CompareAsk:
    try:
        return CompareAsk.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"'{place}' does not fit: {first['msg']}", hint="reload the page") from error


def _shot(project: Project, ask: Ask, shown: Shown, root: Path) -> Shot | None:
    """The message for this person; None where the project has no such message."""
    if ask.campaign not in project.campaigns:
        return None
    _, workspace = project.workspace(ask.workspace)
    moment = render_moment(project, workspace, ask.campaign, ask.message, shown, moment_of(shown))
    languages = project.languages(ask.campaign, ask.message)
    spoken = variants_of(languages, (moment.customer or {}).get("language"))
    language = (ask.language if ask.language is not None else spoken) or None
    if language is not None and language not in languages:
        return None
    try:
        message = assemble(project, ask.campaign, ask.message, language, workspace)
    except ConfigurationError:
        return None
    shot = Shot(ask.campaign, ask.message, language, message.kind, shown, moment.now)
    try:
        return replace(shot, rendered=render_message(message, moment, rules_for(project, workspace)))
    except RenderFault as fault:
        return replace(shot, fault=fault, picture=picture_of(fault, root))


def _pair_data(pair: Pair) -> dict[str, Any]:
    faults = [
        {"when": when, "reason": shot.fault.reason, "says": shot.fault.failure}
        for when, shot in (("before", pair.before), ("now", pair.after))
        if shot is not None and shot.fault is not None
    ]
    return {
        "status": "missing" if pair.before is None and pair.after is None else pair.status,
        "envelope": pair.envelope_changes(),
        "words": pair.text_diff(),
        "html": pair.html_diff(),
        "faults": faults,
    }


def _pictures(darkroom: Darkroom, pair: Pair, width: int, *, dark: bool) -> dict[str, Any]:
    """The pictures' keys, or why there are none."""
    missing = why_no_pictures()
    if missing is not None:
        return {"no_pictures": missing}
    from simulator.pictures.differences import difference

    pages = [shot.rendered.html if shot and shot.rendered else "" for shot in (pair.before, pair.after)]
    taken = [darkroom.picture(guarded(page), width, dark=dark) if page else None for page in pages]
    names = dict(zip(("before", "after"), taken, strict=True))
    told: dict[str, Any] = {"pictures": {name: darkroom.keep(png) for name, png in names.items() if png is not None}}
    before, after = taken
    if before is not None and after is not None:
        found = difference(before, after)
        told["pictures"]["changed"] = darkroom.keep(found.marked)
        told |= {"pixels": found.pixels, "share": found.share}
    return told


def _key(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
