"""``goodday lists show`` and ``goodday lists check``: every code list, and what to look at."""

from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from rules.codes import SNOMED
from rules.days import in_words
from rules.importing import cautions
from rules.load import Loaded, load_library
from rules.schema.lists import ListFile
from rules.schema.lock import list_problems, lists_in_use, lists_of


def show(path: Path | None) -> int:
    """Print each list: how many codes, when somebody looked at it, and which rules use it."""
    loaded = _read(path)
    if loaded is None:
        return COULD_NOT_RUN
    library = loaded.library
    used_by = {rule.id: lists_of(rule, library.code_lists.values()) for rule in library.rules}
    files = [(file, folder.path) for folder in loaded.lists for file in folder.lists.values()]
    for file, shown in sorted(files, key=lambda one: (one[0].codes.id, one[1])):
        rules = sorted(rule for rule, lists in used_by.items() if file.codes.id in lists)
        say.line(f"{file.codes.id}   {_codes(file)}   {file.codes.title}", "bold")
        say.line(f"   {_reviewed(file)}   in {shown}")
        say.line(f"   used by {', '.join(rules) if rules else 'no rule'}")
    say.line(say.count(len(files), "code list"))
    return FINE


def check(path: Path | None) -> int:
    """Print what is wrong with code lists, and what there is to think about."""
    loaded = _read(path)
    if loaded is None:
        return COULD_NOT_RUN
    today = clock.practice_day(clock.now())
    every = {name for folder in loaded.lists for name in folder.lists}
    places = tuple(f"{folder.path}/value-sets" for folder in loaded.lists)
    found = [problem for problem in loaded.problems if problem.at.file.startswith(places)]
    found += list_problems(loaded.lists, lists_in_use(loaded.library), today, every)
    say.line(f"{say.count(len(every), 'code list')} read")
    say.problems(sorted(found))
    _say_what_to_know(loaded)
    return PROBLEMS if any(problem.stops for problem in found) else FINE


def _say_what_to_know(loaded: Loaded) -> None:
    """Codes that are right and say less or more than their list: what importing it would say."""
    for folder in loaded.lists[1:] or loaded.lists:  # a practice's own, else those that come along
        for name, file in sorted(folder.lists.items()):
            snomed = {c.code: words for c, words in file.codes.words.items() if c.system == SNOMED}
            for caution in cautions(snomed):
                say.line(f"To know: in {name}, {caution}")


def _read(path: Path | None) -> Loaded | None:
    if path is None or path.exists():
        return load_library(path)
    say.sorry(f"There is no file or folder called {path}.")
    return None


def _codes(file: ListFile) -> str:
    codes = say.count(len(file.codes.words), "code")
    return f"{codes}, the practice's own" if file.local else codes


def _reviewed(file: ListFile) -> str:
    reviewed = f"reviewed {in_words(file.reviewed)}" if file.reviewed else "never reviewed"
    return reviewed + (f", again by {in_words(file.due)}" if file.due else "")
