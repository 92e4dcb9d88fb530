"""Who may look at a page about somebody: whoever a card's own link names, or a trusted proxy.

A link is closed with our own key, names one card and whom it was shown to, and is good for half an
hour. A proxy that the practice trusts signs people in and says who they are in two headers, which
count from its addresses alone. There is no third way, and no password of ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request

from cds_hooks.settings import Settings
from cds_hooks.store.keys import Key

CLINICAL, AUDITOR = "clinical", "auditor"
MANAGER = "manager"  # reads what was said about cards, and replies to it
DIRECTORY = "directory"  # keeps the directory of local support
ROLES = frozenset({CLINICAL, AUDITOR, MANAGER, DIRECTORY})
GOOD_FOR = 30 * 60  # seconds: a consultation and what comes after it
_HERE = frozenset({"127.0.0.1", "::1"})
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_LONGEST = 128
_LONGEST_LOOKS = 2 * _LONGEST
_LONGEST_TOKEN = 2048


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks, as whoever vouches for them names them. Kept in the audit alone.

    ``looks``: as a session and mutes know whoever was shown the card, "" where a link does not say;
    None of whom a proxy names, in words of its own.
    """

    name: str
    roles: frozenset[str]
    looks: str | None = None


class _Link(msgspec.Struct, array_like=True):
    card: str
    user: str
    client: str
    looks: str = ""


_LINK = msgspec.json.Decoder(_Link)


class Access:
    """Links that are made and opened, and proxies that are believed."""

    def __init__(self, settings: Settings, key: Key) -> None:
        self._box = key.box_for("links")
        self._proxies = frozenset(settings.proxies)
        self._user, self._role = settings.user_header, settings.role_header

    def token(self, card: str, user: str, client: str, now: int, looks: str = "") -> str:
        """What makes a link of a card good, for whom it was shown to. ``now``: seconds, 1970."""
        # Cut off, it would be somebody else.
        link = _Link(card, user[:_LONGEST], client, looks if len(looks) <= _LONGEST_LOOKS else "")
        return self._box.close(msgspec.json.encode(link), now)

    def by_link(self, token: str, now: int) -> tuple[str, Viewer] | None:
        """The card that a link is about, and who looks; None where it is too old, or not ours."""
        if len(token) > _LONGEST_TOKEN:
            return None
        opened = self._box.open(token, now, GOOD_FOR)
        if opened is None:
            return None
        link = _LINK.decode(opened)
        name = f"{link.client}:{link.user}" if link.client else link.user
        return link.card, Viewer(name or "unnamed", frozenset({CLINICAL}), link.looks)

    def is_from_here(self, request: Request, address: str) -> bool:
        """Whether a browser says that a form was sent from a page of ours, at this address.

        A proxy that signs people in goes by a cookie of theirs, which another site could have the
        browser send along. What a browser does not say at all is not taken for ours.
        """
        site = request.headers.getlist("sec-fetch-site")
        if site:
            return site == ["same-origin"]
        ours = urlsplit(address)
        return request.headers.getlist("origin") == [f"{ours.scheme}://{ours.netloc}"]

    def by_proxy(self, request: Request) -> Viewer | None:
        """Whoever a trusted proxy says it is, with the roles it says; None where none says it."""
        if request.client is None or request.client.host not in self._proxies:
            return None
        names = request.headers.getlist(self._user)
        roles = request.headers.getlist(self._role)
        if len(names) != 1 or len(roles) != 1 or not _is_name(names[0]):
            return None  # said twice may be said by two
        return Viewer(names[0], _roles(roles[0].split(",")))


def is_here(request: Request) -> bool:
    """Whether somebody asks on this machine.

    What a proxy passed on came from elsewhere, though the proxy itself may be here.
    """
    here = request.client.host if request.client is not None else ""
    return here in _HERE and not any(name in request.headers for name in _PASSED_ON)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isprintable() and text.strip() == text


def _roles(said: Sequence[str]) -> frozenset[str]:
    return ROLES & {each.strip().lower() for each in said}
