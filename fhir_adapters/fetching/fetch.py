"""START HERE: everybody at a FHIR server into a folder, by $export where there is one.

A folder comes of it that every verb about a whole list takes. What was not fetched whole is unknown
there and never empty; what ended in the middle goes on when the same is asked for again.
"""

import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from fhir_adapters import allowed
from fhir_adapters.bulk.fetched import PATIENT
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.fetching.calling import Calls, NotFetched, Timing
from fhir_adapters.fetching.download import Gone
from fhir_adapters.fetching.export import Came, Exporting, NoExport, Watch, export
from fhir_adapters.fetching.search import Searching, by_search
from fhir_adapters.fetching.state import Asked, Place
from fhir_adapters.fetching.tokens import Backend, Identity
from fhir_adapters.needs import Needs
from fhir_adapters.read import TYPES
from fhir_adapters.server import Resolve, by_name

EXPORT, SEARCH = "export", "search"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be fetched, and from whom.

    ``level`` is Patient, Group/x, or "" for the whole system; ``by`` export, search, or "" for
    whichever the server has; ``also`` are places that files may be at; ``longest`` seconds are
    waited for a server to make its files.
    """

    base: allowed.Place
    to: Path
    needs: Needs
    level: str = PATIENT
    by: str = ""
    identity: Identity | None = None
    also: tuple[allowed.Place, ...] = ()
    local: bool = False
    longest: float = 43_200.0


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of it. ``by`` is how it was fetched."""

    came: Came
    by: str


async def fetch(
    wish: Wish,
    watch: Watch,
    *,
    timing: Timing | None = None,
    resolve: Resolve = by_name,
    tls: ssl.SSLContext | None = None,
) -> Brought:
    """Everybody, into the folder. Raises NotFetched, BulkError or OSError."""
    place = Place(wish.to)
    with place.alone():
        state = place.begin(_asked(wish))
        async with Calls(
            wish.base, local=wish.local, also=wish.also, timing=timing, resolve=resolve, tls=tls
        ) as calls:
            reaches: Callable[[str], bool] = _anything
            if wish.identity is not None:
                tokens = Backend(calls, wish.identity, state.asked.types, local=wish.local)
                calls.tokens, reaches = tokens, tokens.reaches
            known = await _known(calls)
            if known is not None and PATIENT not in known.types:
                raise NotFetched("The server has no Patient entries, so nobody can be fetched.")
            one = Exporting(
                calls,
                place,
                state,
                known.types if known is not None else None,
                reaches,
                watch,
                wish.longest,
            )
            brought = await _either(wish, one, known)
        place.finish(brought.came.told)
    return brought


async def _either(wish: Wish, one: Exporting, known: "_Known | None") -> Brought:
    """By export where that can be, and otherwise by search. Raises NotFetched or OSError."""
    if wish.by != SEARCH and not one.state.by_search:
        try:
            return Brought(await _again(one), EXPORT)
        except NoExport:
            if wish.by == EXPORT or (known is not None and known.exports):
                raise NotFetched(
                    "The server does not begin an export; it may have none at this level."
                ) from None
    one.state.by_search = True
    one.place.keep(one.state)
    told = await by_search(Searching(one.calls, one.place, one.state, wish.needs, one.watch))
    return Brought(Came(told), SEARCH)


async def _again(one: Exporting) -> Came:
    """The export; begun anew once where the server has forgotten it."""
    try:
        return await export(one)
    except Gone:
        state = one.place.again(one.state)
    try:
        return await export(
            Exporting(one.calls, one.place, state, one.known, one.reaches, one.watch, one.longest)
        )
    except Gone:
        raise NotFetched("The server takes its files away before they can be fetched.") from None


def _asked(wish: Wish) -> Asked:
    types = [PATIENT, *(TYPES[kind] for kind in wish.needs.kinds)]
    searches = repr([(query.key, query.by, query.codes) for query in wish.needs.queries])
    return Asked(
        server=wish.base.text,
        level=wish.level,
        types=tuple(dict.fromkeys(types)),
        by=wish.by,
        searches=hashlib.sha256(searches.encode()).hexdigest()[:16],
    )


def _anything(_: str) -> bool:
    return True


# ---- what a server says that it can ------------------------------------------------------------


class _Operation(msgspec.Struct):
    name: str = ""


class _Type(msgspec.Struct):
    type: str = ""
    operation: list[_Operation] = []


class _Rest(msgspec.Struct):
    resource: list[_Type] = []
    operation: list[_Operation] = []


class _Capabilities(msgspec.Struct):
    resourceType: str
    rest: list[_Rest] = []


@dataclass(frozen=True, slots=True)
class _Known:
    """The types that a server has, and whether it says that it has $export."""

    types: frozenset[str]
    exports: bool


async def _known(calls: Calls) -> _Known | None:
    """What a server says of itself; None where it does not. Raises NotFetched."""
    reply = await calls.ask("GET", f"{calls.base.text}/metadata")
    try:
        said = msgspec.json.decode(reply.body, type=_Capabilities)
    except UNREADABLE:
        return None
    if reply.status != 200 or said.resourceType != "CapabilityStatement":
        return None
    listed = [one for rest in said.rest for one in rest.resource]
    operations = [one.name for rest in said.rest for one in rest.operation]
    operations += [one.name for each in listed for one in each.operation]
    exports = any(name.lstrip("$").endswith("export") for name in operations)
    return _Known(frozenset(one.type for one in listed), exports) if listed else None
