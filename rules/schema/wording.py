"""Texts with places to fill: ``<first_name>``, ``<age>``, any fact that gives a date or number."""

import re
import unicodedata
from functools import lru_cache

from rules.fact import Fact, Give
from rules.problems import did_you_mean
from rules.reading import Reader
from rules.rule import Blank, Wording
from rules.schema.names import Names
from rules.text import Node

_PLACE = re.compile(r"<([A-Za-z][A-Za-z0-9_ -]*)>")
# A card is markdown, and screens differ in how much of it they know: what any of them may turn into
# more than words, emphasis and lists cannot stand in it, however it is spelt.
_PICTURE_OR_LINK = re.compile(
    r"!\[|\][(\[:]|//|www\.|[\w.+-]@\w"
    r"|&(?:#\w+|[a-z]\w+);|\\",  # other ways to write any of these signs
    re.IGNORECASE,
)
_HTML = re.compile(r"<[A-Za-z/!?]")
_CODE_OR_NOTE = re.compile(r"```|\[\^|~~|~[^~]*[^~\s]~")
_SIGNS_OF_A_LIST = re.compile(r" {0,3}(?:(?:[-*+]|\d{1,9}[.)]) {1,4}(?! ))*")
_HEADING_OR_CODE = re.compile(r"[ \t]|#{1,6}(?:\s|$)|>|\[[ xX]\](?:\s|$)|(?:[-*+]|\d{1,9}[.)]) {5}")
_LINE_ACROSS = " \t-=*_:|"  # nothing but these: under a heading or a table's head, or across
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
# Letters and signs that look like nothing at all.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

SUMMARY_LIMIT = 139  # CDS Hooks: fewer than 140 characters
LONGEST_NAME = "Wilhelmina-Josephine"  # 20 letters; longer names give way to "this person"
# What stands in a summary or a label for a date or a number that is not known.
DATE_NOT_KNOWN, NUMBER_NOT_KNOWN = "a date not recorded", "a number not recorded"


def read_wording(reader: Reader, node: Node, names: Names) -> Wording | None:
    """A text and its places, each of them a name that is known here."""
    text = reader.prose(node)
    if text is None:
        return None
    if not plain_words(reader, node, _PLACE.sub("xx", text)):
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


def read_plain(reader: Reader, node: Node) -> str | None:
    """A text without places that comes to be read beside a card's own: a source, a name."""
    text = reader.prose(node)
    return text if text is not None and plain_words(reader, node, text) else None


def plain_words(reader: Reader, node: Node, text: str) -> bool:
    """Whether a text has nothing in it that a card must not show; reported where it has."""
    if says := more_than_words(text):
        reader.stop(node.at, "E10", says, "Plain words, lists and *emphasis* can.")
    return not says


@lru_cache(4096)  # every load of a practice's rules reads the texts of ours again
def more_than_words(text: str) -> str:
    """What a text has in it that a card must not show, in a sentence; "" where that is nothing."""
    if _PICTURE_OR_LINK.search(text) or _HTML.search(text):
        return "Pictures, links and HTML cannot stand in the text of a card."
    if _CODE_OR_NOTE.search(text) or any(map(_more_than_a_list, text.split("\n"))):
        return "Headings, tables, quotations and code cannot stand in the text of a card."
    words = text.replace("\n", "")
    seen = words.isprintable() and _BLANKS.isdisjoint(words)  # asked at once of nearly every text
    if not seen and any(map(_is_unseen, words)):
        return "This text has characters in it that nobody can see."
    return ""


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or character in _BLANKS


def _more_than_a_list(line: str) -> bool:
    """Whether a line by itself, or after the signs of a list, is a block of its own."""
    signs = _SIGNS_OF_A_LIST.match(line)
    rest = line[signs.end() :] if signs and not line.startswith("    ") else line
    across = any(part.strip() and not part.strip(_LINE_ACROSS) for part in (line, rest))
    return bool(rest.strip()) and (across or _HEADING_OR_CODE.match(rest) is not None)


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
