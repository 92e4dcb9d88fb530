"""The pages of local support over HTTP: anybody looks and suggests, two people publish (T34).

Forms work without a script. What anybody sends is text, small, and no more than so often; it is
shown to those who publish, and to nobody else until two of them have.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from time import monotonic
from typing import TypeVar

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cds_hooks import logs
from cds_hooks.access import DIRECTORY, Access
from cds_hooks.clients.rate import Rate
from cds_hooks.clock import Clock, practice_day
from cds_hooks.live import Live
from cds_hooks.muting import form_of
from cds_hooks.pages.html import style
from cds_hooks.pages.sent import SIGNED_IN, sent
from cds_hooks.pages.support import (
    MOST_LISTED,
    Publishing,
    Search,
    Waiting,
    publish_page,
    suggest_page,
    support_page,
    told_page,
    waiting_of,
)
from cds_hooks.refusals import Unavailable
from cds_hooks.store.audit import Audit, Looked
from cds_hooks.store.directory import Came, Directory
from cds_hooks.store.supports import Kept, State
from cds_hooks.store.tables import StoreError
from cds_hooks.suggestions import suggestion_of
from cds_hooks.supporting import Supporting
from rules.support import Room

PAGE = "/local-support"
MOST_BYTES = 16 * 1024  # of a form of ours, written out
_FIELDS = 24
MOST_A_MINUTE, MOST_OF_ONE = 20, 5  # suggestions and reports, of all and of one address
_MOST_ADDRESSES = 1_000
_MOST_WEEKS = 104
_page = partial(sent, headers=SIGNED_IN)
_Result = TypeVar("_Result")


class Often:
    """How often anybody may send something, all together and each address."""

    def __init__(self, steady: Callable[[], float] = monotonic) -> None:
        """``steady`` counts seconds, and nobody sets it."""
        self._steady = steady
        self._all = Rate(MOST_A_MINUTE)
        self._each: OrderedDict[str, Rate] = OrderedDict()

    def wait(self, request: Request) -> int:
        """0 where it may be sent now, or else the seconds until it may."""
        host, now = request.client.host if request.client else "", self._steady()
        own = self._each.setdefault(host, Rate(MOST_OF_ONE))
        self._each.move_to_end(host)
        while len(self._each) > _MOST_ADDRESSES:
            self._each.popitem(last=False)
        return own.wait(now) or self._all.wait(now)


def local_support_routes(
    live: Live,
    supporting: Supporting,
    access: Access,
    address: str,
    clock: Clock,
    arrive_within: float,
    often: Often | None = None,
    audit: Audit | None = None,
) -> APIRouter:
    """The routes, to be put on an app. ``address``: where browsers reach this service.

    ``audit``: who pressed what is in it first, where somebody can be known who presses.
    """
    routes = APIRouter()
    often, directory = often or Often(), supporting.directory

    def today() -> date:
        return practice_day(clock())

    @routes.get(f"{PAGE}/style.css")
    async def look() -> Response:
        return Response(style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    @routes.get(PAGE)
    async def listed(request: Request) -> Response:
        search = Search.of(request.query_params)
        found = live.listed
        day = today()
        page = await asyncio.to_thread(
            support_page, live.rules.library.practice, found, search, day
        )
        return _page(page)

    @routes.get(f"{PAGE}/suggest")
    async def form() -> Response:
        return _page(suggest_page(live.rules.library.practice, {}))

    @routes.post(f"{PAGE}/suggest")
    async def suggest(request: Request) -> Response:
        if refusal := _may_send(request):
            return refusal
        typed = await form_of(request, arrive_within, MOST_BYTES, _FIELDS)
        found = suggestion_of(typed, live.rules.library.practice.name, today())
        if isinstance(found, tuple):
            return _page(suggest_page(live.rules.library.practice, typed, found), 400)
        viewer = access.by_proxy(request)
        by = viewer.name if viewer is not None else ""
        if not await _do(lambda: directory.suggest(found, today(), by)):
            return _told("Not sent", _TOO_MANY, 503)
        logs.event("suggested")
        return _told("Thank you", "Two people here read it before anybody else sees it.")

    @routes.post(f"{PAGE}/changed")
    async def report(request: Request) -> Response:
        if refusal := _may_send(request):
            return refusal
        typed = await form_of(request, arrive_within)
        if not await _do(lambda: directory.report(typed.get("entry", ""))):
            return _told("Not sent", "There is no such entry any more.", 404)
        logs.event("said-to-have-changed")
        return _told("Thank you", "Somebody here looks whether it is still as it says.")

    @routes.get(f"{PAGE}/publish")
    async def publishing(request: Request) -> Response:
        viewer = access.by_proxy(request)
        if viewer is None or DIRECTORY not in viewer.roles:
            return _not_for_you(nobody=viewer is None)
        words = request.query_params.get("words", "")[:100].strip()
        kept = await _do(directory.everything)
        shown = await asyncio.to_thread(_publishing, kept, words, viewer.name, today())
        return _page(publish_page(live.rules.library.practice, shown, viewer.name))

    @routes.post(f"{PAGE}/publish")
    async def press(request: Request) -> Response:
        viewer = access.by_proxy(request)
        if viewer is None or DIRECTORY not in viewer.roles:
            return _not_for_you(nobody=viewer is None)
        if not access.is_from_here(request, address):
            return _told("Nothing was changed", "Another site cannot press buttons here.", 403)
        pressed = await form_of(request, arrive_within, fields=6)

        def do() -> tuple[int, str]:
            if audit is not None:  # first: what is not kept there is not done
                roles = ",".join(sorted(viewer.roles))
                what = f"{_short(pressed, 'press')} {_short(pressed, 'entry')}"
                audit.add(Looked(clock(), viewer.name, roles, "directory", what, allowed=True))
            came = _press(directory, pressed, viewer.name, today())
            supporting.look()  # it counts here at once, and elsewhere within seconds
            return came

        status, says = await _do(do)
        heading = "Done" if status == 200 else "Nothing was changed"
        return _told(heading, says, status, f"{PAGE}/publish")

    def _may_send(request: Request) -> Response | None:
        """None where it may be sent: by a page of ours as far as a browser says, and not yet."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return _told("Nothing was sent", "Another site cannot send forms here.", 403)
        seconds = often.wait(request)
        if seconds:
            answer = _told("Not sent", _TOO_OFTEN, 429)
            answer.headers["Retry-After"] = str(seconds)
            return answer
        return None

    def _told(heading: str, says: str, status: int = 200, back: str = PAGE) -> Response:
        return _page(told_page(live.rules.library.practice, heading, says, back), status)

    def _not_for_you(*, nobody: bool) -> Response:
        logs.event("looked", status=403, reason="nobody" if nobody else "role")
        return _told("This page is not shown", _NOBODY if nobody else _NOT_YOUR_ROLE, 403)

    return routes


def _short(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "")[:_LONGEST_NAME]


_LONGEST_NAME = 200  # of an entry, in the audit
_TOO_OFTEN = "So much was sent within a minute that it has to wait. Please try again soon."
_TOO_MANY = "So many suggestions wait to be read that there is no room for more. Try next week."
_NOBODY = "Nobody has said who you are. Come through the practice's own sign-in."
_NOT_YOUR_ROLE = "Your role does not include this page. Ask whoever looks after sign-in."
_OPEN = (
    "It is offered again, and counts as checked today. Where somebody was told today that it is not"
    " available, its offers rest until it is checked on a later day."
)
_NO_BUTTON = 400, "That is no button of this page."
_GONE = 404, "There is no such entry any more."
_CAME = {
    Came.APPROVED: (200, "You approved of it. It takes somebody else as well."),
    Came.PUBLISHED: (200, "Two people have seen it: it is on show now."),
    Came.NEEDS_ANOTHER: (409, "You approved of it already. It takes somebody else."),
    Came.SUGGESTED_IT: (409, "You suggested it. It takes two others."),
    Came.NOT_AS_SEEN: (409, "It changed while you looked at it. Look at it again."),
    Came.NOTHING_WAITS: (409, "Nothing waits there any more."),
    Came.UNKNOWN: _GONE,
}


def _press(directory: Directory, form: Mapping[str, str], who: str, today: date) -> tuple[int, str]:
    """Do what was pressed; a status, and what to say. Raises StoreError."""
    name, what = form.get("entry", ""), form.get("press", "")
    match what:
        case "approve":
            seen, checked = form.get("seen", "") or "none", form.get("checked") == "yes"
            return _CAME[directory.publish(name, who, today, seen=seen, checked=checked)]
        case "drop":
            return (200, "It is not in the directory any more.") if directory.drop(name) else _GONE
        case "hide" | "gone" | "back":
            away = {"hide": State.HIDDEN, "gone": State.GONE}.get(what)
            says = "It is back as it was." if away is None else "Nobody is shown it any more."
            return (200, says) if directory.put_away(name, away, today) else _GONE
        case "check":
            says = "It counts as checked today."
            return (200, says) if directory.check(name, today) else _GONE
        case "full" | "open":
            room = Room(what)
            says = "Its offers rest." if room is Room.FULL else _OPEN
            return (200, says) if directory.set_room(name, room, 0, today) else _GONE
        case "waiting":
            weeks = form.get("weeks", "").strip() or "0"
            if not (weeks.isascii() and weeks.isdigit() and int(weeks) <= _MOST_WEEKS):
                return 400, f"The weeks are a whole number up to {_MOST_WEEKS}."
            found = directory.set_room(name, Room.WAITING, int(weeks), today)
            return (200, "Its offers rest.") if found else _GONE
        case _:
            return _NO_BUTTON


def _publishing(kept: tuple[Kept, ...], words: str, who: str, today: date) -> Publishing:
    waiting = [one for one in kept if one.draft is not None and not one.away]
    waiting.sort(key=lambda one: (one.since, one.latest.id))
    search = words.casefold().split()
    texts = ((one, f"{one.latest.id} {one.latest.name}".casefold()) for one in kept if search)
    found = [one for one, text in texts if all(word in text for word in search)]
    reported = [one for one in kept if one.reports and not one.away]
    reported.sort(key=lambda one: -one.reports)

    def some(of: list[Kept]) -> tuple[Waiting, ...]:
        return tuple(waiting_of(one, who, today) for one in of[:MOST_LISTED])

    return Publishing(some(waiting), len(waiting), some(found), words, some(reported))


async def _do(work: Callable[[], _Result]) -> _Result:
    """What blocks, off the loop and off the thread of the store of answers."""
    try:
        return await asyncio.to_thread(work)
    except StoreError as error:
        raise Unavailable(f"{error} Please try again.") from None
