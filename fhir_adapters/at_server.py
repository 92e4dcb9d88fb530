"""Reminders at a FHIR server: some in a transaction, what came of each, and what is there now.

It asks once and says what came. When to ask again is for whoever asks.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import quote

import msgspec

from fhir_adapters.allowed import next_page
from fhir_adapters.drafts import Json
from fhir_adapters.reminders import Change
from fhir_adapters.sending import Answer, Line
from fhir_adapters.systems import REMINDER

_AT_ONCE = 20  # names in one search: an address of two thousand letters
_MOST_PAGES = 50
_STATUS = re.compile(r"([1-5][0-9]{2})\b.*", re.DOTALL)
_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_OVER = ("inactive", "entered-in-error")


class NoLook(Exception):
    """What a server has could not be looked up; its status, and for how long it asks to wait."""

    def __init__(self, status: int, wait: float | None = None) -> None:
        super().__init__(f"status {status}")
        self.status, self.wait = status, wait


class Stands(StrEnum):
    """How a reminder that is to be ended stands at the server."""

    AS_READ = "as-read"
    OVER = "over"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said of a transaction; ``each`` is empty where it does not say so of each."""

    status: int
    each: tuple[int, ...] = ()
    wait: float | None = None


async def send(line: Line, changes: Sequence[Change]) -> Reply:
    """Send changes as one transaction. Raises NoAnswer and NoSignIn."""
    entries = [change.entry for change in changes]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    answer = await line.post(msgspec.json.encode(bundle))
    return Reply(answer.status, _each(answer, len(changes)), answer.wait)


class _Response(msgspec.Struct):
    status: str = ""


class _Responded(msgspec.Struct):
    response: _Response | None = None


class _Responses(msgspec.Struct):
    resourceType: str
    entry: list[_Responded] = []


def _each(answer: Answer, expected: int) -> tuple[int, ...]:
    if answer.status not in (200, 201):
        return ()
    try:
        came = msgspec.json.decode(answer.body, type=_Responses)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ()
    statuses = [_STATUS.fullmatch(one.response.status) for one in came.entry if one.response]
    found = tuple(int(status[1]) for status in statuses if status)
    return found if came.resourceType == "Bundle" and len(found) == expected else ()


class _Identifier(msgspec.Struct):
    system: str | None = None
    value: str | None = None


class _Period(msgspec.Struct):
    end: str | None = None


class _Flag(msgspec.Struct):
    resourceType: str = ""
    id: str = ""
    status: str | None = None
    period: _Period | None = None
    identifier: list[_Identifier] = []

    def is_over(self, today: date) -> bool:
        """Whether it asks nobody any more: void, not active, or ended before today."""
        end = self.period.end if self.period is not None else None
        day = _DAY.match(end or "")
        # A day may be known by its month or its year alone, which is over once that is.
        ended = day is not None and day[0] < today.isoformat()[: len(day[0])]
        return self.status in _OVER or ended


class _Found(msgspec.Struct):
    resource: _Flag | None = None


class _Link(msgspec.Struct):
    relation: str = ""
    url: str = ""


class _Page(msgspec.Struct):
    resourceType: str
    type: str = ""
    entry: list[_Found] = []
    link: list[_Link] = []


async def there(
    line: Line, names: Collection[str], today: date
) -> Mapping[str, Mapping[str, bool]]:
    """Which reminders a server has under each of these names, and whether each is over today.

    Raises NoAnswer, NoSignIn and NoLook.
    """
    found: dict[str, dict[str, bool]] = {name: {} for name in names}
    in_order = sorted(found)
    for start in range(0, len(in_order), _AT_ONCE):
        some = in_order[start : start + _AT_ONCE]
        wanted = ",".join(quote(f"{REMINDER}|{name}", safe="") for name in some)
        address: str | None = f"{line.base.text}/Flag?identifier={wanted}&_count=100"
        for _ in range(_MOST_PAGES):
            if address is None:
                break
            page = _page(await line.get(address))
            _keep(page, found, today)
            address = _next(page, line)
        else:
            raise NoLook(200)
    return found


def _page(answer: Answer) -> _Page:
    if answer.status != 200:
        raise NoLook(answer.status, answer.wait)
    try:
        page = msgspec.json.decode(answer.body, type=_Page)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NoLook(answer.status) from None
    if (page.resourceType, page.type) != ("Bundle", "searchset"):
        raise NoLook(answer.status)
    return page


def _keep(page: _Page, found: Mapping[str, dict[str, bool]], today: date) -> None:
    flags = (one.resource for one in page.entry if one.resource is not None)
    for flag in flags:
        for one in flag.identifier:
            under = found.get(one.value or "") if one.system == REMINDER else None
            if under is not None and flag.resourceType == "Flag":
                under[f"Flag/{flag.id}"] = flag.is_over(today)


def _next(page: _Page, line: Line) -> str | None:
    links = [link.url for link in page.link if link.relation == "next"]
    if not links:
        return None
    address = next_page(links[0], line.base)
    if address is None:
        raise NoLook(200)  # what is on a page that we may not turn to is not known
    return address


async def stands(line: Line, change: Change) -> Stands:
    """How a reminder that is to be ended stands now. Raises NoAnswer, NoSignIn and NoLook."""
    answer = await line.get(f"{line.base.text}/{change.reference}")
    if answer.status in (404, 410):
        return Stands.GONE
    if answer.status != 200:
        raise NoLook(answer.status, answer.wait)
    try:
        flag = msgspec.json.decode(answer.body, type=Json)
        version = flag["meta"]["versionId"]
        same = (flag["resourceType"], flag["id"]) == ("Flag", change.reference.partition("/")[2])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, TypeError):
        raise NoLook(answer.status) from None
    if not same:
        raise NoLook(answer.status)
    if version == change.version:
        return Stands.AS_READ
    return Stands.OVER if flag.get("status") in _OVER else Stands.CHANGED
