"""What was said about our own cards: for everybody in the practice, and for whoever replies.

On the page for everybody there are no words of those who looked, and no day of theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cds_hooks.pages.framed import page_of
from cds_hooks.store.thumbs import LONGEST, SOME, Reply, Thumbs, Words
from rules.days import in_words
from rules.rule import Library

_NONE = Thumbs()


@dataclass(frozen=True, slots=True)
class OfRule:
    """What was said of one rule. ``thumbs``: None where they are too few to tell them apart."""

    id: str
    title: str
    some: bool  # whether there was any thumb at all
    thumbs: Thumbs | None
    replies: tuple[tuple[str, str], ...]  # each day in words, and what was replied on it


def of_rules(
    library: Library, counted: Mapping[str, Thumbs], replies: Iterable[Reply]
) -> tuple[OfRule, ...]:
    """What was said of each rule in force, under all its names, and of others with a reply."""
    by_rule: dict[str, list[tuple[str, str]]] = {}
    for one in replies:
        by_rule.setdefault(one.rule, []).append((in_words(one.on), one.says))
    names = {rule.id: (rule.title, rule.names) for rule in library.rules}
    known = {name for _, every in names.values() for name in every}
    names |= {name: (name, (name,)) for name in sorted(by_rule.keys() - known)}
    return tuple(
        _of_rule(rule, title, every, counted, by_rule) for rule, (title, every) in names.items()
    )


def _of_rule(
    rule: str,
    title: str,
    names: Sequence[str],
    counted: Mapping[str, Thumbs],
    replies: Mapping[str, list[tuple[str, str]]],
) -> OfRule:
    found = [counted.get(name, _NONE) for name in names]
    every = Thumbs(sum(one.up for one in found), sum(one.down for one in found))
    many = every.up + every.down
    said = tuple(one for name in names for one in replies.get(name, ()))
    return OfRule(rule, title, many > 0, every if many >= SOME else None, said)


def said_page(library: Library, said: Sequence[OfRule], *, manages: bool) -> bytes:
    """The page for everybody. ``manages``: whoever looks may read the words."""
    return page_of("said.html", library.practice, said=said, manages=manages, fewest=SOME)


def words_page(library: Library, words: Sequence[Words]) -> bytes:
    """The page of whoever reads the words, and replies to them, rule by rule."""
    titles = {rule.id: rule.title for rule in library.rules}
    by_rule: dict[str, list[Words]] = {}
    for one in words:
        by_rule.setdefault(one.rule, []).append(one)
    told = [(rule, titles.get(rule, rule), found) for rule, found in by_rule.items()]
    return page_of("words.html", library.practice, told=told, longest=LONGEST)
