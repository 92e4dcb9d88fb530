"""One thing nearby that people can join or ring, as a directory says it: the same whoever said it.

A value of plain text. ``tidy`` is its one gate: what is in an entry has been through it, wherever
it came from. Whoever shows it escapes it all the same.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from rules.answer import CANNOT_TELL, NO, YES, Answer

_Thing = TypeVar("_Thing")


class Join(StrEnum):
    """How people come to it."""

    SELF = "self"
    REFERRAL = "referral"
    EITHER = "either"
    UNKNOWN = "not known"


class Cost(StrEnum):
    """Whether it costs anything."""

    FREE = "free"
    PAID = "paid"
    UNKNOWN = "not known"


class Status(StrEnum):
    """What its directory says of it."""

    ACTIVE = "active"
    PAUSED = "closed for now"
    GONE = "gone"


class Room(StrEnum):
    """Whether anybody can come now."""

    OPEN = "open"
    WAITING = "waiting"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Credit:
    """A line that has to stand wherever the entry is shown."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where it meets. Degrees, both or neither."""

    words: str
    postcode: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """One entry (CONTENT 4). Texts are "" and lists are empty where nothing is known."""

    source: str  # whose entry it is: aliss, or whatever the directory is called here
    source_id: str
    name: str
    source_url: str = ""
    licence: str = ""
    credits: tuple[Credit, ...] = ()
    about: str = ""
    run_by: str = ""
    join: Join = Join.UNKNOWN
    referral_url: str = ""
    url: str = ""
    phone: str = ""
    email: str = ""
    spots: tuple[Spot, ...] = ()
    online: Answer = CANNOT_TELL
    areas: tuple[str, ...] = ()
    days: str = ""
    cost: Cost = Cost.UNKNOWN
    cost_words: str = ""
    wait: str = ""  # how long people wait, in the words of its directory
    youngest: int | None = None
    oldest: int | None = None
    languages: tuple[str, ...] = ()  # BCP 47, small letters
    access: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()  # names in lower-case-words, and so are themes and kinds
    themes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    peers: Answer = CANNOT_TELL  # whether it is run by people who live with the same
    claimed: Answer = CANNOT_TELL  # whether whoever runs it looks after the entry
    last_checked: date | None = None  # by its directory
    status: Status = Status.ACTIVE

    @property
    def id(self) -> str:
        """What it is called here, whatever becomes of its name."""
        return f"{self.source}:{self.source_id}"

    @property
    def step_free(self) -> Answer:
        """Whether somebody who uses a wheelchair can get in, as far as it is said."""
        said = [text for text in self.access if _STEP_FREE.search(text)]
        if not said:
            return CANNOT_TELL
        return NO if all(_NOT.search(text) for text in said) else YES


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry that two people published, with what is known of it here."""

    entry: Support
    room: Room = Room.OPEN
    weeks: int = 0  # to wait, where it is known
    checked_here: date | None = None  # when somebody here rang or looked

    @property
    def last_checked(self) -> date | None:
        """When anybody last made sure that it is as it says."""
        days = [day for day in (self.entry.last_checked, self.checked_here) if day is not None]
        return max(days, default=None)


# The words that services and entries may have for what sort of thing it is.
KINDS = ("group", "course", "peers", "one-to-one", "drop-in", "activity", "helpline", "online")

LONGEST_NAME = 200
_LONGEST_ABOUT = 600
_LONGEST_LINE = 300
_LONGEST_WAIT = 80  # it stands on a card
LONGEST_URL = 500
_MOST = 40  # of anything that there is a list of
_MOST_CREDITS = 10
_OLDEST = 130

_STEP_FREE = re.compile(r"step[- ]?free|wheel ?chair|level access|no steps|\bramp|\blift\b", re.I)
_NOT = re.compile(r"\b(?:no|not|without|isn't|aren't)\b(?! steps)", re.I)
_URL = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
    r"(?:[/?#][^\s<>\"'`\\{}|^]*)?"
)
_PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]{4,30}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
_SOURCE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SOURCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,8})*")
_SLUG_GAPS = re.compile(r"[^a-z0-9]+")
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_MANY_MARKS = re.compile(r"(?<=[\u0300-\u036f]{3})[\u0300-\u036f]+")


class NotAnEntry(ValueError):
    """What cannot be an entry; says why in one sentence, and quotes nothing of it."""


def plain(text: str, longest: int = _LONGEST_LINE) -> str:
    """A text on one line, without what nobody can see; cut at a word where it is longer."""
    seen = "".join(
        " " if c.isspace() else c
        for c in unicodedata.normalize("NFC", text)
        if c.isspace() or (unicodedata.category(c) not in _UNSEEN and c not in _BLANKS)
    )
    line = _MANY_MARKS.sub("", unicodedata.normalize("NFC", " ".join(seen.split())))
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def slug(text: str) -> str:
    """A name in lower-case-words; "" where nothing of it can be one."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _SLUG_GAPS.sub("-", letters).strip("-")[:60].strip("-")


def tidy(entry: Support, today: date) -> tuple[Support, tuple[str, ...]]:
    """The entry as it may be kept, and a sentence for each thing of it that was left out.

    A day that is still to come is left out: nobody checked anything then. Raises NotAnEntry.
    """
    name = plain(entry.name, LONGEST_NAME + 1)
    if not name:
        raise NotAnEntry("It has no name.")
    if len(name) > LONGEST_NAME:
        raise NotAnEntry(f"Its name is longer than {LONGEST_NAME} characters.")
    if not _SOURCE.fullmatch(entry.source) or len(entry.source) > 60:
        raise NotAnEntry("Whose entry it is cannot be told.")
    if not _SOURCE_ID.fullmatch(entry.source_id):
        raise NotAnEntry("Its id is not one that can stand in an address.")
    checked = entry.last_checked
    if checked is not None and (checked > today or checked.year < 1990):
        checked = None
    ages = _ages(entry.youngest, entry.oldest)
    kept = replace(
        entry,
        name=name,
        source_url=_url(entry.source_url),
        licence=plain(entry.licence),
        credits=_credits(entry.credits),
        about=plain(entry.about, _LONGEST_ABOUT),
        run_by=plain(entry.run_by, LONGEST_NAME),
        referral_url=_url(entry.referral_url),
        url=_url(entry.url),
        phone=_whole(_PHONE, entry.phone),
        email=_whole(_EMAIL, entry.email),
        spots=_each(_spot(spot) for spot in entry.spots),
        areas=_each(plain(area, LONGEST_NAME) for area in entry.areas),
        days=plain(entry.days),
        cost_words=plain(entry.cost_words),
        wait=plain(entry.wait, _LONGEST_WAIT),
        youngest=ages[0],
        oldest=ages[1],
        languages=_each(_whole(_LANGUAGE, code.lower()) for code in entry.languages),
        access=_each(plain(text) for text in entry.access),
        conditions=_each(map(slug, entry.conditions)),
        themes=_each(map(slug, entry.themes)),
        kinds=_each(kind for kind in entry.kinds if kind in KINDS),
        last_checked=checked,
    )
    return kept, tuple(_LEFT_OUT[name] for name in _LEFT_OUT if _lost(entry, kept, name))


_LEFT_OUT = {
    "url": "its web address is not one, and was left out",
    "referral_url": "the address for referrals is not one, and was left out",
    "phone": "its telephone number is not one, and was left out",
    "email": "its email address is not one, and was left out",
    "last_checked": "the day it was checked is still to come or long past, and was left out",
    "youngest": "the ages it is for make no sense, and were left out",
}


def _lost(before: Support, after: Support, name: str) -> bool:
    was, now = getattr(before, name), getattr(after, name)
    return was not in ("", None) and now in ("", None)


def _each(found: Iterable[_Thing | None]) -> tuple[_Thing, ...]:
    """Each once, without what is empty, and no more than so many."""
    return tuple(dict.fromkeys(one for one in found if one))[:_MOST]


def _url(text: str) -> str:
    text = text.strip()
    return text if len(text) <= LONGEST_URL and text.isascii() and _URL.fullmatch(text) else ""


def _whole(pattern: re.Pattern[str], text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_NAME and pattern.fullmatch(text) else ""


def _credits(found: Iterable[Credit]) -> tuple[Credit, ...]:
    kept = (Credit(plain(one.text), _url(one.url)) for one in found)
    return _each(one for one in kept if one.text)[:_MOST_CREDITS]


def _spot(spot: Spot) -> Spot | None:
    """A place with words or with degrees; degrees that are on no map are left out."""
    lat, lon = spot.lat, spot.lon
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        lat = lon = None
    kept = Spot(plain(spot.words), plain(spot.postcode, 12).upper(), lat, lon)
    return kept if kept.words or kept.postcode or lat is not None else None


def _ages(youngest: int | None, oldest: int | None) -> tuple[int | None, int | None]:
    low, high = youngest or 0, _OLDEST if oldest is None else oldest
    return (youngest, oldest) if 0 <= low <= high <= _OLDEST else (None, None)
