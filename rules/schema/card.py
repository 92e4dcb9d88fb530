"""What a card says and offers, and when people are left alone, as authors write them."""

import re

from rules.answer import Answer
from rules.codes import OWN, Code, CodeList
from rules.days import Duration
from rules.fact import Fact, Give
from rules.problems import did_you_mean, nearest
from rules.reading import Reader
from rules.record import Kind, Reply
from rules.rule import Blank, Card, Offer, OfferKind, Quiet, Service, Wording, Words
from rules.schema.conditions import condition_under
from rules.schema.lists import read_codes
from rules.schema.names import Names
from rules.schema.wording import SUMMARY_LIMIT, longest, plain_words, read_wording
from rules.text import Block, Node

# How long each answer is respected where a rule says nothing (PRODUCT 1.4 and 1.5). A rule may be
# quieter than this, never louder.
QUIET_DEFAULTS: dict[Reply, Duration] = {
    Reply.SHOWN: Duration(14, "day"),
    Reply.NO_TIME: Duration(7, "day"),
    Reply.NOT_NOW: Duration(3, "month"),
    Reply.DECLINED: Duration(12, "month"),
    Reply.OVERRIDDEN: Duration(14, "day"),
    Reply.ALREADY_DONE: Duration(12, "month"),
    Reply.NOT_RIGHT: Duration(24, "month"),
    Reply.ACCEPTED: Duration(12, "month"),
}
TAG_LASTS_AT_MOST = Duration(12, "month")

_OPEN = re.compile(r"\b(what|how|who|when|where|which|tell me)\b", re.IGNORECASE)
_CLOSED = re.compile(
    r"\s*(do|does|did|have|has|are|is|was|were|can|could|will|would|should|shall|may)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(r"\b(should|must|need to|ought)\b", re.IGNORECASE)


def read_card(reader: Reader, node: Node, names: Names) -> Card | None:
    """The card: one sentence, an open question, a little detail."""
    block = reader.block(node, "The card")
    if block is None:
        return None
    reader.keys(
        block,
        "the card",
        ("summary", "question", "detail", "indicator", "source"),
        later=frozenset({"links", "variants"}),
        needed=("summary", "question", "source"),
    )
    summary = reader.get(block, "summary", lambda n: read_wording(reader, n, names))
    question = reader.get(block, "question", reader.prose)
    detail = reader.get(block, "detail", lambda n: read_wording(reader, n, names))
    source = reader.get(block, "source", reader.prose)
    indicator = reader.get(block, "indicator", reader.text) or "info"
    if indicator != "info":
        reader.stop(
            block.pairs["indicator"][1].at,
            "E30",
            f'Indicator "{indicator}" is not supported yet.',
            "An offer is info: it is never an emergency.",
        )
    if summary is not None:
        _one_line(reader, block.pairs["summary"][1], summary, "summary")
    if question is not None:
        _question(reader, block.pairs["question"][1], question)
    if summary is None or question is None or source is None:
        return None
    return Card(Words(summary, question, detail or Wording(())), "info", source)


def _one_line(reader: Reader, node: Node, text: Wording, what: str) -> None:
    """Summaries and labels are one line, and short enough whatever their places are filled with."""
    if (length := longest(text)) > SUMMARY_LIMIT:
        with_a_name = " with a long name" if Blank.FIRST_NAME in text.parts else ""
        reader.stop(
            node.at,
            "L01",
            f"The {what} can come to {length} characters{with_a_name};"
            f" the most is {SUMMARY_LIMIT}.",
            f"Take out {length - SUMMARY_LIMIT} or more.",
        )
    if any("\n" in part for part in text.parts if isinstance(part, str)):
        reader.stop(node.at, "L01", f"The {what} is one line.")


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


_COMMON = ("label", "if", "if_unknown", "needs", "recommended")
_OFFER_KEYS = {
    OfferKind.REFER: (*_COMMON, "service"),
    OfferKind.RECORD: (*_COMMON, "codes", "service"),
    OfferKind.TAG: (*_COMMON, "code", "words", "for"),
    OfferKind.RESULTS: (*_COMMON, "include", "within"),
}
_OFFERS_LATER = frozenset({"message", "questionnaire", "task", "goal"})
_KINDS = tuple(kind for kind in OfferKind if kind not in _OFFERS_LATER)
_SHOW_OR_HIDE = {"show": True, "hide": False}


def read_offers(reader: Reader, node: Node, names: Names) -> tuple[Offer, ...]:
    """What can be said yes or no to."""
    offers: list[Offer] = []
    for item in reader.items(node, "The list of offers"):
        block = reader.block(item, "An offer")
        if block is None:
            continue
        if len(block.pairs) != 1:
            reader.stop(
                block.at,
                "E10",
                "Each offer is one kind with its headings under it.",
                "For example - refer: and under it label: and service:.",
            )
            continue
        key, value = next(iter(block.pairs.values()))
        if key.value in _OFFERS_LATER:
            reader.not_yet(key.at, f"{key.value} offers", "are")
            continue
        kind = key.value if key.value in _KINDS else nearest(key.value, _KINDS)
        if kind != key.value:
            reader.stop(
                key.at,
                "E01",
                f'"{key.value}" is not a kind of offer.',
                did_you_mean(key.value, _KINDS),
            )
        inner = reader.block(value, f"The {key.value} offer") if kind else None
        offer = _offer(reader, OfferKind(kind), inner, names) if kind and inner else None
        if offer is not None:
            offers.append(offer)
    if sum(offer.recommended for offer in offers) > 1:
        reader.stop(node.at, "E10", "At most one offer can be recommended.")
    return tuple(offers)


def _offer(reader: Reader, kind: OfferKind, block: Block, names: Names) -> Offer | None:
    stops_before = sum(p.stops for p in reader.problems)
    own = {
        OfferKind.REFER: ("service",),
        OfferKind.RECORD: ("codes",),
        OfferKind.TAG: ("code", "words"),
    }
    reader.keys(
        block,
        f"a {kind} offer",
        _OFFER_KEYS[kind],
        later=frozenset({"priority", "reason", "format", "lead_time"}),
        needed=("label", *own.get(kind, ("include", "within"))),
    )
    lists = read_codes(reader, block, "codes" if kind is OfferKind.RECORD else "include", names)
    code = reader.get(block, "code", reader.name)
    first = Code(OWN, code) if code else None
    if first is None and kind is OfferKind.RECORD and lists:
        first = lists[0].first
    label = reader.get(block, "label", lambda n: read_wording(reader, n, names))
    if label is not None:
        _one_line(reader, block.pairs["label"][1], label, "label")
    condition = condition_under(reader, block, "if", names)
    needs = reader.get(block, "needs", lambda n: _needed(reader, n, names))
    service = reader.get(block, "service", lambda n: _service(reader, n, names))
    ends_after = reader.get(block, "for", reader.duration)
    within = reader.get(block, "within", reader.duration)
    if ends_after and TAG_LASTS_AT_MOST.is_shorter_than(ends_after):
        reader.stop(
            block.pairs["for"][1].at,
            "E10",
            "A tag ends within 12 months.",
            "Write for: 12 months, or less.",
        )
    if sum(p.stops for p in reader.problems) > stops_before or label is None:
        return None
    return Offer(
        kind=kind,
        label=label,
        condition=condition,
        if_unknown_show=reader.get(block, "if_unknown", lambda n: _show(reader, n)) or False,
        needs=needs,
        recommended=reader.get(block, "recommended", reader.yes_no) or False,
        service=service,
        code=first,
        words=reader.get(block, "words", reader.prose)
        or (lists[0].words[lists[0].first] if lists else ""),
        ends_after=ends_after or (TAG_LASTS_AT_MOST if kind is OfferKind.TAG else None),
        results=_filed_results(block, lists, within) if kind is OfferKind.RESULTS else None,
    )


def _filed_results(block: Block, lists: tuple[CodeList, ...], within: Duration | None) -> Fact:
    """The results that a letter may be about: only those that a clinician has filed."""
    return Fact(
        name="results_in_the_letter",
        label="a filed result that can be sent",
        find="observation",
        at=block.at,
        kinds=(Kind.OBSERVATION,),
        lists=lists,
        codes=frozenset(code for code_list in lists for code in code_list.words),
        within=within,
        filed=Answer.YES,
    )


def _show(reader: Reader, node: Node) -> bool | None:
    word = reader.text(node)
    if word is not None and word not in _SHOW_OR_HIDE:
        reader.stop(node.at, "E10", f'"{word}" is neither show nor hide.')
    return _SHOW_OR_HIDE.get(word or "")


def _needed(reader: Reader, node: Node, names: Names) -> Fact | None:
    name = reader.text(node)
    if name is None or names.is_faulty("fact", name):
        return None
    fact = names.facts.get(name)
    if fact is None:
        says = f'Nothing in this file is called "{name}".'
        reader.stop(node.at, "E11", says, did_you_mean(name, names.facts))
    elif fact.give is not Give.EXISTS:
        reader.stop(node.at, "E10", f'"{name}" is not a yes or no, so nothing can need it.')
    return fact


def _service(reader: Reader, node: Node, names: Names) -> Service | None:
    name = reader.text(node)
    if name is None or name in names.services:
        return None if name is None else names.services[name]
    if names.is_faulty("service", name):
        return None
    reader.stop(
        node.at,
        "E11",
        f'There is no service called "{name}" in shared/services.yaml.',
        did_you_mean(name, names.services),
    )
    return None


_PERIODS = {f"after_{str(reply).replace(' ', '_')}": reply for reply in QUIET_DEFAULTS}


def read_quiet(reader: Reader, node: Node, names: Names) -> Quiet | None:
    """When people are left alone: a topic, and how long after each answer."""
    block = reader.block(node, '"quiet"')
    if block is None:
        return None
    reader.keys(
        block,
        '"quiet"',
        ("topic", *_PERIODS, "also_known_as", "declined_codes", "not_done_codes"),
        later=frozenset({"most", "also_quiet", "no_thanks"}),
        needed=("topic",),
    )
    topic = reader.get(block, "topic", reader.name)
    periods = dict(QUIET_DEFAULTS)
    for key, reply in _PERIODS.items():
        length = reader.get(block, key, reader.duration)
        if length is None:
            continue
        if length.is_shorter_than(QUIET_DEFAULTS[reply]):
            reader.stop(
                block.pairs[key][1].at,
                "E31",
                f"{length} is shorter than everybody's {QUIET_DEFAULTS[reply]}.",
                "A rule may be quieter than the rest, never louder.",
            )
        periods[reply] = length
    former: list[str] = []
    if "also_known_as" in block.pairs:
        for item in reader.items(block.pairs["also_known_as"][1], '"also_known_as"'):
            name = reader.name(item)
            if name:
                former.append(name)
    declined = _all_codes(read_codes(reader, block, "declined_codes", names))
    not_done = _all_codes(read_codes(reader, block, "not_done_codes", names))
    if topic is None:
        return None
    return Quiet(topic, periods, tuple(former), declined, not_done)


def _all_codes(lists: tuple[CodeList, ...]) -> frozenset[Code]:
    return frozenset(code for code_list in lists for code in code_list.words)
