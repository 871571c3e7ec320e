"""The settings: mailwright.toml, else `[tool.mailwright]` of pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from mailwright.definitions.accepting import definition_of
from mailwright.definitions.assumptions import assumptions_from
from mailwright.definitions.workspace import FromEnvironment, Settings
from mailwright.diagnostics import ConfigurationError, Span, name_hint
from mailwright.loading.error_places import keys_of, model_at
from mailwright.loading.files import Files

OWN_FILE = "mailwright.toml"
SHARED_FILE = "pyproject.toml"
LONGEST_SHOWN = 24  # a longer unknown key may be a secret in the wrong place
_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def read_settings(files: Files) -> Settings | None:
    """The project's settings; None when neither file has any.

    Raises: ConfigurationError when they cannot be read or do not fit.
    """
    for name, table in ((OWN_FILE, ()), (SHARED_FILE, ("tool", "mailwright"))):
        text = _text(files, name)
        if text is None:
            continue
        data = _parsed(text, name)
        for part in table:
            data = data.get(part) if isinstance(data, dict) else None
        if data is not None:
            return _settings(data, text, name, table)
    return None


def _text(files: Files, name: str) -> str | None:
    known = len(files.problems)
    text = files.text(name)
    if len(files.problems) > known:
        problem = files.problems.pop()
        raise ConfigurationError(problem.message, span=problem.span, hint=problem.hint)
    return text


def _parsed(text: str, name: str) -> Any:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        found = _TOML_PLACE.search(str(error))
        span = Span(name, int(found[1]), int(found[2])) if found else Span(name)
        said = _TOML_PLACE.sub("", str(error)).strip()
        raise ConfigurationError(f"this is not TOML: {said}", span=span, hint="texts stand in quotes") from error
    except RecursionError as error:
        raise ConfigurationError("nested too deeply", span=Span(name), hint="flatten it") from error


def _settings(data: Any, text: str, name: str, table: tuple[str, ...]) -> Settings:
    try:
        settings = definition_of(Settings, data) or Settings.model_validate(data)
    except ValidationError as error:
        raise _told(error, text, name, table) from error
    for key in ("campaigns", "layouts", "shared"):
        folder = PurePosixPath(getattr(settings, key))
        span = _span(text, name, (*table, key))
        if not str(folder).isprintable():
            hint = "letters, digits and dashes"
            raise ConfigurationError(f"'{key}' holds an invisible character", span=span, hint=hint)
        if folder.is_absolute() or ".." in folder.parts or folder == PurePosixPath("."):
            raise ConfigurationError(
                f"'{key}' leaves the project", span=span, hint="a folder's name, such as 'campaigns'"
            )
    if settings.default_workspace is not None and settings.default_workspace not in settings.workspaces:
        hint = name_hint(settings.default_workspace, list(settings.workspaces), "workspaces")
        message = f"no workspace is called '{settings.default_workspace}'"
        raise ConfigurationError(message, span=_span(text, name, (*table, "default_workspace")), hint=hint)
    try:
        assumptions_from(settings.assumptions)
    except ConfigurationError as error:
        error.span = _span(text, name, (*table, "assumptions"))
        raise
    return settings


def _told(error: ValidationError, text: str, name: str, table: tuple[str, ...]) -> ConfigurationError:
    problems = error.errors(include_url=False)
    first = problems[0]
    loc = tuple(str(part) for part in first["loc"])
    key = loc[-1] if loc else "mailwright"
    hint = "look at the schema of the settings"
    if first["type"] == "extra_forbidden":
        message = f"the settings have no key '{'.'.join(part if len(part) <= LONGEST_SHOWN else '…' for part in loc)}'"
        inside = model_at(Settings, loc[:-1])
        hint = name_hint(key, keys_of(inside) if inside is not None else [], "keys")
    elif model_at(Settings, loc[:-1] if key == "env" else loc) is FromEnvironment:
        message = f"'{'.'.join(loc)}' is no name of an environment variable"
        hint = '{ env = "CIO_APP_KEY" }: where the key is found, in capitals; never the key itself'
    elif first["type"] == "missing":
        message, hint = f"'{'.'.join(loc)}' is missing", f"add {key} = …"
    elif first["type"] == "value_error":
        message, hint = str((first.get("ctx") or {}).get("error") or first["msg"]), "keep one of them"
    else:
        message = f"'{'.'.join(loc)}' does not fit: {first['msg'][:1].lower()}{first['msg'][1:]}"
    if len(problems) > 1:
        message += f" (and {len(problems) - 1} more)"
    return ConfigurationError(message, span=_span(text, name, (*table, *loc)), hint=hint)


def _span(text: str, name: str, path: tuple[str, ...]) -> Span:
    """The line that holds the last key of *path*: inside its table where that is written out."""
    lines = text.splitlines()
    for end in range(len(path), 0, -1):
        key = re.compile(rf"""\s*["']?{re.escape(path[end - 1])}["']?\s*=""")
        header = ".".join(path[: end - 1])
        inside = not header
        for number, line in enumerate(lines, start=1):
            stripped = line.split("#")[0].strip()
            if stripped.startswith("["):
                inside = stripped.strip("[] ").replace('"', "") == header
                if stripped.strip("[] ").replace('"', "") == ".".join(path[:end]):
                    return Span(name, number, 1, len(stripped))
            elif inside and key.match(line):
                start = len(line) - len(line.lstrip())
                return Span(name, number, start + 1, len(path[end - 1]))
    return Span(name)
