"""Which FHIR servers may be asked: those a client is registered with, to the letter, and no other.

An address is read by a grammar of our own, narrower than any library's: what it does not know is
not allowed, so that no two readers of one text can differ about where it leads.
"""

import re
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Self

_LONGEST = 16_000  # characters; a next page may name every code again
# Spelt out, and without ignoring case: that would let in letters that only look like ours.
_ADDRESS = re.compile(
    r"(?P<scheme>[Hh][Tt][Tt][Pp][Ss]?)://"
    r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~$!*+,;=:@-]+)*/?)"
    r"(?P<query>\?[!$-;=?-Z\[\]^_a-z|{}~]*)?"
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORTS = {"https": 443, "http": 80}

# Where one's own machine and its neighbours are.
_NEAR = tuple(
    IPv4Network(near)
    for near in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
_NEAR_6 = (IPv6Network("::1/128"), IPv6Network("fc00::/7"))
# Public by their number only: relays, and the machine under a rented machine.
_NOWHERE = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("168.63.129.16"),
)
_EVERYWHERE_6 = IPv6Network("2000::/3")
# The addresses of IPv4 as an IPv6 network spells them.
_TRANSLATED = IPv6Network("64:ff9b::/96")


class NotAServer(ValueError):
    """An address that cannot be registered; says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address in its parts: host in small letters, path without a slash at its end.

    ``rest`` is what follows: that slash, and a query.
    """

    scheme: str
    host: str
    port: int
    path: str
    rest: str = ""

    @property
    def text(self) -> str:
        """The address again, in its one spelling."""
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.path}{self.rest}"

    def is_under(self, other: "Place") -> bool:
        """Whether it is at the same server, and at that path or further down."""
        return (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port) and (
            self.path == other.path or self.path.startswith(other.path + "/")
        )


def place(text: str) -> Place | None:
    """The parts of an address; None for anything that is not plainly one."""
    found = _ADDRESS.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    scheme, host, path = found["scheme"].lower(), _host(found["host"]), found["path"]
    port = int(found["port"]) if found["port"] else _PORTS[scheme]
    rest = ("/" if path.endswith("/") else "") + (found["query"] or "")
    path = path.removesuffix("/")
    if host is None or port > 65_535 or not {".", ".."}.isdisjoint(path.split("/")):
        return None
    return Place(scheme, host, port, path, rest)


def _host(text: str) -> str | None:
    """A name or number in its one spelling. What some read as a number and some do not is None."""
    try:
        if text.startswith("["):
            return f"[{IPv6Address(text[1:-1])}]"
        labels = text.lower().split(".")
        if _NUMBER.fullmatch(labels[-1]):
            return str(IPv4Address(text))
    except ValueError:
        return None
    return text.lower() if all(_LABEL.fullmatch(label) for label in labels) else None


@dataclass(frozen=True, slots=True)
class Allowed:
    """A FHIR server that a client is registered with.

    ``exact``: this path and no other; otherwise paths below it too. ``local``: http and private
    addresses are allowed too, for a sandbox on one's own machine or network.
    """

    scheme: str
    host: str
    port: int
    path: str
    exact: bool = True
    local: bool = False

    @classmethod
    def parse(cls, text: str, *, exact: bool = True, local: bool = False) -> Self:
        """A server by its base address. Raises NotAServer."""
        found = _base(text)
        if found is None:
            raise NotAServer(
                "A FHIR server is written as https://host/path, with nothing before the host and"
                " nothing after the path."
            )
        if found.scheme != "https" and not local:
            raise NotAServer("A FHIR server is asked over https, unless it is marked as local.")
        literal = _literal(found.host)
        if literal is not None and not is_fit(literal, local=local):
            raise NotAServer(
                "This number is no public address; mark the server as local if it is on your own"
                " network."
            )
        return cls(found.scheme, found.host, found.port, found.path, exact, local)

    def allows(self, base: str) -> Place | None:
        """The place that a call's ``fhirServer`` names, if it is this server; None if not."""
        found = _base(base)
        if found is None:
            return None
        own = Place(self.scheme, self.host, self.port, self.path)
        return found if found == own or (not self.exact and found.is_under(own)) else None


def may_be_asked(text: str, *, local: bool) -> bool:
    """Whether an address is plainly one, and its host no number that a connection may not go to."""
    found = place(text)
    if found is None:
        return False
    literal = _literal(found.host)
    return literal is None or is_fit(literal, local=local)


def next_page(link: str, base: Place) -> str | None:
    """The address of a further page, if it is at the same server and under its base."""
    if link.startswith("?"):
        return None  # under which path is anybody's guess
    if "://" not in link:
        link = f"{base.text}/{link.removeprefix(base.path).removeprefix('/')}"
    found = place(link)
    return found.text if found is not None and found.is_under(base) else None


def _base(text: str) -> Place | None:
    found = place(text)
    return None if found is None or "?" in found.rest else replace(found, rest="")


def _literal(host: str) -> str | None:
    """The number that a host is, if it is one."""
    bare = host.strip("[]")
    return bare if ":" in bare or bare.rpartition(".")[2].isdigit() else None


def is_fit(address: str, *, local: bool) -> bool:
    """Whether a connection may go to this number: a public one, or a near one where allowed."""
    try:
        number = ip_address(address)
    except ValueError:
        return False
    if isinstance(number, IPv6Address):
        inner = number.ipv4_mapped
        if inner is None and number in _TRANSLATED:
            inner = IPv4Address(int(number) & 0xFFFF_FFFF)
        if inner is None:
            return _is_fit_6(number, local=local)
        number = inner
    if any(number in near for near in _NEAR):
        return local
    odd = number.is_multicast or number.is_reserved or number.is_link_local
    return number.is_global and not odd and not any(number in nowhere for nowhere in _NOWHERE)


def _is_fit_6(number: IPv6Address, *, local: bool) -> bool:
    if any(number in near for near in _NEAR_6):
        return local
    tunnelled = number.sixtofour is not None or number.teredo is not None
    return number.is_global and number in _EVERYWHERE_6 and not tunnelled
