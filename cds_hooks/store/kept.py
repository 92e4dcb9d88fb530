"""What goes into the store, as values: cards that were issued, and how they were met."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from rules.days import Duration
from rules.record import NEVER, Reply

# A name of ours, or a code with its system: nothing with a space in it, so no words of a record.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_CODE = re.compile(r"[!-~]{1,300}")
# The way of each rule, by its id: the name of each step, and its sentence.
Steps = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
ANSWERS = frozenset({"yes", "no", "cannot tell"})

# "Ask me again in ..." (PRODUCT 1.4): reasons of our own to close a card with, and how long each
# is; None for a person who would rather not be asked again at all. The first is of one who wants
# to think about it, and no no.
ASK_AGAIN: Mapping[str, Duration | None] = {
    "ask-again-in-4-weeks": Duration(4, "week"),
    "ask-again-in-3-months": Duration(3, "month"),
    "ask-again-in-6-months": Duration(6, "month"),
    "ask-again-in-12-months": Duration(12, "month"),
    "do-not-ask-again": None,
}


def chosen_by(reason: str, on: date) -> date | None:
    """The day that a person chose with a reason on some day; NEVER, or None if they chose none."""
    if reason not in ASK_AGAIN:
        return None
    length = ASK_AGAIN[reason]
    return NEVER if length is None else length.after(on)


@dataclass(frozen=True, slots=True)
class Used:
    """A fact that a card rests on: its name in the rule, its answer, codes and days.

    Raises ValueError for anything that could be a name or words of a record.
    """

    fact: str
    answer: str
    codes: tuple[str, ...] = ()  # system|code
    days: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.fact) or self.answer not in ANSWERS:
            raise ValueError("The name of a fact is one word, and its answer one of three.")
        if not all(_CODE.fullmatch(code) and "|" in code for code in self.codes):
            raise ValueError("A code of a fact is a system and a code, and has no space in it.")


@dataclass(frozen=True, slots=True)
class Button:
    """One suggestion of a card, and what pressing it means.

    ``offers`` are the keys of what it offers and ``rules`` the ids of those that offer it; one
    without offers, such as "No, thank you", answers every offer of its card.
    """

    suggestion: str
    reply: Reply
    topics: tuple[str, ...]
    offers: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    ask_again: date | None = None  # the day that the person chooses by pressing it


@dataclass(frozen=True, slots=True)
class Issued:
    """A card as it is kept, before the answer leaves."""

    card: str
    person: str = field(repr=False)
    service: str
    hook_instance: str
    rules: tuple[str, ...]  # id|version
    topics: tuple[str, ...]
    shown_at: datetime
    buttons: tuple[Button, ...]
    value_sets: Mapping[str, str] = field(default_factory=dict[str, str])  # each list's hash
    facts: tuple[Used, ...] = ()
    steps: Steps = ()


class Again(NamedTuple):
    """What a call is known by when it comes again: its service, its own name, and its moment."""

    service: str
    instance: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Met:
    """How a card was met: a button that was pressed, or a card that was closed and why."""

    card: str
    at: datetime
    suggestion: str = ""
    closed: Reply | None = None
    reason: str = ""
    comment: str = field(default="", repr=False)  # free text: kept encrypted, and not for long


def kept_as(person: str, realm: str) -> str:
    """What somebody is known as here: the patients of two clients may have one id between them."""
    return f"{realm}:{person}" if realm else person
