"""What letters, sheets and invitations say to people: texts by name, one set a language.

Each text is a person's own words or a human translation. What has no translation is said in
English, and the paper says so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

ENGLISH = "en"
NO_TRANSLATION = "no_translation"
_PLACE = re.compile(r"<([a-z]+)>")
# Languages that are written from right to left.
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Papers:
    """The texts of one language. ``language`` is its BCP 47 tag, ``called`` its name in English."""

    language: str
    called: str
    texts: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    translated_by: str = ""
    checked_by: str = ""

    def say(self, text: str, /, **places: str) -> str:
        """A text by its name, with its places filled. Raises KeyError where there is none."""
        return _PLACE.sub(lambda place: places[place[1]], self.texts[text])

    @property
    def right_to_left(self) -> bool:
        """Whether it is written from right to left."""
        return primary(self.language) in _RIGHT_TO_LEFT


def places(text: str) -> frozenset[str]:
    """The places of a text that are filled: "<day>" is "day"."""
    return frozenset(_PLACE.findall(text))


def primary(language: str) -> str:
    """The language of a tag without where it is spoken: "en-GB" is "en"."""
    return language.partition("-")[0].lower()


def papers_for(language: str, known: Mapping[str, Papers], english: Papers) -> Papers:
    """The texts for somebody who speaks a language, with English where there is no translation.

    Where the practice has nothing at all in it, all is in English and ends with a sentence that
    offers help. Nobody is taken to want another language than English unless their record names
    one. ``english`` is what comes with Good Day.
    """
    english = known.get(ENGLISH, english)
    if not language or primary(language) == ENGLISH:
        return english
    own = known.get(language.lower()) or known.get(primary(language))
    if own is None:
        return Papers(ENGLISH, english.called, {**english.texts, "other_ways": _offer(english)})
    return Papers(
        own.language, own.called, {**english.texts, **own.texts}, own.translated_by, own.checked_by
    )


def _offer(english: Papers) -> str:
    return f"{english.texts[NO_TRANSLATION]} {english.texts['other_ways']}"
