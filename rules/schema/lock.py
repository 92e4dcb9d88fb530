"""``value-sets.lock``: what each code list held when it was locked, and whether it still does.

A rule decides by its code lists. The lock says which codes those were, so that no list changes
under a rule that people rely on without somebody seeing it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from rules.codes import CodeList
from rules.hygiene import quoted
from rules.problems import Place, Problem
from rules.reading import Reader
from rules.rule import SHOWN, Library, Rule
from rules.schema.lists import ListFile
from rules.text import Block, Node

LOCK = "value-sets.lock"
_SHA256 = re.compile("[0-9a-f]{64}")
_TO_LOCK = "Look at its codes, then lock them: goodday rules lock {}"


@dataclass(frozen=True, slots=True)
class Locked:
    """What one list held: how many codes, and a fingerprint of them."""

    count: int
    sha256: str
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Folder:
    """The code lists of one folder, and its lock: None where it has none."""

    lock_file: str
    lists: Mapping[str, ListFile]
    lock: Mapping[str, Locked] | None = None

    @property
    def path(self) -> str:
        """The folder, as it is shown."""
        return self.lock_file.removesuffix(f"/{LOCK}")


def fingerprint(codes: CodeList) -> str:
    """SHA-256 over the sorted lines ``system|code``: the order in the file changes nothing."""
    lines = "\n".join(sorted(f"{code.system}|{code.code}" for code in codes.words))
    return sha256(lines.encode()).hexdigest()


def lock_text(lists: Mapping[str, ListFile]) -> str:
    """The lock file for these lists: sorted, and the same for the same lists."""
    lines = [
        "# What each code list held when somebody last looked. Written by goodday rules lock.",
        "format: 1",
        "lists:",
    ]
    for name, file in sorted(lists.items()):
        lines += [
            f"  {name}:",
            f"    count: {len(file.codes.words)}",
            f"    sha256: {fingerprint(file.codes)}",
            f"    reviewed: {file.reviewed or 'not said'}",
            f"    source: {quoted(file.source)}",
        ]
    return "\n".join(lines) + "\n"


def read_lock(reader: Reader, node: Node) -> dict[str, Locked] | None:
    """The lists that are locked; None, and a problem, where the lock cannot be read."""
    block = reader.block(node, "The lock")
    if block is None:
        return None
    reader.keys(block, "the lock", ("format", "lists"), needed=("format", "lists"))
    if reader.get(block, "format", reader.whole) not in (1, None):
        hint = "Lock the lists again: goodday rules lock"
        reader.stop(block.pairs["format"][1].at, "E10", "Only format 1 is known here.", hint)
        return None
    lists = reader.get(block, "lists", lambda inner: reader.block(inner, '"lists"'))
    found: dict[str, Locked] = {}
    for key, value in lists.pairs.values() if lists else ():
        inner = reader.block(value, f'List "{key.value}"')
        locked = _read_locked(reader, inner, key.at) if inner else None
        if locked is not None:
            found[key.value] = locked
    return found


def _read_locked(reader: Reader, block: Block, at: Place) -> Locked | None:
    of = "a locked list"
    needed = ("count", "sha256", "reviewed", "source")
    reader.keys(block, of, needed, needed=needed)
    count = reader.get(block, "count", reader.whole)
    digest = reader.get(block, "sha256", reader.text)
    if digest is not None and not _SHA256.fullmatch(digest):
        says = "This is not a fingerprint: those have 64 of the characters 0 to 9 and a to f."
        hint = "Lock the lists again: goodday rules lock"
        reader.stop(block.pairs["sha256"][1].at, "E10", says, hint)
        return None
    return Locked(count, digest, at) if count is not None and digest is not None else None


def lists_of(rule: Rule, lists: Iterable[CodeList]) -> set[str]:
    """The names of the code lists that a rule decides by, or writes a code of."""
    facts = rule.looks_at
    named = {each for fact in facts for each in fact.lists}
    named |= {offer.reason for offer in rule.offers if offer.reason is not None}
    # Of these only the codes are kept: a list is used where all of its codes are.
    used = [fact.ended_by for fact in facts]
    used += [rule.quiet.declined_codes, rule.quiet.not_done_codes]
    used += [one.codes for one in rule.elsewhere]
    written = {offer.code for offer in rule.offers}
    written |= {offer.service.code for offer in rule.offers if offer.service is not None}
    return {
        each.id
        for each in lists
        if each in named or each.first in written or any(each.codes <= codes for codes in used)
    }


def lists_in_use(library: Library) -> dict[str, bool]:
    """The lists that rules use, and whether one of these rules is in pilot or live.

    Those too of what other systems leave, which the practice names for its rules.
    """
    used: dict[str, bool] = {}
    for rule in library.rules:
        for name in lists_of(rule, library.code_lists.values()):
            used[name] = used.get(name, False) or rule.status in SHOWN
    for one in library.practice.elsewhere:
        about = [rule for rule in library.rules if one.is_about(rule.quiet.topics)]
        for name in one.lists:
            used[name] = used.get(name, False) or any(rule.status in SHOWN for rule in about)
    return used


def list_problems(
    folders: Iterable[Folder],
    used: Mapping[str, bool],
    today: date,
    every: Collection[str] = (),
) -> list[Problem]:
    """S10: what keeps a list from being relied on. It stops a rule that is shown to somebody.

    ``used`` is what ``lists_in_use`` says; ``every`` has the lists to speak of besides.
    """
    found: list[Problem] = []
    folders = tuple(folders)
    for place, folder in enumerate(folders):
        later = [each.lists for each in folders[place + 1 :]]
        for name, file in sorted(folder.lists.items()):
            replaced = any(name in lists and not lists[name].local for lists in later)
            if not replaced and (name in used or name in every):
                stops = used.get(name, False)
                found += _of_one(file, folder, today, stops=stops)
        for name in sorted(set(folder.lock or ()) - set(folder.lists)):
            if name in used or name in every or place == len(folders) - 1:
                says = f'"{name}" is locked, and there is no such list here any more.'
                hint = f"If that is right, lock the lists again: goodday rules lock {folder.path}"
                at = (folder.lock or {})[name].at
                found.append(Problem(at, "S10", says, hint, stops=used.get(name, False)))
    return found


def _of_one(file: ListFile, folder: Folder, today: date, *, stops: bool) -> Iterable[Problem]:
    name = file.codes.id
    held = len(file.codes.words)
    locked = (folder.lock or {}).get(name)
    to_lock = _TO_LOCK.format(folder.path)
    if locked is None:
        says = f'The code list "{name}" is not locked: it could change and nobody would see it.'
        yield Problem(file.at, "S10", says, to_lock, stops)
    elif locked.sha256 != fingerprint(file.codes):
        more = held - locked.count
        change = f"{more} more" if more > 0 else f"{-more} fewer" if more else "as many, but others"
        codes = "1 code" if held == 1 else f"{held} codes"
        says = f'The code list "{name}" has {codes}; it was locked with {locked.count}'
        yield Problem(file.at, "S10", f"{says} ({change}).", to_lock, stops)
    if file.due is not None and file.due < today:
        says = f'The review date of the code list "{name}", {file.due}, has passed.'
        if file.review_by is None:
            says = f'Nobody has looked at the code list "{name}" for more than 12 months.'
        hint = "Look at its codes and its source again, and set a new date."
        yield Problem(file.at, "S10", says, hint, stops)
