"""A directory asked for over the web, by one command and by nothing else: never at card time.

It is asked for what it is named for and for the pages that follow, all at one host, within limits
of size, time and number. What it answers is read as a file would be.
"""

from dataclasses import dataclass
from datetime import date
from time import monotonic
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import httpx2

from cds_hooks.directory.reading import read_directory
from cds_hooks.directory.shapes import MOST_BYTES, Page, Whose

_ASKS_FOR = {"accept": "application/json", "accept-encoding": "identity"}
_LONGEST = 2_000  # characters of an address


@dataclass(frozen=True, slots=True)
class Limits:
    """What one import may take."""

    bytes_of_all: int = 200 * 1024 * 1024
    seconds_for_one: float = 20.0
    seconds_for_all: float = 900.0
    answers: int = 3_000
    redirects: int = 3


class Unreachable(Exception):
    """A directory that could not be asked; says why in one sentence for people."""


class Asking:
    """One directory, asked page after page. To be closed."""

    def __init__(self, address: str, whose: Whose, today: date, limits: Limits | None = None):
        """Raises Unreachable for what is no web address."""
        self._limits = limits or Limits()
        self._whose, self._today = whose, today
        self._host = _host(address)
        address = urlsplit(address).geturl()  # HTTPS: is https: too
        self._next: str | None = address
        self._list = address
        self._asked: set[str] = set()
        self._bytes, self._began = 0, monotonic()
        # Certificates are read where they are looked at, which takes a tenth of a second.
        secure = address.startswith("https:")
        self._client = httpx2.Client(
            timeout=self._limits.seconds_for_one,
            trust_env=False,
            follow_redirects=False,
            verify=secure,
        )

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    @property
    def has_more(self) -> bool:
        """Whether a page follows that was not asked for yet."""
        return self._next is not None

    def page(self) -> Page:
        """The next page. Raises Unreachable or NotADirectory."""
        address = self._next
        assert address is not None  # whoever asks has looked
        page = read_directory(self._answer(address), self._whose, self._today)
        self._next = _after(address, page.following)
        if self._next is not None:
            if _host(self._next) != self._host:
                raise Unreachable("Its next page is at another host, which nobody named.")
            if self._next in self._asked:
                self._next = None  # round in a circle
        return page

    def one(self, source_id: str) -> Page:
        """One service by itself, below the address of the list. Raises Unreachable and so on."""
        parts = urlsplit(self._list)
        path = f"{parts.path.rstrip('/')}/{source_id}"
        address = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
        return read_directory(self._answer(address), self._whose, self._today)

    def _answer(self, address: str) -> bytes:
        """What an address answers, redirects at the same host followed."""
        for _ in range(self._limits.redirects + 1):
            if len(self._asked) >= self._limits.answers:
                raise Unreachable(f"It has more than {self._limits.answers} pages.")
            self._asked.add(address)
            found = self._once(address)
            if isinstance(found, bytes):
                return found
            onwards = urljoin(address, found)
            if _host(onwards) != self._host or (
                address.startswith("https:") and not onwards.startswith("https:")
            ):
                raise Unreachable(
                    "It sends us on to another host, or away from https. If that is where it is"
                    " now, name that address."
                )
            address = onwards
        raise Unreachable("It sends us on again and again.")

    def _once(self, address: str) -> bytes | str:
        """The body of one answer, or where it sends us."""
        try:
            with self._client.stream("GET", address, headers=_ASKS_FOR) as got:
                if got.status_code in (301, 302, 303, 307, 308):
                    return got.headers.get("location", "")
                if got.status_code != 200:
                    raise Unreachable(f"It answers with {got.status_code} and no directory.")
                if got.headers.get("content-encoding", "identity") != "identity":
                    raise Unreachable("It sends what is packed, though it was asked not to.")
                body = bytearray()
                for part in got.iter_raw():
                    body += part
                    self._bytes += len(part)
                    if len(body) > MOST_BYTES or self._bytes > self._limits.bytes_of_all:
                        raise Unreachable("It sends more than any directory is large.")
                    if monotonic() - self._began > self._limits.seconds_for_all:
                        raise Unreachable("It takes too long, and was left.")
                return bytes(body)
        except httpx2.HTTPError:
            raise Unreachable("It cannot be reached, or its answer broke off.") from None
        except (httpx2.InvalidURL, UnicodeError, ValueError):
            raise Unreachable("That is no web address.") from None


def _host(address: str) -> tuple[str, int]:
    """Who is asked. Raises Unreachable for what is not plainly a web address."""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Unreachable("That is no web address.") from None
    plainly = address.isascii() and address.isprintable() and len(address) <= _LONGEST
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        plainly = False
    if not plainly:
        raise Unreachable("That is no web address: it starts with https:// and has no name in it.")
    # From http to https at one host is the same directory.
    return parts.hostname or "", 443 if port == 80 else port


def _after(address: str, following: str | int | None) -> str | None:
    if following is None or following == "":
        return None
    if isinstance(following, str) and not following.isdigit():
        return urljoin(address, following)
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "page"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("page", str(following))])))
