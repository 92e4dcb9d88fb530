"""``goodday rules diff --lock OLD NEW``: which code lists changed, and which rules look at them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say, versions
from cds_hooks.commands.versions import NoVersion
from rules.load import Loaded, load_library
from rules.schema.lock import LOCK, Folder, Locked, fingerprint, lists_of


@dataclass(frozen=True, slots=True)
class Changed:
    """One list whose lock is another: how many codes, which came and went, and who looks at it.

    Codes are told where both lists are still as they were locked.
    """

    name: str
    before: int | None
    after: int | None
    came: tuple[str, ...]
    went: tuple[str, ...]
    rules: tuple[str, ...]


def lock_diff(old: str, new: Path, output: str, *, with_people: Path | None) -> int:
    """Compare two locks, and print each list that changed."""
    if with_people is not None:
        say.sorry("With a list of people leave --lock out: rules are compared, code lists and all.")
        return COULD_NOT_RUN
    try:
        with versions.found(_folder(old), _folder_of(new)) as both:
            was, now = load_library(both.old), load_library(both.new)
            before, after = _locked(was, both.old), _locked(now, both.new)
            if before is None or after is None:
                return COULD_NOT_RUN
            changed = tuple(_changes(before, after, was, now))
    except NoVersion as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    if output == "json":
        say.exactly(msgspec.json.format(msgspec.json.encode(changed), indent=2).decode())
    else:
        _print(changed)
    return PROBLEMS if changed else FINE


def _folder(old: str) -> str:
    return str(_folder_of(Path(old))) if Path(old).exists() else old


def _folder_of(path: Path) -> Path:
    """The folder that a lock locks the lists of."""
    return path.parent if path.name == LOCK else path


@dataclass(frozen=True, slots=True)
class _Lock:
    locks: Mapping[str, Locked]
    folder: Folder


def _locked(loaded: Loaded, path: Path) -> _Lock | None:
    """What the lists of a folder are locked with; None, after a sentence, where they are not."""
    folder = loaded.lists[-1]
    problems = [one for one in loaded.stops if one.at.file == folder.lock_file]
    if folder.lock is None or Path(folder.path).resolve() != path.resolve():
        say.problems(problems)
        say.sorry(f"{path} has no {LOCK} that can be read: lock its lists with goodday rules lock.")
        return None
    return _Lock(folder.lock, folder)


def _changes(before: _Lock, after: _Lock, was: Loaded, now: Loaded) -> Iterable[Changed]:
    for name in sorted(before.locks.keys() | after.locks.keys()):
        old, new = before.locks.get(name), after.locks.get(name)
        if old is not None and new is not None and old.sha256 == new.sha256:
            continue
        held, holds = _codes(before, name), _codes(after, name)
        if held is None or holds is None:  # of one of them nobody knows what it was
            held = holds = frozenset[str]()
        yield Changed(
            name,
            old.count if old else None,
            new.count if new else None,
            tuple(sorted(holds - held)),
            tuple(sorted(held - holds)),
            tuple(sorted({*_rules(was, name), *_rules(now, name)})),
        )


def _codes(lock: _Lock, name: str) -> frozenset[str] | None:
    """The codes of a list with their words; None where it is not as it was locked."""
    locked, file = lock.locks.get(name), lock.folder.lists.get(name)
    if locked is None:
        return frozenset()
    if file is None or fingerprint(file.codes) != locked.sha256:
        return None
    return frozenset(f"{code.code} {words}".rstrip() for code, words in file.codes.words.items())


def _rules(loaded: Loaded, name: str) -> Iterable[str]:
    lists = loaded.library.code_lists.values()
    return (rule.id for rule in loaded.library.rules if name in lists_of(rule, lists))


def _print(changed: tuple[Changed, ...]) -> None:
    for one in changed:
        say.line(f"{one.name}   {_counts(one)}", "bold")
        for sign, codes in (("+", one.came), ("-", one.went)):
            for code in codes:
                say.line(f"  {sign} {code}")
        if one.before is not None and one.after is not None and not (one.came or one.went):
            say.line("  which codes cannot be told: a list is not as it was locked")
        say.line(f"  looked at by: {', '.join(one.rules) or 'no rule'}")
    if changed:
        say.line("Who needs to look: whoever keeps the code lists, and the owners of these rules")
    else:
        say.line("The locks are the same.")


def _counts(one: Changed) -> str:
    if one.before is None:
        return f"{say.count(one.after or 0, 'code')}, locked for the first time"
    if one.after is None:
        return f"{say.count(one.before, 'code')} before, no longer here"
    return f"{say.count(one.before, 'code')} before, {one.after} now"
