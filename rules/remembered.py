"""What an offer is remembered as: the same key for the same offer in every rule, whatever its name.

An answer is kept under the key that its offer had then. What an author calls otherwise later keeps
its former names under ``also_known_as``, and a release writes down which keys there were, so that
a name which changed without that is noticed (lint S13). And which answers to other rules count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import assert_never

from rules.codes import OWN, SNOMED, Code
from rules.rule import Offer, OfferKind, Rule

# Of these a release writes down a hash: of a text, of lists, and of a code, which rule files lack.
_HASHED = frozenset({OfferKind.GOAL, OfferKind.RESULTS, OfferKind.RECORD})
_LETTERS = str.maketrans("0123456789", "ghijkmnpqr")  # ten digits in a row may be somebody's number


@lru_cache(maxsize=10_000)  # an offer never changes, and is asked for at every step
def offer_key(offer: Offer) -> str:
    """A text without spaces that is the same for what is the same to a person.

    A no to one rule's offer is with it a no to the same offer of another rule.
    """
    return _key(offer, offer.service.id if offer.service else "")


@lru_cache(maxsize=10_000)
def offer_keys(offer: Offer) -> frozenset[str]:
    """Every key that an answer to it may be kept under: its own, and those it had before."""
    former = offer.service.also_known_as if offer.service else ()
    keys = [*_own_keys(offer), *offer.same_as, *(_key(offer, name) for name in former)]
    if offer.results is not None:  # known by its codes, before it was known by their lists
        codes = "|".join(sorted(map(_code, offer.results.codes)))
        keys.append(f"{offer.kind}:{_brief(codes)}")
    return frozenset(keys)


@lru_cache(maxsize=10_000)
def same_offer(offer: Offer) -> str:
    """One key for all offers that are the same to a person, though a rule still has an old name."""
    return min(offer_keys(offer))


def with_same_offers(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules, whose offers know by which names the files of others have them.

    What one rule calls otherwise, and says so, may have its old name in another: it is one offer.
    """
    every = tuple(rules)
    offers = [offer for rule in every for offer in rule.offers]
    if not any(offer.also_known_as for offer in offers):
        return every
    groups: list[frozenset[str]] = []
    for offer in offers:
        keys = offer_keys(offer)
        apart = [group for group in groups if group.isdisjoint(keys)]
        for group in groups:
            if not group.isdisjoint(keys):
                keys |= group
        groups = [*apart, keys]

    def alike(offer: Offer) -> Offer:
        known = offer_keys(offer)
        group = next(group for group in groups if not group.isdisjoint(known))
        return offer if group == known else replace(offer, same_as=tuple(sorted(group)))

    return tuple(replace(rule, offers=tuple(map(alike, rule.offers))) for rule in every)


def hearing_others(rule: Rule, every: Iterable[Rule]) -> Rule:
    """A rule that knows which other topics' answers silence it, whatever they were called.

    And which codes say no on the record to the rules of these, and to others on its own topic.
    """
    ours = rule.quiet.topics
    others = [other.quiet for other in every if other is not rule]
    louder = [other for other in others if not ours.isdisjoint(other.also_quiet)]
    alike = [other for other in others if not ours.isdisjoint(other.topics)]
    topics = {name for other in louder for name in other.topics} - ours
    codes = {code for other in (*louder, *alike) for code in other.declined_codes}
    beside = frozenset(codes) - rule.quiet.declined_codes
    if not topics and not beside:
        return rule
    silenced_by = tuple(sorted(topics))
    return replace(rule, quiet=replace(rule.quiet, silenced_by=silenced_by, declined_beside=beside))


def lost(rule: Rule, before: Iterable[str]) -> Mapping[Offer, tuple[str, ...]]:
    """The offers that are new, each with those of its kind that were there ``before`` and went.

    As a release has them. One of these may be its former name: nobody but its author can tell.
    """
    was = frozenset(before)
    known = {offer: frozenset(map(_mark, offer_keys(offer))) for offer in rule.offers}
    gone = sorted(was.difference(*known.values()))
    new = [offer for offer in rule.offers if was.isdisjoint(known[offer])]
    found = {offer: tuple(one for one in gone if _kind(one) == offer.kind) for offer in new}
    return {offer: marks for offer, marks in found.items() if marks}


def to_be_released(rule: Rule) -> tuple[str, ...]:
    """What a release writes down of its offers, and of those of before that nothing replaced.

    Where somebody says in the file that what is new is another offer (S13), what went is let go of.
    Until somebody has said which it is, what is new is not written down, and stays to be asked.
    """
    before = rule.care.released.offers if rule.care.released is not None else ()
    unclear = lost(rule, before)
    if "S13" in rule.care.allow:
        kinds = {str(offer.kind) for offer in unclear}
        before, unclear = tuple(one for one in before if _kind(one) not in kinds), {}
    now = [offer for offer in rule.offers if offer not in unclear]
    return tuple(sorted({*before, *(_mark(key) for offer in now for key in _own_keys(offer))}))


def marks_of(rule: Rule) -> tuple[str, ...]:
    """All that a rule offers, as a release writes it down."""
    return tuple(_mark(offer_key(offer)) for offer in rule.offers)


def name_in(mark: str) -> str:
    """What stood in the file, as ``also_known_as`` takes it; "" where there is only a hash."""
    kind, _, what = mark.partition(":")
    return "" if kind in _HASHED else what


def _mark(key: str) -> str:
    """A key as a release writes it down: its name, or letters that are the same for the same."""
    kind, _, what = key.partition(":")
    name = _brief(what).translate(_LETTERS) if kind in _HASHED else what.replace(f"{OWN}|", "")
    return f"{kind}:{name}"


def _kind(key: str) -> str:
    return key.partition(":")[0]


def _own_keys(offer: Offer) -> list[str]:
    return [offer_key(offer), *(_written(offer, _former(offer, n)) for n in offer.also_known_as)]


def _key(offer: Offer, service: str) -> str:
    match offer.kind:
        case OfferKind.REFER:
            what = service
        case OfferKind.RECORD | OfferKind.TAG:
            what = _code(offer.code)
        case OfferKind.RESULTS:
            # By the names of the lists: that a list gets one code more makes it no other offer.
            lists = offer.results.lists if offer.results else ()
            what = _brief(" ".join(sorted(one.id for one in lists)))
        case OfferKind.MESSAGE:
            what = f"{offer.template}:{offer.channel}"
        case OfferKind.QUESTIONNAIRE:
            what = offer.form
        case OfferKind.TASK:
            what = f"{offer.role}:{_code(offer.code)}"
        case OfferKind.GOAL:
            what = _brief(offer.text)
        case _:
            assert_never(offer.kind)
    return _written(offer, what)


def _former(offer: Offer, name: str) -> str:
    """A former name as it stood in the file, as it stands in a key."""
    match offer.kind:
        case OfferKind.REFER | OfferKind.QUESTIONNAIRE:
            return name
        case OfferKind.TAG:
            return _code(Code(OWN, name))
        case OfferKind.RECORD:
            return name if "|" in name else _code(Code(_system_of(name), name))
        case OfferKind.RESULTS:
            return _brief(" ".join(sorted(name.split())))
        case OfferKind.MESSAGE:
            return name if ":" in name else f"{name}:{offer.channel}"
        case OfferKind.TASK:
            role, _, code = name.rpartition(":")
            return f"{role or offer.role}:{_code(Code(OWN, code))}"
        case OfferKind.GOAL:
            return _brief(name)
        case _:
            assert_never(offer.kind)


def _system_of(code: str) -> str:
    """Whose code it is: SNOMED CT's are numbers, and ours are names."""
    return SNOMED if code.isdigit() else OWN


def _written(offer: Offer, what: str) -> str:
    return "_".join(f"{offer.kind}:{what}".split())


def _code(code: Code | None) -> str:
    return f"{code.system}|{code.code}" if code else ""


def _brief(text: str) -> str:
    """A text of any length as a short one that is the same for the same."""
    return sha256(text.encode()).hexdigest()[:16] if text else ""
