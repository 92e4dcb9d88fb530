"""What a person can say yes or no to, as authors write it."""

from collections.abc import Callable
from dataclasses import replace

from rules.answer import Answer
from rules.codes import OWN, Code, CodeList
from rules.days import Duration
from rules.fact import Fact, Give
from rules.problems import did_you_mean, most_like, nearest
from rules.reading import Reader
from rules.record import Kind
from rules.rule import Offer, OfferKind, Service, Wording
from rules.schema.card import one_line
from rules.schema.conditions import condition_under
from rules.schema.key import check, words_of
from rules.schema.lists import read_codes
from rules.schema.names import Names
from rules.schema.offer_keys import OFFERS
from rules.schema.wording import more_than_words, read_plain, read_wording
from rules.text import Block, Node

TAG_LASTS_AT_MOST = Duration(12, "month")
LETTER_LEAD_TIME = Duration(3, "day")  # CONTENT 3.3
TASK_DUE = Duration(7, "day")
IN_THEIR_WORDS = "In their own words: "
_SHOW_OR_HIDE = {"show": True, "hide": False}
_KINDS = tuple(str(kind) for kind in OfferKind)


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
            offers.append(replace(offer, at=key.at))
    if sum(offer.recommended for offer in offers) > 1:
        reader.stop(node.at, "E10", "At most one offer can be recommended.")
    return tuple(offers)


def _offer(reader: Reader, kind: OfferKind, block: Block, names: Names) -> Offer | None:
    stops_before = sum(p.stops for p in reader.problems)
    check(reader, block, f"a {kind} offer", OFFERS[kind])
    label = reader.get(block, "label", lambda n: read_wording(reader, n, names))
    if label is not None:
        one_line(reader, block.pairs["label"][1], label, "label")
    shown = reader.get(block, "if_unknown", lambda n: _show(reader, n))
    if shown is not None and "if" not in block.pairs:
        reader.stop(
            block.pairs["if_unknown"][0].at,
            "E10",
            '"if_unknown" is about what "if" asks, and this offer has no "if".',
            "Add if: and who it is for, or take this line out.",
        )
    bare = Offer(
        kind=kind,
        label=label or Wording(()),
        condition=condition_under(reader, block, "if", names),
        if_unknown_show=shown or False,
        needs=reader.get(block, "needs", lambda n: _needed(reader, n, names)),
        recommended=reader.get(block, "recommended", reader.yes_no) or False,
        also_known_as=_former(reader, block),
    )
    offer = _READ[kind](reader, block, names, bare)
    return offer if sum(p.stops for p in reader.problems) == stops_before else None


def _former(reader: Reader, block: Block) -> tuple[str, ...]:
    """What an offer was called before; a goal without a text of its own had ours."""
    if "also_known_as" not in block.pairs:
        return ()
    items = reader.items(block.pairs["also_known_as"][1], '"also_known_as"')
    names = [name for item in items if (name := read_plain(reader, item))]
    return tuple(IN_THEIR_WORDS if n == IN_THEIR_WORDS.strip() else n for n in names)


def _refer(reader: Reader, block: Block, names: Names, bare: Offer) -> Offer:
    reasons = read_codes(reader, block, "reason", names)
    return replace(
        bare,
        service=reader.get(block, "service", lambda n: _service(reader, n, names)),
        priority=_word(reader, block, bare.kind, "priority") or "",
        reason=reasons[0] if reasons else None,
    )


def _record(reader: Reader, block: Block, names: Names, bare: Offer) -> Offer:
    lists = read_codes(reader, block, "codes", names)
    return replace(
        bare,
        code=lists[0].first if lists else None,
        words=_words_of(lists[0], bare) if lists else "",
        service=reader.get(block, "service", lambda n: _service(reader, n, names)),
    )


def _words_of(listed: CodeList, bare: Offer) -> str:
    """What is offered in the words of its list; where these are more than words, as the label."""
    words = listed.words[listed.first]
    return bare.label.plain if more_than_words(words) else words


def _tag(reader: Reader, block: Block, _names: Names, bare: Offer) -> Offer:
    ends_after = reader.get(block, "for", reader.duration)
    if ends_after and TAG_LASTS_AT_MOST.is_shorter_than(ends_after):
        reader.stop(
            block.pairs["for"][1].at,
            "E10",
            "A tag ends within 12 months.",
            "Write for: 12 months, or less.",
        )
    return replace(
        bare,
        code=_own_code(reader, block),
        words=reader.get(block, "words", lambda n: read_plain(reader, n)) or "",
        ends_after=ends_after or TAG_LASTS_AT_MOST,
    )


def _results(reader: Reader, block: Block, names: Names, bare: Offer) -> Offer:
    lists = read_codes(reader, block, "include", names)
    within = reader.get(block, "within", reader.duration)
    return replace(
        bare,
        words=lists[0].words[lists[0].first] if lists else "",
        results=_filed_results(block, lists, within),
        lead_time=reader.get(block, "lead_time", reader.duration) or LETTER_LEAD_TIME,
        layout=_word(reader, block, bare.kind, "format") or "letter",
    )


def _message(reader: Reader, block: Block, names: Names, bare: Offer) -> Offer:
    name = reader.get(block, "template", reader.text)
    message = names.messages.get(name or "")
    if name is not None and message is None and not names.is_faulty("message", name):
        reader.stop(
            block.pairs["template"][1].at,
            "E11",
            f'There is no message called "{name}" in shared/messages.yaml.',
            did_you_mean(name, names.messages),
        )
    return replace(
        bare,
        template=name or "",
        words="" if message is None else message.name,
        text="" if message is None else message.text,
        channel=_word(reader, block, bare.kind, "channel") or "letter",
    )


def _questionnaire(reader: Reader, block: Block, _names: Names, bare: Offer) -> Offer:
    form = reader.get(block, "form", reader.name)
    return replace(bare, form=form or "", words=bare.label.plain, code=Code(OWN, "questionnaire"))


def _task(reader: Reader, block: Block, _names: Names, bare: Offer) -> Offer:
    return replace(
        bare,
        role=reader.get(block, "for", reader.name) or "",
        due=reader.get(block, "due", reader.duration) or TASK_DUE,
        code=_own_code(reader, block),
        words=bare.label.plain,
    )


def _goal(reader: Reader, block: Block, _names: Names, bare: Offer) -> Offer:
    return replace(
        bare, text=reader.get(block, "text", lambda n: read_plain(reader, n)) or IN_THEIR_WORDS
    )


_READ: dict[OfferKind, Callable[[Reader, Block, Names, Offer], Offer]] = {
    OfferKind.REFER: _refer,
    OfferKind.RECORD: _record,
    OfferKind.TAG: _tag,
    OfferKind.RESULTS: _results,
    OfferKind.MESSAGE: _message,
    OfferKind.QUESTIONNAIRE: _questionnaire,
    OfferKind.TASK: _task,
    OfferKind.GOAL: _goal,
}


def _own_code(reader: Reader, block: Block) -> Code | None:
    """A name of the author's, or the first code of a list of that name: facts can find either."""
    name = reader.get(block, "code", reader.name)
    return Code(OWN, name) if name else None


def _word(reader: Reader, block: Block, kind: OfferKind, key: str) -> str | None:
    words = {word: word for word in words_of(OFFERS[kind], key)}
    return reader.get(block, key, lambda node: reader.one_of(node, words, key))


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
        did_you_mean(name, names.services) or most_like(name, names.services),
    )
    return None
