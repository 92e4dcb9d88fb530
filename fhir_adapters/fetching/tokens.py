"""SMART backend services: a signed assertion of who we are, for a token that is good for a while.

The token is asked for anew before it ends, and when the server does not take it any more.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import msgspec

from fhir_adapters.allowed import may_be_asked, place
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.fetching.calling import Calls, NotFetched

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
READING = "rs"  # to read and to search
_UNSAID = 300  # seconds that a token lasts where nobody says
_BEFORE = 60.0  # seconds before its end a token is not used any more, of a short one a quarter
_TOKEN = frozenset(map(chr, range(0x21, 0x7F)))
# system/Observation.read (SMART 1), system/*.rs (SMART 2).
_SCOPE = re.compile(r"system/(\*|[A-Za-z]+)\.(read|write|\*|[cruds]+)")
_HOW = "(--token-at, or token_at in clients.toml)"
_WHY = {
    "invalid_client": "it does not know the client by this id and key",
    "unauthorized_client": "it does not know the client by this id and key",
    "invalid_grant": "it does not take the assertion; look at the clock of this machine",
    "invalid_scope": "it does not give these scopes; name others (--scope, or in clients.toml)",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are at a server. ``assertion`` signs that for the address of the token endpoint.

    ``scope`` is what is asked for, "" for the types that are read; ``token_at`` where tokens come
    from, "" where the server says it.
    """

    assertion: Callable[[str], str] = field(repr=False)
    scope: str = ""
    token_at: str = ""


class _Configuration(msgspec.Struct):
    token_endpoint: str = ""
    capabilities: list[str] = []


class _Granted(msgspec.Struct):
    access_token: str
    token_type: str = ""
    expires_in: int | None = None
    scope: str | None = None


class _NotGranted(msgspec.Struct):
    error: str = ""


class Backend:
    """Access tokens for one server, one at a time. ``may`` are the letters of SMART 2 for what is
    done with these types.
    """

    def __init__(
        self,
        calls: Calls,
        identity: Identity,
        types: Sequence[str],
        *,
        may: str = READING,
        local: bool,
    ) -> None:
        self._calls = calls
        self._identity = identity
        self._types = types
        self._may = may
        self._local = local
        self._at = ""
        self._scope = identity.scope
        self._token = ""
        self._until = 0.0
        self._one_at_a_time = asyncio.Lock()
        self._granted = ""

    async def current(self) -> str:
        """A token that is good for a while. Raises NotFetched."""
        async with self._one_at_a_time:
            if not self._token or self._calls.timing.monotonic() >= self._until:
                await self._renew()
            return self._token

    def was_not_taken(self, token: str) -> None:
        """Ask for another, unless that was done already."""
        if token == self._token:
            self._token = ""

    def reaches(self, resource_type: str) -> bool:
        """Whether the token that we hold is good for reading a type, as far as was said."""
        return not self._granted or reaches(self._granted.split(), resource_type)

    async def _renew(self) -> None:
        if not self._at:
            await self._look()
        asked = {
            "grant_type": "client_credentials",
            "scope": self._scope,
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._identity.assertion(self._at),
        }
        now = self._calls.timing.monotonic()
        reply = await self._calls.ask(
            "POST", self._at, accept="application/json", form=urlencode(asked).encode()
        )
        if reply.status != 200:
            raise NotFetched(f"The server gives no token: {_why(reply.body)}.", status=reply.status)
        try:
            granted = msgspec.json.decode(reply.body, type=_Granted)
        except UNREADABLE:
            granted = None
        if (
            granted is None
            or granted.token_type.lower() != "bearer"
            or not granted.access_token
            or not _TOKEN.issuperset(granted.access_token)
        ):
            raise NotFetched("The server sent something else in place of a token.")
        lasts = float(max(granted.expires_in or _UNSAID, 1))
        self._until = now + lasts - min(_BEFORE, lasts / 4)
        self._token, self._granted = granted.access_token, granted.scope or ""

    async def _look(self) -> None:
        """Find where tokens come from, and how scopes are spelt there. Raises NotFetched."""
        at, version_1 = self._identity.token_at, False
        reply = await self._configuration()
        if reply is not None:
            found = place(reply.token_endpoint)
            if not at and found is not None and self._calls.is_own(reply.token_endpoint):
                at = found.text
            elif not at and found is not None and may_be_asked(found.text, local=self._local):
                raise NotFetched(
                    f"The server says that tokens come from {found.text}, which is another server;"
                    f" if that is right, name it {_HOW}."
                )
            said = set(reply.capabilities)
            version_1 = "permission-v1" in said and "permission-v2" not in said
        if not at:
            raise NotFetched(f"The server does not say where tokens come from; name it {_HOW}.")
        self._at = at
        self._scope = self._scope or scope_for(self._types, self._may, version_1=version_1)

    async def _configuration(self) -> _Configuration | None:
        """What a server says of itself, which anybody may read; None where it says nothing."""
        address = f"{self._calls.base.text}/.well-known/smart-configuration"
        reply = await self._calls.ask("GET", address, accept="application/json", openly=True)
        try:
            found = msgspec.json.decode(reply.body, type=_Configuration)
        except UNREADABLE:
            return None
        return found if reply.status == 200 else None


def scope_for(types: Iterable[str], may: str = READING, *, version_1: bool = False) -> str:
    """Leave to do this much with these types (letters of SMART 2), and nothing more."""
    in_words = ["read"] * any(one in READING for one in may)
    in_words += ["write"] * any(one not in READING for one in may)
    leave = in_words if version_1 else [may]
    return " ".join(f"system/{one}.{each}" for one in types for each in leave)


def reaches(scopes: Iterable[str], resource_type: str) -> bool:
    """Whether one of these scopes lets one read a type."""
    for scope in scopes:
        found = _SCOPE.fullmatch(scope)
        if found is None or found[1] not in ("*", resource_type):
            continue
        if found[2] in ("read", "*") or (found[2] != "write" and {"r", "s"} <= set(found[2])):
            return True
    return False


def _why(body: bytes) -> str:
    """What a server says by one of the words that OAuth has for it."""
    try:
        said = msgspec.json.decode(body, type=_NotGranted).error
    except UNREADABLE:
        said = ""
    return _WHY.get(said, "it does not say why in a way that can be told")
