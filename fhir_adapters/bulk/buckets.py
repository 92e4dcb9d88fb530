"""What sorting leaves on disk, a bucket at a time: lines that begin with whom they are about.

Each is a Frame, and after it the resource as it came, which is decoded again only where a rule asks
for it. ``Buckets`` is what sorting one file writes to, whatever its lines are. A bucket is read in
portions, no more than one of which is in memory, however much was in a packed file.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zlib import crc32

import msgspec

from fhir_adapters.bulk.files import number_of
from fhir_adapters.bulk.people import MOST_NAMED, Fault, SetAside, place
from rules.codes import Code
from rules.record import Kind

_PORTION = 64 * 1024 * 1024  # bytes of a bucket that are in memory at once
# More than this of what rules may read is nobody's record: what is over is set aside.
MOST_OF_ONE = 8 * 1024 * 1024  # bytes
TOO_MUCH = "One person has more lines than any record has; those from here on are not read."


class Frame(msgspec.Struct, array_like=True, gc=False):
    """One line that is kept, or something that was found about one person's lists.

    A ``kind`` with codes: the resource that follows is kept under these. A kind with ``why``: the
    list is not known to be whole. ``filed``: results that a report files. Nothing: the Patient.
    """

    person: str
    kind: Kind | None = None
    name: str = ""  # Type/id, where it has one
    codes: tuple[Code, ...] = ()
    why: str = ""
    filed: list[str] | None = None
    line: int = 0  # of its piece, from 0


class Source:
    """Where the lines of a bucket came from: a file, and the byte at which the first of them is."""

    def __init__(self, path: Path, begins: int) -> None:
        self._path = path
        self._begins = begins
        self._before = 0

    def place(self, line: int) -> str:
        """The file and the line in it."""
        self._before = self._before or number_of(self._path, self._begins)
        return place(self._path, self._before + line)


class Framed(NamedTuple):
    """A frame, and the resource that follows it; b"" where none does."""

    frame: Frame
    text: bytes
    source: Source


_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Frame).decode


def bucket_of(person: str, buckets: int) -> int:
    """Which bucket a person's lines are in."""
    return crc32(person.encode()) % buckets


class Buckets:
    """Where the lines of one file go, and what of it is set aside."""

    def __init__(self, folder: Path, place: int, buckets: int, files: ExitStack) -> None:
        """``place`` is that of the file among those that are sorted: it is read again in order."""
        self._folder = folder
        self._name = f"{place:06}"
        self._buckets = buckets
        self._files = files
        self._open: dict[str, BinaryIO] = {}
        self._count = 0
        self._first: list[Fault] = []
        self._unread: dict[Kind, str] = {}
        self.head = b""  # the first line of each bucket's file
        self.people_lost = 0

    def of(self, person: str) -> BinaryIO:
        """The file in which a person's lines are."""
        return self._file(f"{bucket_of(person, self._buckets)}.{self._name}", self.head)

    @property
    def names_more(self) -> bool:
        """Whether the place of the next fault will be told, or only counted."""
        return len(self._first) < MOST_NAMED

    def set_aside(self, fault: Fault | None, text: bytes = b"") -> None:
        """Count what could not be read, and keep the line."""
        self._count += 1
        if fault is not None and self.names_more:
            self._first.append(fault)
        if text:
            rejects = self._file(f"rejects.{self._name}", b"")
            rejects.write(text if text.endswith(b"\n") else text + b"\n")

    def unknown(self, kinds: Iterable[Kind], why: str) -> None:
        """These lists are not known to be whole, whoever's they are."""
        for kind in kinds:
            self._unread.setdefault(kind, why)

    def aside(self) -> SetAside:
        """All that was set aside."""
        return SetAside(self._count, tuple(self._first), self.people_lost, self._unread)

    def _file(self, name: str, head: bytes) -> BinaryIO:
        found = self._open.get(name)
        if found is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            descriptor = os.open(self._folder / name, flags, 0o600)
            opened = os.fdopen(descriptor, "wb", 1 << 16)
            found = self._open[name] = self._files.enter_context(opened)
            found.write(head)
        return found


def head_of(path: Path, begins: int) -> bytes:
    """The first line of a bucket's file: where its lines are from."""
    return _ENCODE((os.fsencode(path).hex(), begins)) + b"\n"


def write(file: BinaryIO, frame: Frame, text: bytes = b"") -> None:
    """Write one frame, and the resource it is about, which is one line."""
    file.write(_ENCODE(frame))
    file.write(b"\n")
    file.write(text if text.endswith(b"\n") else text + b"\n")


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
    size = sum(path.stat().st_size for path in folder.glob(f"{bucket}.*"))
    of = max(1, -(-size // _PORTION))
    return [Portion(number, of) for number in range(of)]


def read(folder: Path, bucket: int, portion: Portion) -> Iterator[Framed]:
    """Everything of a portion of a bucket, in the order of its files."""
    for path in sorted(folder.glob(f"{bucket}.*")):
        with path.open("rb", 1 << 20) as file:
            named, begins = _HEAD(next(file))
            source = Source(Path(os.fsdecode(bytes.fromhex(named))), begins)
            for line in file:
                frame, text = _DECODE(line), next(file)
                if portion.has(frame.person):
                    yield Framed(frame, text, source)


_HEAD = msgspec.json.Decoder(tuple[str, int]).decode
