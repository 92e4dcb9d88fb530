"""What sorting leaves on disk, a bucket at a time: lines that begin with whom they are about.

Each is a Frame, and after it the resource as it came, which is decoded again only where a rule asks
for it.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zlib import crc32

import msgspec

from rules.codes import Code
from rules.record import Kind


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


class Framed(NamedTuple):
    """A frame, and the resource that follows it; b"" where none does."""

    frame: Frame
    text: bytes


_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Frame).decode


def bucket_of(person: str, buckets: int) -> int:
    """Which bucket a person's lines are in."""
    return crc32(person.encode()) % buckets


def write(file: BinaryIO, frame: Frame, text: bytes = b"") -> None:
    """Write one frame, and the resource it is about, which is one line."""
    file.write(_ENCODE(frame))
    file.write(b"\n")
    file.write(text if text.endswith(b"\n") else text + b"\n")


def read(folder: Path, bucket: int) -> Iterator[Framed]:
    """Everything in one bucket, in the order of its files."""
    for path in sorted(folder.glob(f"{bucket}.*")):
        with path.open("rb", 1 << 20) as file:
            yield from framed(file)


def framed(file: Iterable[bytes]) -> Iterator[Framed]:
    """What was written, line by line."""
    each = iter(file)
    for frame in each:
        yield Framed(_DECODE(frame), next(each))
