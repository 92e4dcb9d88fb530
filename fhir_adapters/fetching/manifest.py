"""What a server says that an export came to: files by type, read as something from outside.

By the Bulk Data Access IG 2. What it does not allow is said, and nothing is guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from fhir_adapters.decode import UNREADABLE
from fhir_adapters.fetching.calling import NotFetched

MOST_FILES = 100_000
_LONGEST = 16_000  # characters of an address


class _Output(msgspec.Struct):
    url: str
    type: str = ""
    count: int | None = None


class _Link(msgspec.Struct):
    relation: str = ""


class _Manifest(msgspec.Struct):
    transactionTime: str
    requiresAccessToken: bool
    output: list[_Output]
    error: list[_Output] = []
    deleted: list[_Output] = []
    link: list[_Link] = []


@dataclass(frozen=True, slots=True)
class File:
    """One file of an export: what is in it, where it is, and how many lines it says it has."""

    type: str
    url: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is to be fetched. ``besides`` are files of types that nobody asked for."""

    taken: str
    with_token: bool
    files: tuple[File, ...]
    errors: tuple[File, ...]
    deleted: tuple[File, ...]
    besides: int


def read_manifest(body: bytes, types: Sequence[str]) -> Manifest:
    """A manifest, of which the files of some types are wanted. Raises NotFetched."""
    try:
        found = msgspec.json.decode(body, type=_Manifest)
    except UNREADABLE:
        raise NotFetched("What the server says of its files cannot be read.") from None
    if any(link.relation.lower() == "next" for link in found.link):
        raise NotFetched("The server says of only a part of its files where they are.")
    every = [*found.output, *found.error, *found.deleted]
    if len(every) > MOST_FILES or any(len(one.url) > _LONGEST for one in every):
        raise NotFetched("The server names more files than any export has.")
    wanted = [one for one in found.output if one.type in types]
    return Manifest(
        _time(found.transactionTime),
        found.requiresAccessToken,
        _files(wanted),
        # By the IG these are lines of OperationOutcome, and of Bundle.
        _files(found.error, "OperationOutcome"),
        _files(found.deleted, "Bundle"),
        len(found.output) - len(wanted),
    )


def _files(listed: Sequence[_Output], of: str = "") -> tuple[File, ...]:
    """Each file once. Raises NotFetched where one is said to be two things."""
    files: dict[str, File] = {}
    for one in listed:
        count = one.count if one.count is not None and one.count >= 0 else None
        file = File(of or one.type, one.url, count)
        if files.setdefault(one.url, file) != file:
            raise NotFetched("The server names one file twice, and not as the same.")
    return tuple(files.values())


def _time(text: str) -> str:
    """When the export was taken, as far as that is a time; it goes into an account on disk."""
    fine = len(text) <= 40 and all(c.isascii() and (c.isalnum() or c in "-+:.") for c in text)
    return text if fine else ""
