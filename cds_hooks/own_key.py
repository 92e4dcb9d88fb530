"""The one secret of a service, and the keys that are made of it, one for each purpose.

It lies in a file of the data folder that nobody else may read, or comes from the environment, so
that several machines share one. Whoever has it could sign links and entries as we do; so it is in
no backup of ours, no log and no answer.
"""

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE = "goodday.key"
_BYTES = 32


class OwnKeyError(Exception):
    """A secret that cannot be read or made; one sentence."""


class OwnKey:
    """The secret. Never shown."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "OwnKey()"

    @classmethod
    def of_folder(cls, folder: Path, given: str = "") -> "OwnKey":
        """What was given, as 32 bytes in base64; else what lies in the folder, made where it does
        not. Raises OwnKeyError.
        """
        if given:
            return cls(_decoded(given, "The key that was given"))
        file = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return cls(_decoded(_made(file), f"The key in {file}"))
        except OSError:
            raise OwnKeyError(
                f"The key {file} cannot be read or made. Let this user write to the folder, or"
                " name another with --data."
            ) from None

    def bytes_for(self, purpose: str) -> bytes:
        """32 bytes for one purpose; of those for one nothing can be told about another's."""
        kdf = HKDF(SHA256(), _BYTES, salt=None, info=f"goodday {purpose}".encode())
        return kdf.derive(self._secret)

    def box_for(self, purpose: str) -> "Box":
        """What can be closed and opened for one purpose."""
        return Box(Fernet(base64.urlsafe_b64encode(self.bytes_for(purpose))))


class Box:
    """Closes bytes so that nobody else can read or change them, and knows when it did."""

    def __init__(self, fernet: Fernet) -> None:
        self._fernet = fernet

    def close(self, plain: bytes, now: int) -> str:
        """Closed bytes as text for an address. ``now``: seconds since 1970."""
        return self._fernet.encrypt_at_time(plain, now).decode().rstrip("=")

    def open(self, closed: str, now: int, within: int) -> bytes | None:
        """What was closed within so many seconds; None where it is older, changed or not ours."""
        padded = closed + "=" * (-len(closed) % 4)
        try:
            return self._fernet.decrypt_at_time(padded.encode(), within, now)
        except (InvalidToken, ValueError):  # ValueError: no ASCII
            return None


def _made(file: Path) -> str:
    """What a file holds; where there is none it is made, by one process of several."""
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}.new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as open_file:
            open_file.write(base64.b64encode(secrets.token_bytes(_BYTES)).decode() + "\n")
            open_file.flush()
            os.fsync(handle)
        try:
            os.link(draft, file)  # whoever comes second reads what the first has made
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii", errors="replace")


def _decoded(text: str, what: str) -> bytes:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _BYTES:
        raise OwnKeyError(
            f"{what} is not 32 bytes in base64. Put the right one back: what it closed cannot be"
            " read without it."
        )
    return secret
