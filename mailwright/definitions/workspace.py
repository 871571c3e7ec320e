"""Where content lives: workspaces and the project's settings."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from mailwright.definitions.base import Definition


class FromEnvironment(Definition):
    """A secret, by the name of the variable that holds it; never the secret itself."""

    env: str = Field(pattern=r"^[A-Z_][A-Z0-9_]*$", max_length=64)  # capitals only, as a pasted key rarely has


class TrackKeys(Definition):
    """What the Track API asks for."""

    site_id: FromEnvironment
    api_key: FromEnvironment


class MessageLimit(Definition):
    """At most so many counted messages a person in so many seconds (semantics R90 to R92)."""

    count: int = Field(ge=1)
    seconds: int = Field(ge=1)
    retry_seconds: int | None = Field(default=None, ge=1)
    """How long a message with automatic retry is tried again."""


class SendRate(Definition):
    """At most so many emails in so many seconds."""

    count: int = Field(ge=1)
    seconds: int = Field(default=1, ge=1)


class Workspace(Definition):
    """One workspace: QA, production, or one on this machine."""

    region: Literal["us", "eu"] | None = None
    url: str | None = None
    """A local workspace, in place of a region."""
    id: int | None = None
    service_account: FromEnvironment | None = None
    app_key: FromEnvironment | None = None
    track: TrackKeys | None = None
    protected: bool = False
    liquid: Literal["latest", "legacy"] = "latest"
    vars: dict[str, str] = Field(default_factory=dict)
    message_limit: MessageLimit | None = None
    provider_rate: SendRate | None = None
    """How many emails the provider takes; `backtest` tells when more would be handed over."""
    sender: str | None = Field(default=None, alias="from")
    """The From of emails that name none."""
    esp_suppressed: list[str] = Field(default_factory=list)
    """Addresses on the provider's suppression list."""
    anonymous_merge: bool = True
    """Whether anonymous events are attached to people (semantics R34)."""
    url_parameters: dict[str, str] = Field(default_factory=dict)
    """Added to every tracked link of an email, Liquid."""

    @model_validator(mode="after")
    def _is_somewhere(self) -> Workspace:
        if self.region is not None and self.url is not None:
            raise ValueError("a workspace is at Customer.io or on this machine: one of `region` and `url`")
        return self


class EmailChecks(Definition):
    """What `check` holds emails to."""

    clients: list[str] = Field(default_factory=lambda: ["gmail", "apple-mail", "outlook", "yahoo"])
    """Mail clients whose support is looked up: a family (`gmail`) or one platform of it (`outlook.windows`)."""
    partial: bool = False
    """Whether what a client supports in part is told too."""
    harmless: list[str] = Field(
        default_factory=lambda: [
            "css-border-radius", "css-box-shadow", "css-box-sizing", "css-text-shadow", "css-max-width",
            "css-opacity", "css-background-size", "css-background-position", "css-background-repeat",
            "css-transition", "css-animation", "html-body", "css-cursor", "css-word-break", "css-overflow-wrap",
            "css-word-wrap", "css-hyphens", "css-color-scheme", "css-at-media", "css-at-media-prefers-color-scheme",
            "css-at-media-prefers-reduced-motion", "css-pseudo-class-hover", "css-sytem-ui", "css-important",
            "css-list-style-type", "css-display-none", "css-display", "css-selector-attribute", "css-height",
            "css-selector-child", "css-selector-descendant", "css-white-space", "html-meta-color-scheme",
            "html-semantics", "html-role", "html-lang", "html-aria-hidden", "html-aria-label", "html-aria-labelledby",
            "html-aria-describedby", "html-aria-live", "html-loading-attribute", "html-link", "html-target",
        ]
    )  # fmt: skip
    """Features, by caniemail's names, without which an email is still fine: a square corner, no hover."""
    subject_length: int = Field(default=70, ge=1)
    """Characters of a subject that mailboxes show at most."""
    preheader_length: int = Field(default=140, ge=1)
    clip_bytes: int = Field(default=102_000, ge=1000)
    """Gmail shows the rest of a larger page only on demand."""
    contrast: float = Field(default=4.5, ge=1, le=21)
    """Between a text and what is behind it; large text needs two thirds (WCAG 2.2: 4.5 and 3)."""
    picture_bytes: int = Field(default=200_000, ge=1000)
    """Of pictures that stand in the page itself."""


class EventRules(Definition):
    """What `check` holds the events' names to."""

    naming: Literal["any", "snake_case", "Title Case", "camelCase", "kebab-case"] = "any"
    """How events are named; old names stand in `aliases`."""
    most: int = Field(default=100, ge=1)
    """Events that a team can keep an eye on."""


class Settings(Definition):
    """`[tool.mailwright]` of pyproject.toml, or a mailwright.toml."""

    campaigns: str = "campaigns"
    layouts: str = "layouts"
    shared: str = "_shared"
    """The folder in `campaigns` that holds events, people, segments, topics and samples."""
    default_workspace: str | None = None
    workspaces: dict[str, Workspace] = Field(default_factory=dict)
    assumptions: dict[str, Any] = Field(default_factory=dict)
    """What is assumed or disputed about Customer.io, set otherwise."""
    email: EmailChecks = Field(default_factory=EmailChecks)
    events: EventRules = Field(default_factory=EventRules)
    ignore: list[str] = Field(default_factory=list)
    """Rule ids that `check` does not report."""
