"""Everybody by $export: begun, waited for, brought, and the job on the server ended."""

import asyncio
import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import msgspec

from fhir_adapters.bulk.fetched import PATIENT, Fetched, Kept
from fhir_adapters.bulk.names import SAID
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.fetching.calling import Calls, NotFetched, Reply, together
from fhir_adapters.fetching.download import NDJSON, TOO_FEW, Gone, bring
from fhir_adapters.fetching.manifest import Manifest, read_manifest
from fhir_adapters.fetching.state import Place, State, Wanted
from fhir_adapters.read import KINDS
from fhir_adapters.server import seconds_to_wait

FILES_AT_ONCE = 3
_FIRST, _LONGEST = 2.0, 60.0  # seconds between looks, where the server does not say
_MOST_SAID = 64 * 1024 * 1024  # bytes of a file of errors

FOR_ALL = "the record system said that something could not be exported"
NOT_SENT = "the record system did not say whether it has it"
NOT_KNOWN = "the record system does not have it"
NOT_ITS_SCOPE = "the access token does not reach it"
WITH_NOBODY = "the record system does not export it with people; --system asks for everything"
# Of the types that rules may read, what is not in FHIR R4's compartment of a patient: a server need
# not export it with people, and some then export nothing.
OUTSIDE = frozenset({"Task"})
_TYPE = re.compile(r"[A-Z][A-Za-z]+")


class NoExport(Exception):
    """The server has no $export."""


# Told how far it is: what is done, how much of it, and of how much where that is known.
Watch = Callable[[str, float, float | None], None]


@dataclass(frozen=True, slots=True)
class Exporting:
    """One export. ``known`` are the types that the server says it has, None where it does not say.

    ``longest`` seconds are waited until the server has made its files.
    """

    calls: Calls
    place: Place
    state: State
    known: frozenset[str] | None
    reaches: Callable[[str], bool]
    watch: Watch
    longest: float


@dataclass(frozen=True, slots=True)
class Came:
    """What came of it, and what the server said besides."""

    told: Fetched
    errors: int = 0  # of them, how many say that something could not be exported
    remarks: int = 0
    deleted: int = 0
    besides: int = 0
    left: bool = False  # the job could not be ended at the server


async def export(one: Exporting) -> Came:
    """All of it. Raises NoExport, NotFetched, Gone or OSError."""
    state, place = one.state, one.place
    if state.files is None:
        if not state.job:
            state.job = await _kick_off(one)
            place.keep(state)
        _expect(state, await _manifest(one))
        place.keep(state)
    await _all_files(one)
    errors, remarks, deleted = _said(place, state, state.asked.types)
    told = _account(one)
    left = not await _end(one)
    return Came(told, errors, remarks, deleted, state.besides, left)


async def _kick_off(one: Exporting) -> str:
    """Begin; where to ask how far it is. Raises NoExport or NotFetched."""
    asked = one.state.asked
    types = [kind for kind in asked.types if one.known is None or kind in one.known]
    reply = await _begun(one, types)
    outside = OUTSIDE.intersection(types)
    if reply.status in (400, 422) and asked.level and outside:
        again = await _begun(one, [kind for kind in types if kind not in outside])
        if again.status == 202:
            reply = again
            one.state.unread |= dict.fromkeys(sorted(outside), WITH_NOBODY)
    if reply.status == 202:
        job = reply.headers.get("Content-Location", "")
        if not one.calls.is_own(job):
            raise NotFetched("The server does not say at its own address how far it is.")
        return job
    _refused(reply)
    if reply.status in (400, 404, 405, 501):
        raise NoExport
    raise NotFetched(
        f"The server does not begin an export (status {reply.status}).", status=reply.status
    )


async def _begun(one: Exporting, types: Sequence[str]) -> Reply:
    at = f"{one.calls.base.text}/{one.state.asked.level}".rstrip("/")
    query = f"_outputFormat={quote(NDJSON, safe='')}&_type={','.join(types)}"
    return await one.calls.ask("GET", f"{at}/$export?{query}", more={"Prefer": "respond-async"})


def _refused(reply: Reply) -> None:
    if reply.status == 401:
        raise NotFetched("The server asks for an access token (--client-id and --key).", status=401)
    if reply.status == 403:
        raise NotFetched("The access token does not let one export.", status=403)


async def _manifest(one: Exporting) -> Manifest:
    """Ask how far it is until the files are there. Raises NotFetched or Gone."""
    timing = one.calls.timing
    until, wait = timing.monotonic() + one.longest, _FIRST
    while True:
        reply = await one.calls.ask("GET", one.state.job, accept="application/json")
        if reply.status == 200:
            return read_manifest(reply.body, one.state.asked.types)
        _refused(reply)
        if reply.status in (404, 410):
            raise Gone
        if reply.status != 202:
            raise NotFetched(
                f"The server gave up the export (status {reply.status}).", status=reply.status
            )
        one.watch("The server makes files", _percent(reply), 100.0)
        if timing.monotonic() >= until:
            raise NotFetched(
                "The server has not made its files in the time that it was given (--wait).",
                later=True,
            )
        if "Retry-After" in reply.headers:
            wait = min(max(seconds_to_wait(reply.headers), 0.1), 300.0)
        await timing.pause(wait)
        wait = min(wait * 1.5, _LONGEST)


def _percent(reply: Reply) -> float:
    found = re.search(r"([0-9]{1,3})(?:\.[0-9]+)? ?%", reply.headers.get("X-Progress", ""))
    return min(float(found[1]), 100.0) if found is not None else 0.0


def _expect(state: State, manifest: Manifest) -> None:
    """Write down which files are to come, each with a name of ours."""
    state.taken, state.with_token = manifest.taken, manifest.with_token
    state.besides, state.files = manifest.besides, []
    numbers: dict[str, int] = {}
    for file in (*manifest.files, *manifest.errors, *manifest.deleted):
        number = numbers[file.type] = numbers.get(file.type, 0) + 1
        named = file.type if file.type in state.asked.types else SAID[file.type]
        name = f"{named}.{number:05}.ndjson"
        state.files.append(Wanted(name=name, type=file.type, url=file.url, count=file.count))


async def _all_files(one: Exporting) -> None:
    files = one.state.files or []
    room = asyncio.Semaphore(FILES_AT_ONCE)
    octets = 0

    def watched(size: int) -> None:
        nonlocal octets
        octets += size
        done = sum(file.done for file in files)
        one.watch(f"Files ({octets // 1_000_000} MB)", done, len(files))

    async def each(file: Wanted) -> None:
        async with room:
            await bring(one.calls, one.place, one.state, file, watched)
            file.done = True
            one.place.keep(one.state)

    await together(each(file) for file in files if not file.done)


class _Detail(msgspec.Struct):
    text: str = ""


class _Issue(msgspec.Struct):
    severity: str = ""
    diagnostics: str = ""
    details: _Detail | None = None
    expression: list[str] = []
    location: list[str] = []


class _Outcome(msgspec.Struct):
    resourceType: str = ""
    issue: list[_Issue] = []


class _Deleted(msgspec.Struct):
    entry: list[msgspec.Raw] = []


def _said(place: Place, state: State, types: Sequence[str]) -> tuple[int, int, int]:
    """How many errors, remarks and deletions the server told of; what they put in doubt is unread.

    An error that names a list puts that in doubt, and one that names none all of them.
    """
    errors = remarks = deleted = 0
    for file in state.files or ():
        path = place.inside / file.name
        if file.type == "OperationOutcome":
            if file.lost:
                _doubt(state, types, FOR_ALL)
                errors += 1
                continue
            for issue in _issues(path):
                if issue.severity in ("warning", "information"):
                    remarks += 1
                    continue
                errors += 1
                named = _types_in(issue) & set(types)
                _doubt(state, sorted(named & set(KINDS)) or types, FOR_ALL)
        elif file.type == "Bundle" and not file.lost:
            deleted += sum(len(_bundle(line).entry) for line in _lines(path))
    return errors, remarks, deleted


def _doubt(state: State, types: Sequence[str], why: str) -> None:
    for one in types:
        if one in KINDS:
            state.unread.setdefault(one, why)


def _issues(path: Path) -> list[_Issue]:
    """Each issue of a file of outcomes; what cannot be read is one that says nothing."""
    found: list[_Issue] = []
    for line in _lines(path):
        try:
            outcome = msgspec.json.decode(line, type=_Outcome)
        except UNREADABLE:
            outcome = _Outcome()
        found += outcome.issue or [_Issue()]
    return found


def _types_in(issue: _Issue) -> set[str]:
    words = (issue.diagnostics, issue.details.text if issue.details else "")
    return set(_TYPE.findall(" ".join((*words, *issue.expression, *issue.location))))


def _bundle(line: bytes) -> _Deleted:
    try:
        return msgspec.json.decode(line, type=_Deleted)
    except UNREADABLE:
        return _Deleted()


def _lines(path: Path) -> list[bytes]:
    """The lines of a file that is not about people; of one that cannot be read, one that is not."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            text = file.read(_MOST_SAID + 1)
    except (OSError, EOFError, zlib.error):
        return [_NOTHING]
    lines = [line for line in text.split(b"\n") if line.strip()]
    return [*lines[:-1], _NOTHING] if len(text) > _MOST_SAID else lines


_NOTHING = b"-"


def _account(one: Exporting) -> Fetched:
    """What the folder is to say of itself. Raises NotFetched where nobody came, and OSError."""
    state = one.state
    files = state.files or []
    entries = [file for file in files if file.type in state.asked.types]
    people = 0
    for file in entries:
        if file.lost and file.type == PATIENT:
            raise NotFetched(f"Who there is did not come: {file.lost}.")
        if file.lost:
            state.unread.setdefault(file.type, file.lost)
        elif file.short and file.type == PATIENT:
            people += file.short
        elif file.short:
            state.unread.setdefault(file.type, TOO_FEW)
    came = {file.type for file in entries}
    kept = [Kept(file.name, file.type, file.size) for file in entries if not file.lost]
    for kind in state.asked.types:
        if kind == PATIENT and kind not in came:
            raise NotFetched("The server exported nobody.")
        if kind in state.unread and kind not in came:
            continue
        why = _why_not(one, kind, is_there=kind in came)
        if why and kind == PATIENT:
            raise NotFetched(f"The server did not say who there is: {why}.")
        if why:
            state.unread.setdefault(kind, why)
        elif kind not in came:
            name = f"{kind}.ndjson"  # by the IG, a type without a file has nothing in it
            with one.place.file(name, at=0):
                kept.append(Kept(name, kind, 0))
    for file in files:
        if file.lost:
            (one.place.inside / file.name).unlink(missing_ok=True)
    return Fetched(
        server=state.asked.server,
        taken=state.taken,
        types=state.asked.types,
        files=tuple(kept),
        unread=dict(sorted(state.unread.items())),
        people=people,
    )


def _why_not(one: Exporting, kind: str, *, is_there: bool) -> str:
    """Why what came of a type may not be all of it; "" where nothing says so."""
    if not one.reaches(kind):
        return NOT_ITS_SCOPE
    if is_there:
        return ""
    if one.known is None:
        return NOT_SENT
    return "" if kind in one.known else NOT_KNOWN


async def _end(one: Exporting) -> bool:
    """Tell the server that its files are not needed any more; whether it took that."""
    try:
        reply = await one.calls.ask("DELETE", one.state.job)
    except NotFetched:
        return False
    return reply.status in (200, 202, 204, 404, 410)
