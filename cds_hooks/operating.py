"""For whoever runs the service: whether it lives, whether it is ready, its figures and its state.

Nothing here is about a person, and nothing of a call is kept for it.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta

import msgspec
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cds_hooks.access import is_here
from cds_hooks.clock import Clock, practice_day
from cds_hooks.live import Live
from cds_hooks.metrics import CONTENT_TYPE, Metrics
from cds_hooks.pages.html import style
from cds_hooks.pages.status import REVIEWED, status_page
from cds_hooks.traffic import Traffic
from prompts.alarms import (
    for_its_review,
    our_timing,
    review_notice,
    to_be_coded,
    worth_asking,
)
from prompts.history import History
from prompts.leaving_off import last_told, room_again
from prompts.places import found_open
from prompts.restraint import IN_SHADOW

_PAGE = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
_READ = ["GET", "HEAD"]
_NEVER_KEPT = {"Cache-Control": "no-store"}


def operating_routes(
    live: Live,
    traffic: Traffic,
    metrics: Metrics,
    store_answers: Callable[[], Awaitable[bool]],
    clock: Clock,
    muted_by_some: Callable[[], Awaitable[frozenset[str] | None]],
    said: Callable[[], Awaitable[Mapping[str, object]]],
    *,
    is_open: bool,
    said_at: str = "",
) -> APIRouter:
    """The routes, to be put on an app. ``is_open``: whoever reaches it may call.

    ``said`` gives what is to be known of what was said about cards, and ``said_at`` is the address
    of the page about it, "" where there is none.
    """
    routes = APIRouter()

    @routes.api_route("/health/live", methods=_READ)
    async def alive() -> Response:
        return _json({"alive": True})

    @routes.api_route("/health/ready", methods=_READ)
    async def ready() -> Response:
        store = await store_answers()
        waits = _waits(live, traffic, store=store)
        found: dict[str, object] = {"ready": not waits, "rules": len(live.rules.library.rules)}
        if waits:
            found["because"] = waits
        without = [] if store else ["the store of answers"]  # it answers, with fewer prompts
        without += ["the switch that pauses rules"] if live.unread_for is not None else []
        if without:
            found["without"] = without
        return _json(found, 503 if waits else 200)

    @routes.api_route("/metrics", methods=_READ)
    async def figures(request: Request) -> Response:
        _check_is_here(request, is_open=is_open)
        return Response(metrics.text(), headers={**_NEVER_KEPT, "Content-Type": CONTENT_TYPE})

    @routes.api_route("/status", methods=_READ)
    async def state(request: Request) -> Response:
        _check_is_here(request, is_open=is_open)
        store = await store_answers()
        some = await muted_by_some()
        found = _state(live, traffic, clock(), some, store=store, is_open=is_open)
        found |= await said()
        if "text/html" in request.headers.get("accept", ""):
            page = status_page(live.rules.library, found, said_at)
            return Response(page, media_type="text/html", headers={**_PAGE, **_NEVER_KEPT})
        return _json(found)

    @routes.get("/status/style.css")
    async def look() -> Response:
        return Response(style(), media_type="text/css", headers=_PAGE)

    return routes


def _check_is_here(request: Request, *, is_open: bool) -> None:
    """Where callers are listed, figures and state are for this machine. Raises HTTPException."""
    if not is_open and not is_here(request):
        raise HTTPException(404)


def _waits(live: Live, traffic: Traffic, *, store: bool) -> list[str]:
    """Why nobody is to be sent here now.

    Without the store nobody else knows what is paused either, and all of them go on answering.
    """
    waits = ["it is stopping"] if traffic.stopping else []
    if live.is_blind and store:
        waits.append("it cannot read what is paused, and shows nothing until it can")
    return waits


def _state(
    live: Live,
    traffic: Traffic,
    now: datetime,
    muted_by_some: frozenset[str] | None,  # None: it cannot be looked up
    *,
    store: bool,
    is_open: bool,
) -> dict[str, object]:
    """Which rules are in force since when, what came of the last reload, and how the rest is."""
    rules, last = live.rules, live.last
    found: dict[str, object] = {
        "ready": not _waits(live, traffic, store=store),
        "stopping": traffic.stopping,
        "store": store,
        "open": is_open,
        "reviewed": REVIEWED,
        "practice": rules.library.practice.name,
        "fingerprint": rules.fingerprint,
        "since": rules.since.isoformat(timespec="seconds"),
        "rules": [
            {
                "id": rule.id,
                "title": rule.title,
                "version": str(rule.version),
                "status": str(rule.status),
                "hooks": list(rule.hooks),
                **_figures(live, rule.id),
                **_in_shadow(live, rule.id),
                **_judged(live, rule.id),
                **({"mutedBySome": True} if rule.id in (muted_by_some or ()) else {}),
            }
            for rule in rules.library.rules
        ],
    }
    if muted_by_some is None:
        found["mutesUnread"] = True
    if live.beside:
        found["otherPractices"] = sorted(live.beside)
    unread = live.unread_for
    if unread is not None:
        since = _moment(now - timedelta(seconds=unread))
        found["switch"] = {"unreadSince": since, "showsNothing": live.is_blind}
    found |= _noticed(live, practice_day(now))
    if last is not None:
        reload: dict[str, object] = {
            "at": last.at.isoformat(timespec="seconds"),
            "taken": not last.wrong,
        }
        if last.wrong:
            reload["wrong"] = list(last.wrong)
        found["lastReload"] = reload
    return found


def _figures(live: Live, rule: str) -> dict[str, object]:
    """How often a rule was asked and what came of it, in the last 28 days; nobody is in it."""
    found = live.figures.get(rule)
    if found is None or not found.asked:
        return {}
    figures = {
        "days": found.days,
        "asked": found.asked,
        "shown": found.shown,
        "heldBack": found.held,
        "inShadow": found.shadow,
    }
    return {"last28Days": figures}


def _in_shadow(live: Live, rule: str) -> dict[str, object]:
    """Whether a rule in shadow was asked enough, in a sentence."""
    found = live.in_shadow.get(rule)
    if found is None:
        return {}
    return {"shadow": {"enough": found.is_enough, "says": found.in_words("In shadow")}}


def _judged(live: Live, rule: str) -> dict[str, object]:
    """How far a clinician has judged a rule that is not live yet, in a sentence or two."""
    found = live.judged.get(rule)
    if found is None:
        return {}
    says = " ".join(filter(None, (found.in_words(), found.leaves_open())))
    return {"judged": {"enough": found.is_enough(), "says": says}}


def _noticed(live: Live, today: date) -> dict[str, object]:
    """What somebody has to know of the rules, or to do: each only where there is something."""
    found: dict[str, object] = {}
    by_itself = [one for one in live.pauses if one.what.startswith(IN_SHADOW)]
    found["paused"] = [
        {"what": one.what, "since": _moment(one.since), "because": one.because}
        for one in live.pauses
        if one not in by_itself
    ]
    found["inShadow"] = [
        {
            "rule": one.what.removeprefix(IN_SHADOW),
            "since": _moment(one.since),
            "because": one.because,
        }
        for one in by_itself
    ]
    found["alarms"] = [
        {"rule": one.rule, "alarm": one.kind, "says": one.says} for one in live.alarms
    ]
    found["reviews"] = [
        {"rule": rule.id, "says": says}
        for rule in live.rules.library.rules
        if (says := review_notice(rule, today))
    ]
    found["hardlyAnswered"] = [
        {"rule": rule.id, "says": says}
        for rule in live.rules.library.rules
        if rule.id in live.led and (says := worth_asking(rule, live.led[rule.id], today))
    ]
    led = [(rule.id, live.led[rule.id]) for rule in live.rules.library.rules if rule.id in live.led]
    found["ourTiming"] = [
        {"rule": name, "says": says} for name, one in led if (says := our_timing(one))
    ]
    found["notRight"] = [
        {"rule": name, "says": says} for name, one in led if (says := for_its_review(one))
    ]
    found["toBeCoded"] = [
        {"rule": name, "says": says} for name, one in led if (says := to_be_coded(one))
    ]
    found["resting"] = _resting(live, again=False)
    found["offeredAgain"] = _resting(live, again=True)
    found["faults"] = [
        {"watch": watch, "since": _moment(since)} for watch, since in sorted(live.faults.items())
    ]
    if live.canaries is not None:
        found["canaries"] = {
            "at": _moment(live.canaries.at),
            "asked": live.canaries.asked,
            "wrong": [{"rule": one.rule, "lists": list(one.lists)} for one in live.canaries.wrong],
        }
    return {name: value for name, value in found.items() if value}


def _resting(live: Live, *, again: bool) -> list[dict[str, object]]:
    """The services that nobody is offered at the moment, as several were told: not available.

    With ``again`` those that are offered all the same, since somebody found that there is room.
    """
    rules: dict[str, dict[str, None]] = {}
    found: dict[str, dict[str, str]] = {}
    history = History(capacity=live.resting, found_open=found_open(live.nearby))
    for rule in live.rules.library.rules:
        for offer in rule.offers:
            last, opened = last_told(offer, live.resting), room_again(rule, offer, history)
            if offer.service is None or last is None or (opened is not None) is not again:
                continue
            rules.setdefault(offer.service.id, {})[rule.id] = None
            days = {"lastToldNot": last.isoformat()}
            found[offer.service.id] = days | ({"foundOpen": str(opened)} if opened else {})
    return [
        {"service": service, "rules": list(rules[service]), **found[service]}
        for service in sorted(rules)
    ]


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _json(value: dict[str, object], status: int = 200) -> Response:
    body = msgspec.json.encode(value)
    return Response(body, status, media_type="application/json", headers=_NEVER_KEPT)
