"""The demo's own sign-in for the one page that needs it: two invented people keep the directory.

A practice has a proxy that signs people in and says who they are in two headers. Here the browser
says which of the two somebody is, and these headers are put on for that page alone.
"""

from dataclasses import dataclass

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from cds_hooks.access import DIRECTORY
from cds_hooks.local_support import PAGE

COOKIE = "keeper"  # which of the two, for each browser by itself
PUBLISH = f"{PAGE}/publish"
_USER, _ROLE = b"x-goodday-user", b"x-goodday-role"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody who publishes entries."""

    key: str
    name: str


KEEPERS = (Keeper("one", "Morag Madeup"), Keeper("two", "Iqbal Imagined"))


def keeper(key: str) -> Keeper:
    """One of them, by key; the first where there is no such."""
    return next((one for one in KEEPERS if one.key == key), KEEPERS[0])


class SignedIn:
    """An app behind a sign-in: whoever asks for the page of those who publish is one of the two."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Whoever says themselves who they are is not believed."""
        if scope["type"] == "http":
            headers = [pair for pair in scope["headers"] if pair[0] not in (_USER, _ROLE)]
            if scope["path"] == PUBLISH:
                said = next((value for name, value in headers if name == b"cookie"), b"")
                who = keeper(cookie_parser(said.decode("latin-1")).get(COOKIE, ""))
                headers += [(_USER, who.name.encode()), (_ROLE, DIRECTORY.encode())]
            scope = {**scope, "headers": headers}
        await self._app(scope, receive, send)
