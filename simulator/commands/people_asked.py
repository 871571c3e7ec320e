"""Which person somebody means: an id, an email, or the digest a report shows."""

from __future__ import annotations

from collections.abc import Mapping

from mailwright.diagnostics import ConfigurationError
from simulator.reports.people import is_digest_of


def key_asked(asked: str, profiles: Mapping[str, Mapping[str, object]]) -> str:
    """The key, in traces, of the person *asked* for.

    Raises: ConfigurationError when nobody, or more than one, is meant.
    """
    if asked in profiles:
        return asked
    low = asked.strip().lower()
    found = [key for key, values in profiles.items() if str(values.get("email", "")).lower() == low]
    if not found:
        found = [key for key in profiles if is_digest_of(asked, key)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigurationError(f"{len(found)} people are meant by '{asked}'", hint="give the person's id")
    hint = (
        "a digest starts with p- and has at least six digits" if asked.startswith("p-") else "an id or email of the log"
    )
    raise ConfigurationError(f"nobody in the log is '{asked}'", hint=hint)
