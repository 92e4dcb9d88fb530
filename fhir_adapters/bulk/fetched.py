"""What a folder that came from a FHIR server says of itself: which lists are whole, and of whom.

``goodday population fetch`` writes it last. What did not come whole is unknown to whoever reads the
folder, for everybody or for the people it was asked about, and never empty.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import msgspec

from fhir_adapters.bulk.buckets import Buckets
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.frames import Frame, Lots
from fhir_adapters.bulk.names import FETCHED, UNREAD_OF_PEOPLE
from fhir_adapters.bulk.people import MOST_NAMED, Fault, SetAside
from fhir_adapters.needs import Needs, Query
from fhir_adapters.read import KINDS, TYPES
from rules.record import Kind

FORMAT = 1
NAME = FETCHED
UNDER_WAY = "fetching.json"
# One line for each person and list that is not known to be whole. By its name it is no part of an
# export, whose lines would be people's.
UNREAD = UNREAD_OF_PEOPLE
PATIENT = "Patient"

_NOT_WHOLE = "it could not be fetched whole"
_CHANGED = "a file of it is missing, or not as it was fetched"


class Kept(msgspec.Struct, frozen=True):
    """One file that was fetched, by its name in the folder and its length in bytes."""

    name: str
    type: str
    size: int


class Search(msgspec.Struct, frozen=True):
    """One search that was made for everybody; no ``codes`` where the whole list was asked for."""

    type: str
    by: str = ""
    codes: tuple[str, ...] = ()


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """The folder's account of itself.

    ``unread`` says by type why a list is not whole for anybody, ``people`` how many people could
    not be fetched, ``told`` what else the server said. ``searches`` is empty for an export, which
    has each list whole.
    """

    format: int = FORMAT
    server: str
    taken: str = ""
    types: tuple[str, ...]
    files: tuple[Kept, ...]
    searches: tuple[Search, ...] = ()
    unread: Mapping[str, str] = {}
    unread_of_people: int = 0
    people: int = 0


class Unread(msgspec.Struct, frozen=True):
    """A list of one person that is not known to be whole."""

    person: str
    type: str
    why: str


_FETCHED = msgspec.json.Decoder(Fetched)
_UNREAD = msgspec.json.Decoder(Unread)


def account(folder: Path, needs: Needs) -> Fetched | None:
    """What a folder says of itself; None where nobody fetched it.

    Raises BulkError where it was not fetched to its end, or for rules that read less.
    """
    if (folder / UNDER_WAY).exists():
        raise BulkError(
            f"{folder} was not fetched to its end; the same goodday population fetch goes on."
        )
    try:
        told = _FETCHED.decode((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        told = None
    if told is None or told.format != FORMAT:
        raise BulkError(f"{folder / NAME} cannot be read; fetch the folder again.")
    for query in needs.queries:
        if not _is_covered(query, told):
            raise BulkError(
                f"These rules read what was not fetched into {folder}, {query.resource_type}"
                " entries for one; fetch it again with them (--rules)."
            )
    return told


def _is_covered(query: Query, told: Fetched) -> bool:
    """Whether what a query looks for would be there. A list that is told as unread is covered."""
    if query.resource_type not in told.types:
        return query.resource_type in told.unread
    made = [one for one in told.searches if one.type == query.resource_type]
    if not told.searches or any(not one.by for one in made):
        return True
    return bool(query.by) and any(
        one.by == query.by and set(query.codes) <= set(one.codes) for one in made
    )


def set_aside(folder: Path, told: Fetched, needs: Needs) -> SetAside:
    """What of a folder was not fetched, as far as these rules read it."""
    sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    unread = {KINDS[of]: why for of, why in told.unread.items() if of in KINDS}
    for file in told.files:
        if sizes.get(file.name) == file.size:
            continue
        if file.type == PATIENT:
            raise BulkError(
                f"{folder / file.name} is missing, or not as it was fetched;"
                " fetch the folder again."
            )
        unread[KINDS[file.type]] = _CHANGED
    if told.unread_of_people and UNREAD not in sizes:
        unread |= dict.fromkeys(needs.kinds, _NOT_WHOLE)
    unread = {kind: why for kind, why in unread.items() if kind in needs.kinds}
    place = str(folder / NAME)
    faults = [Fault(place, f"Not all {TYPES[kind]} entries were fetched.") for kind in unread]
    if told.unread_of_people:
        lists = "list of a person is" if told.unread_of_people == 1 else "lists of people are"
        faults.append(Fault(str(folder / UNREAD), f"{told.unread_of_people} {lists} unknown."))
    if told.people:
        faults.append(Fault(place, "Not everybody could be fetched."))
    count = len(faults) + max(told.people - 1, 0)
    return SetAside(count, tuple(faults[:MOST_NAMED]), told.people, unread)


def mark(folder: Path, to: Buckets, kinds: Collection[Kind]) -> None:
    """Say in the buckets of what is sorted whose lists are unknown. Raises BulkError."""
    lots = Lots(to)
    for one in _unread(folder / UNREAD):
        kind = KINDS.get(one.type)
        if kind is not None and kind in kinds:
            lots.of(one.person).add(Frame(one.person, kind, one.why or _NOT_WHOLE))
    lots.write()


def _unread(path: Path) -> Iterator[Unread]:
    try:
        with path.open("rb") as file:
            for line in file:
                yield _UNREAD.decode(line)
    except FileNotFoundError:
        return
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BulkError(f"{path} cannot be read; fetch the folder again.") from None
