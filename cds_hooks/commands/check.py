"""``goodday rules check PATH``: everything that is wrong, at once; warnings alone are fine."""

from collections.abc import Mapping
from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.prefetch import prefetch
from cds_hooks.commands.report import Report, as_github, as_json, as_sarif
from prompts.proof import unproven
from rules.load import load_library
from rules.schema.lock import list_problems, lists_in_use

_NOT_RULES = ("value-sets", "shared")
_BESIDE_RULES = ("practice.yaml", "words.yaml")


def check(path: Path, form: str = "text", *, searches: bool = False) -> int:
    """Read the files under a path and print every problem: as text, json, sarif or github.

    With ``searches``, also what the rules ask a record system for (as text only).
    """
    if not path.exists():
        say.sorry(f"There is no file or folder called {path}.")
        return COULD_NOT_RUN
    found = look(path)
    if not found.rules and not found.problems and not is_part(path):
        say.sorry(f"There are no rules under {path}: rule files end in .yaml.")
        return COULD_NOT_RUN
    match form:
        case "json":
            say.exactly(as_json(found))
        case "sarif":
            say.exactly(as_sarif(found))
        case "github":
            for annotation in as_github(found):
                say.line(annotation)
        case _:
            say.line(f"{say.count(found.rules, 'rule')} read")
            say.report(found)
            if searches:
                prefetch(folder_of(path) if is_part(path) else path)
    return PROBLEMS if found.stops else FINE


def look(path: Path, drafts: Mapping[str, bytes] | None = None, *, proving: bool = True) -> Report:
    """What there is to say about a file or a folder, with ``drafts`` in place of files.

    Without ``proving``, what takes telling stories (T04, T07) is not asked.
    """
    root = folder_of(path) if is_part(path) else path
    today = clock.practice_day(clock.now())
    loaded = load_library(root, today, drafts)
    # Of a whole folder, every list; for one rule, those that it uses.
    own = {name for folder in loaded.lists[1:] for name in folder.lists if root.is_dir()}
    lists = list_problems(loaded.lists, lists_in_use(loaded.library), today, own)
    stories = unproven(loaded) if proving else []
    found = sorted([*loaded.problems, *lists, *stories])
    if is_part(path):
        found = [problem for problem in found if Path(problem.at.file) == path]
        return Report(tuple(found), 0, say.lines_of(found))
    rules, answered = len(loaded.library.rules), len(loaded.answered)
    return Report(tuple(found), rules, say.lines_of(found), answered)


def is_part(path: Path) -> bool:
    """Whether a file is no rule but a part of a practice's folder: a code list, its name."""
    parent = path.absolute().parent
    return path.is_file() and (parent.name in _NOT_RULES or path.name in _BESIDE_RULES)


def folder_of(path: Path) -> Path:
    """The practice's folder that such a part is in."""
    return path.parent if path.name in _BESIDE_RULES else path.parent.parent
