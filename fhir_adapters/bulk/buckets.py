"""What sorting leaves on disk, a bucket at a time: lines that begin with whom they are about.

Each is a Frame, and after it the resource as it came, which is decoded again only where a rule asks
for it.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

import msgspec

from rules.codes import Code
from rules.record import Kind

NO_CODES = msgspec.Raw(b"[]")


class Frame(msgspec.Struct, array_like=True, gc=False):
    """One line that is kept, or something that was found about one person's lists.

    A ``kind`` with codes: the resource that follows is kept under these. A kind with ``why``: the
    list is not known to be whole. ``filed``: results that a report files. Nothing: the Patient.
    """

    person: str
    kind: Kind | None = None
    name: str = ""  # Type/id, where it has one
    codes: msgspec.Raw = NO_CODES  # as JSON: few sets of codes stand on many lines
    why: str = ""
    filed: list[str] | None = None


Framed = tuple[Frame, bytes]  # a frame, and the resource that follows it; b"" where none does

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Frame).decode
_DECODE_CODES = msgspec.json.Decoder(tuple[Code, ...]).decode
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


def write(file: BinaryIO, frame: Frame, text: bytes = b"") -> None:
    """Write one frame, and the resource it is about, which is one line."""
    end = b"" if text.endswith(b"\n") else b"\n"
    file.write(b"%b\n%b%b" % (_ENCODE(frame), text, end))


def read(folder: Path, bucket: int) -> Iterator[Framed]:
    """Everything in one bucket, in the order of its files."""
    for path in sorted(folder.glob(f"{bucket}.*")):
        with path.open("rb", 1 << 20) as file:
            for frame in file:
                yield _DECODE(frame), next(file)
