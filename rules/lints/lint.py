"""What a lint is: one slip in a rule that the language allows and people would regret."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from rules.codes import CodeList
from rules.lints.words import WordLists
from rules.people import Story
from rules.problems import Place
from rules.rule import Rule, Status


def own(rule: Rule, at: Place, *headings: str) -> Place:
    """A place if it is in the rule's own file, else where one of these headings stands there."""
    return at if at.file == rule.at.file else rule.place(*headings)


class Found(NamedTuple):
    """One place where a lint applies."""

    at: Place
    says: str
    hint: str = ""
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """What rules are called and what they are about: of every rule here and of ours, any state."""

    rules: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()  # under every name that they have had


@dataclass(frozen=True, slots=True)
class Seen:
    """What a lint may look at: a rule, its stories, and what stands around them."""

    rule: Rule
    stories: tuple[Story, ...] = ()
    others: Mapping[str, Rule] = field(default_factory=dict[str, Rule])
    staff: tuple[str, ...] = ()  # who works at the practice, where it says so
    today: date | None = None  # None where nobody says what day it is
    lists: Mapping[str, CodeList] = field(default_factory=dict[str, CodeList])  # by name
    words: WordLists = field(default_factory=WordLists)
    invented: bool = False  # a practice that there is not: nobody real is prompted there
    named: Named | None = None  # None where it cannot be known which rules there are


@dataclass(frozen=True, slots=True)
class Lint:
    """One file each: not like this, like this, why; and from which state on it stops a rule.

    ``find`` is None where the reader reports it at the place where it reads.
    """

    code: str
    title: str
    not_like_this: str
    like_this: str
    why: str
    stops_from: Status | None = None  # None: never more than something to think about
    find: Callable[[Seen], Iterable[Found]] | None = None
