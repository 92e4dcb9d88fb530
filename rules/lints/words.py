"""The texts of a rule that the language lints read, and the words that they know."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rules.problems import Place
from rules.rule import Rule


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


def texts(rule: Rule) -> Iterator[Said]:
    """Every text of a rule that somebody reads."""
    yield Said(rule.place("title"), rule.title)
    yield from (Said(exclusion.at, exclusion.because) for exclusion in rule.exclusions)
    yield from spoken(rule)


def spoken(rule: Rule) -> Iterator[Said]:
    """The texts that a person may hear or read."""
    card = rule.card
    for words in (card.words, *(variant.words for variant in card.variants)):
        yield Said(words.summary.at, words.summary.plain)
        yield Said(words.asked_at, words.question, asked=True)
        yield Said(words.detail.at, words.detail.plain)
    for offer in rule.offers:
        here = offer.at.file == rule.at.file  # else it comes from a shared set of offers
        yield Said(offer.label.at if here else rule.place("offers"), offer.label.plain)
        yield Said(offer.at if here else rule.place("offers"), offer.text)


def has_word(text: str, word: str) -> bool:
    """Whether a text has a word or phrase in it, as a whole; short forms in capitals only as such.

    A word that is quoted is talked about, not used: "no, thank you".
    """
    flags = 0 if word.isupper() or any(c.isupper() for c in word[1:]) else re.IGNORECASE
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, flags) is not None


def reading_age(text: str) -> int:
    """The age at which a text is easy to read, by Flesch and Kincaid's formula, in years."""
    sentences = max(1, len(re.findall(r"[.!?]+(?:\s|$)", text)))
    words = re.findall(r"[A-Za-z']+", text)
    if not words:
        return 0
    syllables = sum(_syllables(word) for word in words)
    grade = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    return max(5, round(grade) + 5)


def _syllables(word: str) -> int:
    word = word.lower().removesuffix("'s")
    silent = word.endswith("e") and not word.endswith("le") and len(word) > 3
    return max(1, len(re.findall(r"[aeiouy]+", word)) - silent)
