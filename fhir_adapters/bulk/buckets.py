"""Where lines go by whom they are about, a bucket at a time, and what is set aside on the way.

``Buckets`` is what sorting one file writes to, whatever its lines are. A bucket is read in
portions, no more than one of which is in memory, however much was in a packed file.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zlib import crc32

from fhir_adapters.bulk.people import MOST_NAMED, Fault, SetAside
from fhir_adapters.bulk.rejects import REJECTS, made, noted
from rules.record import Kind

PORTION = 40 * 1024 * 1024  # bytes of a bucket that are in memory at once
# More than this of what rules may read is nobody's record: what is over is set aside.
MOST_OF_ONE = 8 * 1024 * 1024  # bytes
TOO_MUCH = "One person has more lines than any record has; those from here on are not read."
# In place of a bucket's number: those in which a line may be of somebody who is not there.
DOUBTED = "doubted"

_MOST_BUCKETS = 400  # files that one process has open at once; systems allow 1,024
# A short list has some too, so that every processor has work: on every machine as many, since
# people come in the order of their buckets.
_SOME_BUCKETS, _LEAST = 16, 2 * 1024 * 1024  # bytes: less is not worth a bucket of its own


def how_many(size: int, of_one: int) -> int:
    """How many buckets so many bytes go to, where one is to have no more than about ``of_one``."""
    return max(1, min(_MOST_BUCKETS, size // of_one), min(_SOME_BUCKETS, size // _LEAST))


def bucket_of(person: str, buckets: int) -> int:
    """Which bucket a person's lines are in."""
    return crc32(person.encode()) % buckets


def on_disk(folder: Path, place: int, files: ExitStack) -> Callable[[str], BinaryIO]:
    """Opens what ``Buckets`` write to as files of a folder, for their owner alone.

    ``place`` is that of the source among those that are sorted: it is read again in order. Each
    bucket has a folder to itself, or to find its files would take as long as there are others.
    """

    def opened(what: str) -> BinaryIO:
        made(folder / what)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        descriptor = os.open(folder / what / f"{place:06}", flags, 0o600)
        return files.enter_context(os.fdopen(descriptor, "wb", 1 << 13))

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
        self.people_lost = 0
        self._doubted: set[int] = set()
        self.others_lost = False  # people, too, whom nobody can count

    def of(self, person: str) -> BinaryIO:
        """What a person's lines are written to."""
        return self.file(bucket_of(person, self.of_them))

    def file(self, bucket: int) -> BinaryIO:
        """What the lines of a bucket are written to."""
        return self._file(str(bucket))

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
            rejects = self._file(REJECTS)
            rejects.write(text if text.endswith(b"\n") else text + b"\n")

    def unknown(self, kinds: Iterable[Kind], why: str) -> None:
        """These lists are not known to be whole, whoever's they are."""
        for kind in kinds:
            self._unread.setdefault(kind, why)

    def unsure(self, people: Iterable[str]) -> None:
        """Broken lines name these: where one is nobody, it may be anybody who is meant."""
        for bucket in {bucket_of(person, self.of_them) for person in people} - self._doubted:
            self._doubted.add(bucket)
            self._file(DOUBTED).write(b"%d\n" % bucket)

    def aside(self) -> SetAside:
        """All that was set aside."""
        first, unread = tuple(self._first), {**self._unread}
        return SetAside(self._count, first, self.people_lost, unread, self.others_lost)

    def _file(self, what: str) -> BinaryIO:
        found = self._open.get(what)
        if found is None:
            found = self._open[what] = self._opened(what)
        return found


def doubted(folder: Path) -> list[int]:
    """The buckets in which a broken line may be of somebody who is not there; mostly none."""
    each = (path.read_text().split() for path in parts_of(folder, DOUBTED))
    return sorted({int(bucket) for some in each for bucket in some})


class Portion(NamedTuple):
    """Some of the people of a bucket: as many as are in memory at once."""

    number: int = 0
    of: int = 1

    def has(self, person: str) -> bool:
        """Whether this person is among them."""
        # The upper half of the sum, of which the bucket's number says nothing.
        return self.of == 1 or (crc32(person.encode()) >> 16) % self.of == self.number


def parts_of(folder: Path, what: int | str) -> list[Path]:
    """The files of a bucket, or of what stands beside them, in the order in which they are read."""
    inside = folder / str(what)
    return sorted(inside.iterdir()) if inside.is_dir() else []


def portions(folder: Path, bucket: int) -> list[Portion]:
    """What a bucket is read in: nearly always as one."""
    return portions_of(sum(path.stat().st_size for path in parts_of(folder, bucket)))


def portions_of(size: int) -> list[Portion]:
    """What so many bytes of a bucket are read in."""
    of = max(1, -(-size // PORTION))
    return [Portion(number, of) for number in range(of)]
