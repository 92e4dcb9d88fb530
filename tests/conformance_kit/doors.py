"""The doors of the wrong service: every fault under an address of its own, on one server."""

import asyncio
import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.conformance_kit.doorkeeper import Doorkeeper
from tests.conformance_kit.wrong import ORIGIN, Fault, Practice, Wrong, ok


def outcome(status: int, says: str) -> Response:
    issue = [{"severity": "error", "code": "processing", "diagnostics": says}]
    body = {"resourceType": "OperationOutcome", "issue": issue}
    return Response(json.dumps(body), status, media_type="application/fhir+json")


def wrong_app(faults: dict[str, Fault], keys: dict[str, Any]) -> Starlette:  # keys by kid
    """All faults, each under its own address."""
    practices: dict[str, Practice] = {}

    def practice(request: Request) -> Practice:
        name = request.path_params["fault"]
        if name not in practices:
            base = f"http://{request.headers['host']}/{name}/cds-services"
            practices[name] = Practice(faults[name], base, Doorkeeper(keys, faults[name].does))
        return practices[name]

    async def any_call(request: Request) -> Response:
        here = practice(request)
        path = request.path_params.get("rest", "")
        try:
            response = await dispatch(here, request, path)
        except Wrong as wrong:
            response = refusal(here, wrong)
        return with_origin(here, request, response)

    methods = ["GET", "POST", "OPTIONS"]
    return Starlette(
        routes=[
            Route("/{fault}/cds-services", any_call, methods=methods),
            Route("/{fault}/cds-services/{rest:path}", any_call, methods=methods),
        ]
    )


async def dispatch(here: Practice, request: Request, path: str) -> Response:
    if request.method == "OPTIONS":
        if here.does("wants a token from browsers"):
            return outcome(401, "")
        if here.does("knows no browsers at feedback") and path.endswith("feedback"):
            raise Wrong(405, "Not that way.")
        return Response(status_code=204)
    here.calls += 1
    if here.does("is busy") and here.calls % 5 == 0:
        return Response(status_code=429, headers={"retry-after": "0"})
    if here.fault.signed and not (path == "" and here.does("lists in the open")):
        open_to = here.does("wants no token for feedback") and path.endswith("feedback")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        address = here.base + (f"/{path}" if path else "")
        if here.does("hears feedback at its own address"):
            address = address.removesuffix("/feedback")
        if not open_to and (why := here.door.why_not(token, address)):
            if why == "fell":
                raise Wrong(500, "It fell over.")
            return outcome(401, why if here.does("tells why") else "")
    if path == "":
        here.upset = False
        if here.does("is not there"):
            raise Wrong(404, "There is nothing here.")
        return ok(here.listing())
    name, _, rest = path.partition("/")
    if name not in ("gaps", "orders"):
        if here.does("answers for everybody"):
            return ok({"cards": []})
        if here.does("has a page for what is missing"):
            return HTMLResponse("<h1>Not found</h1>", 404)
        raise Wrong(404, "There is no such service.")
    if request.method == "GET":
        if here.does("answers a GET"):
            return ok({"cards": []})
        raise Wrong(405, "Not that way.")
    kind = request.headers.get("content-type", "")
    if not kind.startswith("application/json") and not here.does("takes text"):
        raise Wrong(415, "Send JSON.")
    body = await request.body()
    if rest == "feedback":
        return here.hear(body)
    if here.does("is slow"):
        await asyncio.sleep(0.03)
    return here.answer(name, body)


def refusal(here: Practice, wrong: Wrong) -> Response:
    if wrong.status == 400 and here.does("speaks pydantic"):
        detail = [{"loc": ["body", "hook"], "msg": "Field required", "type": "missing"}]
        return Response(json.dumps({"detail": detail}), 422, media_type="application/json")
    if wrong.status == 400 and here.does("shows its stack"):
        return outcome(400, 'Traceback (most recent call last): File "app.py", line 1')
    if wrong.status == 400 and here.does("has plain errors"):
        return PlainTextResponse(wrong.says, 400)
    return outcome(wrong.status, wrong.says)


def with_origin(here: Practice, request: Request, response: Response) -> Response:
    origin = request.headers.get("origin", "")
    if response.status_code >= 400 and here.does("hides errors from browsers"):
        return response
    answered = request.method == "POST" and response.status_code < 400
    if answered and here.does("hides answers from browsers"):
        return response
    allowed = origin if origin == ORIGIN else ""
    if origin and here.does("lets every origin in"):
        allowed = "*"
    if origin and here.does("lets every origin in with credentials"):
        allowed = "*"
        response.headers["access-control-allow-credentials"] = "true"
    if origin and here.does("repeats every origin with credentials"):
        allowed = origin
        response.headers["access-control-allow-credentials"] = "true"
    if allowed:
        named = "content-type" if here.does("lets no token in") else "authorization, content-type"
        response.headers["access-control-allow-origin"] = allowed
        response.headers["access-control-allow-methods"] = "GET, POST"
        response.headers["access-control-allow-headers"] = named
    return response
