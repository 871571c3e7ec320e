"""What a snippet may be, on either API."""

from __future__ import annotations

from simulator.workspace.references import snippet_pattern

LONGEST_NAME = 150
LONGEST_VALUE = 16_000


def snippet_faults(name: str, value: str) -> list[tuple[str, str]]:
    """What is wrong with a snippet: the field, and what to say of it.

    Units: characters.
    Source: App API reference, "Snippets".
    """
    faults = []
    if not name.strip():
        faults.append(("name", "name can't be blank"))
    if len(name) > LONGEST_NAME:
        faults.append(("name", f"name is longer than {LONGEST_NAME} characters"))
    if not value.strip():
        faults.append(("value", "value can't be blank"))
    if len(value) > LONGEST_VALUE:
        faults.append(("value", f"value is longer than {LONGEST_VALUE} characters"))
    if snippet_pattern().search(value):
        faults.append(("value", "value contains another snippet"))
    return faults
