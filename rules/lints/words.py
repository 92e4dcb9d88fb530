"""The texts of a rule that the language lints read, and the words that they know."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from rules.problems import Place
from rules.rule import OfferKind, Rule
from rules.text import Text

_PLACE = re.compile(r"<[A-Za-z][A-Za-z0-9_ -]*>")


class Instead(NamedTuple):
    """What to say in place of a word, and the reason where one is given."""

    words: str
    because: str = ""

    def hint(self, sort: str) -> str:
        """ "Kinder: people with asthma. They are more than that." """
        end = "" if self.words.endswith(("?", ".")) else "."
        return f"{sort}: {self.words}{end}" + (f" {self.because}" if self.because else "")


@dataclass(frozen=True, slots=True)
class WordLists:
    """Words that blame or label, short forms that people do not know, and promises."""

    blaming: Mapping[str, Instead] = field(default_factory=dict[str, Instead])
    jargon: Mapping[str, Instead] = field(default_factory=dict[str, Instead])
    promises: Mapping[str, Instead] = field(default_factory=dict[str, Instead])

    def beside(self, own: "WordLists") -> "WordLists":
        """These and a practice's own, which count where both have a word."""
        return WordLists(
            {**self.blaming, **own.blaming},
            {**self.jargon, **own.jargon},
            {**self.promises, **own.promises},
        )


class Said(NamedTuple):
    """One text and where it stands; ``asked`` is so for the question of a card."""

    at: Place
    says: str
    asked: bool = False
    text: Text | None = None  # as the rule's file has it; None where it comes from another file

    def place(self, start: int, end: int) -> Place:
        """Where these characters of the text stand: in its file, else where it is named."""
        if self.text is None:
            return self.at
        first, last = self.text.place(start), self.text.place(end - 1)
        same_line = first.line == last.line and last.column >= first.column
        return replace(first, width=last.column - first.column + 1 if same_line else 1)

    def find(self, word: str) -> Place | None:
        """Where the text first has a word or phrase; None where it has it not."""
        found = _pattern(word).search(self.says)
        return self.place(*found.span()) if found else None

    def spans(self, pattern: re.Pattern[str]) -> Iterator[tuple[Place, str]]:
        """Everything in the text that a pattern stands for, each with its place."""
        for found in pattern.finditer(self.says):
            yield self.place(*found.span()), found[0]


# What a person may hear, or read on their record, below these headings; and what staff read.
_SPOKEN = frozenset({"summary", "question", "detail", "label", "text", "words"})
_SPOKEN_UNDER = frozenset({"card", "offers"})
_READ = frozenset({"title", "because", "label", "means", "source"})
_READ_UNDER = frozenset({"title", "facts", "when", "exclude", "card", "offers"})
_CONDITIONS = frozenset({"if", "not", "all", "any", "none", "some_of"})


def texts(rule: Rule) -> Iterator[Said]:
    """Every text of a rule that somebody reads, each once."""
    yield from spoken(rule)
    for under, text in rule.written:
        if under and under[0] in _READ_UNDER and under[-1] in _READ and not _is_spoken(under):
            yield _said(text)
    here = {text.value.strip() for _, text in rule.written}
    for exclusion in rule.exclusions:
        if exclusion.because not in here:
            yield Said(exclusion.at, exclusion.because)
    for fact in rule.looks_at:
        if fact.at.file != rule.at.file:
            yield Said(rule.place("facts", "when"), fact.label)
            if fact.means:
                yield Said(rule.place("facts", "when"), fact.means)


def spoken(rule: Rule) -> Iterator[Said]:
    """The texts that a person may hear or read."""
    for under, text in rule.written:
        if _is_spoken(under):
            yield _said(text, asked=under[-1] == "question")
    for offer in rule.offers:
        if offer.kind is OfferKind.MESSAGE:  # it stands in shared/messages.yaml
            here = offer.at.file == rule.at.file  # else it comes from a shared set of offers
            yield Said(offer.at if here else rule.place("offers"), offer.text)


def _is_spoken(under: tuple[str, ...]) -> bool:
    inside = _CONDITIONS.isdisjoint(under)  # a condition's label is for reports
    return inside and under[0] in _SPOKEN_UNDER and under[-1] in _SPOKEN


def _said(text: Text, *, asked: bool = False) -> Said:
    # Places to fill are no words of the author's; as many spaces keep everything where it stands.
    says = _PLACE.sub(lambda place: " " * len(place[0]), text.value)
    return Said(text.at, says, asked, text)


@cache
def _pattern(word: str) -> re.Pattern[str]:
    """A word or phrase as a whole, over the ends of lines too; short forms only in capitals."""
    flags = 0 if word.isupper() or any(c.isupper() for c in word[1:]) else re.IGNORECASE
    words = r"\s+".join(re.escape(part) for part in word.split())
    return re.compile(rf"(?<![\w-]){words}(?![\w-])", flags)


def reading_age(text: str) -> int:
    """The age at which an English text is easy to read, by its sentences and syllables, in years.

    The formula of Flesch and Kincaid, as J. P. Kincaid and others have it in "Derivation of new
    readability formulas", Naval Technical Training Command, 1975: a year of school in the USA,
    and five more are the age. 0: there are no words.
    """
    words, sentences = _counted(text)
    if not words:
        return 0
    syllables = sum(_syllables(word) for word in words)
    return _age(0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59)


def reading_age_by_letters(text: str) -> int:
    """The same by its sentences and letters, so that no syllable is guessed at.

    The automated readability index of E. A. Smith and R. J. Senter, AMRL-TR-66-220, 1967.
    """
    words, sentences = _counted(text)
    if not words:
        return 0
    letters = sum(map(len, words))
    return _age(4.71 * letters / len(words) + 0.5 * len(words) / sentences - 21.43)


def _counted(text: str) -> tuple[list[str], int]:
    """The words of a text, and how many sentences they are."""
    return re.findall(r"[A-Za-z']+", text), max(1, len(re.findall(r"[.!?]+(?:\s|$)", text)))


def _age(grade: float) -> int:
    return max(5, round(grade) + 5)


def _syllables(word: str) -> int:
    word = word.lower().removesuffix("'s")
    silent = word.endswith("e") and not word.endswith("le") and len(word) > 3
    return max(1, len(re.findall(r"[aeiouy]+", word)) - silent)
