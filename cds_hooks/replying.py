"""The pages on which a practice reads what was said about its own cards, and is replied to.

How often a card helped and what was replied is for everybody in the practice: whoever has the link
of a card, whom a trusted proxy names, or who is on this machine; for nobody else, since it is the
practice's own. The words are for a ``manager`` alone, and reading them is a look, in the audit.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cds_hooks import logs
from cds_hooks.access import MANAGER, is_here
from cds_hooks.clock import Clock, practice_day
from cds_hooks.live import Live
from cds_hooks.looking import ELSEWHERE, NOBODY, NOT_YOUR_ROLE, TOO_OLD, Elsewhere, Looking
from cds_hooks.muting import form_of
from cds_hooks.pages.said import OfRule, of_rules, said_page, words_page
from cds_hooks.pages.sent import SIGNED_IN, sent
from cds_hooks.pages.why import not_for_you_page, pressed_page
from cds_hooks.saying import tidy
from cds_hooks.store.audit import Looked
from cds_hooks.store.thumbs import LONGEST, Said, Words

_BACK = "Words about our cards"
_NOTHING = "Nothing was replied"


def replying_routes(
    live: Live,
    looking: Looking,
    said: Said,
    elsewhere: Elsewhere,
    clock: Clock,
    arrive_within: float,
    *,
    is_open: bool,
) -> APIRouter:
    """The routes, to be put on an app. ``is_open``: whoever reaches it may call."""
    routes = APIRouter()
    access, audit = looking.access, looking.audit

    @routes.get("/said")
    async def for_everybody(request: Request) -> Response:
        viewer = access.by_proxy(request)
        roles = viewer.roles if viewer is not None else frozenset[str]()
        if not roles and not is_open and not is_here(request):
            return _not_for_you("nobody", NOBODY)
        return await _said(manages=MANAGER in roles)

    @routes.get("/why/{token}/said")
    async def by_link(token: str) -> Response:
        # Nothing of the card is on it: it is no look at anybody.
        if access.by_link(token, int(clock().timestamp())) is None:
            return _not_for_you("link", TOO_OLD)
        return await _said(manages=False)

    @routes.get("/said/words")
    async def read(request: Request) -> Response:
        viewer = access.by_proxy(request)
        if viewer is None:
            return _not_for_you("nobody", NOBODY)
        allowed = MANAGER in viewer.roles
        roles = ",".join(sorted(viewer.roles))
        looked = Looked(clock(), viewer.name, roles, "words", "words about rules", allowed)
        await elsewhere(lambda: audit.add(looked))
        if not allowed:
            return _not_for_you("role", NOT_YOUR_ROLE)
        logs.event("looked", status=200, reason="words")
        found: list[tuple[Words, ...]] = []
        await elsewhere(lambda: found.append(said.read(practice_day(clock()))))
        return sent(words_page(live.rules.library, found[0]), headers=SIGNED_IN)

    @routes.post("/said/words")
    async def reply(request: Request) -> Response:
        viewer = access.by_proxy(request)
        if viewer is None:
            return _not_for_you("nobody", NOBODY)
        if MANAGER not in viewer.roles:
            return _not_for_you("role", NOT_YOUR_ROLE)
        if not access.is_from_here(request, looking.address):
            return _not_for_you("elsewhere", ELSEWHERE)
        form = await form_of(request, arrive_within)
        rule, says = form.get("rule", ""), reply_of(form.get("reply", ""))
        if not says or len(says) > LONGEST:
            says = f"A reply has 1 to {LONGEST} characters. Go back, and mend yours."
            return _told(_NOTHING, says, 400)
        found: list[tuple[int, int] | None] = []

        def keep() -> None:
            known = rule in said.rules()
            found.append(said.reply(rule, says, practice_day(clock())) if known else None)

        await elsewhere(keep)
        if found[0] is None:
            return _told(_NOTHING, "Nobody has said anything about that rule.", 404)
        return _told("Your reply is there for everybody", replied(*found[0]), 200)

    async def _said(*, manages: bool) -> Response:
        today, library = practice_day(clock()), live.rules.library
        found: list[tuple[OfRule, ...]] = []
        await elsewhere(
            lambda: found.append(of_rules(library, said.counted(today), said.replies()))
        )
        return sent(said_page(library, found[0], manages=manages))

    def _told(heading: str, says: str, status: int) -> Response:
        return sent(pressed_page(live.rules.library.practice, heading, says, _BACK), status)

    def _not_for_you(why_not: str, says: str) -> Response:
        logs.event("looked", status=403, reason=why_not)
        return sent(not_for_you_page(live.rules.library.practice, says), 403)

    return routes


def reply_of(text: str) -> str:
    """A reply as it is shown to everybody: one paragraph of what can be seen."""
    return " ".join(tidy(text).split())


def replied(answered: int, unread: int) -> str:
    """What a reply answers, in words."""
    says = f"It answers {answered or 'none'} of the words that wait."
    if unread:
        says += f" {unread} came since they were read last, and wait on."
    return says
