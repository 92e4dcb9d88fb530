"""The service, wired together. Start reading here: ``call_service`` is the walk."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from cds_hooks import clock as real_clock
from cds_hooks import contexts, feedback, logs, refusals
from cds_hooks.access import Access
from cds_hooks.clients.callers import Clients
from cds_hooks.clients.listed import Client
from cds_hooks.clock import Clock, practice_day
from cds_hooks.discovery import described
from cds_hooks.fallback import fetch
from cds_hooks.forms import form_routes
from cds_hooks.invoke import (
    NO_CARDS,
    Asking,
    answer,
    asked_about,
    nothing_to_say,
    patient_of,
    read_call,
    record_for_shadow,
    record_of_call,
    report_withheld,
    sent_with,
    unremembered,
    whole_of,
    would_prompt,
)
from cds_hooks.judging import Judging, judging_routes
from cds_hooks.limits import MOST_BYTES, check_body
from cds_hooks.live import Live, in_force
from cds_hooks.local_support import local_support_routes
from cds_hooks.looking import Looking, looking_routes, whom_of, why_of
from cds_hooks.metrics import Metrics
from cds_hooks.muting import Muting
from cds_hooks.operating import operating_routes
from cds_hooks.pages.why import Why
from cds_hooks.refusals import (
    Busy,
    Faults,
    NotJson,
    Refusal,
    TooLarge,
    TooSlow,
    Unavailable,
    UnknownService,
)
from cds_hooks.replying import replying_routes
from cds_hooks.saying import Saying
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers, kept_as
from cds_hooks.store.audit import Audit
from cds_hooks.store.tables import StoreError
from cds_hooks.supporting import Supporting
from cds_hooks.tally import Tally
from cds_hooks.to_code import to_code_routes
from cds_hooks.traffic import ASKED, Counting, Traffic
from fhir_adapters.server import Servers
from rules.rule import Library

Given = ParamSpec("Given")
Result = TypeVar("Result")
_NO_SERVICE = "There is no service of that name; GET /cds-services lists them."


def create_app(
    settings: Settings,
    rules: Live | Library,
    answers: Answers,
    clients: Clients | None = None,
    clock: Clock = real_clock.now,
    origin_pattern: str | None = None,
    traffic: Traffic | None = None,
    looking: Looking | None = None,
    tally: Tally | None = None,
    stop: Callable[[], None] = lambda: None,
    supporting: Supporting | None = None,
) -> FastAPI:
    """The service over rules and a store. Only rules in pilot are asked; a library never changes.

    Without ``clients`` it is open: whoever reaches it may call, as in the demo and in tests.
    ``origin_pattern`` is a regular expression of further browser origins that may call;
    ``traffic`` is told by whoever runs the app that it is stopping. With ``looking`` there are
    pages that say why a card was shown, and cards have a link to theirs. ``tally`` counts what is
    held; whoever runs the app has it flushed now and then, and it is when the app stops. ``stop``
    ends what else uses the store, and waits for it: it comes before the last flush. With
    ``supporting`` there are the pages of local support.
    """
    live = rules if isinstance(rules, Live) else Live(in_force(rules, real_clock.now()))
    traffic = traffic or Traffic()
    traffic.shared = clients is not None and clients.several
    metrics, counted = Metrics(live, traffic, clock), tally or Tally()
    anybody = Client("", null_means=settings.null_means)
    servers, muting = Servers(), Muting(answers, live, clock)
    saying = Saying(answers, live, clock)
    link_of = looking.link if looking is not None else None
    audit = looking.audit if looking is not None else None
    if audit is None and supporting is not None and settings.proxies:
        audit = Audit(settings.data, answers.key.bytes_for("audit"))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        forgetting = asyncio.create_task(_forgetting(answers, clock))
        yield
        forgetting.cancel()
        await asyncio.wait({forgetting})
        await servers.close()
        # Whoever is counting now has the counts in hand, and its store is not closed meanwhile.
        await asyncio.to_thread(stop)
        with suppress(Unavailable):
            await _kept(counted.flush, answers)
        answers.close()
        if clients is not None:
            clients.close()
        if audit is not None:
            audit.close()

    async def caller(request: Request, *paths: str) -> Client:
        """Who calls one of these paths, by its token: asked before anything else is said."""
        if clients is None:
            return anybody
        try:
            return await clients.caller(request.headers.getlist("authorization"), paths, clock())
        except Busy:
            raise traffic.busy() from None

    async def body_of(request: Request, client: Client) -> bytes:
        return await _body(request, traffic, client.name, settings.arrive_within)

    app = FastAPI(
        title="Good Day",
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[
            Middleware(
                refusals.Origins,
                allow_origins=settings.origins if clients is None else clients.origins,
                allow_origin_regex=origin_pattern,
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type"],
                expose_headers=["Retry-After", "WWW-Authenticate"],
            ),
            Middleware(Counting, traffic),
            Middleware(Faults),
        ],
        exception_handlers={
            Refusal: refusals.refused,
            404: refusals.not_there,
            405: refusals.not_that_way,
            RequestValidationError: refusals.not_there,
        },
    )

    @app.api_route("/cds-services", methods=["GET", "HEAD"])
    async def discover(request: Request) -> Response:
        await caller(request, "/cds-services")
        return described(live.rules.described, request.headers.get("if-none-match", ""))

    async def call_service(request: Request) -> Response:
        service_id: str = request.path_params["service_id"]
        now = clock()
        client = await caller(request, f"/cds-services/{service_id}")
        now_in_force = live.rules
        service = now_in_force.services.get(service_id)
        if service is None:
            raise UnknownService(_NO_SERVICE)
        body = await body_of(request, client)
        with traffic.place(client.name):
            call = read_call(body)
            nulls = client.null_means == "empty"
            sent = sent_with(call, service, null_means_empty=nulls)
            fetched = await fetch(
                servers, client, sent, patient_of(call), call.fhirServer, call.fhirAuthorization
            )
            record = record_of_call(call, service, sent, fetched)
            apart = record_for_shadow(call, service, fetched, null_means_empty=nulls)
            user, looks = call.context.userId or "", contexts.who_looks(call.context)
            looks = kept_as(looks, client.realm) if looks else ""
            asking = Asking(
                service=service,
                practice=live.practice_of(now_in_force),
                who=kept_as(record.person.id, client.realm),
                instance=str(call.hookInstance),
                now=now,
                user=user,
                looks=looks,
                link=link_of(user, client.name, now, looks) if link_of else None,
                whole_flag=whole_of(body, fetched),
            )
            who = asking.who
            try:
                said = (await _kept(answers.history, who)).said if service.remembering else ()
            except Unavailable:
                said = None
            asked = service.rules if said is not None else service.others
            outcomes = asked_about(asked, record, apart, said or (), asking.today)
            counted.looked(outcomes, asking.today)
            if asking.who in counted.coded.wanted:
                counted.coded.see(asking.who, outcomes, asking.today)
            report_withheld(outcomes, service)
            if said is not None and not would_prompt(outcomes):
                metrics.asked(service_id, outcomes, card=False)
                request.scope[ASKED] = len(outcomes), 0
                return _json(nothing_to_say(outcomes, asking, answers, counted))
            said_now = b""
            if said is not None:
                with suppress(Unavailable):
                    said_now = await _kept(answer, outcomes, asking, answers, counted)
            said_now = said_now or unremembered(outcomes, asking, counted)
            card = not said_now.startswith(NO_CARDS)
            metrics.asked(service_id, outcomes, card=card)
            request.scope[ASKED] = len(outcomes), int(card)
            return _json(said_now)

    # Starlette's own way: FastAPI's would look at each call for what it could validate.
    app.add_route("/cds-services/{service_id}", call_service, methods=["POST"])

    @app.post("/cds-services/{service_id}/feedback")
    async def hear_feedback(service_id: str, request: Request) -> Response:
        now = clock()
        path = f"/cds-services/{service_id}"
        client = await caller(request, f"{path}/feedback", path)
        # Its service may be gone since a restart: whoever knows one of our cards is heard.
        body = await body_of(request, client)
        with traffic.place(client.name):
            try:
                batch = feedback.read_feedback(body)
            except Refusal:
                if live.had(service_id):
                    raise
                raise UnknownService(_NO_SERVICE) from None
            known = await _kept(feedback.hear, answers, batch, client.realm, now)
        if not known and not live.had(service_id):
            raise UnknownService(_NO_SERVICE)
        batch.check("All else was kept, and is kept once if it comes again.")
        return _json(b"{}")

    async def store_answers() -> bool:
        try:
            await _kept(answers.look)
        except Unavailable:
            return False
        return True

    async def muted_by_some() -> frozenset[str] | None:
        try:
            return await _kept(muting.by_some)
        except Unavailable:
            return None

    async def said() -> Mapping[str, object]:
        try:
            return await _kept(saying.state)
        except Unavailable:
            return {"saidUnread": True}

    app.include_router(
        operating_routes(
            live,
            traffic,
            metrics,
            store_answers,
            clock,
            muted_by_some,
            said,
            is_open=clients is None,
            said_at="said" if looking is not None else "",
        )
    )
    app.include_router(form_routes(live))
    if looking is not None:

        def why(card: str) -> Why | None:
            return why_of(answers, live.rules.library, card)

        whom = partial(whom_of, answers)
        within = settings.arrive_within
        routes = looking_routes(live, looking, why, whom, _kept, clock, muting, saying, within)
        app.include_router(routes)
        app.include_router(
            replying_routes(
                live, looking, answers.said, _kept, clock, within, is_open=clients is None
            )
        )
        judging = Judging(answers, live, clock)
        app.include_router(judging_routes(live, looking, judging, _kept, clock, within))
        app.include_router(to_code_routes(live, looking, answers, _kept, clock))
    if supporting is not None:
        access = looking.access if looking is not None else Access(settings, answers.key)
        address = looking.address if looking is not None else settings.public_url
        app.include_router(
            local_support_routes(
                live, supporting, access, address, clock, settings.arrive_within, audit=audit
            )
        )
    return app


FORGETS_EVERY = 1_800  # seconds


async def _forgetting(answers: Answers, clock: Clock) -> None:
    """Let go of what was kept for long enough, though nobody looks or answers any more.

    A fault ends one of these, this time: nobody would see that nothing is let go of any more.
    """
    while True:
        now = clock()
        for let_go in (
            partial(answers.forget_sittings, now),
            partial(answers.forget_mutes, practice_day(now)),
            partial(answers.let_go, practice_day(now)),
        ):
            try:
                await _kept(let_go)
            except Unavailable:
                pass  # the next time may find the store
            except Exception as error:
                logs.event("watching-fault", where="forgetting", kind=type(error).__name__)
        await asyncio.sleep(FORGETS_EVERY)


# One thread keeps the store: one writer, which never waits for another, and a warm connection.
_KEEPER = ThreadPoolExecutor(1, "store")


async def _kept(work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
    """Do what needs the store, which blocks, off the event loop. Raises Unavailable."""
    loop = asyncio.get_running_loop()
    here = copy_context()  # or the other thread would not know that a trial is quiet
    try:
        return await loop.run_in_executor(_KEEPER, partial(here.run, work, *given, **named))
    except StoreError as error:
        raise Unavailable(f"{error} Nothing was decided; please try again.") from None


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


async def _body(request: Request, traffic: Traffic, client: str, within: float) -> bytes:
    """The body, while it is plain JSON within the limits and here in so many seconds.

    Raises NotJson, TooLarge, TooSlow, Busy or BadRequest.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise NotJson("The body needs the content type application/json.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotJson("The body cannot be packed; send it without Content-Encoding.")
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(within):
            async for chunk in request.stream():
                if size + len(chunk) > MOST_BYTES:
                    raise TooLarge(
                        "The body is larger than 2 MiB. Send only what the prefetch asks for."
                    )
                traffic.arrived(client, len(chunk))
                size += len(chunk)
                chunks.append(chunk)
    except TimeoutError:
        raise TooSlow(
            f"The whole body was not here within {within:g} s. Nothing was decided; please send"
            " it again."
        ) from None
    finally:
        traffic.whole(client, size)
    body = b"".join(chunks)
    check_body(body)
    return body
