"""Lines of FHIR as sorting leaves them in a bucket, a lot at a time: whom each is about, and codes.

A lot has frames, one for some lines of one person that are alike, and behind them the resources as
they came. A resource is taken out of its lot, and decoded again, only where a rule asks for it:
most are never asked for.
"""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from struct import Struct
from typing import IO

import msgspec
from msgspec.structs import replace

from fhir_adapters.bulk.buckets import Buckets, Portion, bucket_of, parts_of
from fhir_adapters.bulk.files import number_of
from fhir_adapters.bulk.people import place
from rules.codes import Code
from rules.record import Kind

# A lot is written once it has so many bytes of resources, or frames.
_ENOUGH = 32 * 1024
_MOST_FRAMES = 1_000


class Frame(msgspec.Struct, array_like=True, gc=False):
    """Lines of one person that stand together, or something that was found about their lists.

    A ``kind`` with codes: the resources are kept under these. A kind with ``why``: the list is not
    known to be whole; it may be another's, where that is ``unsure``. ``filed``: results that a
    report files. Nothing: the Patient.
    """

    person: str
    kind: Kind | None = None
    why: str = ""
    unsure: bool = False  # a broken line names the person, in which that may be broken too
    filed: list[str] | None = None
    codes: int = 0  # which of the sets of codes that its lot has; the first has none
    ids: list[str] = []  # of each line's resource; "" where it has none
    lines: list[int] = []  # of the source, from 0
    sizes: list[int] = []  # of each resource, in bytes


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


# A frame, the lot that it is of, and where in that lot its first resource begins.
Framed = tuple[Frame, Lot, int]

_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(_Head).decode
_SIZES = Struct("<II")  # of the head and of the resources


def split(frame: Frame, lot: Lot, at: int) -> Iterator[Framed]:
    """Each line of a frame as a frame by itself."""
    for resource_id, line, size in zip(frame.ids, frame.lines, frame.sizes, strict=True):
        alone = replace(frame, ids=[resource_id], lines=[line], sizes=[size])
        yield alone, lot, at
        at += size


def text_of(one: Framed, number: int = 0) -> bytes:
    """The resource of one of a frame's lines, without the line's end."""
    frame, lot, at = one
    at += sum(frame.sizes[:number])
    return lot.texts[at : at + frame.sizes[number]].removesuffix(b"\n")


_NOTHING = Frame("")  # no line is like it: each is somebody's


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
        self._last = _NOTHING
        self._under: tuple[Code, ...] = ()  # the codes of the last

    def keep(
        self,
        person: str,
        kind: Kind | None,
        codes: tuple[Code, ...],
        resource_id: str,
        line: int,
        text: bytes,
    ) -> None:
        """One line more. Raises OSError."""
        last = self._last
        if kind is not last.kind or codes != self._under or person != last.person:
            last = self.add(Frame(person, kind))
            last.codes = self._codes.setdefault(codes, len(self._codes))
            self._last, self._under = last, codes
        last.ids.append(resource_id)
        last.lines.append(line)
        last.sizes.append(len(text))
        # Not the object itself: the next line has its memory then, still warm.
        self._texts += text
        if len(self._texts) >= _ENOUGH:
            self.write()

    def add(self, frame: Frame) -> Frame:
        """What was found about somebody. Raises OSError."""
        if len(self._frames) >= _MOST_FRAMES:
            self.write()
        self._frames.append(frame)
        return frame

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
                yield frame, Lot(lot.source, lot.codes, lot.texts[at : at + sum(frame.sizes)]), 0
            at += sum(frame.sizes)
