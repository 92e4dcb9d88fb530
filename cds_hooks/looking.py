"""The pages about somebody: why a card was shown, and who has looked. It takes a link or a name.

A look is in the audit before its page is sent; where it cannot be kept, there is no page. On the
page of a card whoever looks can mute its rules, and say what they were worth: neither is a look,
nor in any audit.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cds_hooks import logs
from cds_hooks.access import AUDITOR, CLINICAL, Access, Viewer
from cds_hooks.clock import Clock, practice_day
from cds_hooks.live import Live
from cds_hooks.muting import Muting, Pressed, form_of
from cds_hooks.pages.html import style
from cds_hooks.pages.sent import SIGNED_IN, WITH_BUTTONS, sent
from cds_hooks.pages.why import (
    MOST_ENTRIES,
    Asked,
    Found,
    Why,
    audit_page,
    not_for_you_page,
    pressed_page,
    why_page,
)
from cds_hooks.refusals import Unavailable
from cds_hooks.saying import SAYING, Saying
from cds_hooks.store.answers import Answers, Used
from cds_hooks.store.audit import Audit, Looked
from cds_hooks.store.tables import StoreError
from prompts.choose import WAITS
from rules.days import in_words
from rules.rule import Library

TOO_OLD = (
    "A link from a card is good for half an hour and for whoever was shown the card. Open the"
    " person's record again: a card that still stands has a new link."
)
NOBODY = (
    "Nobody has said who you are. Press the link on a card, or come through the practice's own"
    " sign-in."
)
NOT_YOUR_ROLE = "Your role does not include this page. Ask whoever looks after sign-in."
ELSEWHERE = "Another site cannot press buttons here."
_NOT_KEPT = "Nothing is kept about this card any more."

_NUMBER = re.compile(r"[1-9][0-9]{0,11}")

# Work that blocks is done elsewhere, and raises Unavailable where the store cannot be used.
Elsewhere = Callable[[Callable[[], object]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Looking:
    """What the pages about somebody need. ``address``: where browsers reach this service."""

    access: Access
    audit: Audit
    address: str

    def link(self, user: str, client: str, now: datetime, looks: str = "") -> Callable[[str], str]:
        """What makes the address of a card's own page, good for whom it is shown to now.

        ``looks``: as a session and mutes know them.
        """
        at = int(now.timestamp())
        token = self.access.token
        return lambda card: f"{self.address}/why/{token(card, user, client, at, looks)}"


def whom_of(answers: Answers, card: str) -> str:
    """The keyed hash of the person whom a card is about; "" where it is not kept. StoreError."""
    kept = answers.issued(card)
    return answers.key.hidden(kept.person) if kept else ""


def why_of(answers: Answers, library: Library, card: str) -> Why | None:
    """What is kept about a card, with the titles that its rules have now. Raises StoreError."""
    kept = answers.issued(card)
    if kept is None:
        return None
    known = {rule.id: rule for rule in library.rules}
    steps = dict(kept.steps)
    versions: dict[str, str] = {}
    for rule_and_version in kept.rules:
        name, _, version = rule_and_version.partition("|")
        versions[name] = version
    asked: list[Asked] = []
    for name, version in versions.items():
        rule = known.get(name)
        labels = {fact.name: fact.label for fact in rule.looks_at} if rule else {}
        found = tuple(_found(one, labels[one.fact]) for one in kept.facts if one.fact in labels)
        title = rule.title if rule else name
        asked.append(Asked(name, title, version, found, steps.get(name, ())))
    held = tuple((name, way[-1][1]) for name, way in kept.steps if name not in versions and way)
    return Why(card, practice_day(kept.shown_at), tuple(asked), _waits(asked), held)


def _waits(asked: list[Asked]) -> tuple[tuple[str, str, str], ...]:
    """The offers that had no room on a card, with the title of the rule and the rank it had."""
    rank = {one.id: says for one in asked for name, says in one.steps if name == "rank"}
    return tuple(
        (says, one.title, rank.get(one.id, ""))
        for one in asked
        for name, says in one.steps
        if name == WAITS
    )


def _found(used: Used, label: str) -> Found:
    """What a fact came to, in words."""
    when = " and ".join(map(in_words, used.days)) if used.days else ""
    said = {"yes": when or "yes", "no": "not on the record"}.get(used.answer, "could not be told")
    return Found(label, tuple(code.replace("|", " ") for code in used.codes), said)


def looking_routes(
    live: Live,
    looking: Looking,
    why: Callable[[str], Why | None],
    whom: Callable[[str], str],
    elsewhere: Elsewhere,
    clock: Clock,
    muting: Muting,
    saying: Saying,
    arrive_within: float,
) -> APIRouter:
    """The routes, to be put on an app. ``why`` gives what is kept about a card, by its name.

    ``whom`` gives the keyed hash of the person it is about, "" for none: with it in the audit it
    can be told whose card it was, when the card and the person are gone from the store. A form has
    to be here in ``arrive_within`` seconds.
    """
    routes = APIRouter()
    access, audit = looking.access, looking.audit

    @routes.get("/why/style.css")
    async def look() -> Response:
        return Response(style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    @routes.get("/why/cards/{card}")
    async def why_by_proxy(card: str, request: Request) -> Response:
        return await _about(card[:64], access.by_proxy(request), "../../said")

    @routes.get("/why/{token}")
    async def why_by_link(token: str) -> Response:
        found = access.by_link(token, int(clock().timestamp()))
        if found is None:
            return _not_for_you("link", TOO_OLD)
        return await _about(*found, f"{token}/said")

    @routes.post("/why/cards/{card}")
    async def press_by_proxy(card: str, request: Request) -> Response:
        viewer = access.by_proxy(request)
        if viewer is None:
            return _not_for_you("nobody", NOBODY)
        if CLINICAL not in viewer.roles:
            return _not_for_you("role", NOT_YOUR_ROLE)
        if not access.is_from_here(request, looking.address):
            return _not_for_you("elsewhere", ELSEWHERE)
        return await _press(card[:64], viewer, request)

    @routes.post("/why/{token}")
    async def press_by_link(token: str, request: Request) -> Response:
        # Another site cannot know the address: that is what keeps its forms out.
        found = access.by_link(token, int(clock().timestamp()))
        return _not_for_you("link", TOO_OLD) if found is None else await _press(*found, request)

    @routes.get("/audit")
    async def who_looked(request: Request, before: str = "") -> Response:
        viewer = access.by_proxy(request)
        refusal = await _kept(viewer, AUDITOR, "audit", "the audit")
        if refusal is not None:
            return refusal
        number = int(before) if _NUMBER.fullmatch(before) else None
        # Every entry is looked at: nobody's card waits for that in the store's one thread.
        try:
            page = await asyncio.to_thread(audit.page, MOST_ENTRIES, number)
        except StoreError as error:
            raise Unavailable(f"{error} Please try again.") from None
        return sent(audit_page(live.rules.library.practice, page))

    async def _about(card: str, viewer: Viewer | None, said: str) -> Response:
        about: list[str] = []
        if viewer is not None:
            with suppress(Unavailable):  # the look is kept, and nothing is shown
                await elsewhere(lambda: about.append(whom(card)))
        what = f"{card} about {about[0]}" if about and about[0] else card
        refusal = await _kept(viewer, CLINICAL, "trace", what)
        if refusal is not None:
            return refusal
        found: list[Why | None] = []
        await elsewhere(lambda: found.append(why(card)))
        practice = live.rules.library.practice
        if not found or found[0] is None or viewer is None:
            return sent(not_for_you_page(practice, _NOT_KEPT), 404)
        shown, by = found[0], viewer
        whys: list[Why] = []
        await elsewhere(lambda: whys.append(muting.with_buttons(shown, by)))
        headers = SIGNED_IN if by.looks is None else WITH_BUTTONS
        return sent(why_page(practice, saying.with_forms(whys[0], said)), headers=headers)

    async def _press(card: str, viewer: Viewer, request: Request) -> Response:
        form = await form_of(request, arrive_within)
        found: list[Pressed] = []

        def press() -> Pressed:
            if form.get("press") in SAYING:
                return saying.press(card, form)  # whoever it is: nobody is kept
            return muting.press(card, viewer, form)

        await elsewhere(lambda: found.append(press()))
        practice, says = live.rules.library.practice, found[0]
        return sent(pressed_page(practice, says.heading, says.says), says.status)

    def _not_for_you(why_not: str, says: str) -> Response:
        logs.event("looked", status=403, reason=why_not)
        return sent(not_for_you_page(live.rules.library.practice, says), 403)

    async def _kept(viewer: Viewer | None, role: str, action: str, what: str) -> Response | None:
        """Keep the look, whether it is allowed or not; what is answered where it is not."""
        practice = live.rules.library.practice
        if viewer is None:
            return _not_for_you("nobody", NOBODY)
        allowed = role in viewer.roles
        said = ",".join(sorted(viewer.roles))
        looked = Looked(clock(), viewer.name, said, action, what, allowed)
        await elsewhere(lambda: audit.add(looked))
        logs.event("looked", status=200 if allowed else 403, reason=action)
        return None if allowed else sent(not_for_you_page(practice, NOT_YOUR_ROLE), 403)

    return routes
