"""Where a record shows that an offer is under way already: what needs no second asking."""

from collections.abc import Mapping

from rules.codes import Code
from rules.record import Kind
from rules.rule import Offer, OfferKind

# By the kind of offer: the lists in which it shows, and with which statuses.
UNDER_WAY: Mapping[OfferKind, Mapping[Kind, frozenset[str]]] = {
    OfferKind.REFER: {Kind.REFERRAL: frozenset({"active", "on-hold", "completed"})},
    OfferKind.TAG: {Kind.TAG: frozenset({"active"})},
    OfferKind.TASK: {
        Kind.TASK: frozenset(
            {"requested", "received", "accepted", "ready", "in-progress", "on-hold"}
        )
    },
}


def shows_as(offer: Offer) -> tuple[Code, Mapping[Kind, frozenset[str]]] | None:
    """The code by which an offer shows, and where; None for what leaves no such line."""
    code = offer.service.code if offer.service else offer.code
    where = UNDER_WAY.get(offer.kind)
    return (code, where) if where is not None and code is not None else None
