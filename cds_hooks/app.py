"""The service, wired together. Start reading here: ``call_service`` is the walk."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from cds_hooks import clock as real_clock
from cds_hooks import feedback, refusals
from cds_hooks.clock import Clock
from cds_hooks.discovery import discovery, hook_services
from cds_hooks.invoke import answer, read_call, record_of_call
from cds_hooks.refusals import Faults, NotJson, Refusal, TooLarge, Unavailable, UnknownService
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.tables import StoreError
from rules.rule import Library

MOST_BYTES = 2 * 1024 * 1024

Given = ParamSpec("Given")


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
        call = read_call(await body_of(request))
        record = record_of_call(call, service, null_means_empty=null_means_empty)
        # The store blocks, so the decision is made off the event loop.
        return await _kept(answer, record, call, service, answers, shown.practice, clock())

    @app.post("/cds-services/{service_id}/feedback")
    async def hear_feedback(service_id: str, request: Request) -> Response:
        if service_id not in services:
            raise UnknownService("There is no service of that name; GET /cds-services lists them.")
        heard = feedback.read_feedback(await body_of(request))
        return await _kept(feedback.hear, answers, heard, clock())

    return app


async def _kept(
    work: Callable[Given, bytes | None], *given: Given.args, **named: Given.kwargs
) -> Response:
    """Do what needs the store in a thread of its own; without the store nothing is answered."""
    try:
        body = await run_in_threadpool(work, *given, **named)
    except StoreError as error:
        raise Unavailable(f"{error} Nothing was decided; please try again.") from None
    return Response(body or b"{}", media_type="application/json")


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
