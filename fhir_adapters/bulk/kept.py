"""A record as bytes, for a file or another process, and back: nothing that rules read is lost.

Two things are left behind, which no rule reads: the person's name, and what they wrote on a sheet
before a visit, which is never kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import msgspec

from rules.codes import Code
from rules.record import Entry, Kind, Numbers, PatientRecord, Person, Unopened, index


class Carried(msgspec.Struct, array_like=True, gc=False):
    """A whole record."""

    person: Person
    entries: list[Entry]
    unread: dict[Kind, str]
    booking: list[Entry]


_ENCODER = msgspec.msgpack.Encoder()
_RECORD = msgspec.msgpack.Decoder(Carried)
_ENTRY = msgspec.msgpack.Decoder(Entry)


def entries_of(record: PatientRecord) -> list[Entry]:
    """Every entry of a record once, in the order in which it has them."""
    found = {id(entry): entry for entries in record.by_code.values() for entry in entries}
    return list(found.values())


def pack(record: PatientRecord) -> bytes:
    """A whole record in bytes."""
    return _ENCODER.encode(
        Carried(
            replace(record.person, first_name=""),
            [_plain(entry) for entry in entries_of(record)],
            dict(record.unread),
            [_plain(entry) for entry in record.booking],
        )
    )


def unpack(packed: bytes) -> PatientRecord:
    """The record that was packed. Raises msgspec.DecodeError where that is not what it is."""
    found = _RECORD.decode(packed)
    return PatientRecord(found.person, index(found.entries), found.unread, tuple(found.booking))


def pack_entry(entry: Entry) -> bytes:
    """One entry in bytes."""
    return _ENCODER.encode(_plain(entry))


def unopened(
    person: Person,
    places: Mapping[Code, Numbers],
    size: int,
    packed: Callable[[int], bytes | memoryview],
    unread: Mapping[Kind, str],
    booking: Iterable[bytes | memoryview] = (),
) -> PatientRecord:
    """A record whose entries are unpacked when one of their codes is asked for: few ever are.

    ``places`` are, for each code, the numbers of the entries that have it, ``size`` in all;
    ``packed`` gives one.
    """
    decode: Callable[[bytes | memoryview], Entry] = _ENTRY.decode
    entries = Unopened(places, lambda number: decode(packed(number)), size)
    return PatientRecord(person, entries, unread, tuple(map(decode, booking)))


def _plain(entry: Entry) -> Entry:
    return entry if entry.written is None else entry._replace(written=None)
