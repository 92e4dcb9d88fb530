"""One heading of the language: what may stand under it, and how a block is held against a table."""

from dataclasses import dataclass
from enum import StrEnum

from rules.reading import Reader
from rules.text import Block


class Form(StrEnum):
    """What may stand under a heading."""

    TEXT = "a short text"
    SENTENCE = "a sentence"
    WORDING = "a text with places to fill"
    NAME = "a name in lower-case-words"
    WHOLE = "a whole number"
    YES_NO = "yes or no"
    DAY = "a date"
    MOMENT = "a date, a time ago, or a fact that gives a date"
    LENGTH = "a length of time"
    WORD = "one word of a list"
    WORDS = "one or more words of a list"
    HOOKS = "one or more moments"
    SENTENCES = "one or more sentences"
    NAMES = "one or more names"
    LIST = "the name of a code list"
    LISTS = "the names of one or more code lists"
    FACT = "the name of a yes or no fact"
    SERVICE = "the name of a service"
    EXCLUSION = "the name of a shared exclusion"
    OFFER_SET = "the name of a set of offer states"
    CONDITION = "a condition"
    EXPRESSION = "a cel expression over facts"
    BLOCK = "headings of its own"
    BLOCKS = "a list, each with headings of its own"
    MAP = "names, each with headings of its own"
    FREE = "what the tests of this fact take"


@dataclass(frozen=True, slots=True)
class Key:
    """One heading."""

    name: str
    form: Form
    help: str
    default: str = ""
    needed: bool = False
    words: tuple[str, ...] = ()  # the closed list, for WORD and WORDS; else besides
    of: str = ""  # the table of what stands under it, for BLOCK, BLOCKS and MAP


def check(
    reader: Reader,
    block: Block,
    of: str,
    table: tuple[Key, ...],
    besides: tuple[str, ...] = (),
    skip: frozenset[str] = frozenset(),
) -> None:
    """Report headings that a table does not have, and those it needs and that are missing.

    ``besides`` are headings that may stand there too; those in ``skip`` may not, or are not needed.
    """
    known = tuple(key.name for key in table if key.name not in skip)
    needed = tuple(key.name for key in table if key.needed and key.name not in skip)
    reader.keys(block, of, (*besides, *known), needed=needed)


def names(table: tuple[Key, ...]) -> tuple[str, ...]:
    """The headings of a table."""
    return tuple(key.name for key in table)


def needed(table: tuple[Key, ...]) -> tuple[str, ...]:
    """The headings of a table that have to be there."""
    return tuple(key.name for key in table if key.needed)


def words_of(table: tuple[Key, ...], name: str) -> tuple[str, ...]:
    """The closed list of words that a heading takes."""
    return next(key.words for key in table if key.name == name)
