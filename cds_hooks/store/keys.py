"""The store's key: it seals free text and the audit, closes links, and hides who a hash is of.

It is 32 bytes, kept in a file of its own that only its owner can read, or given as a setting.
"""

import base64
import binascii
import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cds_hooks.store.tables import StoreError

KEY_FILE = "store.key"
_BYTES = 32


class Key:
    """The key of one store. It is in no representation, log or error."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._seal = AESGCM(_derived(secret, b"free text"))
        self._hash = hmac.new(_derived(secret, b"who"), digestmod=hashlib.sha256)
        self.fingerprint = _derived(secret, b"fingerprint").hex()[:16]

    def bytes_for(self, purpose: str) -> bytes:
        """32 bytes for one purpose; of those for one nothing can be told about another's."""
        return _derived(self._secret, purpose.encode())

    def box_for(self, purpose: str) -> "Box":
        """What can be closed and opened for one purpose."""
        return Box(Fernet(base64.urlsafe_b64encode(self.bytes_for(purpose))))

    def hidden(self, text: str) -> str:
        """A keyed hash: the same for the same text, and no way back without the key."""
        of_this = self._hash.copy()
        of_this.update(text.encode())
        return of_this.hexdigest()

    def hidden_for(self, purpose: str, text: str) -> str:
        """The same for one purpose: no hash of another is ever the same."""
        return hmac.digest(self.bytes_for(purpose), text.encode(), hashlib.sha256).hex()

    def sealed(self, text: str, about: str) -> str:
        """A text, encrypted (AES-GCM) and bound to what it is about."""
        nonce = os.urandom(12)
        return base64.b64encode(
            nonce + self._seal.encrypt(nonce, text.encode(), about.encode())
        ).decode()

    def opened(self, sealed: str, about: str) -> str | None:
        """The text again; None where it was altered, moved, or sealed with another key."""
        try:
            packed = base64.b64decode(sealed, validate=True)
            return self._seal.decrypt(packed[:12], packed[12:], about.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            return None


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


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, b"good day, store, " + purpose, hashlib.sha256).digest()


def read_key(folder: Path, given: str = "", *, make: bool) -> Key:
    """The key that was given, or the one beside the store; made where there is none. StoreError.

    Without ``make``, for a store that has a key already, one that is not there is an error.
    """
    if given:
        return Key(_decoded(given, "GOODDAY_STORE_KEY"))
    path = folder / KEY_FILE
    with suppress(FileExistsError):
        if make:
            _write(path, base64.b64encode(os.urandom(_BYTES)))
    try:
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise StoreError(
            f"The key of the store, {path}, is not there or cannot be read. Put it back, or give it"
            " as GOODDAY_STORE_KEY: a no that was said may not be found without it."
        ) from None
    return Key(_decoded(text, str(path)))


def _decoded(text: str, where: str) -> bytes:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _BYTES:
        raise StoreError(
            f"{where} is not a key of a store: 32 bytes in base64, as in the file {KEY_FILE}."
        )
    return secret


def _write(path: Path, text: bytes) -> None:
    """A new file, whole or not at all, for its owner alone, never over another."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
        sync_folder(path.parent)
    except FileExistsError:
        raise
    except OSError:
        raise StoreError(f"The key of the store cannot be written to {path}.") from None
    finally:
        beside.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, as their files are. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
