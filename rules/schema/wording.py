"""Texts with places to fill: ``<first_name>``, ``<age>``, any fact that gives a date or number."""

import re

from rules.fact import Fact, Give
from rules.problems import did_you_mean
from rules.reading import Reader
from rules.rule import Blank, Wording
from rules.schema.names import Names
from rules.text import Node

_PLACE = re.compile(r"<([A-Za-z][A-Za-z0-9_ -]*)>")
_PICTURE_OR_LINK = re.compile(r"!\[|\]\(|\]\[|https?://|www\.", re.IGNORECASE)
_HTML = re.compile(r"<[A-Za-z/!?]")

SUMMARY_LIMIT = 139  # CDS Hooks: fewer than 140 characters
LONGEST_NAME = "Wilhelmina-Josephine"  # 20 letters; longer names give way to "this person"
# What stands in a summary or a label for a date or a number that is not known.
DATE_NOT_KNOWN, NUMBER_NOT_KNOWN = "a date not recorded", "a number not recorded"


def read_wording(reader: Reader, node: Node, names: Names) -> Wording | None:
    """A text and its places, each of them a name that is known here."""
    text = reader.prose(node)
    if text is None:
        return None
    if not plain_words(reader, node, _PLACE.sub("", text)):
        return None
    parts: list[str | Fact | Blank] = []
    end = 0
    for place in _PLACE.finditer(text):
        part = _fill(reader, node, place[1], names)
        if part is None:
            return None
        parts += [text[end : place.start()], part]
        end = place.end()
    parts.append(text[end:])
    return Wording(tuple(part for part in parts if part != ""), node.at)


def plain_words(reader: Reader, node: Node, text: str) -> bool:
    """Whether a text has nothing in it that a card must not show; reported where it has."""
    if _PICTURE_OR_LINK.search(text) or _HTML.search(text):
        reader.stop(
            node.at,
            "E10",
            "Pictures, links and HTML cannot stand in the text of a card.",
            "Plain words, lists and *emphasis* can.",
        )
        return False
    return True


def _fill(reader: Reader, node: Node, name: str, names: Names) -> Fact | Blank | None:
    if name == Blank.FIRST_NAME.value:
        return Blank.FIRST_NAME
    fact = names.facts.get(name)
    if fact is None and names.is_faulty("fact", name):
        return None
    if fact is None:
        known = {Blank.FIRST_NAME.value, *names.facts}
        reader.stop(
            node.at, "E11", f"<{name}> is not something I can fill in.", did_you_mean(name, known)
        )
        return None
    if fact.give is Give.EXISTS:
        reader.stop(
            node.at,
            "E10",
            f"<{name}> is a yes or no, which cannot be written into a sentence.",
            "Give the fact a date or a number: give: latest date.",
        )
        return None
    return fact


def longest(wording: Wording) -> int:
    """How many characters the text can come to when every place is filled with its longest."""
    return sum(len(_longest_of(part)) for part in wording.parts)


def _longest_of(part: str | Fact | Blank) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Blank):
        return LONGEST_NAME
    return NUMBER_NOT_KNOWN if part.give in (Give.AGE, Give.COUNT) else DATE_NOT_KNOWN
