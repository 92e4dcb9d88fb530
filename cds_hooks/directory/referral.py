"""Open Referral: version 3 of the UK's profile, and HSDS 3, of which it is a part.

Councils publish in it. It does not say under which licence: whoever imports it does.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from uuid import NAMESPACE_URL, UUID, uuid5

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
    whole,
    written,
)
from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.support import Cost, Credit, Spot, Status, Support, slug

SHAPE = "open referral"
SOURCE = "open-referral"
_STATUS = {
    "active": Status.ACTIVE,
    "inactive": Status.PAUSED,
    "temporarily closed": Status.PAUSED,
    "defunct": Status.GONE,
}
_WRITTEN = {Status.ACTIVE: "active", Status.PAUSED: "inactive", Status.GONE: "defunct"}
_FREE = re.compile(r"\s*(?:free|no (?:charge|cost|fee)s?|£?0(?:\.00?)?(?!\.?\d))\b", re.I)
_MONEY = re.compile(r"[£$€]\s*[\d.,]*[1-9]")
_CONDITIONS = "condition"


def read_referral(document: object, whose: Whose, today: date) -> Page:
    """A service, a list of them, or a page; services at their locations are taken as services."""
    credits = tuple(Credit(line) for line in whose.credits)
    read = partial(service, source=whose.source or SOURCE, licence=whose.licence, credits=credits)
    if is_list(document):
        return each(document, read, today, SHAPE)
    page = document if is_object(document) else {}
    listed = page.get("contents")
    if not is_list(listed):
        return each([document], read, today, SHAPE)
    came = each(listed, read, today, SHAPE)
    here, pages = whole(page, "page_number"), whole(page, "total_pages") or 0
    last = page.get("last_page") is True or here is None or here >= pages
    following = None if last or not listed else (here or 0) + 1
    return Page(came.found, came.asides, following, SHAPE, pages)


def service(
    one: Json, source: str = SOURCE, licence: str = "", credits: tuple[Credit, ...] = ()
) -> Support:
    """One service, as it is said to be; nothing of it is checked yet."""
    inner = one.get("service")
    if is_object(inner):  # a service at a location
        one = {"service_at_locations": [one], **inner}
    organization = one.get("organization")
    organization = organization if is_object(organization) else {}
    locations = [
        place
        for at in objects(one.get("service_at_locations"))
        if is_object(place := at.get("location"))
    ]
    terms = list(_terms(one.get("attributes")))
    cost, words = _cost(one)
    return Support(
        source=source,
        source_id=text(one, "id"),
        name=text(one, "name"),
        licence=licence,
        credits=credits,
        about=text(one, "description"),
        run_by=text(organization, "name"),
        url=text(one, "url"),
        phone=_phone(one),
        email=text(one, "email"),
        spots=tuple(spot for place in locations for spot in _spots(place)),
        online=_online(locations),
        areas=tuple(text(area, "name") for area in objects(one.get("service_areas"))),
        days="; ".join(filter(None, map(_days, objects(one.get("schedules"))))),
        cost=cost,
        cost_words=words,
        wait=text(one, "wait_time"),
        youngest=whole(one, "minimum_age"),
        oldest=whole(one, "maximum_age"),
        languages=tuple(text(spoken, "code") for spoken in objects(one.get("languages"))),
        access=tuple(_access(locations)),
        conditions=tuple(name for name, kind in terms if kind),
        themes=tuple(name for name, kind in terms if not kind),
        last_checked=day(one, "assured_date") or day(one, "last_modified"),
        # What has no status is not said to be active (the profile needs one).
        status=_STATUS.get(text(one, "status").lower(), Status.PAUSED),
    )


def _phone(one: Json) -> str:
    lists = (one.get("phones"), *(each.get("phones") for each in objects(one.get("contacts"))))
    numbers = (text(phone, "number").strip('"') for held in lists for phone in objects(held))
    return next(filter(None, numbers), "")


def _terms(value: object) -> Iterator[tuple[str, bool]]:
    """The names of its taxonomy terms, and whether each is a condition of people."""
    for one in objects(value):
        term = one.get("taxonomy_term")
        if is_object(term) and (name := slug(text(term, "name"))):
            sort = text(term, "taxonomy").lower()
            yield name, _CONDITIONS in sort


def _spots(place: Json) -> Iterator[Spot]:
    """Where it is: an address with its degrees. Only those that can be gone to."""
    if text(place, "location_type") == "virtual":
        return
    lat, lon = number(place, "latitude"), number(place, "longitude")
    addresses = objects(place.get("addresses"))
    for one in addresses:
        parts = [text(one, key) for key in ("address_1", "address_2", "city")]
        named = [text(place, "name"), *parts]
        words = ", ".join(dict.fromkeys(part for part in named if part))
        yield Spot(words, text(one, "postal_code"), lat, lon)
    if not addresses:
        yield Spot(text(place, "name"), "", lat, lon)


def _online(locations: Iterable[Json]) -> Answer:
    sorts = {text(place, "location_type") for place in locations} - {""}
    if not sorts:
        return CANNOT_TELL
    return YES if "virtual" in sorts else NO


def _days(schedule: Json) -> str:
    if said := text(schedule, "description"):
        return said
    days = [_DAYS[code] for code in text(schedule, "byday").split(",") if code in _DAYS]
    opens, closes = text(schedule, "opens_at")[:5], text(schedule, "closes_at")[:5]
    hours = f" {opens} to {closes}" if days and opens and closes else ""
    return f"{' and '.join(days)}{hours}"


_DAYS = {
    "MO": "Mondays",
    "TU": "Tuesdays",
    "WE": "Wednesdays",
    "TH": "Thursdays",
    "FR": "Fridays",
    "SA": "Saturdays",
    "SU": "Sundays",
}


def _cost(one: Json) -> tuple[Cost, str]:
    """What it costs: the options where there are any, else what its words plainly say."""
    options = objects(one.get("cost_options"))
    amounts = [amount for option in options if (amount := number(option, "amount")) is not None]
    said = text(one, "fees_description", "fees")
    words = said or "; ".join(filter(None, map(_option, options)))
    if amounts:
        return (Cost.PAID if any(amounts) else Cost.FREE), words
    if _FREE.match(said) and not _MONEY.search(said):
        return Cost.FREE, words
    return (Cost.PAID if _MONEY.search(said) else Cost.UNKNOWN), words


def _option(option: Json) -> str:
    amount = number(option, "amount")
    money = "" if amount is None else "free" if not amount else f"£{amount:.2f}"
    return " ".join(part for part in (text(option, "option"), money) if part)


def _access(locations: Iterable[Json]) -> Iterator[str]:
    for place in locations:
        for one in objects(place.get("accessibility")):
            yield text(one, "description", "accessibility")


def write_referral(entries: Iterable[tuple[Support, Json | None]], today: date) -> Json:
    """Entries as one page of an Open Referral directory, each as it came where it came so."""
    services = [
        written(entry, original or _shape(entry), service, today) for entry, original in entries
    ]
    return {
        "total_items": len(services),
        "total_pages": 1,
        "page_number": 1,
        "size": len(services),
        "first_page": True,
        "last_page": True,
        "empty": not services,
        "contents": services,
    }


def _shape(entry: Support) -> Json:
    made = partial(_id, entry)
    shape: Json = {
        "id": entry.source_id if _is_uuid(entry.source_id) else made("service"),
        "name": entry.name,
        "description": entry.about,
        "status": _WRITTEN[entry.status],
        "organization": {
            "id": made("organization"),
            "name": entry.run_by or entry.name,
            "description": entry.run_by or entry.name,
        },
    }
    for key, value in (
        ("url", entry.url),
        ("email", entry.email),
        ("minimum_age", entry.youngest),
        ("maximum_age", entry.oldest),
        ("wait_time", entry.wait),
        ("assured_date", entry.last_checked.isoformat() if entry.last_checked else ""),
    ):
        if value not in ("", None):
            shape[key] = value
    if entry.phone:
        shape["contacts"] = [
            {"id": made("contact"), "phones": [{"id": made("phone"), "number": entry.phone}]}
        ]
    if entry.days:
        shape["schedules"] = [{"id": made("schedule"), "description": entry.days}]
    if entry.languages:
        shape["languages"] = [
            {"id": made(f"language {code}"), "code": code} for code in entry.languages
        ]
    if entry.cost is not Cost.UNKNOWN:
        option: Json = {"id": made("cost"), "option": entry.cost_words or str(entry.cost)}
        if entry.cost is Cost.FREE:
            option["amount"] = 0
        shape["cost_options"] = [option]
    if entry.areas:
        shape["service_areas"] = [
            {"id": made(f"area {name}"), "name": name} for name in entry.areas
        ]
    places = [_at(entry, spot, place) for place, spot in enumerate(entry.spots)]
    if entry.online is YES:
        places.append({"id": made("online"), "location": _location(made("virtual"), "virtual")})
    if places and entry.access:
        places[0]["location"]["accessibility"] = [
            {"id": made(f"access {words}"), "description": words} for words in entry.access
        ]
    if places:
        shape["service_at_locations"] = places
    terms = [(name, "theme") for name in entry.themes]
    terms += [(name, "condition") for name in entry.conditions]
    if terms:
        shape["attributes"] = [_attribute(entry, name, sort) for name, sort in terms]
    return shape


def _at(entry: Support, spot: Spot, place: int) -> Json:
    location = _location(_id(entry, f"location {place}"), "physical")
    if spot.lat is not None:
        location |= {"latitude": spot.lat, "longitude": spot.lon}
    if spot.words:
        location["name"] = spot.words
    if spot.postcode:
        location["addresses"] = [
            {
                "id": _id(entry, f"address {place}"),
                "address_1": spot.words,
                "city": "",
                "state_province": "",
                "postal_code": spot.postcode,
                "country": "GB",
                "address_type": "physical",
            }
        ]
    return {"id": _id(entry, f"at {place}"), "location": location}


def _location(name: str, sort: str) -> Json:
    return {"id": name, "location_type": sort}


def _attribute(entry: Support, name: str, sort: str) -> Json:
    plain = name.replace("-", " ")
    term = {
        "id": str(uuid5(NAMESPACE_URL, f"urn:good-day:{sort}:{name}")),
        "name": plain,
        "description": plain,
        "taxonomy": sort,
    }
    return {"id": _id(entry, f"attribute {sort} {name}"), "taxonomy_term": term}


def _id(entry: Support, what: str) -> str:
    """A UUID that is the same for the same thing of the same entry, whenever it is written."""
    return str(uuid5(NAMESPACE_URL, f"urn:good-day:{entry.id}:{what}"))


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
