"""``goodday rules lock [PATH]``: writes down which codes each list of a folder holds."""

from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.writing import CannotWrite, write_whole
from rules.load import load_lists
from rules.schema.lock import LOCK, Folder, fingerprint, lock_text


def lock(path: Path) -> int:
    """Write value-sets.lock beside a folder's code lists and say what is different in it."""
    if not (path / "value-sets").is_dir():
        say.sorry(f"There is no folder called value-sets in {path}, so there is nothing to lock.")
        return COULD_NOT_RUN
    loaded = load_lists(path)
    folder = loaded.lists[0]
    # A lock that cannot be read is written anew: that is what its problem says to do.
    stops = [problem for problem in loaded.stops if problem.at.file != folder.lock_file]
    if stops:
        say.problems(stops)
        say.sorry("The lists are not locked: mend these first.")
        return PROBLEMS
    try:
        write_whole(path / LOCK, lock_text(folder.lists))
    except CannotWrite as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    for line in _changes(folder):
        say.line(line)
    say.line(f"{say.count(len(folder.lists), 'code list')} locked in {path / LOCK}", "bold")
    return FINE


def _changes(folder: Folder) -> list[str]:
    before = folder.lock or {}
    lines: list[str] = []
    for name, file in sorted(folder.lists.items()):
        held, locked = len(file.codes.words), before.get(name)
        if locked is None:
            lines.append(f"{name}   {say.count(held, 'code')}, locked for the first time")
        elif locked.sha256 != fingerprint(file.codes):
            lines.append(f"{name}   {say.count(locked.count, 'code')} before, {held} now")
    gone = sorted(set(before) - set(folder.lists))
    return [*lines, *(f"{name}   no longer here" for name in gone)]
