"""Every failure, its status and what the caller reads, in one place. Never an empty list of cards.

    Refusal
    |-- BadRequest       400  not JSON, a member missing or of the wrong sort, another hook
    |-- AnotherPatient   400  the prefetch holds somebody else's data
    |-- UnknownCaller    401  who calls cannot be told; the body is empty, and says nothing
    |-- UnknownService   404  no service of that name
    |-- MissingData      412  required prefetch keys were not sent
    |-- TooSlow          408  the body was not here in time
    |-- TooLarge         413  a body over the limit
    |-- NotJson          415  another content type, or a packed body
    |-- TooMany          429  one client calls too often; says when to come back
    |-- Busy             503  too many calls are at work, of everybody's or of this client's
    |-- Unavailable      503  the store cannot be used

A client that hangs up before it has sent everything is none of these, and no fault of ours either:
nobody is there to be told, and it is counted by itself.

Anything else is a fault of ours: 500, and the log says where, not what.
"""

import traceback
from pathlib import PurePath

import msgspec
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cds_hooks import logs

HUNG_UP = 499  # never sent, since nobody is there: what others count it as, too


class Refusal(Exception):
    """A call that is not answered. Its text is ours and holds nothing of a person."""

    status = 500
    code = "exception"


class BadRequest(Refusal):
    """The request is not one that CDS Hooks allows."""

    status = 400
    code = "invalid"


class AnotherPatient(Refusal):
    """Data about somebody else came along."""

    status = 400
    code = "invalid"


class UnknownCaller(Refusal):
    """No token, or one that is not believed. Why is for our own log, and not for the caller."""

    status = 401

    def __init__(self, why: str, client: str = "") -> None:
        super().__init__()
        self.why = why
        self.client = client


class UnknownService(Refusal):
    """There is no such service."""

    status = 404
    code = "not-found"


class MissingData(Refusal):
    """Required data was not sent, and there is nowhere to fetch it from."""

    status = 412
    code = "required"


class TooSlow(Refusal):
    """The body did not come in time."""

    status = 408
    code = "timeout"


class TooLarge(Refusal):
    """The body is larger than we read."""

    status = 413
    code = "too-long"


class NotJson(Refusal):
    """The body is not plain JSON."""

    status = 415
    code = "not-supported"


class TooMany(Refusal):
    """A client calls more often than was agreed."""

    status = 429
    code = "throttled"

    def __init__(self, wait: int, client: str) -> None:
        super().__init__(f"That is more calls than were agreed. Please try again in {wait} s.")
        self.wait = wait
        self.client = client


class Busy(Refusal):
    """Too many calls are at work."""

    status = 503
    code = "throttled"

    def __init__(self) -> None:
        super().__init__(
            "Too many calls are at work. Nothing was decided; please try again in a second."
        )


class Unavailable(Refusal):
    """Something that we depend on does not answer."""

    status = 503
    code = "transient"


def outcome(status: int, code: str, says: str) -> Response:
    """A failure as FHIR says it."""
    body = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": says}],
    }
    return Response(msgspec.json.encode(body), status, media_type="application/fhir+json")


async def refused(_request: Request, refusal: Exception) -> Response:
    """The answer to a call that is refused."""
    assert isinstance(refusal, Refusal)
    reason = type(refusal).__name__
    match refusal:
        case UnknownCaller(why=why, client=""):
            logs.event("refused", status=401, reason=reason, kind=why)
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        case UnknownCaller(why=why, client=client):
            logs.event("refused", status=401, reason=reason, kind=why, client=client)
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        case TooMany(wait=wait, client=client):
            logs.event("refused", status=429, reason=reason, client=client)
            response = outcome(429, refusal.code, str(refusal))
            response.headers["Retry-After"] = str(wait)
            return response
        case Busy():
            logs.event("refused", status=503, reason=reason)
            response = outcome(503, refusal.code, str(refusal))
            response.headers["Retry-After"] = "1"
            return response
        case TooSlow():
            logs.event("refused", status=408, reason=reason)
            response = outcome(408, refusal.code, str(refusal))
            response.headers["Connection"] = "close"  # or the rest would be waited for
            return response
        case _:
            logs.event("refused", status=refusal.status, reason=reason)
            return outcome(refusal.status, refusal.code, str(refusal))


async def not_there(_request: Request, _error: Exception) -> Response:
    """The answer to an address that nothing is at."""
    return outcome(404, "not-found", "There is nothing at this address.")


async def not_that_way(_request: Request, error: Exception) -> Response:
    """The answer to a method that an address does not take, with those that it takes (RFC 9110)."""
    response = outcome(405, "not-supported", "This address does not take that method.")
    if isinstance(error, HTTPException) and error.headers:
        response.headers["Allow"] = ", ".join(sorted(error.headers["Allow"].split(", ")))
    return response


class Origins(CORSMiddleware):
    """Browser origins that may call; a question that is refused is told as FHIR says it."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to a browser that asks whether it may call."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        refusal = outcome(400, "forbidden", "This origin, method or header is not allowed here.")
        for name, value in response.headers.items():
            if not name.startswith("content-"):
                refusal.headers[name] = value
        return refusal


class Faults:
    """Turns a fault of ours into a 500 that says nothing of a person, inside the CORS headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; answer 500 if it fails before anything was sent."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            logs.event("hung-up")
            if not started:
                await Response(status_code=HUNG_UP)(scope, receive, watched)
        except Exception as error:  # the last net: whatever it is, its text may quote a record
            logs.event("fault", kind=_kind(error), where=_where(error))
            if started or scope["type"] != "http":
                return
            says = "Something went wrong in Good Day. This is not an answer about the patient."
            await outcome(500, "exception", says)(scope, receive, send)


# A log that refuses what it is given here would let the fault itself go on, text and all; so what
# is no plain word, such as the names of generated code, is left out.
def _kind(error: BaseException) -> str:
    name = type(error).__name__
    return name if logs.is_own_word(name) else "unnamed"


def _where(error: BaseException) -> str:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        place = f"{PurePath(frame.filename).name}:{frame.lineno}"
        if logs.is_own_word(place):
            return place
    return "unknown"
