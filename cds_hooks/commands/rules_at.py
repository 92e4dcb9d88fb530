"""The rules under a path with their stories, for the verbs that try rules out."""

from pathlib import Path

from cds_hooks.commands import say
from rules.load import Loaded, load_library


def rules_at(path: Path) -> Loaded | None:
    """What was read; None after one sentence where there is nothing that could be tried."""
    if not path.exists():
        say.sorry(f"There is no file or folder called {path}.")
        return None
    loaded = load_library(path)
    if say.stopped(loaded):
        return None
    if not loaded.library.rules:
        say.sorry(f"There are no rules under {path}: rule files end in .yaml.")
        return None
    return loaded
