"""ALISS, the directory of Scotland's communities: version 5 of its API, and version 4.

Its data are CC BY 4.0, with lines of attribution that come along in every answer.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

from cds_hooks.directory.shapes import (
    Json,
    Page,
    Whose,
    day,
    each,
    is_list,
    is_object,
    number,
    objects,
    text,
    written,
)
from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.support import Credit, Join, Spot, Support, slug

SHAPE = "aliss"
SOURCE = "aliss"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
# What the words of ALISS's own categories say of the sort of thing that it is.
_KINDS = {
    "group": "group",
    "peer": "peers",
    "course": "course",
    "class": "course",
    "classes": "course",
    "helpline": "helpline",
    "activity": "activity",
    "activities": "activity",
    "online": "online",
}


def read_aliss(document: Json, whose: Whose, today: date) -> Page:
    """A page of services as ALISS sends it."""
    meta = document.get("meta")
    meta = meta if is_object(meta) else {}
    given = tuple(Credit(line) for line in whose.credits)
    credits = given or tuple(_credits(meta.get("attribution")))
    licence = whose.licence or text(meta, "licence", "license")
    read = partial(service, source=whose.source or SOURCE, licence=licence, credits=credits)
    listed = document.get("data")
    page = each(listed if is_list(listed) else [], read, today, SHAPE)
    following = document.get("next")
    return Page(
        page.found,
        page.asides,
        following if isinstance(following, str | int) and not isinstance(following, bool) else None,
        SHAPE,
    )


def service(
    one: Json, source: str = SOURCE, licence: str = "", credits: tuple[Credit, ...] = ()
) -> Support:
    """One service, as it is said to be; nothing of it is checked yet."""
    organisation = one.get("organisation")
    organisation = organisation if is_object(organisation) else {}
    categories = [_called(each) for each in objects(one.get("categories"))]
    referral, url, phone = text(one, "referral_url"), text(one, "url"), text(one, "phone")
    email = text(one, "email")
    return Support(
        source=source,
        source_id=text(one, "id"),
        name=text(one, "name"),
        source_url=text(one, "permalink", "aliss_url"),
        licence=licence,
        credits=credits,
        about=text(one, "summary", "description"),
        run_by=text(organisation, "name"),
        join=_join(referral, bool(url or phone or email)),
        referral_url=referral,
        url=url,
        phone=phone,
        email=email,
        spots=tuple(_spots(one.get("locations"))),
        areas=tuple(text(area, "name") for area in objects(one.get("service_areas"))),
        access=tuple(_access(one.get("accessibility_features"))),
        conditions=(),
        themes=tuple(
            dict.fromkeys((*categories, *map(_called, objects(one.get("community_groups")))))
        ),
        kinds=tuple(dict.fromkeys(_kinds(categories))),
        peers=YES if any("peer" in name.split("-") for name in categories) else CANNOT_TELL,
        claimed=_claimed(one.get("is_claimed", organisation.get("is_claimed"))),
        last_checked=day(one, "last_reviewed") or day(one, "last_updated"),
    )


def _called(one: Json) -> str:
    return slug(text(one, "slug", "name"))


def _join(referral: str, reachable: bool) -> Join:
    """Where there is only a way for referrals, that is the way; ALISS says no more of it."""
    if not referral:
        return Join.UNKNOWN
    return Join.EITHER if reachable else Join.REFERRAL


def _claimed(said: object) -> Answer:
    return CANNOT_TELL if not isinstance(said, bool) else YES if said else NO


def _kinds(categories: Iterable[str]) -> Iterator[str]:
    for name in categories:
        for word in name.split("-"):
            if word in _KINDS:
                yield _KINDS[word]


def _access(value: object) -> Iterator[str]:
    for one in objects(value):
        name, more = text(one, "name", "slug"), text(one, "additional_info")
        yield f"{name}: {more}" if more else name


def _spots(value: object) -> Iterator[Spot]:
    for one in objects(value):
        named = (text(one, "name"), text(one, "street_address"), text(one, "locality"))
        words = text(one, "formatted_address") or ", ".join(part for part in named if part)
        yield Spot(
            words, text(one, "postal_code"), number(one, "latitude"), number(one, "longitude")
        )


def _credits(value: object) -> Iterator[Credit]:
    listed = value if is_list(value) else [value]
    for one in listed:
        if isinstance(one, str):
            yield Credit(one)
        elif is_object(one):
            yield Credit(text(one, "text"), text(one, "url"))


def write_aliss(entries: Iterable[tuple[Support, Json | None]], today: date) -> Json:
    """Entries as ALISS would send them, each as it came where it came so.

    Of several licences none is that of all: each entry has its own then. The lines are those of
    every entry together.
    """
    known = list(entries)
    licences = {entry.licence for entry, _ in known}
    licence = licences.pop() if len(licences) == 1 else ""
    lines = tuple(dict.fromkeys(line for entry, _ in known for line in entry.credits))
    read = partial(service, licence=licence, credits=lines)
    return {
        "meta": {
            "licence": licence,
            "attribution": [{"text": one.text, "url": one.url} for one in lines],
        },
        "count": len(known),
        "next": None,
        "previous": None,
        "data": [written(entry, came or _shape(entry), read, today) for entry, came in known],
    }


def _shape(entry: Support) -> Json:
    checked = entry.last_checked
    return {
        "id": entry.source_id,
        "name": entry.name,
        "description": entry.about,
        "url": entry.url,
        "referral_url": entry.referral_url,
        "phone": entry.phone,
        "email": entry.email,
        "categories": [{"name": _in_words(each), "slug": each} for each in entry.themes],
        "accessibility_features": [{"name": each, "slug": slug(each)} for each in entry.access],
        "service_areas": [{"name": each} for each in entry.areas],
        "organisation": {"name": entry.run_by},
        "permalink": entry.source_url,
        **({} if entry.claimed is CANNOT_TELL else {"is_claimed": entry.claimed is YES}),
        **({"last_reviewed": f"{checked}T00:00:00+00:00"} if checked else {}),
        "locations": [_location(spot) for spot in entry.spots],
    }


def _in_words(name: str) -> str:
    plain = name.replace("-", " ")
    return plain[:1].upper() + plain[1:]


def _location(spot: Spot) -> Json:
    degrees = {} if spot.lat is None else {"latitude": spot.lat, "longitude": spot.lon}
    return {"formatted_address": spot.words, "postal_code": spot.postcode, **degrees}
