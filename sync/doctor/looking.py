"""The workspaces of a project looked at, one after the other; what the roof hands to `mailwright doctor`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from mailwright.definitions.project import Project
from sync.clients.pacing import Pace
from sync.doctor.examining import Examination, exit_code
from sync.doctor.findings import Finding


def look_at_workspaces(
    project: Project,
    names: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    seam: httpx.BaseTransport | None = None,
    pace: Callable[[], Pace] = Pace,
) -> tuple[dict[str, list[dict[str, Any]]], int]:
    """What was found of each workspace as data, and the exit code it leads to."""
    found: dict[str, list[Finding]] = {}
    given = os.environ if environ is None else environ
    for name in names:
        settings = project.settings.workspaces[name]
        examination = Examination(name, settings, given, now, project.settings.workspaces, seam, pace)
        found[name] = list(examination.findings())
    every = [finding for findings in found.values() for finding in findings]
    return {name: [one.as_data() for one in findings] for name, findings in found.items()}, exit_code(every)
