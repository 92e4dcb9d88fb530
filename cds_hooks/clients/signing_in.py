"""How we sign in at a FHIR server: by a token in a file, or as SMART backend services do.

A private key signs who we are, and the server gives a token for that, which is good for minutes.
Keys and tokens are sent where they belong, and are in no sentence and no log.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cds_hooks import clock
from cds_hooks.clients.making import KeyFileError, new_assertion, read_pair
from fhir_adapters.allowed import Allowed, Place
from fhir_adapters.fetching.calling import Calls, NotFetched
from fhir_adapters.fetching.tokens import Backend, Identity
from fhir_adapters.sending import NoSignIn, Token, no_token


@dataclass(frozen=True, slots=True)
class Signing:
    """Who we are at a server, and the file with the private key that says so.

    ``scope`` is what is asked for, "" for what is needed; ``token_at`` where tokens come from, ""
    where the server says it.
    """

    client_id: str
    key: Path = field(repr=False)
    scope: str = ""
    token_at: str = ""


def identity(signing: Signing) -> Identity:
    """The same, ready to sign. Raises NoSignIn."""
    try:
        pair = read_pair(signing.key.read_bytes())
        new_assertion(pair, signing.client_id, "", 0)
    except OSError:
        raise NoSignIn(f"The file with the private key, {signing.key}, cannot be read.") from None
    except KeyFileError as error:
        raise NoSignIn(f"The file {signing.key} {error}.") from None

    def assertion(address: str) -> str:
        return new_assertion(pair, signing.client_id, address, int(clock.now().timestamp()))

    return Identity(assertion, signing.scope, signing.token_at)


@asynccontextmanager
async def signed_in(
    server: Allowed, how: Signing | Path | None, within: float
) -> AsyncGenerator[Token]:
    """Where tokens to write Flags come from: a file, the server itself, or None where it asks for
    none. A token that takes longer than ``within`` seconds does not come. Raises NoSignIn.
    """
    if how is None:
        yield no_token
    elif isinstance(how, Path):
        yield partial(_in_file, how)
    else:
        known = identity(how)
        base = Place(server.scheme, server.host, server.port, server.path)
        async with Calls(base, local=server.local) as calls:
            # Each is added, ended, and looked up by its name or its id.
            backend = Backend(calls, known, ("Flag",), may="crus", local=server.local)
            yield partial(_given, backend, within)


async def _in_file(path: Path) -> str:
    """Read each time: whoever renews it need not stop a long run. Raises NoSignIn."""
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise NoSignIn(f"The file with the access token, {path}, cannot be read.") from None
    if not token:
        raise NoSignIn(
            f"The file with the access token, {path}, is empty. Nothing is sent without a token:"
            " look at whatever renews it."
        )
    return token


async def _given(backend: Backend, within: float) -> str:
    try:
        async with asyncio.timeout(within):
            return await backend.current()
    except TimeoutError:
        raise NoSignIn("The server gave no token in time.") from None
    except NotFetched as error:
        raise NoSignIn(str(error)) from None
