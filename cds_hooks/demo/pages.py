"""The pages of the EHR in a box: plain HTML and forms, nothing that needs JavaScript."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from cds_hooks.demo.ehr import Ehr, NotThere
from cds_hooks.demo.people import Somebody
from cds_hooks.demo.writing import Json
from cds_hooks.pages.html import style, templates
from rules.days import Duration, in_words, span, span_in_words

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

# How the record is laid out: a heading, and the resource types under it.
_SECTIONS = (
    ("Conditions", ("Condition",)),
    ("Results", ("Observation", "DiagnosticReport")),
    ("Done, offered and said", ("Procedure", "Communication", "CarePlan", "Task")),
    ("Referrals", ("ServiceRequest",)),
    ("Reminders", ("Flag",)),
    ("Letters", ("CommunicationRequest", "DocumentReference")),
)
_DATES = (
    "onsetDateTime", "effectiveDateTime", "performedDateTime", "sent", "authoredOn", "recordedDate",
)  # fmt: skip


def add_demo(app: FastAPI, ehr: Ehr) -> None:
    """Put the demo's pages on the service."""
    pages = _Pages(ehr)
    routes = APIRouter()
    routes.add_api_route("/", pages.home, methods=["GET"])
    routes.add_api_route("/demo", pages.everybody, methods=["GET"])
    routes.add_api_route("/demo/style.css", pages.style, methods=["GET"])
    routes.add_api_route("/demo/start-again", pages.start_again, methods=["POST"])
    routes.add_api_route("/demo/people/{key}", pages.open, methods=["POST"])
    routes.add_api_route("/demo/visits/{number}", pages.visit, methods=["GET"])
    routes.add_api_route("/demo/visits/{number}/take", pages.take, methods=["POST"])
    routes.add_api_route("/demo/visits/{number}/close", pages.close, methods=["POST"])
    app.include_router(routes)


class _Pages:
    """One method a page. A page that is not there any more says so and shows the way back."""

    def __init__(self, ehr: Ehr) -> None:
        self._ehr = ehr
        self._templates = templates("cds_hooks.demo")
        self._templates.filters["pretty"] = pretty
        self._style = style()

    async def home(self) -> Response:
        return RedirectResponse("/demo", 303)

    async def style(self) -> Response:
        return Response(self._style, media_type="text/css", headers=_HEADERS)

    async def everybody(self) -> Response:
        people, today = self._ehr.everybody(), in_words(self._ehr.today)
        return self._page("people.html", values={"people": people, "today": today})

    async def start_again(self, request: Request) -> Response:
        if _from_elsewhere(request):
            return self._not_allowed()
        self._ehr.start_again()
        return RedirectResponse("/demo", 303)

    async def open(self, key: str, request: Request) -> Response:
        if _from_elsewhere(request):
            return self._not_allowed()
        try:
            visit = await self._ehr.open(key)
        except NotThere:
            return self._gone()
        return RedirectResponse(f"/demo/visits/{visit.number}", 303)

    async def visit(self, number: int) -> Response:
        try:
            visit = self._ehr.visit(number)
            somebody = self._ehr.somebody(visit.person)
        except NotThere:
            return self._gone()
        return self._page("visit.html", values={"visit": visit, **self._shown(somebody)})

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

    async def _do(
        self, request: Request, number: int, card: str, act: Callable[[], Awaitable[None]]
    ) -> Response:
        if _from_elsewhere(request):
            return self._not_allowed()
        try:
            await act()
        except NotThere:
            return self._gone()
        return RedirectResponse(f"/demo/visits/{number}#card-{card}", 303)

    def _shown(self, somebody: Somebody) -> dict[str, object]:
        today = self._ehr.today
        born = somebody.patient["birthDate"]
        age = today.year - int(born[:4]) - (today.isoformat()[5:] < born[5:])
        choices = [
            Duration(1, "month"),
            Duration(3, "month"),
            Duration(6, "month"),
            Duration(12, "month"),
        ]
        return {
            "person": somebody,
            "age": age,
            "born": in_words(date.fromisoformat(born)),
            "died": "deceasedDateTime" in somebody.patient,
            "sections": sections(somebody, self._ehr.added(somebody.key)),
            "booking": _dated(somebody.booking, "start") if somebody.booking else "",
            "choices": [
                (str(c), c.after(today).isoformat(), in_words(c.after(today))) for c in choices
            ],
            "today": in_words(today),
        }

    def _page(self, template: str, values: dict[str, object], status: int = 200) -> Response:
        html = self._templates.get_template(template).render(values)
        return HTMLResponse(html, status, headers=_HEADERS)

    def _gone(self) -> Response:
        says = "This page, card or button is not there any more."
        return self._page("gone.html", {"says": says}, 404)

    def _not_allowed(self) -> Response:
        says = "Another site cannot press buttons here."
        return self._page("gone.html", {"says": says}, 403)


def _from_elsewhere(request: Request) -> bool:
    """Whether a form was sent from another site."""
    origin = request.headers.get("origin")
    if origin in (None, "null"):
        return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return urlsplit(origin).netloc != request.headers.get("host")


def _is_day(text: str) -> bool:
    found = span(text)
    return found is not None and found.exact and len(text) == 10


def pretty(value: object) -> str:
    """JSON, laid out for reading."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def sections(somebody: Somebody, added: frozenset[str]) -> list[Json]:
    """The record as headings and lines."""
    return [
        {
            "heading": heading,
            "lines": [_line(r, added) for r in somebody.resources if r["resourceType"] in kinds],
            "unreadable": [kind for kind in kinds if kind in somebody.unreadable],
            "cut": [kind for kind in kinds if kind in somebody.first_page_only],
        }
        for heading, kinds in _SECTIONS
    ]


def _line(resource: Json, added: frozenset[str]) -> Json:
    words: Json = resource.get("code") or resource.get("topic") or {}
    text: str = words.get("text", "Draft letter with results")
    quantity = resource.get("valueQuantity")
    status = resource.get("status", "")
    clinical = resource.get("clinicalStatus", {}).get("coding", [{}])[0].get("code", "")
    reason = resource.get("statusReason", {}).get("text", "")
    when = next((_dated(resource, name) for name in _DATES if name in resource), "")
    if "period" in resource:
        when = f"{_dated(resource['period'], 'start')} to {_dated(resource['period'], 'end')}"
    return {
        "text": text,
        "value": f"{quantity['value']} {quantity['unit']}" if quantity else "",
        "when": when,
        "status": reason or clinical or status,
        "added": resource["id"] in added,
    }


def _dated(resource: Json, name: str) -> str:
    when = span(resource[name])
    return span_in_words(when) if when else str(resource[name])
