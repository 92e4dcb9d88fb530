"""GET /to-code: what was said to be offered or done already, and has no code on the record.

It names people by their ids in the record system, so it is for whom a trusted proxy names as
clinical, and by no link of a card; and each person on it is in the audit before it is sent. Nobody
who answered or looked is on it. What is on it: ``store/coding.py``.
"""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cds_hooks import logs
from cds_hooks.access import CLINICAL
from cds_hooks.clock import Clock, practice_day
from cds_hooks.live import Live
from cds_hooks.looking import NOBODY, NOT_YOUR_ROLE, Looking
from cds_hooks.pages.sent import sent
from cds_hooks.pages.to_code import Item, to_code_page
from cds_hooks.pages.why import not_for_you_page
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Looked
from cds_hooks.store.coding import ToCode
from rules.days import in_words
from rules.rule import OfferKind, Rule

PAGE, ACTION = "/to-code", "to-code"
MOST = 50  # on the page, the oldest first: the others come once these are coded

# Work that blocks is done elsewhere, and raises Unavailable where the store cannot be used.
Elsewhere = Callable[[Callable[[], object]], Awaitable[object]]


def to_code_routes(
    live: Live, looking: Looking, answers: Answers, elsewhere: Elsewhere, clock: Clock
) -> APIRouter:
    """The route, to be put on an app."""
    routes = APIRouter()

    @routes.get(PAGE)
    async def to_code(request: Request) -> Response:
        viewer = looking.access.by_proxy(request)
        practice = live.rules.library.practice
        if viewer is None:
            logs.event("looked", status=403, reason="nobody")
            return sent(not_for_you_page(practice, NOBODY), 403)
        allowed, role = CLINICAL in viewer.roles, ",".join(sorted(viewer.roles))
        items: list[ToCode] = []

        def look() -> None:
            if allowed:
                items.extend(answers.coding().items(practice_day(clock())))
            about = dict.fromkeys(answers.key.hidden(one.person) for one in items[:MOST])
            for what in [f"about {one}" for one in about] or ["nobody"]:
                looking.audit.add(Looked(clock(), viewer.name, role, ACTION, what, allowed))

        await elsewhere(look)
        logs.event("looked", status=200 if allowed else 403, reason=ACTION)
        if not allowed:
            return sent(not_for_you_page(practice, NOT_YOUR_ROLE), 403)
        rules = {rule.id: rule for rule in live.rules.library.rules}
        found = [_item(one, rules.get(one.rule)) for one in items[:MOST]]
        return sent(to_code_page(practice, found, len(items) - len(found)))

    return routes


def _item(one: ToCode, rule: Rule | None) -> Item:
    client, _, person = one.person.rpartition(":")
    offers = rule.offers if rule is not None else ()
    return Item(
        person=person,
        client=client,
        title=rule.title if rule is not None else one.rule,
        on=in_words(one.on),
        codes=tuple(
            dict.fromkeys(
                f"{offer.label.plain}: {code.code}"
                for offer in offers
                if offer.kind in (OfferKind.RECORD, OfferKind.REFER)
                for code in (offer.code or (offer.service.code if offer.service else None),)
                if code is not None
            )
        ),
    )
