"""How a pytest run of ours gets the plugin: by its entry point where pytest looks at one, else by name."""

from __future__ import annotations

import os
from importlib.metadata import entry_points

PLUGIN = "simulator.pytest_plugin"


def plugin_arguments() -> list[str]:
    """The flags that load the plugin; none where pytest finds it by itself."""
    known = {entry.value for entry in entry_points(group="pytest11")}
    finds_it = PLUGIN in known and not os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    return [] if finds_it else ["-p", PLUGIN]
