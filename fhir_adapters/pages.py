"""One search at a FHIR server, page by page: what came, and why that may not be all.

Knows no HTTP: it is given something that gets a page. Whatever does not come to its end stays in
doubt, because it is in doubt from the start.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from fhir_adapters import searched
from fhir_adapters.allowed import Place, next_page
from fhir_adapters.elements import BundleEntry, Resource, Value
from fhir_adapters.needs import Query
from fhir_adapters.prefetch import Found, bundle_found
from fhir_adapters.read import IN_PART, damaged_kinds, is_in_part
from fhir_adapters.searched import (
    is_another_person,
    lacks_codes,
    literally,
    looked_for_less,
)
from fhir_adapters.whose import AnotherPerson, Whose
from rules.record import Kind

MOST_PAGES = 50  # of one list
MOST_RESOURCES = 5_000  # of one call
MOST_OCTETS = 16_000_000  # of one call
MOST_OCTETS_OF_A_LIST = 4_000_000

# Why a list may not be whole, as it is shown to people. Nothing in it comes from the server.
LATE = "it did not come in time"
NO_CONNECTION = "the record system could not be reached"
CUT = "it broke off before its end"
ASK_LATER = "the record system asked to be asked later"
NO_TOKEN = "the record system did not take the access token"
NOT_ITS_SCOPE = "the access token does not reach it"
NOT_THERE = "the record system does not have it"
NOT_TAKEN = "the record system did not take the question"
UNABLE = "the record system was not able to answer"
MOVED = "the record system pointed to another place"
NOT_FHIR = "something else than FHIR was sent in its place"
SOMETHING_ELSE = "something else was sent in its place"
OUTCOME = "the record system could not read it"
DAMAGED = "part of it could not be read"
TOO_MUCH = "there is more of it than is read"
ELSEWHERE = "its next page is not at the same place"
IN_A_CIRCLE = "its pages lead in a circle"
NOT_THE_FIRST = "its first page was not sent"
MOVED_UNDER_US = "it changed from one page to the next"
NOT_THIS_PERSON = searched.NOT_THIS_PERSON
LESS = searched.LESS
SOMEBODY_ELSE = "it held what is about somebody else"
NO_ADDRESS = "the patient's id cannot stand in an address"

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A decoded answer, and the types of those entries in it that could not be read."""

    value: Value
    damaged: frozenset[str]
    body: bytes = b""


class NoPage(Exception):
    """No page came; says why in one plain sentence, and how that was the server's doing."""

    def __init__(self, doubt: str, *, too_narrow: bool = False, down: bool = False) -> None:
        self.doubt = doubt
        self.too_narrow = too_narrow  # without the codes it may be answered
        self.down = down  # a server that is well does not do this
        super().__init__(doubt)


@dataclass(slots=True)
class Limits:
    """What one call may still read, all its lists together."""

    resources: int = MOST_RESOURCES
    octets: int = MOST_OCTETS
    octets_of_a_list: int = MOST_OCTETS_OF_A_LIST
    pages: int = MOST_PAGES


@dataclass(slots=True, repr=False)  # it knows whom it is about
class Reading:
    """One query as far as it came; ``found`` may be asked at any time."""

    query: Query
    patient_id: str
    base: Place
    limits: Limits
    broad: bool = False  # asked by patient alone
    asked: bool = False  # a request went out
    down: bool = True  # until the server has shown that it is not
    codes_ignored: bool = False
    _doubt: str = LATE
    _entries: list[BundleEntry] = field(default_factory=list[BundleEntry])
    _patient: tuple[Resource, ...] = ()
    _known: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    _damaged: frozenset[str] = frozenset()
    _total: int | None = None
    _octets: int = 0
    _pages: tuple[bytes, ...] = ()  # of reminders, which may be ended

    def may_hold(self, octets: int) -> bool:
        """Count so much more that was received; whether it is still as much as is read."""
        self._octets += octets
        self.limits.octets -= octets
        return self._octets <= self.limits.octets_of_a_list and self.limits.octets >= 0

    async def read(self, get: "Get") -> None:
        """All of it, as far as it comes."""
        try:
            if not self.patient_id.strip("."):
                raise NoPage(NO_ADDRESS)
            if self.query.kind is None:
                at = f"{self.query.resource_type}/{quote(self.patient_id, safe='')}"
                self._is_patient(await get(self, at, ()))
            else:
                await self._every_page(get)
        except NoPage as none:
            self._doubt, self.down = none.doubt, none.down
        else:
            self._doubt, self.down = "", False

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return not self._doubt

    @property
    def found(self) -> Found:
        """What came of it until now."""
        kind = self.query.kind
        if kind is None:
            return Found(self._patient, self._doubt)
        one = bundle_found(Value("Bundle", entry=self._entries, total=self._total), kind)
        damaged = DAMAGED if kind in damaged_kinds(self._damaged) else ""
        doubt = self._doubt or damaged or one.doubt
        return Found(one.resources, doubt, pages=self._pages)

    def _is_patient(self, page: Page) -> None:
        value = page.value
        if value.resourceType != "Patient":
            raise NoPage(OUTCOME if value.resourceType == "OperationOutcome" else SOMETHING_ELSE)
        if value.id != self.patient_id:
            raise NoPage(SOMEBODY_ELSE)
        self._patient = (value,)
        if page.damaged:
            raise NoPage(DAMAGED)
        if is_in_part(value):
            raise NoPage(IN_PART)

    async def _every_page(self, get: "Get") -> None:
        page = await self._first(get)
        self._is_asked_for(page.value)
        followed: set[str] = set()
        while (link := self._next(self._kept(page))) is not None:
            if link in followed:
                raise NoPage(IN_A_CIRCLE)
            followed.add(link)
            if len(followed) >= self.limits.pages:
                raise NoPage(TOO_MUCH)
            page = await get(self, link, ())

    async def _first(self, get: "Get") -> Page:
        where = self.query.resource_type
        if not self.broad:
            try:
                return await get(self, where, self._parameters())
            except NoPage as none:
                if not none.too_narrow or not self.query.by:
                    raise
            self.broad = True
        return await get(self, where, self._parameters())

    def _parameters(self) -> Parameters:
        asked = self.query.asked(literally(self.patient_id))
        return tuple(one for one in asked if not self.broad or one[0] != self.query.by)

    def _kept(self, page: Page) -> Value:
        """A page, of which everything was looked at and is kept. Raises NoPage."""
        bundle = page.value
        if bundle.resourceType != "Bundle":
            raise NoPage(OUTCOME if bundle.resourceType == "OperationOutcome" else SOMETHING_ELSE)
        self._damaged |= page.damaged
        entries = bundle.entry or []
        self.limits.resources -= len(entries)
        if self.limits.resources < 0:
            raise NoPage(TOO_MUCH)
        whose = Whose(self.patient_id, server=self.base.text)
        seen: set[tuple[str, str]] = set()
        try:
            for entry in entries:
                if entry.resource is not None:
                    whose.check(entry.resource)
                    seen.add((entry.resource.resourceType, entry.resource.id or ""))
        except AnotherPerson:
            somebody_else = True
        else:
            somebody_else = False
        if somebody_else:
            self._entries.clear()  # what does not say whom it is about may be theirs too
            raise NoPage(SOMEBODY_ELSE)
        if self.query.kind is Kind.TAG:
            self._pages += (page.body,)
        again = {one for one in seen & self._known if one[1]}
        self._known |= seen
        self._entries += [
            entry
            for entry in entries
            if (one := entry.resource) is None or (one.resourceType, one.id or "") not in again
        ]
        if bundle.total is not None:
            self._total = max(bundle.total, self._total or 0)
        if any(one[0] != "OperationOutcome" for one in again):
            raise NoPage(MOVED_UNDER_US)
        return bundle

    def _next(self, bundle: Value) -> str | None:
        links = {link.url for link in bundle.link or () if (link.relation or "").lower() == "next"}
        if not links:
            return None
        link = links.pop()
        where = next_page(link, self.base) if link and not links else None
        if where is None:
            raise NoPage(ELSEWHERE)
        return where

    def _is_asked_for(self, bundle: Value) -> None:
        """Look at what the server says it searched for. Raises NoPage."""
        for link in bundle.link or ():
            relation = (link.relation or "").lower()
            if relation in ("previous", "prev"):
                raise NoPage(NOT_THE_FIRST)
            if relation == "self" and link.url is not None:
                self._is_self(link.url)

    def _is_self(self, address: str) -> None:
        if is_another_person(address, self.query, self.patient_id):
            raise NoPage(NOT_THIS_PERSON)
        if looked_for_less(address, self.query):
            raise NoPage(LESS)
        if not self.broad and lacks_codes(address, self.query):
            self.codes_ignored = True


Get = Callable[[Reading, str, Parameters], Awaitable[Page]]
