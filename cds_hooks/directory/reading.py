"""A text of whichever shape, read: it says by itself which it is."""

from dataclasses import replace
from datetime import date

from cds_hooks.directory.aliss import read_aliss
from cds_hooks.directory.referral import read_referral
from cds_hooks.directory.shapes import (
    Found,
    Json,
    NotADirectory,
    Page,
    Whose,
    decoded,
    is_list,
    is_object,
)

_OF_ALISS = frozenset({"aliss_url", "permalink", "organisation", "categories"})


def read_directory(body: bytes, whose: Whose, today: date) -> Page:
    """Every entry of a text, and what was set aside. Raises NotADirectory.

    ALISS (a page, a list of services, one of them) and Open Referral (the same).
    """
    return each_once(_read(decoded(body), whose, today))


def _read(value: object, whose: Whose, today: date) -> Page:
    if is_list(value):
        first = next((one for one in value if is_object(one)), None)
        if first is not None and _is_aliss(first):
            return read_aliss({"data": value}, whose, today)
        if first is not None and _is_referral(first):
            return read_referral(value, whose, today)
    elif is_object(value):
        if is_list(value.get("data")):
            return read_aliss(value, whose, today)
        if is_list(value.get("contents")) or _is_referral(value):
            return read_referral(value, whose, today)
        if _is_aliss(value):
            return read_aliss({"data": [value]}, whose, today)
    raise NotADirectory(
        "It is no directory that can be read: neither services as ALISS sends them, nor as Open"
        " Referral UK 3 or HSDS 3 does."
    )


def _is_aliss(one: Json) -> bool:
    return "name" in one and not _OF_ALISS.isdisjoint(one)


def _is_referral(one: Json) -> bool:
    named = is_object(one.get("service")) or {"id", "name", "status"} <= one.keys()
    return named and not _is_aliss(one)


def each_once(page: Page) -> Page:
    """A service at several places comes as often as there are places: it is one, with them all."""
    found: dict[str, Found] = {}
    for one in page.found:
        before = found.setdefault(one.entry.id, one)
        if before is not one:
            spots = tuple(dict.fromkeys((*before.entry.spots, *one.entry.spots)))
            found[one.entry.id] = replace(before, entry=replace(before.entry, spots=spots))
    return replace(page, found=tuple(found.values()))
