"""The service, wired together. Start reading here: ``call_service`` is the walk."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from cds_hooks import clock as real_clock
from cds_hooks import feedback, refusals
from cds_hooks.clock import Clock, practice_day
from cds_hooks.discovery import discovery, hook_services
from cds_hooks.invoke import (
    answer,
    nothing_to_say,
    read_call,
    record_of_call,
    report_withheld,
    sent_with,
    would_prompt,
)
from cds_hooks.refusals import Faults, NotJson, Refusal, TooLarge, Unavailable, UnknownService
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.tables import StoreError
from fhir_adapters.drafts import prove_offers
from rules.engine import evaluate
from rules.rule import Library

MOST_BYTES = 2 * 1024 * 1024

Given = ParamSpec("Given")
Result = TypeVar("Result")


def create_app(
    settings: Settings,
    library: Library,
    answers: Answers,
    clock: Clock = real_clock.now,
    origin_pattern: str | None = None,
) -> FastAPI:
    """The service over a library and a store. Only rules in pilot are asked.

    ``origin_pattern`` is a regular expression of further browser origins that may call.
    """
    shown = library.shown()
    prove_offers(shown.rules)
    services = hook_services(shown)
    described = discovery(services, shown)
    null_means_empty = settings.null_means == "empty"

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        yield
        answers.close()

    app = FastAPI(
        title="Good Day",
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=settings.origins,
                allow_origin_regex=origin_pattern,
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type"],
            ),
            Middleware(Faults),
        ],
        exception_handlers={
            Refusal: refusals.refused,
            404: refusals.not_there,
            405: refusals.not_that_way,
            RequestValidationError: refusals.not_there,
        },
    )

    @app.get("/cds-services")
    async def discover() -> Response:
        return Response(described, media_type="application/json")

    @app.post("/cds-services/{service_id}")
    async def call_service(service_id: str, request: Request) -> Response:
        service = services.get(service_id)
        if service is None:
            raise UnknownService("There is no service of that name; GET /cds-services lists them.")
        now = clock()
        call = read_call(await body_of(request))
        sent = sent_with(call, service, null_means_empty=null_means_empty)
        record = record_of_call(call, service, sent, {})
        said = await _kept(answers.history, record.person.id) if service.remembers else ()
        outcomes = evaluate(service.rules, record, said, practice_day(now))
        report_withheld(outcomes, service)
        if not would_prompt(outcomes):
            return _json(nothing_to_say(outcomes, service))
        return _json(await _kept(answer, outcomes, call, service, answers, shown.practice, now))

    @app.post("/cds-services/{service_id}/feedback")
    async def hear_feedback(service_id: str, request: Request) -> Response:
        if service_id not in services:
            raise UnknownService("There is no service of that name; GET /cds-services lists them.")
        heard = feedback.read_feedback(await body_of(request))
        await _kept(feedback.hear, answers, heard, clock())
        return _json(b"{}")

    return app


# One thread keeps the store: one writer, which never waits for another, and a warm connection.
_KEEPER = ThreadPoolExecutor(1, "store")


async def _kept(work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
    """Do what needs the store, which blocks, off the event loop. Raises Unavailable."""
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(_KEEPER, partial(work, *given, **named))
    except StoreError as error:
        raise Unavailable(f"{error} Nothing was decided; please try again.") from None


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


async def body_of(request: Request) -> bytes:
    """The body, while it is JSON, plain and not too large. Raises NotJson or TooLarge."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise NotJson("The body needs the content type application/json.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotJson("The body cannot be packed; send it without Content-Encoding.")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooLarge("The body is larger than 2 MiB. Send only what the prefetch asks for.")
        chunks.append(chunk)
    return b"".join(chunks)
