"""Everybody by searches, where a server has no $export: who there is, and then each of them.

The searches are those that the fallback makes while a record is open, looked at as closely: what of
a list is in doubt is written down as unknown, of that person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import msgspec

from fhir_adapters import pages
from fhir_adapters.allowed import next_page
from fhir_adapters.bulk.fetched import PATIENT, UNREAD, Fetched, Kept, Search, Unread
from fhir_adapters.decode import UNREADABLE, NotFhir, read_resource, read_value
from fhir_adapters.fetching.calling import BUSY, UNABLE, Calls, NotFetched, together
from fhir_adapters.fetching.export import Watch
from fhir_adapters.fetching.state import Place, State
from fhir_adapters.needs import PAGE, Needs, Query
from fhir_adapters.pages import Limits, NoPage, Page, Parameters, Reading
from fhir_adapters.server import no_page

PEOPLE_AT_ONCE = 4
# After so many people it is written down how far it is; what is not is asked for again.
_CHUNK = 20
_TRIES = 3  # of one page of one person
_MOST_PAGES = 100_000  # of everybody there is
# Nobody waits, so that more of one person may be read than while a record is open.
_RESOURCES, _OCTETS = 100_000, 256_000_000
_ID = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.")


@dataclass(frozen=True, slots=True)
class Searching:
    """One fetch by searches."""

    calls: Calls
    place: Place
    state: State
    needs: Needs
    watch: Watch


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw()


class _Bundle(msgspec.Struct):
    entry: list[_Entry] | None = None


class _Member(msgspec.Struct):
    entity: dict[str, object] = {}
    inactive: bool = False


class _Group(msgspec.Struct):
    resourceType: str
    id: str
    member: list[_Member] = []


class _Named(msgspec.Struct):
    resourceType: str = ""
    id: str = ""


_ENTRIES = msgspec.json.Decoder(_Bundle)
_NAMED = msgspec.json.Decoder(_Named)


async def by_search(one: Searching) -> Fetched:
    """All of it. Raises NotFetched where who there is cannot be known, and OSError."""
    state, place = one.state, one.place
    if not _is_as_long(one):
        state = one.state
        state.everybody, state.people_done = False, 0
    if not state.everybody:
        await _everybody(one)
    people = _people(one)
    asked = [query for query in one.needs.queries if query.kind is not None]
    broad: set[tuple[str, str]] = set()
    while state.people_done < len(people):
        one.watch("People", state.people_done, len(people))
        chunk = people[state.people_done : state.people_done + _CHUNK]
        found: dict[str, _Found] = {}
        for start in range(0, len(chunk), PEOPLE_AT_ONCE):
            some = chunk[start : start + PEOPLE_AT_ONCE]
            await together(_person(one, who, found, broad) for who in some)
        if asked and all(mine.unable == len(asked) for mine in found.values()):
            raise NotFetched(UNABLE)
        _write(one, [found[who] for who in chunk])
        state.people_done += len(chunk)
        place.keep(state)
    return _account(one)


# ---- who there is ------------------------------------------------------------------------------


async def _everybody(one: Searching) -> None:
    """Write down everybody's Patient entry. Raises NotFetched."""
    level = one.state.asked.level
    if level.startswith("Group/"):
        found = await _members(one, level)
    else:
        found = await _listed(one)
    if not found:
        raise NotFetched("The server lists nobody that could be read.")
    with one.place.file(_file(PATIENT), at=0) as file:
        for who in sorted(found):
            file.write(found[who] + b"\n")
        one.state.sizes = {PATIENT: file.tell()}
    for name in (*_types(one), UNREAD):
        with one.place.file(_file(name), at=0):
            one.state.sizes[name] = 0
    one.state.everybody, one.state.people_done, one.state.people_unread = True, 0, 0
    one.place.keep(one.state)


async def _listed(one: Searching) -> dict[str, bytes]:
    """Everybody that the server lists. Raises NotFetched.

    A list that shifted while it was read is read again: somebody may have been passed over.
    """
    tries = 3
    while True:
        found, lost, moved = await _once(one)
        tries -= 1
        if not moved or not tries:
            one.state.people_lost = max(lost, int(moved))
            return found


async def _once(one: Searching) -> tuple[dict[str, bytes], int, bool]:
    found: dict[str, bytes] = {}
    lost, moved, total = 0, False, 0
    address: str | None = f"{one.calls.base.text}/{PATIENT}?_count={PAGE}"
    followed: set[str] = set()
    while address is not None:
        if address in followed or len(followed) >= _MOST_PAGES:
            raise NotFetched("The server's pages of who there is lead in a circle.")
        followed.add(address)
        reply = await one.calls.ask("GET", address)
        page = _page(reply.status, reply.headers, reply.body)
        bundle = page.value
        if bundle.resourceType != "Bundle":
            raise NotFetched("The server sends something else in place of who there is.")
        for raw in _entries(page.body):
            named = _name(raw)
            if named.resourceType != PATIENT:
                lost += named.resourceType == "OperationOutcome"
                continue
            if not _is_id(named.id) or not _is_read(raw):
                lost += 1
                continue
            moved = moved or named.id in found
            found[named.id] = _line(raw)
        total = max(total, bundle.total or 0)
        one.watch("Who there is", len(found), total or None)
        links = {link.url for link in bundle.link or () if (link.relation or "").lower() == "next"}
        address = None
        if links:
            link = links.pop()
            address = next_page(link, one.calls.base) if link and not links else None
            if address is None:
                raise NotFetched("The next page of who there is, is not at the same place.")
    return found, max(lost, total - len(found)), moved


async def _members(one: Searching, level: str) -> dict[str, bytes]:
    """Everybody in a group. Raises NotFetched."""
    reply = await one.calls.ask("GET", f"{one.calls.base.text}/{level}")
    page = _page(reply.status, reply.headers, reply.body)
    try:
        group = msgspec.json.decode(page.body, type=_Group)
    except UNREADABLE:
        group = None
    if group is None or (group.resourceType, f"Group/{group.id}") != ("Group", level):
        raise NotFetched("The server sends something else in place of the group.")
    found: dict[str, bytes] = {}
    one.state.people_lost = 0
    for member in group.member:
        if member.inactive:
            continue
        named = member.entity.get("reference")
        who = str(named).removeprefix(f"{one.calls.base.text}/").removeprefix(f"{PATIENT}/")
        if not isinstance(named, str) or not _is_id(who):
            one.state.people_lost += 1
            continue
        reply = await one.calls.ask("GET", f"{one.calls.base.text}/{PATIENT}/{who}")
        if reply.status == 200 and _name(reply.body).id == who and _is_read(reply.body):
            found[who] = _line(reply.body)
        else:
            one.state.people_lost += 1
        one.watch("Who there is", len(found), len(group.member))
    return found


def _page(status: int, headers: Mapping[str, str], body: bytes) -> Page:
    """A decoded answer. Raises NotFetched, in words about who there is."""
    if status == 401:
        raise NotFetched("The server asks for an access token (--client-id and --key).", status=401)
    if status == 403:
        raise NotFetched("The access token does not let one see who there is.", status=403)
    try:
        return _decoded(status, headers, body)
    except NoPage as none:
        raise NotFetched(
            f"The server does not say who there is: {none.doubt} (status {status}).", status=status
        ) from None


def _decoded(status: int, headers: Mapping[str, str], body: bytes) -> Page:
    if status != 200:
        raise no_page(status)
    sort = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not sort.endswith("json"):
        raise NoPage(pages.NOT_FHIR)
    try:
        return Page(*read_value(body), body)
    except NotFhir:
        raise NoPage(pages.NOT_FHIR) from None


def _is_read(raw: bytes | msgspec.Raw) -> bool:
    try:
        read_resource(bytes(raw))
    except NotFhir:
        return False
    return True


def _is_id(text: str) -> bool:
    return 0 < len(text) <= 64 and _ID.issuperset(text) and bool(text.strip("."))


def _people(one: Searching) -> list[str]:
    """Who there is, in the order in which they are asked about."""
    text = (one.place.inside / _file(PATIENT)).read_bytes()
    return [_name(line).id for line in text.splitlines()]


# ---- each of them ------------------------------------------------------------------------------


class _Found(msgspec.Struct):
    """What came about one person, by type, and what is not known to be whole."""

    lines: dict[str, dict[bytes, None]] = {}
    unread: list[Unread] = []
    unable: int = 0  # lists about which the server was not able to answer


async def _person(
    one: Searching, who: str, found: dict[str, _Found], broad: set[tuple[str, str]]
) -> None:
    """Every list of one person."""
    queries = [query for query in one.needs.queries if query.kind is not None]
    limits = Limits(_RESOURCES, _OCTETS, _OCTETS, _MOST_PAGES)
    mine = found[who] = _Found({}, [])
    doubts: dict[str, str] = {}

    async def each(query: Query) -> None:
        bodies: list[bytes] = []

        async def get(reading: Reading, path: str, parameters: Parameters) -> Page:
            page = await _asked(one.calls, reading, path, parameters)
            bodies.append(page.body)
            return page

        reading = Reading(
            query, who, one.calls.base, limits, (query.resource_type, query.by) in broad
        )
        await reading.read(get)
        if query.by and reading.is_whole and (reading.broad or reading.codes_ignored):
            broad.add((query.resource_type, query.by))
        doubt = reading.found.doubt
        mine.unable += reading.down
        if doubt:
            doubts.setdefault(query.resource_type, doubt)
        if reading.found.resources:
            mine.lines.setdefault(query.resource_type, {}).update(
                (_line(raw), None)
                for body in bodies
                for raw in _entries(body)
                if _name(raw).resourceType == query.resource_type
            )

    await together(each(query) for query in queries)
    mine.unread += [Unread(who, kind, why) for kind, why in sorted(doubts.items())]


async def _asked(calls: Calls, reading: Reading, path: str, parameters: Parameters) -> Page:
    """One page. Raises NoPage, and NotFetched where the server is not there for anybody."""
    address = path if "://" in path else f"{calls.base.text}/{path}"
    if parameters:
        address += "?" + urlencode(parameters, quote_via=quote)
    reading.asked = True
    try:
        reply = await calls.ask("GET", address, tries=_TRIES)
    except NotFetched as error:
        if error.status < 500 or str(error) == BUSY:
            raise
        raise NoPage(pages.UNABLE, down=True) from None
    if not reading.may_hold(len(reply.body)):
        raise NoPage(pages.TOO_MUCH)
    return _decoded(reply.status, reply.headers, reply.body)


def _entries(body: bytes) -> Iterator[msgspec.Raw]:
    try:
        entries = _ENTRIES.decode(body).entry or ()
    except UNREADABLE:
        return  # it was looked at before, and is in doubt
    yield from (entry.resource for entry in entries if bytes(entry.resource))


def _name(raw: bytes | msgspec.Raw) -> _Named:
    try:
        return _NAMED.decode(raw)
    except UNREADABLE:
        return _Named()


def _line(raw: bytes | msgspec.Raw) -> bytes:
    """A resource as one line: a break between its parts is a space, and the rest as it came."""
    return bytes(raw).replace(b"\r", b" ").replace(b"\n", b" ")


# ---- written -----------------------------------------------------------------------------------


def _types(one: Searching) -> Sequence[str]:
    return [kind for kind in one.state.asked.types if kind != PATIENT]


def _file(name: str) -> str:
    return name if name == UNREAD else f"{name}.ndjson"


def _is_as_long(one: Searching) -> bool:
    """Whether each file is at least as long as it was when it was last written down."""
    sizes = one.state.sizes
    paths = {name: one.place.inside / _file(name) for name in sizes}
    return all(paths[n].is_file() and paths[n].stat().st_size >= sizes[n] for n in sizes)


def _write(one: Searching, some: Sequence[_Found]) -> None:
    """Put what came of some people behind what is there. What is written after the last state is
    cut off again when it goes on from there.
    """
    for kind in _types(one):
        lines = (line for found in some for line in found.lines.get(kind, ()))
        _append(one, kind, lines)
    unread = [mark for found in some for mark in found.unread]
    _append(one, UNREAD, map(msgspec.json.encode, unread))
    one.state.people_unread += len(unread)


def _append(one: Searching, name: str, lines: Iterator[bytes]) -> None:
    with one.place.file(_file(name), at=one.state.sizes[name]) as file:
        file.writelines(line + b"\n" for line in lines)
        one.state.sizes[name] = file.tell()


def _account(one: Searching) -> Fetched:
    state, inside = one.state, one.place.inside
    kept: list[Kept] = []
    for name in state.asked.types:
        kept.append(Kept(_file(name), name, (inside / _file(name)).stat().st_size))
    if not state.people_unread:
        (inside / UNREAD).unlink(missing_ok=True)
    return Fetched(
        server=state.asked.server,
        types=state.asked.types,
        files=tuple(kept),
        searches=tuple(
            Search(query.resource_type, query.by, query.codes) for query in one.needs.queries
        ),
        unread_of_people=state.people_unread,
        people=state.people_lost,
    )
