"""``goodday rules check PATH``: everything that is wrong, at once; warnings alone are fine."""

from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from rules.load import load_library


def check(path: Path) -> int:
    """Read the files under a path and print every problem."""
    if not path.exists():
        say.sorry(f"There is no file or folder called {path}.")
        return COULD_NOT_RUN
    loaded = load_library(path, clock.practice_day(clock.now()))
    found = loaded.problems
    rules = len(loaded.library.rules)
    if not rules and not found:
        say.sorry(f"There are no rules under {path}: rule files end in .yaml.")
        return COULD_NOT_RUN
    say.line(f"{rules} {'rule' if rules == 1 else 'rules'} read")
    say.problems(found)
    if loaded.answered:
        say.line(f"{len(loaded.answered)} answered in the files")
    return PROBLEMS if any(problem.stops for problem in found) else FINE
