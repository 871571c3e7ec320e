"""How arguments are read: argparse, whose refusals are our errors, with the nearest name."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn


class CommandParser(argparse.ArgumentParser):
    """A parser that raises instead of ending the process, and takes no shortened flags."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Stop for *message*.

        Raises: ConfigurationError, always.
        """
        raise usage_error(f"{self.prog}: {_in_our_words(message)}", f"{self.prog} --help")

    def flags(self) -> list[str]:
        """Every flag it takes."""
        return [flag for action in self._actions for flag in action.option_strings]

    def read(self, argv: Sequence[str]) -> argparse.Namespace:
        """The arguments as values.

        Raises: ConfigurationError when one is unknown, missing or wrong.
        """
        args, unknown = self.parse_known_args(list(argv))
        if unknown:
            word = unknown[0]
            near = _near_flag(word, self.flags()) if word.startswith("-") else None
            what = "flag" if word.startswith("-") else "argument"
            hint = f"'{near}'" if near else f"{self.prog} --help"
            raise usage_error(f"{self.prog}: unknown {what} '{word.split('=')[0]}'", hint)
        return args


def usage_error(message: str, hint: str = "") -> Exception:
    """The error for a wrong argument; it ends a run with exit code 3."""
    from mailwright.diagnostics import ConfigurationError

    return ConfigurationError(message, hint=hint)


def add_common_arguments(parser: argparse.ArgumentParser, *, default: Any = argparse.SUPPRESS) -> None:
    """The flags that every command takes."""
    parser.add_argument("-C", "--root", metavar="DIR", default=default, help="the project's folder (default: this one)")


def _near_flag(word: str, flags: Sequence[str]) -> str | None:
    from mailwright.diagnostics import nearest

    return nearest(word.split("=")[0], flags)


def _in_our_words(message: str) -> str:
    found = re.fullmatch(r"argument (\S+): invalid choice: (.+) \(choose from (.+)\)", message)
    if found is None:
        return message
    return f"{found[1]} cannot be {found[2]}; it is one of {found[3]}"
