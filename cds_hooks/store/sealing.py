"""Files that are sealed with the key of a store: encrypted, and known to be whole and in order.

A file goes in pieces of a mebibyte, each by AES-256-GCM under a key for this one file, bound to its
place and to whether it is the last: one that was changed, moved, left out or cut off is noticed.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MARK = b"goodday1"
_SALT, _PIECE, _TAG = 32, 1 << 20, 16


def seal(source: Path, sealed: Path, secret: bytes) -> None:
    """Write a new file, for its owner alone, with all of another in it. Raises OSError."""
    salt = os.urandom(_SALT)
    cipher = _cipher(secret, salt)
    with (
        source.open("rb") as plain,
        os.fdopen(os.open(sealed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
    ):
        out.write(_MARK + salt)
        for place, piece, last in _pieces(plain, _PIECE):
            out.write(cipher.encrypt(_nonce(place), piece, _MARK + bytes([last])))
        out.flush()
        os.fsync(out.fileno())


def unseal(sealed: Path, plain: Path, secret: bytes) -> None:
    """Write what was sealed into a new file, for its owner alone.

    Raises ValueError, with nothing of it left, where it was changed or sealed with another key;
    OSError.
    """
    with sealed.open("rb") as packed:
        if packed.read(len(_MARK)) != _MARK:
            raise ValueError("It is not a file that was sealed.")
        cipher = _cipher(secret, packed.read(_SALT))
        out = os.fdopen(os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        try:
            with out:
                for place, piece, last in _pieces(packed, _PIECE + _TAG):
                    out.write(cipher.decrypt(_nonce(place), piece, _MARK + bytes([last])))
        except (InvalidTag, OSError) as error:
            with suppress(OSError):
                plain.unlink()
            if isinstance(error, OSError):
                raise
            raise ValueError("It was changed, or sealed with another key.") from None


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    """A key for one file alone, so that the place of a piece can be its nonce."""
    return AESGCM(HKDF(hashes.SHA256(), 32, salt, _MARK).derive(secret))


def _nonce(place: int) -> bytes:
    return place.to_bytes(12)


def _pieces(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Each piece with its place, and whether it is the last; one that is empty of an empty file."""
    place, piece = 0, file.read(size)
    while True:
        following = file.read(size)
        yield place, piece, not following
        if not following:
            return
        place, piece = place + 1, following
