"""What a worker of a cluster does: lines to blocks for each bucket, then buckets or parts to rows.

It is the embedded run's own work, with batches of Arrow in the place of files: the same sorting,
the same reading of a bucket, the same chunk. Nothing here knows Spark. Workers import ``rules`` and
``fhir_adapters`` and nothing else of ours.

A list that turned out to be unknown for everybody is said to every bucket, beside its blocks: so
nobody is asked before it is known, and no step has to wait for the whole of another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import accumulate, groupby, islice
from operator import itemgetter
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, NamedTuple, Protocol, TypeVar

import msgspec

from fhir_adapters.bulk.buckets import DOUBTED, PORTION, Buckets, portions_of
from fhir_adapters.bulk.chunk import Came, Row, evaluate_chunk
from fhir_adapters.bulk.fetched import mark
from fhir_adapters.bulk.files import Piece, arrow
from fhir_adapters.bulk.frames import Source, framed
from fhir_adapters.bulk.names import type_named
from fhir_adapters.bulk.people import Part, SetAside, Someone
from fhir_adapters.bulk.rejects import REJECTS
from fhir_adapters.bulk.sorting import Sorting, Sought
from fhir_adapters.bulk.standing import everybody
from rules.record import Kind
from rules.rule import Rule

T_co = TypeVar("T_co", covariant=True)

# As Spark spells types. A block is some of the lines of a bucket; those of one bucket, by their
# order and number, are what a file of it would hold.
BLOCKS = "bucket int, piece string, number int, lines binary, aside binary"
ROWS = (
    "person string,"
    " came array<struct<rule: string, version: int, decision: string, because: string>>,"
    " aside struct<part: int, count: bigint, people: bigint, others: boolean,"
    " first: array<struct<place: string, why: string>>,"
    " unread: array<struct<list: string, why: string>>>"
)

_SORTED_AT_ONCE = 32 * 1024 * 1024  # bytes of lines, of which about an eighth is kept
_BLOCK = 64 * 1024  # bytes: Spark sends up to 10,000 rows together
_TOGETHER = 1_000  # people whose rows are sent together
_WHAT = "A run on Spark"

Batch = Any  # pyarrow is untyped


class Shared(Protocol[T_co]):
    """Something that every worker has once, as a broadcast is."""

    @property
    def value(self) -> T_co:
        """What it is."""
        ...


# ---- lines to blocks -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SortPieces:
    """Batches that name stints by their numbers, from 1, become blocks of their lines.

    A stint is some pieces, one after the other. Under 0 is what the folder says of itself:
    ``aside``, and in ``fetched``, where it was fetched, whose lists are unknown.
    """

    stints: Shared[Sequence[Sequence[Piece]]]
    sought: Sought
    aside: SetAside
    fetched: Path | None

    def __call__(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Each piece is read here, by its path."""
        for batch in batches:
            numbers: list[int] = batch.column(0).to_pylist()
            for number in numbers:
                if number:
                    for place, piece in enumerate(self.stints.value[number - 1]):
                        yield from self._of_piece(f"{number:09} {place:09}", piece)
                else:
                    blocks = _Blocks("", self.sought.buckets)
                    if self.fetched is not None:
                        mark(self.fetched, blocks.to, self.sought.kinds)
                    yield from blocks.end(self.aside)

    def _of_piece(self, name: str, piece: Piece) -> Iterator[Batch]:
        blocks = _Blocks(name, self.sought.buckets)
        sorting = Sorting(piece.resource_type, self.sought, blocks.to)
        for _ in sorting.piece(piece, _SORTED_AT_ONCE):
            sorting.lots.write()
            yield from blocks.taken()
        sorting.lots.write()
        yield from blocks.end(blocks.to.aside())


def stints(pieces: Iterable[tuple[Piece, int]], size: int) -> list[list[Piece]]:
    """Pieces, each with its size, as stints in their order: of so many bytes, or of one piece.

    Whatever it works on, a worker takes a twentieth of a second to begin and to clean up.
    """
    found: list[list[Piece]] = []
    room = -1
    for piece, more in pieces:
        if room < more:
            found.append([])
            room = size
        found[-1].append(piece)
        room -= more
    return found


@dataclass(frozen=True, slots=True)
class SortLines:
    """Batches of lines with their file, and where in it Spark began to read, become blocks."""

    sought: Sought

    def __call__(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The lines of a file that one worker reads are numbered as they come."""
        each = (row for batch in batches for row in _rows_of(batch))
        for (file, start), rows in groupby(each, itemgetter(1, 2)):
            blocks = _Blocks(f"{file} {start:015}", self.sought.buckets)
            sorting = Sorting(type_of(file), self.sought, blocks.to)
            sorting.begin(Source.at(file, start))
            lines = _Lines(row[0] for row in rows)
            while sorting.sort(lines, sorting.at + _SORTED_AT_ONCE):
                sorting.lots.write()
                yield from blocks.taken()
            sorting.lots.write()
            yield from blocks.end(blocks.to.aside())


def type_of(address: str) -> str:
    """The resource type that an address says is in a file, by its name or its folder's."""
    before, _, name = address.rpartition("/")
    return type_named(name, (before.rpartition("/")[2],))


def _rows_of(batch: Batch) -> Iterator[tuple[Any, ...]]:  # Any: pyarrow is untyped
    columns = (column.to_pylist() for column in batch.columns)
    return zip(*columns, strict=True)


class _Lines:
    """Lines without their ends, as a file has them; of one that is too long, its beginning."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._ends = False

    def readline(self, size: int, /) -> bytes:
        """The next line, or what of it is here, and then its end."""
        if self._ends:
            self._ends = False
            return b"\n"
        text = next(self._lines, None)
        if text is None:
            return b""
        self._ends = len(text) >= size
        return text[:size] if self._ends else text + b"\n"


class _Held:
    """Buckets in memory, in the place of files; the lines that are set aside are not held."""

    def __init__(self) -> None:
        self.buckets: dict[int, BytesIO] = {}

    def __call__(self, what: str) -> BinaryIO:
        if what in (REJECTS, DOUBTED):
            return _Nowhere()
        return self.buckets.setdefault(int(what), BytesIO())

    def taken(self) -> Iterator[tuple[int, bytes]]:
        """What each bucket holds, which is empty then."""
        for number, held in self.buckets.items():
            if text := held.getvalue():
                yield number, text
                held.seek(0)
                held.truncate()


class _Nowhere(BytesIO):
    def write(self, text: Any, /) -> int:  # Any: whatever may be written, as the typeshed has it
        return len(text)


class _Blocks:
    """The blocks of one piece, as batches; its lines go ``to`` them."""

    def __init__(self, piece: str, buckets: int) -> None:
        self._piece = piece
        self._held = _Held()
        self._number = 0
        self.to = Buckets(buckets, self._held)

    def taken(self) -> Iterator[Batch]:
        """What was sorted since."""
        found: list[tuple[int, bytes | None, bytes | None]] = [
            (bucket, text[at : at + _BLOCK], None)
            for bucket, text in self._held.taken()
            for at in range(0, len(text), _BLOCK)
        ]
        yield from self._batches(found)

    def end(self, aside: SetAside) -> Iterator[Batch]:
        """What was set aside goes to the first bucket, and what everybody has to know to each."""
        yield from self.taken()
        if aside != SetAside():
            everybody = _PACK(SetAside(unread=aside.unread))
            to = range(1, self.to.of_them if aside.unread else 1)
            yield from self._batches(
                [(0, None, _PACK(aside)), *((bucket, None, everybody) for bucket in to)]
            )

    def _batches(self, found: Sequence[tuple[int, bytes | None, bytes | None]]) -> Iterator[Batch]:
        if not found:
            return
        pa = arrow("pyarrow", _WHAT)
        buckets, texts, asides = zip(*found, strict=True)
        numbers = range(self._number, self._number + len(found))
        self._number += len(found)
        yield pa.RecordBatch.from_arrays(
            [
                pa.array(buckets, pa.int32()),
                pa.array([self._piece] * len(found), pa.string()),
                pa.array(numbers, pa.int32()),
                pa.array(texts, pa.binary()),
                pa.array(asides, pa.binary()),
            ],
            ["bucket", "piece", "number", "lines", "aside"],
        )


_PACK = msgspec.msgpack.Encoder().encode
_UNPACK = msgspec.msgpack.Decoder(SetAside).decode


# ---- blocks, or parts, to rows -------------------------------------------------------------------


class _Block(NamedTuple):
    bucket: int
    piece: str
    number: int
    lines: bytes | None
    aside: bytes | None


@dataclass(frozen=True, slots=True)
class AskBuckets:
    """Blocks, those of a bucket together and in their order, become rows.

    ``missing`` are the lists that are not in the source at all.
    """

    rules: Shared[Sequence[Rule]]
    today: date
    missing: Mapping[Kind, str]

    def __call__(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """No more than a portion of a bucket is in memory; what is more is on this worker's disk,
        in a file without a name.
        """
        each = (_Block(*row) for batch in batches for row in _rows_of(batch))
        for bucket, blocks in groupby(each, itemgetter(0)):
            with SpooledTemporaryFile(PORTION) as held:
                aside = SetAside()
                for block in blocks:
                    if block.aside is not None:
                        aside += _UNPACK(block.aside)
                    held.write(block.lines or b"")
                told = [aside] if bucket == 0 else []
                people = _people(held, {**self.missing, **aside.unread}, told)
                rows = evaluate_chunk(self.rules.value, people, self.today)
                yield from _batches(rows, bucket, told)


def _people(held: IO[bytes], unread: Mapping[Kind, str], told: list[SetAside]) -> Iterator[Someone]:
    for portion in portions_of(held.tell()):
        held.seek(0)
        yield from everybody(framed(held, portion), unread, told)


@dataclass(frozen=True, slots=True)
class AskParts:
    """Batches that name parts by their numbers become rows.

    ``aside`` is what was set aside before anybody read a part.
    """

    rules: Shared[Sequence[Rule]]
    today: date
    parts: Shared[Sequence[Part]]
    aside: SetAside

    def __call__(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Each part is read here, as any process would."""
        for batch in batches:
            numbers: list[int] = batch.column(0).to_pylist()
            for number in numbers:
                told = [] if number else [self.aside]
                some = self.parts.value[number : number + 1]  # none, where there are no parts
                people = (one for part in some for one in part.people(told))
                rows = evaluate_chunk(self.rules.value, people, self.today)
                yield from _batches(rows, number, told)


def _batches(rows: Iterable[Row], part: int, told: Sequence[SetAside]) -> Iterator[Batch]:
    """Rows as batches; the last says what was set aside, once everybody was read."""
    each = iter(rows)
    while some := list(islice(each, _TOGETHER)):
        yield _batch([row.person for row in some], [row.came for row in some])
    aside = sum(told, SetAside())
    if aside != SetAside():
        found = {
            "part": part,
            "count": aside.count,
            "people": aside.people,
            "others": aside.others,
            "first": [{"place": fault.place, "why": fault.why} for fault in aside.first],
            "unread": [{"list": str(kind), "why": why} for kind, why in aside.unread.items()],
        }
        yield _batch([None], [None], [found])


def _batch(
    people: Sequence[str | None],
    came: Sequence[Sequence[Came] | None],
    aside: Sequence[Mapping[str, object]] | None = None,
) -> Batch:
    pa = arrow("pyarrow", _WHAT)
    text = pa.string()
    each = [one for some in came for one in some or ()]
    answers = pa.StructArray.from_arrays(
        [
            pa.array([one.rule for one in each], text),
            pa.array([one.version for one in each], pa.int32()),
            pa.array([one.decision for one in each], text),
            pa.array([one.because for one in each], text),
        ],
        ["rule", "version", "decision", "because"],
    )
    ends = list(accumulate((len(some or ()) for some in came), initial=0))
    starts = [None if some is None else at for some, at in zip(came, ends, strict=False)]
    kind = _aside_type()
    return pa.RecordBatch.from_arrays(
        [
            pa.array(people, text),
            pa.ListArray.from_arrays(pa.array([*starts, ends[-1]], pa.int32()), answers),
            pa.nulls(len(people), kind) if aside is None else pa.array(aside, kind),
        ],
        ["person", "came", "aside"],
    )


def _aside_type() -> Any:  # Any: pyarrow is untyped
    pa = arrow("pyarrow", _WHAT)
    text, number = pa.string(), pa.int64()

    def pairs(name: str) -> Any:  # Any: the same
        return pa.list_(pa.struct({name: text, "why": text}))

    return pa.struct(
        {
            "part": pa.int32(),
            "count": number,
            "people": number,
            "others": pa.bool_(),
            "first": pairs("place"),
            "unread": pairs("list"),
        }
    )
