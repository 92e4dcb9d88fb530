"""Lines of FHIR as sorting leaves them in a bucket, a lot at a time: whom each is about, and codes.

A lot has frames, one for each line, and behind them the resources as they came. A resource is taken
out of its lot, and decoded again, only where a rule asks for it: most are never asked for.
"""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from struct import Struct
from typing import IO

import msgspec

from fhir_adapters.bulk.buckets import Buckets, Portion, bucket_of, parts_of
from fhir_adapters.bulk.files import number_of
from fhir_adapters.bulk.people import place
from rules.codes import Code
from rules.record import Kind

UNSURE = "?"  # in place of a name: a broken line names them, in which that may be broken too

# A lot is written once it has so many bytes of resources, or frames.
_ENOUGH = 32 * 1024
_MOST_FRAMES = 1_000


class Frame(msgspec.Struct, array_like=True, gc=False):
    """One line that is kept, or something that was found about one person's lists.

    A ``kind`` with codes: the resource is kept under these. A kind with ``why``: the list is not
    known to be whole; it may be another's, where the name is UNSURE. ``filed``: results that a
    report files. Nothing: the Patient.
    """

    person: str
    kind: Kind | None = None
    name: str = ""  # Type/id, where it has one
    why: str = ""
    filed: list[str] | None = None
    line: int = 0  # of its source, from 0
    codes: int = 0  # which of the sets of codes that its lot has; the first has none
    size: int = 0  # of the resource, in bytes


class Source(msgspec.Struct, frozen=True):
    """Where lines came from: a file, and the byte at which the first of them is."""

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


class _Head(msgspec.Struct, array_like=True, gc=False):
    """What stands before the resources of a lot."""

    source: Source
    codes: list[tuple[Code, ...]]
    frames: list[Frame]


class Lot(msgspec.Struct, gc=False):
    """Some lines that were written together: what their frames have in common."""

    source: Source
    codes: list[tuple[Code, ...]]
    texts: bytes  # of all their resources, one behind the other


# A frame, the lot that it is of, and where in that lot its resource begins.
Framed = tuple[Frame, Lot, int]

_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(_Head).decode
_SIZES = Struct("<II")  # of the head and of the resources


def text_of(one: Framed) -> bytes:
    """The resource that a frame is about, without the end of its line; b"" if it is about none."""
    frame, lot, at = one
    return lot.texts[at : at + frame.size].removesuffix(b"\n")


def codes_of(one: Framed) -> tuple[Code, ...]:
    """The codes that a line is kept under."""
    frame, lot, _ = one
    return lot.codes[frame.codes]


class Filling:
    """The lot of one bucket that is not written yet."""

    def __init__(self, lots: "Lots", bucket: int) -> None:
        self._lots = lots
        self._bucket = bucket
        self._empty()

    def _empty(self) -> None:
        self._frames: list[Frame] = []
        self._codes: dict[tuple[Code, ...], int] = {(): 0}
        self._texts = bytearray()

    def add(self, frame: Frame, codes: tuple[Code, ...] = (), text: bytes = b"") -> None:
        """One line more, or what was found about somebody. Raises OSError."""
        known = self._codes
        frame.codes = known.setdefault(codes, len(known))
        frame.size = len(text)
        self._frames.append(frame)
        # Not the object itself: the next line has its memory then, still warm.
        self._texts += text
        if len(self._texts) >= _ENOUGH or len(self._frames) >= _MOST_FRAMES:
            self.write()

    def write(self) -> None:
        """Write what there is. Raises OSError."""
        if self._frames:
            head = _ENCODE(_Head(self._lots.source, list(self._codes), self._frames))
            sizes = _SIZES.pack(len(head), len(self._texts))
            file = self._lots.to.file(self._bucket)
            file.write(sizes + head)
            file.write(self._texts)
            self._empty()


class Lots:
    """The lines of one source on their way to its buckets; all are there once it is ``written``."""

    def __init__(self, to: Buckets) -> None:
        self.to = to
        self.source = Source("", 0)
        self._filling: dict[int, Filling] = {}

    def of(self, person: str) -> Filling:
        """Where a person's lines go."""
        bucket = bucket_of(person, self.to.of_them)
        found = self._filling.get(bucket)
        if found is None:
            found = self._filling[bucket] = Filling(self, bucket)
        return found

    def begin(self, source: Source) -> None:
        """Lines come from here, from now on. Raises OSError."""
        self.write()
        self.source = source

    def write(self) -> None:
        """Write every lot as far as it is. Raises OSError."""
        for one in self._filling.values():
            one.write()


def read(folder: Path, bucket: int, portion: Portion) -> Iterator[Framed]:
    """Everything of a portion of a bucket, in the order of its files."""
    for path in parts_of(folder, bucket):
        with path.open("rb") as file:
            yield from framed(file, portion)


def framed(file: IO[bytes], portion: Portion) -> Iterator[Framed]:
    """What was written of a portion, line by line."""
    everybody = portion.of == 1
    while sizes := file.read(_SIZES.size):
        of_head, of_texts = _SIZES.unpack(sizes)
        head = _DECODE(file.read(of_head))
        lot = Lot(head.source, head.codes, file.read(of_texts))
        at = 0
        for frame in head.frames:
            if everybody:
                yield frame, lot, at
            elif portion.has(frame.person):
                # By itself: or else what is held of few would be everything.
                yield frame, Lot(lot.source, lot.codes, lot.texts[at : at + frame.size]), 0
            at += frame.size
