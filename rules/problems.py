"""What is wrong with a file, said to the person who wrote it.

Each problem has a code, a place, one sentence, and what to type instead. Codes:

E01 a heading we do not know        E02 a heading written twice
E03 text lost behind a #            E04 the file format is confused
E05 invisible spaces from a document    E06 a list item without hyphen and space
E07 symbols for comparing           E08 a date or duration we cannot use
E09 something is missing            E10 a value of the wrong sort
E11 a name that nothing has         E12 a code list that does not exist
E13 anchors, tags and other tricks  E14 a file too large, too deep or not text
E15 two things with one name        E21 a damaged code
E22 a description in place of a concept    E23 a trap
E30 not supported yet               E31 a quiet period shorter than everybody's
E32 words and signs that cel spells otherwise    E33 a name or a comparison that cel cannot take
E34 what is not allowed in cel, or does not fit together    E35 an expression too long or too deep
S01 no palliative-care exclusion    S03 prompts on an empty record
S09 "above 18"                      S10 a code list that is not locked
L01 a summary that is too long
L02 a closed question               T00 no stories
T06 a story edits what is not there
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a file, as people count: the first line and column are 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One slip, one message. ``stops`` is False for something to think about."""

    at: Place
    code: str
    says: str
    hint: str = ""
    stops: bool = True

    def __str__(self) -> str:
        return (
            f"{self.at}  {self.says}" + (f" {self.hint}" if self.hint else "") + f"  [{self.code}]"
        )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the closest known word, or those there are; "" if nothing is known."""
    names = sorted(known)
    close = nearest(word, names)
    if close:
        return f"Did you mean {close}?"
    return f"Known here: {', '.join(names)}." if 0 < len(names) <= 20 else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one is most like, or None if it is like none of them."""
    names = sorted(known)
    close = get_close_matches(word.lower(), names, n=1, cutoff=0.6) or [
        name for name in names if sorted(_parts(name)) == sorted(_parts(word))
    ]
    return close[0] if close else None


def _parts(name: str) -> list[str]:
    return name.lower().replace("_", "-").replace(" ", "-").split("-")


class NotLoadable(Exception):
    """A library with problems that stop it. ``problems`` has every one of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(f"{len(self.problems)} things to fix in the rule files.")
