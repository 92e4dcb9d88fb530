"""``goodday rules check PATH``: everything that is wrong, at once; warnings alone are fine."""

from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from rules.load import load_library
from rules.schema.lock import list_problems, lists_in_use


def check(path: Path) -> int:
    """Read the files under a path and print every problem."""
    if not path.exists():
        say.sorry(f"There is no file or folder called {path}.")
        return COULD_NOT_RUN
    today = clock.practice_day(clock.now())
    loaded = load_library(path, today)
    # Of a whole folder, every list; for one rule, those that it uses.
    own = {name for folder in loaded.lists[1:] for name in folder.lists if path.is_dir()}
    lists = list_problems(loaded.lists, lists_in_use(loaded.library), today, own)
    found = sorted([*loaded.problems, *lists])
    rules = len(loaded.library.rules)
    if not rules and not found:
        say.sorry(f"There are no rules under {path}: rule files end in .yaml.")
        return COULD_NOT_RUN
    say.line(f"{rules} {'rule' if rules == 1 else 'rules'} read")
    say.problems(found)
    if loaded.answered:
        say.line(f"{len(loaded.answered)} answered in the files")
    return PROBLEMS if any(problem.stops for problem in found) else FINE
