"""What a card says, as authors write it: words for everybody, and other words for some."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from rules.fact import Condition
from rules.problems import Place
from rules.reading import Reader
from rules.rule import Blank, Card, Indicator, Link, Purpose, Variant, Wording, Words
from rules.schema.conditions import condition_under
from rules.schema.key import check
from rules.schema.keys import CARD, LINK, VARIANT
from rules.schema.names import Names
from rules.schema.wording import SUMMARY_LIMIT, longest, plain_words, read_plain, read_wording
from rules.text import Block, Node, Text

_OPEN = re.compile(r"\b(what|how|who|when|where|which|tell me)\b", re.IGNORECASE)
_CLOSED = re.compile(
    r"\s*(do|does|did|have|has|are|is|was|were|can|could|will|would|should|shall|may)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(r"\b(should|must|need to|ought)\b", re.IGNORECASE)
_INDICATORS: dict[str, Indicator] = {
    "info": "info",
    "warning": "warning",
    "critical": "critical",
}
_ONE_OR_ANY = {"any": False, "one": True}


def read_card(reader: Reader, node: Node, names: Names, purpose: Purpose) -> Card | None:
    """The card: one sentence, an open question, a little detail."""
    block = reader.block(node, "The card")
    if block is None:
        return None
    varied = "variants" in block.pairs
    check(reader, block, "the card", CARD)
    if not varied:
        for key in ("summary", "question"):
            if key not in block.pairs:
                reader.stop(block.at, "E09", f'The card needs "{key}:".')
    common = _said(reader, block, names)
    source = reader.get(block, "source", lambda n: read_plain(reader, n))
    choose_one = reader.get(block, "choose", lambda n: reader.one_of(n, _ONE_OR_ANY, "choose"))
    variants, otherwise = _variants(reader, block, names, common) if varied else ((), common)
    words = None if otherwise is None else _whole(otherwise)
    indicator = _indicator(reader, block, purpose)
    links = _links(reader, block, names)
    if words is None or source is None:
        return None
    return Card(words, indicator, source, variants, links, choose_one or False)


# Summary, question and detail, each None where it is not written or was reported; and where the
# question stands.
_Said = tuple[Wording | None, str | None, Wording | None, Place]


def _said(reader: Reader, block: Block, names: Names) -> _Said:
    summary = reader.get(block, "summary", lambda n: read_wording(reader, n, names))
    question = reader.get(block, "question", reader.prose)
    detail = reader.get(block, "detail", lambda n: read_wording(reader, n, names))
    if summary is not None:
        one_line(reader, block.pairs["summary"][1], summary, "summary")
    if question is not None:
        _question(reader, block.pairs["question"][1], question)
    asked_at = block.pairs["question"][1].at if "question" in block.pairs else block.at
    return summary, question, detail, asked_at


def _whole(said: _Said) -> Words | None:
    summary, question, detail, asked_at = said
    if summary is None or question is None:
        return None
    return Words(summary, question, detail or Wording(()), asked_at)


def _variants(
    reader: Reader, block: Block, names: Names, common: _Said
) -> tuple[tuple[Variant, ...], _Said | None]:
    """Words by condition, in order, and those for everybody else; what is not said is common."""
    items = reader.listed(block.pairs["variants"][1], '"variants"')
    found: list[Variant] = []
    otherwise: _Said | None = None
    for place, item in enumerate(items):
        inner = reader.block(item, "A variant")
        if inner is None:
            continue
        check(reader, inner, "a variant", VARIANT)
        own = _said(reader, inner, names)
        said: _Said = (
            own[0] or common[0],
            own[1] or common[1],
            own[2] or common[2],
            own[3] if own[1] else common[3],
        )
        for key, part in (("summary", said[0]), ("question", said[1])):
            if part is None and key not in inner.pairs:
                reader.stop(inner.at, "E09", f'This variant needs "{key}:", and so does the card.')
        last = place == len(items) - 1
        if "otherwise" in inner.pairs:
            if not last or "if" in inner.pairs:
                at = inner.pairs["otherwise"][0].at
                says = '"otherwise: yes" stands by itself, in the last variant.'
                reader.stop(at, "E10", says, "Move it to the end.")
            elif reader.get(inner, "otherwise", reader.yes_no) is False:
                at = inner.pairs["otherwise"][1].at
                reader.stop(at, "E10", 'The last variant says "otherwise: yes".')
            otherwise = said
            continue
        if "if" not in inner.pairs:
            reader.stop(
                inner.at, "E09", 'A variant needs "if:", and the last one "otherwise: yes".'
            )
        condition: Condition | None = condition_under(reader, inner, "if", names)
        words = _whole(said)
        if condition is not None and words is not None:
            found.append(Variant(condition, words, inner.pairs["if"][0].at))
    if items and otherwise is None:
        reader.stop(
            block.pairs["variants"][0].at,
            "E09",
            "Nothing is said to people whom no variant is for.",
            "End the list with - otherwise: yes and its words.",
        )
    return tuple(found), otherwise


def _indicator(reader: Reader, block: Block, purpose: Purpose) -> Indicator:
    def read(node: Node) -> Indicator | None:
        return reader.one_of(node, _INDICATORS, "indicator")

    word: Indicator | None = reader.get(block, "indicator", read)
    if word is None or word == "info":
        return "info"
    if purpose is Purpose.OFFER or (word == "critical" and purpose is not Purpose.SAFETY_NET):
        reader.stop(
            block.pairs["indicator"][1].at,
            "E30",
            f'Indicator "{word}" does not go with the purpose {purpose}.',
            "An offer is info: it is never an emergency. Only a safety net can be critical.",
        )
    return word


def _links(reader: Reader, block: Block, names: Names) -> tuple[Link, ...]:
    found: list[Link] = []
    items = reader.listed(block.pairs["links"][1], '"links"') if "links" in block.pairs else ()
    for item in items:
        inner = reader.block(item, "A link")
        if inner is None:
            continue
        check(reader, inner, "a link", LINK)
        label = reader.get(inner, "label", lambda n: read_plain(reader, n))
        address = reader.get(inner, "address", reader.text)
        if address is not None and not _allowed(address, names.link_hosts):
            reader.stop(
                inner.pairs["address"][1].at,
                "E10",
                "This address is not on the list of hosts that cards may link to.",
                f"Links start with https:// and lead to {', '.join(names.link_hosts)};"
                " practice.yaml has link_hosts.",
            )
        elif label and address:
            found.append(Link(label, address))
    return tuple(found)


def _allowed(address: str, hosts: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(address)
        return (
            parts.scheme == "https"
            and parts.netloc in hosts  # no user, no port
            and address.isascii()
            and not re.search(r"[\s<>\"'\\]", address)
        )
    except ValueError:
        return False


def one_line(reader: Reader, node: Node, text: Wording, what: str) -> None:
    """Summaries and labels are one line, and short enough whatever their places are filled with."""
    if (length := longest(text)) > SUMMARY_LIMIT:
        with_a_name = " with a long name" if Blank.FIRST_NAME in text.parts else ""
        to_detail = ' Or move the end of it to "detail:".' if what == "summary" else ""
        reader.stop(
            _where_cut(node, text),
            "L01",
            f"The {what} can come to {length} characters{with_a_name};"
            f" the most is {SUMMARY_LIMIT}.",
            f"Take out {length - SUMMARY_LIMIT} or more.{to_detail}",
        )
    if any("\n" in part for part in text.parts if isinstance(part, str)):
        reader.stop(node.at, "L01", f"The {what} is one line.")


def _where_cut(node: Node, text: Wording) -> Place:
    """Where screens may cut a text that is too long; all of it where it has lines of its own."""
    if not isinstance(node, Text) or node.at.width != len(node.value):
        return node.at
    room = longest(text) - SUMMARY_LIMIT
    last = text.parts[-1]
    if not isinstance(last, str) or len(last) < room:
        return node.at
    return replace(node.at, column=node.at.column + len(node.value) - room, width=room)


def _question(reader: Reader, node: Node, question: str) -> None:
    if "<" in question:
        reader.stop(
            node.at, "E10", "The question is said aloud as it stands, so it has no places to fill."
        )
    elif not plain_words(reader, node, question):
        return
    if not _OPEN.search(question) or _CLOSED.match(question):
        reader.think(
            node.at,
            "L02",
            "This can be answered with yes or no.",
            "Begin with what, how, who, when, which or tell me.",
        )
    elif _LEADING.search(question):
        reader.think(
            node.at,
            "L02",
            'The question tells people what they "should" or "must" do.',
            "Ask what matters to them.",
        )
