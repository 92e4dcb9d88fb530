"""What has to be said with an entry of a directory, and how a text from outside becomes words."""

import re
import unicodedata
from collections.abc import Iterable

from rules.support import Listed, Support

_OF_WORDS = frozenset(" ,.;:()'’‘“”+&/%£€–-!?©")
_WWW = re.compile(r"www(?:\.|(?!\w))", re.IGNORECASE)
# Between digits they are a time or a price.
_LIKE_AN_ADDRESS = re.compile(r"(?<=[^\W\d])[./:]+(?=\w)|(?<=\d)[./:]+(?=[^\W\d])")
_RUNS = re.compile(r"([./:&-])\1+")
_BEFORE_WORDS = re.compile(r"^(?:[^\w(+]|\+(?!\d))+")  # the + of a telephone number stays
_NUMBER_OF_A_LIST = re.compile(r"^(\d+)[.)]+(?= |$)")
HERE = "here"  # the source of what was suggested on a page of ours


def as_words(text: str) -> str:
    """A text from outside with nothing in it that a screen may turn into more than words.

    Signs of markdown and HTML go; a dot, slash or colon between letters gets a space after it, so
    that nothing is taken for an address.
    """
    words = "".join(c if _is_of_words(c) else " " for c in text)
    words = words.replace("&", " and ").replace(";", ",")
    words = _RUNS.sub(r"\1", " ".join(words.split()))
    words = _LIKE_AN_ADDRESS.sub(lambda sign: f"{sign[0]} ", _WWW.sub(" ", words))
    return " ".join(_NUMBER_OF_A_LIST.sub(r"\1", _BEFORE_WORDS.sub("", words)).split())


def _is_of_words(character: str) -> bool:
    return character in _OF_WORDS or unicodedata.category(character)[0] in "LMN"


_LICENCES = (
    (
        re.compile(r"https?://creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)(?:/.*)?"),
        "CC {} {}",
    ),
    (
        re.compile(
            r"https?://www\.nationalarchives\.gov\.uk/doc/(open)-government-licence/version/(\d)/?"
        ),
        "Open Government Licence v{1}",
    ),
)


def licence_in_words(licence: str) -> str:
    """A licence by its short name, where its address is a known one."""
    for address, words in _LICENCES:
        if found := address.fullmatch(licence):
            return words.format(found[1].upper(), found[2])
    return licence or "licence not said"


def source_in_words(source: str) -> str:
    """What a directory is called."""
    return source.upper() if source == "aliss" else source.replace("-", " ").capitalize()


def whose(entry: Support) -> str:
    """Where an entry comes from, under which licence, and what has to be said with it."""
    if entry.source == HERE:
        return "a suggestion made here"
    lines = [as_words(credit.text).rstrip(".") for credit in entry.credits]
    named = f"{source_in_words(entry.source)}, {as_words(licence_in_words(entry.licence))}"
    return ". ".join([named, *filter(None, lines)])


def whose_are(listed: Iterable[Listed]) -> str:
    """The same of several, each said once."""
    said = dict.fromkeys(whose(one.entry) for one in listed)
    return " ".join(f"From {one}." for one in said if one)


# Languages besides English, by the codes that directories have for them.
LANGUAGES = {
    "ar": "Arabic", "bn": "Bengali", "cy": "Welsh", "fa": "Farsi", "fr": "French", "gd": "Gaelic",
    "gu": "Gujarati", "hi": "Hindi", "ku": "Kurdish", "pa": "Punjabi", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "so": "Somali", "es": "Spanish", "ta": "Tamil",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "zh": "Chinese",
    "bfi": "British Sign Language",
}  # fmt: skip
