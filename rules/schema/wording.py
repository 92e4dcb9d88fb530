"""Texts with places to fill: ``<first_name>``, ``<age>``, any fact that gives a date or number."""

import re

from rules.problems import did_you_mean
from rules.reading import Reader
from rules.rule import Blank, Fact, Give, Wording
from rules.schema.names import Names
from rules.text import Node

_PLACE = re.compile(r"<([A-Za-z][A-Za-z0-9_ ]*)>")
_PICTURE_OR_LINK = re.compile(r"!\[|\]\(|\]\[|https?://|www\.", re.IGNORECASE)
_HTML = re.compile(r"</|<!|<\?")

SUMMARY_LIMIT = 139  # CDS Hooks: fewer than 140 characters
LONGEST_NAME = "Wilhelmina-Josephine"  # 20 letters; longer names give way to "this person"
_LONGEST = {Give.AGE: "104", Give.COUNT: "1000", Give.EXISTS: ""}


def read_wording(reader: Reader, node: Node, names: Names) -> Wording | None:
    """A text and its places, each of them a name that is known here."""
    text = reader.prose(node)
    if text is None:
        return None
    if _PICTURE_OR_LINK.search(text) or _HTML.search(text):
        reader.stop(
            node.at,
            "E10",
            "Pictures, links and HTML cannot stand in the text of a card.",
            "Plain words, lists and *emphasis* can.",
        )
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
    return Wording(tuple(part for part in parts if part != ""))


def _fill(reader: Reader, node: Node, name: str, names: Names) -> Fact | Blank | None:
    if name == Blank.FIRST_NAME.value:
        return Blank.FIRST_NAME
    fact = names.facts.get(name)
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
    return sum(
        len(part)
        if isinstance(part, str)
        else len(LONGEST_NAME)
        if isinstance(part, Blank)
        else len(_LONGEST.get(part.give, "30 September 2026"))
        for part in wording.parts
    )
