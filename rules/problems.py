"""What is wrong with a file, said to the person who wrote it.

Each problem has a code (``rules/catalogue.py`` has what each means), a place, one sentence, and
what to type instead; where there is only one way to mend it, also the edits that do so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches

from rules.opposites import parts_of_name, turned_round


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a file, as people count: the first line and column are 1.

    ``width`` is how many characters are meant. It is no part of which place it is.
    """

    file: str
    line: int = 1
    column: int = 1
    width: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A text in place of another: from a line and column up to and without an end, counted from 1.

    Lines end at a line feed; a carriage return before it is the last character of its line.
    """

    start_line: int
    start_column: int
    end_line: int
    end_column: int
    text: str

    @classmethod
    def of(cls, at: Place, width: int, text: str) -> "Edit":
        """In place of so many characters of one line."""
        return cls(at.line, at.column, at.line, at.column + width, text)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One slip, one message. ``stops`` is False for something to think about.

    ``more`` are further lines: what to type exactly. ``fix`` is there only where it is sure.
    """

    at: Place
    code: str
    says: str
    hint: str = ""
    stops: bool = True
    more: tuple[str, ...] = ()
    fix: tuple[Edit, ...] = ()

    @property
    def width(self) -> int:
        """How many characters are meant, from the place on."""
        return self.at.width

    def __str__(self) -> str:
        return (
            f"{self.at}  {self.says}" + (f" {self.hint}" if self.hint else "") + f"  [{self.code}]"
        )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the known word that is clearly closest, or those there are; else ""."""
    names = sorted(known)
    close = _closest(word, names)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Known here: {', '.join(names)}." if 0 < len(names) <= 20 else ""


def most_like(word: str, known: Iterable[str]) -> str:
    """A hint for when there are too many to name them all: how many, and the five most alike."""
    names = list(known)
    some = ", ".join(name for _, name in _ranked(word, _meaning_alike(word, names))[:5])
    return f"There are {len(names)}. Most like it: {some}." if some else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one is most like, or None if it is like none of them.

    It is never one that means the opposite. Good for reading on; a hint needs to be surer.
    """
    names = _meaning_alike(word, known)
    close = get_close_matches(word.lower(), names, n=1, cutoff=0.6) or [
        name for name in names if sorted(parts_of_name(name)) == sorted(parts_of_name(word))
    ]
    return close[0] if close else None


def surely(word: str, known: Iterable[str]) -> str | None:
    """The known word that is meant beyond doubt: very like this one, and no other is nearly so."""
    names = _meaning_alike(word, known)
    same = [name for name in names if parts_of_name(name) == parts_of_name(word.strip(" :"))]
    if same:
        return same[0] if len(same) == 1 else None
    ranked = _ranked(word, names)
    if not ranked or ranked[0][0] < _VERY_LIKE:
        return None
    clear = len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= _AHEAD
    return ranked[0][1] if clear else None


_VERY_LIKE, _LIKE, _AHEAD = 0.8, 0.7, 0.1  # how alike, of 1; and how far ahead of the next


def _closest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known word that is clearly closest; or two or three, all very like this one."""
    names = _meaning_alike(word, known)
    parts = parts_of_name(word.strip(" :"))
    for same in (
        [name for name in names if parts_of_name(name) == parts],
        [name for name in names if sorted(parts_of_name(name)) == sorted(parts)],
    ):
        if len(same) == 1:
            return (same[0],)
    ranked = _ranked(word, names)
    best = [name for likeness, name in ranked if likeness > ranked[0][0] - _AHEAD]
    enough = _LIKE if len(best) == 1 else _VERY_LIKE
    return tuple(best) if ranked and ranked[0][0] >= enough and len(best) <= 3 else ()


def _ranked(word: str, names: Iterable[str]) -> list[tuple[float, str]]:
    """How like a word each name is, the most like first."""
    likeness = ((SequenceMatcher(None, word.lower(), name).ratio(), name) for name in names)
    return sorted(likeness, key=lambda found: (-found[0], found[1]))


def _meaning_alike(word: str, known: Iterable[str]) -> list[str]:
    return [name for name in sorted(known) if not turned_round(word, name)]


class NotLoadable(Exception):
    """A library with problems that stop it. ``problems`` has every one of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        count = len(self.problems)
        things = "thing" if count == 1 else "things"
        super().__init__(f"{count} {things} to fix in the rule files.")
