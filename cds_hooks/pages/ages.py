"""How hard papers are to read: the age at which each text, and each paper whole, is easy to read.

By two formulas, which are for English. Who wrote a paper in another language says how hard it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rules.lints.words import reading_age, reading_age_by_letters
from rules.papers import ENGLISH, Papers, primary

# Letters are for everybody who can read what an eleven-year-old reads (CONTENT 6.2, feature 15).
OLDEST = 11
# Of fewer words than these no formula says anything: a heading of one word has no age.
FEWEST = 5
_PLACE = re.compile(r"<[a-z_]+>")
_WORD = re.compile(r"[A-Za-z']+")


class Age(NamedTuple):
    """How many words there are, and the age by each formula, in years; 0 where none is known."""

    words: int
    by_syllables: int = 0
    by_letters: int = 0

    @property
    def oldest(self) -> int:
        """The higher of the two."""
        return max(self.by_syllables, self.by_letters)


def age_of(texts: Iterable[str], language: str) -> Age:
    """The reading age of texts that follow each other, each of them a sentence or more."""
    whole = " ".join(_as_sentence(text) for text in texts)
    words = len(_WORD.findall(whole))
    if primary(language) != ENGLISH:
        return Age(len(whole.split()))
    if words < FEWEST:
        return Age(words)
    return Age(words, reading_age(whole), reading_age_by_letters(whole))


def _as_sentence(text: str) -> str:
    """A text without its places, with a stop at its end: a heading is no part of what follows."""
    plain = " ".join(_PLACE.sub(" ", text).split()).rstrip(" ,:.")
    return plain if plain.endswith(("?", "!")) else f"{plain}."


class Noting(Mapping[str, str]):
    """The texts of a language, which note which of them were said, in their order."""

    def __init__(self, papers: Papers) -> None:
        self._texts = papers.texts
        self.said: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """One text; from now on it is among those that were said."""
        self.said[name] = self._texts[name]
        return self.said[name]

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        return iter(self._texts)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._texts)
