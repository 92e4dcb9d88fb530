"""Which entries of a directory stand on a card: three at most, chosen the same for everybody.

By theme, then by how far it is, cost, access, language and the day on which somebody last checked.
What was not checked for half a year comes last and for a year not at all. Nothing that anybody
paid for, and nothing of how many people go there, is a part of it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from enum import IntEnum
from itertools import groupby, islice
from math import asin, cos, radians, sin, sqrt

from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.credits import LANGUAGES, as_words, whose_are
from rules.days import in_words
from rules.outcome import Proposal
from rules.papers import primary
from rules.rule import Library, Offer, OfferKind, Practice, Service
from rules.support import Cost, Listed, Room, Status, Support

MOST_PLACES = 3
FADES_AFTER, HIDES_AFTER = 180, 365  # days without anybody having checked (PRODUCT 3.3, sketch 11)
# Kilometres up to which it is about as far: a walk, a bus, a drive. A metre is no reason to choose.
_BANDS = (1.6, 5.0, 15.0)
_FURTHEST = 40.0  # kilometres: what is further is not nearby
_EARTH = 6371.0  # kilometres, its radius
_KM_OF_A_MILE = 1.609

Degrees = tuple[float, float]


class Freshness(IntEnum):
    """How lately anybody made sure that it is as it says."""

    FRESH = 0
    FADED = 1
    STALE = 2  # or never checked at all


def freshness(one: Listed, today: date) -> Freshness:
    """How far it has faded by now."""
    checked = one.last_checked
    days = (today - checked).days if checked is not None else HIDES_AFTER
    if days >= HIDES_AFTER:
        return Freshness.STALE
    return Freshness.FADED if days >= FADES_AFTER else Freshness.FRESH


def fits(one: Listed, service: Service) -> bool:
    """Whether it is what a service looks for: a theme of it, and its sort where it names one."""
    entry = one.entry
    if entry.status is not Status.ACTIVE or set(service.themes).isdisjoint(entry.themes):
        return False
    return not service.kinds or not set(service.kinds).isdisjoint(entry.kinds)


def candidates(
    service: Service, listed: Iterable[Listed], today: date, here: Degrees | None
) -> tuple[Listed, ...]:
    """Whatever a service may mean today, full or not, in the order for whoever comes."""
    if not service.themes:
        return ()
    found = [
        one
        for one in listed
        if fits(one, service)
        and freshness(one, today) is not Freshness.STALE
        and _is_near(one.entry, here)
        and as_words(one.entry.name)  # a card could not name it
    ]
    return tuple(sorted(found, key=lambda one: _order(one, service, today, here)))


def _is_near(entry: Support, here: Degrees | None) -> bool:
    """Whether it may be nearby: online, or not known to be further than anybody would go."""
    far = distance(entry, here)
    return entry.online is YES or far is None or far <= _FURTHEST


def nearby_services(
    library: Library, listed: Iterable[Listed], today: date
) -> dict[str, tuple[Listed, ...]]:
    """What there is for each service of a library's rules, by its id, where there is something."""
    every = tuple(listed)
    offers = (offer for rule in library.rules for offer in rule.offers)
    services = {one.service.id: one.service for one in offers if one.service is not None}
    where = library.practice.where
    found = ((name, candidates(one, every, today, where)) for name, one in services.items())
    return {name: near for name, near in found if near}


def is_full(found: Collection[Listed]) -> bool:
    """Whether there is something, and none of it has room."""
    return bool(found) and all(one.room is not Room.OPEN for one in found)


def full_now(nearby: Mapping[str, tuple[Listed, ...]]) -> frozenset[str]:
    """The keys of the referrals to services of which nothing that there is has room."""
    return frozenset(
        f"{OfferKind.REFER}:{name}" for name, found in nearby.items() if is_full(found)
    )


def found_open(nearby: Mapping[str, tuple[Listed, ...]]) -> dict[str, date]:
    """The services for which there is room, by their ids, with the day somebody here said so.

    Only what somebody here rang or looked at counts: a directory's own check is of its entry, and
    says nothing of whether anybody can come.
    """
    found: dict[str, date] = {}
    for name, listed in nearby.items():
        days = [one.checked_here for one in listed if one.room is Room.OPEN and one.checked_here]
        if days:
            found[name] = max(days)
    return found


def nearby_for(offer: Offer, practice: Practice, language: str, today: date) -> tuple[Listed, ...]:
    """Three at most for one offer and one person."""
    if offer.kind is not OfferKind.REFER or offer.service is None:
        return ()
    found = practice.nearby.get(offer.service.id, ())
    return choose_places(offer.service, found, today, practice.where, language)


def choose_places(
    service: Service,
    found: Iterable[Listed],
    today: date,
    here: Degrees | None = None,
    language: str = "",
) -> tuple[Listed, ...]:
    """Three at most of what ``candidates`` gave, in its order, for who speaks a language."""
    with_room = (one for one in found if one.room is Room.OPEN)
    if primary(language) in _MOSTLY:
        return tuple(islice(with_room, MOST_PLACES))
    chosen: list[Listed] = []
    # Their language counts among what is otherwise alike, down to the day of the last check.
    for _, alike in groupby(with_room, key=lambda one: _before_language(one, service, today, here)):
        chosen += sorted(alike, key=lambda one: _by_language(one.entry, language))
        if len(chosen) >= MOST_PLACES:
            break
    return tuple(chosen[:MOST_PLACES])


def _order(
    one: Listed, service: Service, today: date, here: Degrees | None
) -> tuple[tuple[int, ...], int, str, str]:
    checked = one.last_checked or date.min
    before = _before_language(one, service, today, here)
    return before, -checked.toordinal(), one.entry.name.casefold(), one.entry.id


def _before_language(
    one: Listed, service: Service, today: date, here: Degrees | None
) -> tuple[int, ...]:
    entry = one.entry
    return (
        freshness(one, today),
        -len(set(service.themes) & set(entry.themes)),
        _band(distance(entry, here), entry.online),
        _BY_COST[entry.cost],
        _BY_ACCESS[entry.step_free],
    )


_BY_COST: Mapping[Cost, int] = {Cost.FREE: 0, Cost.UNKNOWN: 1, Cost.PAID: 2}
_BY_ACCESS: Mapping[Answer, int] = {YES: 0, CANNOT_TELL: 1, NO: 2}


def _by_language(entry: Support, language: str) -> int:
    """Those in the person's own language first."""
    return 0 if primary(language) in {primary(code) for code in entry.languages} else 1


_MOSTLY = ("", "en")  # what most things are in; whoever speaks it needs none to be preferred


def distance(entry: Support, here: Degrees | None) -> float | None:
    """Kilometres as the crow flies to the nearest of its places; None where nobody can tell."""
    if here is None:
        return None
    ways = [
        _between(here, (spot.lat, spot.lon))
        for spot in entry.spots
        if spot.lat is not None and spot.lon is not None
    ]
    return min(ways, default=None)


def _between(one: Degrees, other: Degrees) -> float:
    (lat, lon), (to_lat, to_lon) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return 2 * _EARTH * asin(sqrt(min(1.0, half)))


def _band(kilometres: float | None, online: Answer) -> int:
    """How far it is, roughly. What is online is as near as anything; not known comes last."""
    if online is YES:
        return 0
    if kilometres is None:
        return len(_BANDS) + 1
    return next((band for band, up_to in enumerate(_BANDS) if kilometres <= up_to), len(_BANDS))


def in_words_of_a_card(one: Listed, today: date, here: Degrees | None) -> str:
    """One line of a card: what it is called, where, how far, cost, access, and how to ring."""
    entry = one.entry
    parts = [*_where(entry, here), *_cost(entry), *_access(entry), *_languages(entry)]
    if wait := as_words(entry.wait):
        parts.append(f"waiting time {wait}")
    if entry.phone:
        parts.append(f"ring {as_words(entry.phone)}")
    return f"{as_words(entry.name)}: {', '.join([*parts, checked_in_words(one, today)])}"


def checked_in_words(one: Listed, today: date) -> str:
    """When anybody last checked it; that is always said."""
    checked = one.last_checked
    if checked is None:
        return "never checked"
    old = ", some time ago" if freshness(one, today) is not Freshness.FRESH else ""
    return f"last checked {in_words(checked)}{old}"


def with_places(
    proposals: Iterable[Proposal], language: str, practice: Practice, today: date
) -> list[Proposal]:
    """The buttons of one card, those for referrals with what there is nearby: three in all."""
    found: list[Proposal] = []
    said: set[str] = set()
    for one in proposals:
        near = nearby_for(one.offer, practice, language, today) if one.offer is not None else ()
        new = [place for place in near if place.entry.id not in said][: MOST_PLACES - len(said)]
        said |= {place.entry.id for place in new}
        found.append(replace(one, places=tuple(new)))
    return found


def paragraphs(proposals: Iterable[Proposal], practice: Practice, today: date) -> list[str]:
    """What a card says of places nearby: for each service a list, and whose entries they are."""
    said: list[str] = []
    every: list[Listed] = []
    for one in proposals:
        if one.places and one.offer is not None and one.offer.service is not None:
            lines = [
                f"- {in_words_of_a_card(place, today, practice.where)}" for place in one.places
            ]
            said.append("\n".join([f"Nearby, for {one.offer.service.name}:", "", *lines]))
            every += one.places
    return [*said, whose_are(every)] if every else []


def _where(entry: Support, here: Degrees | None) -> list[str]:
    far = distance(entry, here)
    found = [as_words(entry.spots[0].words or entry.spots[0].postcode)] if entry.spots else []
    if far is not None:
        miles = far / _KM_OF_A_MILE
        found.append("under a mile from here" if miles < 1 else f"about {_miles(miles)} from here")
    if entry.online is YES:
        found.append("online")
    if not found and entry.areas:
        found.append(as_words(entry.areas[0]))
    return [words for words in found if words]


def _miles(miles: float) -> str:
    whole = round(miles)
    return "1 mile" if whole == 1 else f"{whole} miles"


def _cost(entry: Support) -> list[str]:
    return (
        []
        if entry.cost is Cost.UNKNOWN
        else ["free" if entry.cost is Cost.FREE else "costs something"]
    )


def _access(entry: Support) -> list[str]:
    return {YES: ["step-free"], NO: ["not step-free"], CANNOT_TELL: []}[entry.step_free]


def _languages(entry: Support) -> list[str]:
    """Languages besides English, by their names where we have one."""
    codes = dict.fromkeys(map(primary, entry.languages))
    names = [LANGUAGES[code] for code in codes if code in LANGUAGES]
    return [f"in {' and '.join(names[:3])}"] if names else []
