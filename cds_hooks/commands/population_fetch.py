"""``goodday population fetch SERVER --to FOLDER``: everybody from a FHIR server, into a folder.

Every other verb about a whole list takes the folder in the place of the source. Nothing is written
to the server, but that an export is begun there and ended.
"""

import asyncio
from pathlib import Path
from typing import NamedTuple

from cds_hooks.clients.signing_in import Signing, identity
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.population.asking import read_by
from fhir_adapters.allowed import Allowed, NotAServer, Place, place
from fhir_adapters.bulk.fetched import UNREAD
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.fetching.calling import NotFetched
from fhir_adapters.fetching.fetch import Brought, Wish, fetch
from fhir_adapters.fetching.tokens import Identity
from fhir_adapters.read import KINDS
from fhir_adapters.sending import NoSignIn
from rules.load import load_library


class Wanted(NamedTuple):
    """What was asked for."""

    server: str
    to: Path
    group: str = ""
    system: bool = False
    by: str = ""
    rules: Path | None = None
    client_id: str = ""
    key: Path | None = None
    scope: str = ""
    token_at: str = ""
    files_at: tuple[str, ...] | list[str] = ()
    local: bool = False
    wait: int = 720


def run(wanted: Wanted) -> int:
    """Fetch, and say what came; what is not whole is said, and the exit code is 1."""
    loaded = load_library(wanted.rules)
    if say.stopped(loaded):
        return COULD_NOT_RUN
    try:
        wish = Wish(
            _address(wanted.server, local=wanted.local),
            wanted.to,
            read_by(loaded.usable()),
            level=_level(wanted),
            by=wanted.by,
            identity=_identity(wanted),
            also=tuple(_address(one, local=wanted.local) for one in wanted.files_at),
            local=wanted.local,
            longest=wanted.wait * 60.0,
        )
        with say.progress() as watch:
            brought = asyncio.run(fetch(wish, watch))
    except NotFetched as error:
        say.sorry(f"{error} Nothing in {wanted.to} was changed; the same command goes on.")
        return COULD_NOT_RUN
    except (_CannotBegin, BulkError, OSError) as error:
        return say.could_not(error, wanted.to)
    except KeyboardInterrupt:
        say.sorry(f"Nothing in {wanted.to} was changed; the same command goes on.")
        return COULD_NOT_RUN
    return _tell(brought, wanted.to)


class _CannotBegin(Exception):
    """What was asked for cannot be: one sentence, and what to do."""


def _level(wanted: Wanted) -> str:
    """Where the export is asked for. Raises _CannotBegin."""
    if wanted.group:
        level = f"Group/{wanted.group}"
        found = place(f"https://x/{level}")
        if found is None or found.path != f"/{level}" or "/" in wanted.group or found.rest:
            raise _CannotBegin("The id of a Group is letters, digits, hyphens and dots (--group).")
        return level
    return "" if wanted.system else "Patient"


def _address(text: str, *, local: bool) -> Place:
    """An address that may be asked. Raises _CannotBegin."""
    try:
        known = Allowed.parse(text, exact=False, local=local)
    except NotAServer as error:
        raise _CannotBegin(
            f"{error} On your own machine or network, say so with --local."
            if not local
            else str(error)
        ) from None
    return Place(known.scheme, known.host, known.port, known.path)


def _identity(wanted: Wanted) -> Identity | None:
    """Who we are at the server; None where it is to be asked without a token."""
    if not wanted.client_id and wanted.key is None:
        if wanted.token_at or wanted.scope:
            raise _CannotBegin("A token takes both --client-id and --key.")
        return None
    if not wanted.client_id or wanted.key is None:
        raise _CannotBegin("--client-id and --key go together: who we are, and how we sign that.")
    token_at = _address(wanted.token_at, local=wanted.local).text if wanted.token_at else ""
    try:
        return identity(Signing(wanted.client_id, wanted.key, wanted.scope, token_at))
    except NoSignIn as error:
        raise _CannotBegin(str(error)) from None


def _tell(brought: Brought, to: Path) -> int:
    """What came, and what of it is not whole."""
    came, told = brought.came, brought.came.told
    how = "by $export" if brought.by == "export" else "by searches"
    size = sum(file.size for file in told.files)
    say.line(f"{say.count(len(told.files), 'file')}, {_large(size)}, came {how}: {to}", "bold")
    for kind, why in sorted(told.unread.items()):
        if kind in KINDS:
            say.sorry(f"The list of {KINDS[kind]} entries is unknown for everybody: {why}.")
    if told.unread_of_people:
        lists = say.count(told.unread_of_people, "list of a person", "lists of people")
        say.sorry(f"{lists} could not be read whole: {to / UNREAD} says which, and why.")
    if told.people:
        say.sorry(f"{say.count(told.people, 'person', 'people')} could not be fetched at all.")
    if came.errors or came.remarks:
        remarks = say.count(came.remarks, "remark")
        say.sorry(f"The server tells of {say.count(came.errors, 'error')} and {remarks} ({to}).")
    if came.deleted:
        entries = say.count(came.deleted, "entry", "entries")
        say.line(f"It says that {entries} were deleted there; they are not among what came.")
    if came.besides:
        say.line(f"{say.count(came.besides, 'file')} of types that nobody asked for were left.")
    if came.left:
        say.line("The server did not take it that the export is over; its files may stay there.")
    lost = told.unread or told.unread_of_people or told.people or came.errors
    return PROBLEMS if lost else FINE


def _large(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size} bytes"
