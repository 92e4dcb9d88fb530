"""From a request's head to the client that calls, or a refusal that says nothing (A1 to A5).

Signatures and the store of used tokens are asked together, off the event loop, by one thread; keys
are fetched by others, so that nobody waits for somebody else's key server.
"""

import asyncio
import hashlib
import re
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path

from cds_hooks import logs
from cds_hooks.clients.keys import MOST_SECONDS, KeyRing, fetch
from cds_hooks.clients.listed import Client, Listed, read_list
from cds_hooks.clients.rate import Rate
from cds_hooks.clients.tokens import SKEW, Token, read_token, what_is_wrong
from cds_hooks.refusals import Busy, TooMany, Unavailable, UnknownCaller
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import StoreError
from cds_hooks.store.tokens import UsedTokens

# Tokens that wait to be looked at; each takes less than a millisecond.
MOST_AT_THE_DOOR = 128
_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([^ ]+) *")


class Clients:
    """Everybody who may call. ``caller`` says who does."""

    def __init__(self, listed: Listed, used: UsedTokens) -> None:
        self.public_url = self._url = listed.public_url
        self._by_issuer = {client.issuer: client for client in listed.clients}
        self._rings = {
            one.name: KeyRing(one.keys, one.jku, partial(fetch, local=one.local))
            for one in listed.clients
        }
        self._rates = {one.name: Rate(one.most_per_minute) for one in listed.clients}
        self._used = used
        self._door = ThreadPoolExecutor(1, "callers")
        self._fetchers = ThreadPoolExecutor(4, "keys")
        self._at_the_door = 0
        self._coming: dict[str, asyncio.Future[None]] = {}
        self.several = len(listed.clients) > 1
        self.origins = tuple(
            dict.fromkeys(origin for one in listed.clients for origin in one.origins)
        )

    @classmethod
    def read(cls, path: Path, place: Path | Place) -> "Clients":
        """Those in a file, with used tokens kept in a place. Raises ClientsError or StoreError."""
        listed = read_list(path)
        return cls(listed, UsedTokens(place))

    def close(self) -> None:
        """Let go of the store and of the threads."""
        self._door.shutdown()
        self._fetchers.shutdown(wait=False, cancel_futures=True)
        self._used.close()

    async def caller(self, headers: Sequence[str], paths: Sequence[str], now: datetime) -> Client:
        """Who calls, by the Authorization headers of a request to the first of these paths.

        A token may be meant for any of the paths. Raises UnknownCaller, TooMany, Busy or
        Unavailable.
        """
        found = _BEARER.fullmatch(headers[0]) if len(headers) == 1 else None
        token = read_token(found[1]) if found else None
        if token is None:
            raise UnknownCaller("token" if headers else "no-token")
        addresses = [self._url + path for path in paths]
        moment = now.timestamp()
        client = self._by_issuer.get(token.claims.iss)
        wrong = await self._wrong(token, client, addresses, moment)
        if client is not None and client.jku:
            coming = self._look(client, token.header.kid, moment)
            if wrong == "key" and coming is not None:
                await asyncio.wait({coming}, timeout=MOST_SECONDS + 0.5)
                wrong = await self._wrong(token, client, addresses, moment)
        if wrong or client is None:
            raise UnknownCaller(wrong, client.name if client else "")
        wait = self._rates[client.name].wait(moment)
        if wait:
            raise TooMany(wait, client.name)
        return client.calling_for(token.claims.tenant)

    async def _wrong(
        self, token: Token, client: Client | None, addresses: Collection[str], now: float
    ) -> str:
        if self._at_the_door >= MOST_AT_THE_DOOR:
            raise Busy
        self._at_the_door += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._door, self._asked, token, client, addresses, now
            )
        finally:
            self._at_the_door -= 1

    def _asked(
        self, token: Token, client: Client | None, addresses: Collection[str], now: float
    ) -> str:
        """What is wrong with a token, in a word; "" where it is right, and used up by that."""
        key = self._rings[client.name].find(token.header.kid, now) if client else None
        wrong = what_is_wrong(token, client, addresses, key, now)
        if wrong or client is None:
            return wrong or "issuer"
        used = hashlib.sha256(f"{client.name}\0{token.claims.jti}".encode()).digest()
        try:
            first = self._used.use(used, int(token.claims.exp) + SKEW + 1, int(now))
        except StoreError as error:
            raise Unavailable(f"{error} Nothing was decided; please try again.") from None
        return "" if first else "used"

    def _look(self, client: Client, kid: str, now: float) -> "asyncio.Future[None] | None":
        """Have keys fetched where that is due; what comes, or None where nothing does."""
        ring = self._rings[client.name]
        if client.name not in self._coming and ring.wants_a_look(kid, now):
            coming = asyncio.get_running_loop().run_in_executor(
                self._fetchers, _fetched, client, ring, now
            )
            self._coming[client.name] = coming
            coming.add_done_callback(lambda _: self._coming.pop(client.name, None))
        return self._coming.get(client.name)


def _fetched(client: Client, ring: KeyRing, now: float) -> None:
    """Fetch a client's keys, and say in the log how that went."""
    logs.event("keys", client=client.name, reason="fetched" if ring.look(now) else "not-there")
