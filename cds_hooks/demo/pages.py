"""The pages of the EHR in a box: plain HTML and forms, nothing that needs JavaScript."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.middleware import Middleware
from starlette.routing import Mount

from cds_hooks.clock import practice_day
from cds_hooks.demo.behind import Remembered
from cds_hooks.demo.box import Box
from cds_hooks.demo.clinicians import CLINICIANS, Clinician, clinician
from cds_hooks.demo.days import STEPS, TooFar
from cds_hooks.demo.ehr import Ehr, NotThere, Visit
from cds_hooks.demo.keepers import COOKIE, KEEPERS, PUBLISH, SignedIn, keeper
from cds_hooks.demo.laid_out import dated, pretty, sections
from cds_hooks.demo.people import Somebody
from cds_hooks.pages.html import style, templates
from cds_hooks.refusals import Faults
from cds_hooks.store.audit import Looked
from cds_hooks.store.tables import StoreError
from rules.days import Duration, in_words, span

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_GONE = "This page, card or button is not there any more."
_ELSEWHERE = "Another site cannot press buttons here."
_TOO_FAR = "The demo's days end here. Start again to go back to the real day."
_LOOKS = {
    "no-card": "Why there is no card",
    "audit": "This page",
    "directory": "A button of local support",
    "": "Why a card was shown",
}
_MOST_LOOKS = 100
_COOKIE = "clinician"  # who looks, for each browser by itself
_CHOICES = tuple(Duration(months, "month") for months in (1, 3, 6, 12))


def demo_app(box: Box) -> FastAPI:
    """The demo's pages, and at every other address the service that is on."""
    pages = _Pages(box)
    routes = APIRouter()
    routes.add_api_route("/", pages.home, methods=["GET"])
    routes.add_api_route("/demo", pages.everybody, methods=["GET"])
    routes.add_api_route("/demo/style.css", pages.style, methods=["GET"])
    routes.add_api_route("/demo/start-again", pages.start_again, methods=["POST"])
    routes.add_api_route("/demo/clinician", pages.choose_clinician, methods=["POST"])
    routes.add_api_route("/demo/keeper", pages.choose_keeper, methods=["POST"])
    routes.add_api_route("/demo/later", pages.later, methods=["POST"])
    routes.add_api_route("/demo/people/{key}", pages.open, methods=["POST"])
    routes.add_api_route("/demo/audit", pages.audit, methods=["GET"])
    routes.add_api_route("/demo/visits/{number}", pages.visit, methods=["GET"])
    routes.add_api_route("/demo/visits/{number}/why/{service}", pages.why, methods=["GET"])
    routes.add_api_route("/demo/visits/{number}/take", pages.take, methods=["POST"])
    routes.add_api_route("/demo/visits/{number}/close", pages.close, methods=["POST"])
    app = FastAPI(
        title="Good Day demo",
        openapi_url=None,
        redirect_slashes=False,
        lifespan=box.lifespan,
        middleware=[Middleware(Faults)],
        exception_handlers={RequestValidationError: pages.not_read},
    )
    app.include_router(routes)
    app.router.routes.append(Mount("/", app=SignedIn(box)))
    return app


class _Pages:
    """One method a page. A page that is not there any more says so and shows the way back."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._templates = templates("cds_hooks.demo")
        self._templates.filters["pretty"] = pretty
        self._templates.filters["in_words"] = in_words
        self._style = style()

    @property
    def _ehr(self) -> Ehr:
        return self._box.now.ehr

    async def home(self) -> Response:
        return RedirectResponse("/demo", 303)

    async def style(self) -> Response:
        return Response(self._style, media_type="text/css", headers=_HEADERS)

    async def everybody(self, request: Request) -> Response:
        values: dict[str, object] = {"people": self._ehr.everybody(), "keepers": KEEPERS}
        return self._page("people.html", request, values)

    async def start_again(self, request: Request) -> Response:
        if _from_elsewhere(request):
            return self._sorry(request, _ELSEWHERE, 403)
        try:
            await self._box.start_again()
        except (OSError, StoreError):
            return self._sorry(request, "The data folder cannot be written to.", 503)
        return RedirectResponse("/demo", 303)

    async def choose_clinician(
        self, request: Request, looker: Annotated[str, Form()] = ""
    ) -> Response:
        if _from_elsewhere(request):
            return self._sorry(request, _ELSEWHERE, 403)
        return _remembering(RedirectResponse("/demo", 303), clinician(looker))

    async def choose_keeper(self, request: Request, who: Annotated[str, Form()] = "") -> Response:
        """Open the page of those who publish local support, as one of the two."""
        if _from_elsewhere(request):
            return self._sorry(request, _ELSEWHERE, 403)
        response = RedirectResponse(PUBLISH, 303)
        key = keeper(who).key
        response.set_cookie(COOKIE, key, path=PUBLISH, httponly=True, samesite="strict")
        return response

    async def later(self, request: Request, by: Annotated[str, Form()] = "") -> Response:
        return self._forward(request, by) or RedirectResponse("/demo", 303)

    async def open(
        self,
        key: str,
        request: Request,
        by: Annotated[str, Form()] = "",
        looker: Annotated[str, Form()] = "",
    ) -> Response:
        """Open a record: as somebody, now, or so much later as ``by`` says."""
        if _from_elsewhere(request):
            return self._sorry(request, _ELSEWHERE, 403)
        who = clinician(looker) if looker else _looker(request)
        try:
            self._ehr.somebody(key)  # nothing moves for a page that is not there
            if by and (refusal := self._forward(request, by)) is not None:
                return refusal
            visit = await self._ehr.open(key, who)
        except NotThere:
            return self._sorry(request, _GONE, 404)
        return _remembering(RedirectResponse(f"/demo/visits/{visit.number}", 303), who)

    async def visit(self, number: int, request: Request) -> Response:
        try:
            visit = self._ehr.visit(number)
            somebody = self._ehr.somebody(visit.person)
        except NotThere:
            return self._sorry(request, _GONE, 404)
        remembered = await asyncio.to_thread(self._remembered, visit)
        values = {"visit": visit, "remembered": remembered, **self._shown(somebody)}
        return self._page("visit.html", request, values)

    async def why(self, number: int, service: str, request: Request) -> Response:
        """Why there is no card, rule by rule; that somebody looked is in the audit first."""
        if _from_elsewhere(request):
            return self._sorry(request, _ELSEWHERE, 403)
        now, who = self._box.now, _looker(request)
        try:
            visit = now.ehr.visit(number)
            asked = visit.call(service)
            call = now.ehr.would_ask(visit, asked)
            rules = await asyncio.to_thread(now.behind.why, call, service, who.user)
        except NotThere:
            return self._sorry(request, _GONE, 404)
        except StoreError as error:
            return self._sorry(request, str(error), 503)
        values: dict[str, object] = {
            "visit": visit,
            "rules": rules,
            "hook": asked.hook,
            "person": now.ehr.somebody(visit.person),
        }
        return self._page("why-not.html", request, values)

    async def audit(self, request: Request) -> Response:
        """Who looked at a trace; in a practice this page is for auditors alone."""
        if _from_elsewhere(request):
            return self._sorry(request, _ELSEWHERE, 403)
        try:
            looks = await asyncio.to_thread(self._box.now.behind.looked, _looker(request).user)
        except StoreError as error:
            return self._sorry(request, str(error), 503)
        names = {one.user: one.full for one in CLINICIANS}
        told = [
            (
                names.get(one.who, one.who),
                _LOOKS.get(_looked_at(one), _LOOKS[""]),
                in_words(practice_day(one.at)),
            )
            for one in looks[:_MOST_LOOKS]
        ]
        return self._page("looked.html", request, {"looks": told, "count": len(looks)})

    async def take(
        self,
        number: int,
        request: Request,
        card: Annotated[str, Form()] = "",
        suggestion: Annotated[str, Form()] = "",
        ask_again: Annotated[str, Form()] = "",
    ) -> Response:
        chosen = ask_again if _is_day(ask_again) else ""
        return await self._do(
            request, number, card, lambda: self._ehr.take(number, card, suggestion, chosen)
        )

    async def close(
        self,
        number: int,
        request: Request,
        card: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
    ) -> Response:
        return await self._do(request, number, card, lambda: self._ehr.close(number, card, reason))

    async def not_read(self, request: Request, _error: Exception) -> Response:
        """An address or a form that is none of ours."""
        return self._sorry(request, _GONE, 404)

    async def _do(
        self, request: Request, number: int, card: str, act: Callable[[], Awaitable[None]]
    ) -> Response:
        if _from_elsewhere(request):
            return self._sorry(request, _ELSEWHERE, 403)
        try:
            await act()
        except NotThere:
            return self._sorry(request, _GONE, 404)
        return RedirectResponse(f"/demo/visits/{number}#card-{card}", 303)

    def _forward(self, request: Request, by: str) -> Response | None:
        """Move the clock; what is answered where it cannot be."""
        if _from_elsewhere(request):
            return self._sorry(request, _ELSEWHERE, 403)
        if by not in STEPS:
            return self._sorry(request, _GONE, 404)
        try:
            self._box.now.days.forward(STEPS[by][1])
        except TooFar:
            return self._sorry(request, _TOO_FAR, 409)
        except OSError:
            return self._sorry(request, "The data folder cannot be written to.", 503)
        return None

    def _remembered(self, visit: Visit) -> tuple[Remembered, ...] | None:
        """What is remembered of a person, once a rule; None where it cannot be looked up."""
        now = self._box.now
        found: dict[Remembered, None] = {}
        try:
            for asked in visit.calls:
                if asked.status == 200:
                    call = now.ehr.would_ask(visit, asked)
                    found |= dict.fromkeys(now.behind.remembered(call, asked.service))
        except StoreError:
            return None
        return tuple(found)

    def _shown(self, somebody: Somebody) -> dict[str, object]:
        today = self._ehr.today
        born = somebody.patient["birthDate"]
        age = today.year - int(born[:4]) - (today.isoformat()[5:] < born[5:])
        return {
            "person": somebody,
            "age": age,
            "born": in_words(date.fromisoformat(born)),
            "died": "deceasedDateTime" in somebody.patient,
            "sections": sections(somebody, self._ehr.added(somebody.key)),
            "booking": dated(somebody.booking, "start") if somebody.booking else "",
            "choices": [
                (str(c), c.after(today).isoformat(), in_words(c.after(today))) for c in _CHOICES
            ],
        }

    def _page(
        self, template: str, request: Request, values: dict[str, object], status: int = 200
    ) -> Response:
        days, who = self._box.now.days, _looker(request)
        steps = [
            (key, name, day)
            for key, (name, by) in STEPS.items()
            if (day := days.later(by)) is not None
        ]
        html = self._templates.get_template(template).render(
            today=days.today,
            weekday=f"{days.today:%A}",
            moved=days.moved,
            began=days.began,
            steps=steps,
            looker=who,
            others=[one for one in CLINICIANS if one is not who],
            **values,
        )
        return HTMLResponse(html, status, headers=_HEADERS)

    def _sorry(self, request: Request, says: str, status: int) -> Response:
        return self._page("gone.html", request, {"says": says}, status)


def _looker(request: Request) -> Clinician:
    """Who looks in this browser."""
    return clinician(request.cookies.get(_COOKIE, ""))


def _looked_at(one: Looked) -> str:
    return one.action if one.action == "directory" else one.what.partition(":")[0]


def _remembering(response: Response, who: Clinician) -> Response:
    """Have this browser remember who looks."""
    response.set_cookie(_COOKIE, who.key, path="/demo", httponly=True, samesite="strict")
    return response


def _from_elsewhere(request: Request) -> bool:
    """Whether a form was sent from another site."""
    origin = request.headers.get("origin")
    if origin in (None, "null"):
        return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return urlsplit(origin).netloc != request.headers.get("host")


def _is_day(text: str) -> bool:
    found = span(text)
    return found is not None and found.exact and len(text) == 10
