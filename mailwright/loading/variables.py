"""`${name}` in YAML: a workspace's own values, put in when a workspace is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any as Anything

from pydantic import BaseModel

from mailwright.definitions.conditions import (
    Changed,
    Compare,
    Condition,
    Happens,
    InSegment,
    Operator,
    Performed,
    PlacedCondition,
    Scalar,
    Unclaimed,
    parts_of,
    walk,
)
from mailwright.definitions.message import Message, Text, Webhook
from mailwright.definitions.project import Project
from mailwright.diagnostics import ContentError, Diagnostic, Span, name_hint
from mailwright.loading.condition_operands import VARIABLE, OperandError, operand
from mailwright.loading.placed_conditions import mapped
from mailwright.loading.unclaimed import with_claims
from mailwright.loading.yaml_builder import Path
from mailwright.loading.yaml_scalars import NotANumber, plain_scalar

_NUMERIC = (Operator.ABOVE, Operator.BELOW, Operator.BETWEEN, Operator.AFTER, Operator.BEFORE)
_ESCAPED = "$${"


def with_vars(project: Project, workspace: str | None = None) -> Project:
    """The project with the variables of *workspace* (None: the default one) in place of `${…}`; `$${` stays `${`.

    Conditions, the other texts of campaigns, segments and webhooks, and front matter are replaced; bodies read
    `mailwright.name` in Liquid instead.

    Raises: ContentError with every variable that has no value there, or one that its test cannot use;
    ConfigurationError when no workspace has that name.
    """
    replaced, problems = replaced_vars(project, workspace)
    if problems:
        raise ContentError(problems)
    return replaced


def variable_problems(project: Project) -> list[Diagnostic]:
    """What every workspace of the settings lacks; a project without workspaces has nothing to lack."""
    found: dict[Diagnostic, None] = {}
    for name in sorted(project.settings.workspaces):
        found.update(dict.fromkeys(replaced_vars(project, name)[1]))
    return sorted(found, key=Diagnostic.sort_key)


def replaced_vars(project: Project, workspace: str | None) -> tuple[Project, list[Diagnostic]]:
    """The project as *workspace* has it, and what stands in the way.

    Raises: ConfigurationError when no workspace has that name.
    """
    name, found = project.workspace(workspace)
    put_in = _PutIn(name, found.vars)
    shared = f"{project.settings.campaigns}/{project.settings.shared}"
    campaigns, segments = {}, {}
    for slug, campaign in project.campaigns.items():
        is_there = campaign.workspaces is None or name in campaign.workspaces or name not in project.settings.workspaces
        spans = _spans(project, project.campaign_file(slug))
        campaigns[slug] = put_in.value(campaign, (), spans) if is_there else campaign
    for slug, segment in project.segments.items():
        segments[slug] = put_in.value(segment, (), _spans(project, f"{shared}/segments/{slug}.yaml"))
    complete = replace(
        project,
        campaigns=campaigns,
        segments=segments,
        messages={key: put_in.message(message, project) for key, message in project.messages.items()},
        webhooks={key: put_in.webhook(webhook, project) for key, webhook in project.webhooks.items()},
    )
    if put_in.count:
        # A claimed value may be a variable's; conditions that did not change keep their lists.
        complete, _ = with_claims(complete)
    return complete, put_in.problems


SpanOf = Callable[[Path], Span]


def _spans(project: Project, file: str) -> SpanOf:
    place = project.places.get(file)
    return place.span if place is not None else lambda path: Span(file)


@dataclass(slots=True)
class _PutIn:
    """Puts one workspace's values in."""

    workspace: str
    values: Mapping[str, str]
    problems: list[Diagnostic] = field(default_factory=list)
    count: int = 0

    def text(self, text: str, span: Span) -> str:
        """*text* with every variable's value."""
        if "${" not in text:
            return text
        self.count += 1

        def value(found: Anything) -> str:
            name = str(found[1])
            if name not in self.values:
                hint = f'vars = {{ {name} = "…" }} in its settings'
                if self.values:
                    hint += f"; it has: {name_hint(name, list(self.values), 'vars')}"
                message = f"the workspace '{self.workspace}' has no value for ${{{name}}}"
                self.problems.append(Diagnostic("missing-variable", message, span, hint))
            return self.values.get(name, str(found[0]))

        return VARIABLE.sub(value, text).replace(_ESCAPED, "${")

    def value(self, value: Anything, path: Path, spans: SpanOf) -> Anything:
        """*value* with every variable inside it replaced; the same object where there is none."""
        if isinstance(value, str):
            return self.text(value, spans(path)) if "${" in value else value
        if isinstance(value, PlacedCondition):
            return self.condition(value)
        if isinstance(value, BaseModel):
            update = {}
            for name, info in type(value).model_fields.items():
                part = getattr(value, name)
                if part is not None and not isinstance(part, bool | int | float):
                    other = self.value(part, (*path, info.alias or name), spans)
                    if other is not part:
                        update[name] = other
            return value.model_copy(update=update) if update else value
        if isinstance(value, dict):
            mapping = {key: self.value(part, (*path, key), spans) for key, part in value.items()}
            return mapping if any(mapping[key] is not part for key, part in value.items()) else value
        if isinstance(value, list):
            items = [self.value(part, (*path, index), spans) for index, part in enumerate(value)]
            return items if any(item is not part for item, part in zip(items, value, strict=True)) else value
        return value

    def condition(self, placed: PlacedCondition) -> PlacedCondition:
        """*placed* with every variable inside its clauses replaced."""
        spots = iter([placed.span(address) for address, _ in _inner_first(placed.condition)])
        if not any(True for _ in _texts_with_variables(placed.condition)):
            return placed
        return replace(placed, condition=mapped(placed.condition, lambda clause: self._clause(clause, next(spots))))

    def _clause(self, clause: Condition, span: Span) -> Condition:
        match clause:
            case Compare(operator=operator, values=values):
                return replace(clause, values=tuple(self._operand(operator, value, span) for value in values))
            case Unclaimed(pattern=pattern):
                return replace(clause, pattern=self.text(pattern, span))
            case Performed(event=event) | Happens(event=event):
                return replace(clause, event=self.text(event, span))
            case InSegment(segment=segment):
                return replace(clause, segment=self.text(segment, span))
            case Changed(attribute=attribute):
                return replace(clause, attribute=self.text(attribute, span))
            case _:
                return clause

    def _operand(self, operator: Operator, value: Scalar, span: Span) -> Scalar:
        if not isinstance(value, str) or "${" not in value:
            return value
        known = len(self.problems)
        text = self.text(value, span)
        if len(self.problems) > known:
            return value
        try:
            raw = plain_scalar(text) if operator in _NUMERIC else text
            return operand(operator, raw)
        except (OperandError, NotANumber) as error:
            message = f"as the workspace '{self.workspace}' has it: {error}"
            self.problems.append(Diagnostic("wrong-value", message, span, error.hint))
        return value

    def message(self, message: Message, project: Project) -> Message:
        """*message* with the variables of its front matter replaced."""
        spans = _spans(project, message.body.file)
        fields = self.value(message.fields, (), spans)
        if fields is message.fields:
            return message
        return replace(message, fields=fields, field_texts=self._texts(message.field_texts))

    def webhook(self, webhook: Webhook, project: Project) -> Webhook:
        """*webhook* with its variables replaced."""
        file = f"{project.settings.campaigns}/{webhook.campaign}/{webhook.name}.yaml"
        content = self.value(webhook.content, (), _spans(project, file))
        if content is webhook.content:
            return webhook
        return replace(webhook, content=content, texts=self._texts(webhook.texts))

    def _texts(self, texts: Mapping[str, Text]) -> dict[str, Text]:
        # What is missing was noted with the fields already.
        known = len(self.problems)
        found = {
            key: replace(text, source=self.text(text.source, Span(text.file, text.line, text.column)))
            for key, text in texts.items()
        }
        del self.problems[known:]
        return found


def _texts_with_variables(condition: Condition) -> Iterator[Condition]:
    for _, clause in walk(condition):
        if "${" in repr(clause):
            yield clause


def _inner_first(condition: Condition, address: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Condition]]:
    """Every clause with its address in the order in which `mapped` meets them."""
    for index, part in enumerate(parts_of(condition)):
        yield from _inner_first(part, (*address, index))
    yield address, condition
