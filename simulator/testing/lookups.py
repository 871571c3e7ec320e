"""What tests look up by name: samples, and messages rendered for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError, name_hint
from simulator.rendering.email import Rendered, render_with
from simulator.rendering.moment import at_second
from simulator.rendering.samples import Shown, fitting, render_moment, shown_sample
from simulator.testing.scenario_names import messages_named
from simulator.testing.times import MONDAY, Moment, second_of

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.sample import Sample
    from simulator.testing.bench import Bench


class Samples:
    """Gives samples by name."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def __call__(self, name: str) -> Sample:
        """The sample of that name.

        Raises: ConfigurationError when there is none.
        """
        __tracebackhide__ = True
        return sample_named(self._project, name)

    def __repr__(self) -> str:
        return "<samples>"


class Renders:
    """Renders messages of one workspace."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def __call__(
        self, message: str, *, sample: str | None = None, language: str | None = None, at: Moment | None = None
    ) -> Rendered:
        """A message as the person of a sample gets it (default: the first sample that fits the campaign).

        Raises: ConfigurationError when there is no such message or sample; RenderFault when it fails.
        """
        __tracebackhide__ = True
        return rendered_message(self._bench, message, sample=sample, language=language, at=at)

    def __repr__(self) -> str:
        return f"<renders as {self._bench.content.workspace_name}>"


def sample_named(project: Project, name: str) -> Sample:
    """The sample of that name.

    Raises: ConfigurationError when there is none.
    """
    found = project.samples.get(name)
    if found is None:
        raise ConfigurationError(
            f"no sample is called '{name}'", hint=name_hint(name, list(project.samples), "samples")
        )
    return found


def rendered_message(
    bench: Bench, message: str, *, sample: str | None = None, language: str | None = None, at: Moment | None = None
) -> Rendered:
    """A message as the person of a sample gets it (default: the first sample that fits the campaign).

    Raises: ConfigurationError when there is no such message or sample; RenderFault when it fails.
    """
    project = bench.project
    named = messages_named(project, message)
    if len(named) != 1:
        known = [f"{slug}/{name}" for slug, name, _ in project.messages]
        what = f"several messages are called '{message}'" if named else f"no message is called '{message}'"
        raise ConfigurationError(what, hint=", ".join(named) or name_hint(message, known, "messages"))
    slug, _, name = named[0].partition("/")
    chosen = sample or next(iter(fitting(project, slug)), None)
    shown = Shown() if chosen is None else shown_sample(chosen, sample_named(project, chosen))
    if at is not None:
        shown = replace(shown, at=at_second(second_of(at)))
    moment = render_moment(project, bench.content.workspace, slug, name, shown, at_second(MONDAY))
    variants = bench.outcomes.variants
    found = language or variants.language(slug, name, moment)
    renderer = variants.renderer(slug, name, found)
    if renderer is None:
        raise ConfigurationError(
            f"{named[0]} is not written in '{found}'", hint=", ".join(project.languages(slug, name)) or "no language"
        )
    return render_with(renderer, moment)
