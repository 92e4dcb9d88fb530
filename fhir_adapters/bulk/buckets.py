"""What sorting leaves, a bucket at a time: lines that begin with whom they are about.

Each is a Frame, and after it the resource as it came, which is decoded again only where a rule asks
for it. ``Buckets`` is what sorting one file writes to, whatever its lines are. A bucket is read in
portions, no more than one of which is in memory, however much was in a packed file.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zlib import crc32

import msgspec

from fhir_adapters.bulk.files import number_of
from fhir_adapters.bulk.people import MOST_NAMED, Fault, SetAside, place
from fhir_adapters.bulk.rejects import REJECTS, noted
from rules.codes import Code
from rules.record import Kind

PORTION = 64 * 1024 * 1024  # bytes of a bucket that are in memory at once
# More than this of what rules may read is nobody's record: what is over is set aside.
MOST_OF_ONE = 8 * 1024 * 1024  # bytes
TOO_MUCH = "One person has more lines than any record has; those from here on are not read."
# In place of a bucket's number: those in which a line may be of somebody who is not there.
DOUBTED = "doubted"
UNSURE = "?"  # in place of a name: a broken line names them, in which that may be broken too

NO_CODES = msgspec.Raw(b"[]")


class Frame(msgspec.Struct, array_like=True, gc=False):
    """One line that is kept, or something that was found about one person's lists.

    A ``kind`` with codes: the resource that follows is kept under these. A kind with ``why``: the
    list is not known to be whole; it may be another's, where the name is UNSURE. ``filed``: results
    that a report files. Nothing: the Patient.
    """

    person: str
    kind: Kind | None = None
    name: str = ""  # Type/id, where it has one
    codes: msgspec.Raw = NO_CODES  # as JSON: few sets of codes stand on many lines
    why: str = ""
    filed: list[str] | None = None
    line: int = 0  # of its source, from 0


class Source(msgspec.Struct, frozen=True):
    """Where lines came from: a file, and the byte at which the first of them is.

    It stands in a bucket before them, as an object, which no frame is.
    """

    file: str  # its name as the disk has it, which may be no text, in hexadecimal
    begins: int
    is_here: bool = True  # or else it is an address, and the lines before are not counted

    @classmethod
    def of(cls, path: Path, begins: int = 0) -> "Source":
        """That of some lines of a file."""
        return cls(os.fsencode(path).hex(), begins)

    @classmethod
    def at(cls, address: str, begins: int) -> "Source":
        """That of some lines of what has an address."""
        return cls(os.fsencode(address).hex(), begins, is_here=False)

    def place(self, line: int) -> str:
        """The file and the line in it."""
        name = os.fsdecode(bytes.fromhex(self.file))
        if self.is_here:
            return place(name, _number_of(Path(name), self.begins) + line)
        counted = f" (counted from byte {self.begins})" if self.begins else ""
        return place(name, line + 1) + counted


@lru_cache(maxsize=256)
def _number_of(path: Path, begins: int) -> int:
    return number_of(path, begins)


# A frame, the resource that follows it (b"" where none does), and where both are from.
Framed = tuple[Frame, bytes, Source]

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Frame).decode
_DECODE_CODES = msgspec.json.Decoder(tuple[Code, ...]).decode
_DECODE_SOURCE = msgspec.json.Decoder(Source).decode
_OBJECT = b"{"[0]
_REMEMBERED = 1 << 14  # sets of codes that entries have


def bucket_of(person: str, buckets: int) -> int:
    """Which bucket a person's lines are in."""
    return crc32(person.encode()) % buckets


@lru_cache(maxsize=_REMEMBERED)
def framed_codes(codes: tuple[Code, ...]) -> msgspec.Raw:
    """The codes of an entry, as a frame has them."""
    return msgspec.Raw(_ENCODE(codes))


def codes_of(frame: Frame) -> tuple[Code, ...]:
    """The codes that a frame has."""
    return _codes(bytes(frame.codes))


@lru_cache(maxsize=_REMEMBERED)
def _codes(text: bytes) -> tuple[Code, ...]:
    return _DECODE_CODES(text)


def on_disk(folder: Path, place: int, files: ExitStack) -> Callable[[str], BinaryIO]:
    """Opens what ``Buckets`` write to as files of a folder, for their owner alone.

    ``place`` is that of the source among those that are sorted: it is read again in order.
    """

    def opened(what: str) -> BinaryIO:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        descriptor = os.open(folder / f"{what}.{place:06}", flags, 0o600)
        return files.enter_context(os.fdopen(descriptor, "wb", 1 << 16))

    return opened


class Buckets:
    """Where the lines of one file go, and what of it is set aside.

    ``opened`` gives what is written to, for a bucket's number or for ``REJECTS``.
    """

    def __init__(self, buckets: int, opened: Callable[[str], BinaryIO]) -> None:
        self.of_them = buckets
        self._opened = opened
        self._open: dict[str, BinaryIO] = {}
        self._count = 0
        self._first: list[Fault] = []
        self._unread: dict[Kind, str] = {}
        self.source: Source | None = None  # of the lines that are written from now on
        self.people_lost = 0
        self._doubted: set[int] = set()
        self.others_lost = False  # people, too, whom nobody can count

    def of(self, person: str) -> BinaryIO:
        """What a person's lines are written to."""
        return self._file(str(bucket_of(person, self.of_them)), self.source)

    @property
    def names_more(self) -> bool:
        """Whether the place of the next fault will be told, or only counted."""
        return len(self._first) < MOST_NAMED

    def set_aside(self, fault: Fault | None, text: bytes = b"") -> None:
        """Count what could not be read, and keep the line; where it is none, its place."""
        self._count += 1
        if fault is not None and self.names_more:
            self._first.append(fault)
        if not text and fault is not None:
            text = noted(fault)
        if text:
            rejects = self._file(REJECTS, None)
            rejects.write(text if text.endswith(b"\n") else text + b"\n")

    def unknown(self, kinds: Iterable[Kind], why: str) -> None:
        """These lists are not known to be whole, whoever's they are."""
        for kind in kinds:
            self._unread.setdefault(kind, why)

    def unsure(self, people: Iterable[str]) -> None:
        """Broken lines name these: where one is nobody, it may be anybody who is meant."""
        for bucket in {bucket_of(person, self.of_them) for person in people} - self._doubted:
            self._doubted.add(bucket)
            self._file(DOUBTED, None).write(b"%d\n" % bucket)

    def aside(self) -> SetAside:
        """All that was set aside."""
        first, unread = tuple(self._first), {**self._unread}
        return SetAside(self._count, first, self.people_lost, unread, self.others_lost)

    def _file(self, what: str, source: Source | None) -> BinaryIO:
        found = self._open.get(what)
        if found is None:
            found = self._open[what] = self._opened(what)
            if source is not None:
                found.write(_ENCODE(source) + b"\n")
        return found


def write(file: BinaryIO, frame: Frame, text: bytes = b"") -> None:
    """Write one frame, and the resource it is about, which is one line."""
    end = b"" if text.endswith(b"\n") else b"\n"
    file.write(b"%b\n%b%b" % (_ENCODE(frame), text, end))


def doubted(folder: Path) -> list[int]:
    """The buckets in which a broken line may be of somebody who is not there; mostly none."""
    each = (path.read_text().split() for path in folder.glob(f"{DOUBTED}.*"))
    return sorted({int(bucket) for some in each for bucket in some})


class Portion(NamedTuple):
    """Some of the people of a bucket: as many as are in memory at once."""

    number: int = 0
    of: int = 1

    def has(self, person: str) -> bool:
        """Whether this person is among them."""
        # The upper half of the sum, of which the bucket's number says nothing.
        return self.of == 1 or (crc32(person.encode()) >> 16) % self.of == self.number


def portions(folder: Path, bucket: int) -> list[Portion]:
    """What a bucket is read in: nearly always as one."""
    return portions_of(sum(path.stat().st_size for path in folder.glob(f"{bucket}.*")))


def portions_of(size: int) -> list[Portion]:
    """What so many bytes of a bucket are read in."""
    of = max(1, -(-size // PORTION))
    return [Portion(number, of) for number in range(of)]


def read(folder: Path, bucket: int, portion: Portion) -> Iterator[Framed]:
    """Everything of a portion of a bucket, in the order of its files."""
    for path in sorted(folder.glob(f"{bucket}.*")):
        with path.open("rb", 1 << 20) as file:
            yield from framed(file, portion)


def framed(lines: Iterable[bytes], portion: Portion) -> Iterator[Framed]:
    """What was written of a portion, line by line, each with the source that was named last."""
    source, everybody = Source("", 0), portion.of == 1
    each = iter(lines)
    for line in each:
        if line[0] == _OBJECT:
            source = _DECODE_SOURCE(line)
            continue
        frame, text = _DECODE(line), next(each)
        if everybody or portion.has(frame.person):
            yield frame, text, source
