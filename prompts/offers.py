"""What an offer is called wherever it is made: the same key for the same offer in every rule."""

from functools import lru_cache
from hashlib import sha256
from typing import assert_never

from rules.codes import Code
from rules.rule import Offer, OfferKind


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
    keys = [offer_key(offer), *(_key(offer, name) for name in former)]
    if offer.results is not None:  # known by its codes, before it was known by their lists
        codes = "|".join(sorted(map(_code, offer.results.codes)))
        keys.append(f"{offer.kind}:{_brief(codes)}")
    return frozenset(keys)


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
    return "_".join(f"{offer.kind}:{what}".split())


def _code(code: Code | None) -> str:
    return f"{code.system}|{code.code}" if code else ""


def _brief(text: str) -> str:
    """A text of any length as a short one that is the same for the same."""
    return sha256(text.encode()).hexdigest()[:16] if text else ""
