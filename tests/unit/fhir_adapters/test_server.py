"""The fallback: everything that was not sent along is asked of the client's FHIR server."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_adapters import pages
from fhir_adapters.needs import needs_of
from fhir_adapters.prefetch import Found
from rules.record import Kind
from tests.builders import Resource, a_bundle, a_patient, a_resource, code
from tests.fhir_builders import an_operation_outcome
from tests.fhir_server import Answer, Asked, Fault, FhirServer, always, answer, asking, fetched

SAM = "test-person"
QUERIES = needs_of({Kind.CONDITION: [code("cough")], Kind.PROCEDURE: [code("tea-group")]}).queries


def coughs(number: int, of: str = SAM) -> list[Resource]:
    return [a_resource("Condition", "cough", of=of, id=f"{of}-cough-{n}") for n in range(number)]


def ids(found: Found) -> list[str | None]:
    return [one.id for one in found.resources]


def at_conditions(how: Callable[[FhirServer, Asked], Answer | None]) -> Fault:
    """A fault in the search for conditions; all else is as it is asked."""
    return lambda server, asked: how(server, asked) if "Condition" in asked.path else None


def test_every_query_is_asked_and_what_it_finds_is_whole() -> None:
    server = FhirServer([a_patient(), *coughs(2), a_resource("Condition", "wheeze")])
    found = fetched(server, QUERIES)
    assert [one.resourceType for one in found["patient"].resources] == ["Patient"]
    assert ids(found["conditions"]) == ["test-person-cough-0", "test-person-cough-1"]
    assert found["procedures"] == Found()
    assert {one.doubt for one in found.values()} == {""}


def test_every_page_is_followed() -> None:
    server = FhirServer([a_patient(), *coughs(10)], pages_of=3)
    found = fetched(server, QUERIES)["conditions"]
    assert ids(found) == [f"test-person-cough-{n}" for n in range(10)]
    assert found.doubt == ""
    assert sum(one.path == "/fhir/Condition" for one in server.asked) == 4


def test_nothing_to_ask_asks_nothing() -> None:
    server = FhirServer()
    assert fetched(server, ()) == {}
    assert server.connections == 0


def test_the_token_goes_into_one_header_of_every_request() -> None:
    server = FhirServer([a_patient(), *coughs(4)], pages_of=3)
    fetched(server, QUERIES)
    assert len(server.asked) == 4
    assert {one.headers["authorization"] for one in server.asked} == {"Bearer a-token"}
    assert not any("a-token" in one.line for one in server.asked)


def test_without_a_token_no_header_is_sent() -> None:
    server = FhirServer([a_patient()])

    async def once() -> None:
        async with asking(server, QUERIES, token="") as asks:
            await asks.fetch()

    asyncio.run(once())
    assert not any("authorization" in one.headers for one in server.asked)


def test_connections_are_kept_and_cookies_are_not() -> None:
    def with_a_cookie(server: FhirServer, asked: Asked) -> Answer:
        told = server.honest(asked)
        return replace(told, headers={**told.headers, "Set-Cookie": "who=somebody; Path=/"})

    server = FhirServer([a_patient(), *coughs(1)], fault=with_a_cookie)

    async def three_times() -> None:
        async with asking(server, QUERIES) as asks:
            for _ in range(3):
                await asks.fetch()

    asyncio.run(three_times())
    assert len(server.asked) == 9
    assert server.connections == 3
    assert not any("cookie" in one.headers for one in server.asked)


@settings(max_examples=60)
@given(patient_id=st.text(min_size=1).filter(lambda text: text.strip(".")))
def test_whatever_an_id_holds_it_stays_an_id(patient_id: str) -> None:
    try:
        patient_id.encode()
    except UnicodeEncodeError:
        return  # no JSON holds half a letter
    server = FhirServer([a_patient(patient_id)], fault=always(answer(a_bundle())))
    fetched(server, QUERIES, patient_id)
    literally = patient_id
    for sign in "\\,$|":
        literally = literally.replace(sign, f"\\{sign}")
    (patient,) = [one for one in server.asked if "Patient" in one.path]
    assert (patient.path, patient.parameters) == (f"/fhir/Patient/{patient_id}", {})
    for one in server.asked:
        if one is not patient:
            assert set(one.parameters) == {"patient", "code", "_sort", "_count"}
            assert one.parameters["patient"] == literally


@pytest.mark.parametrize("patient_id", ["", ".", "..", "..."])
def test_an_id_that_leads_elsewhere_is_not_asked_about(patient_id: str) -> None:
    server = FhirServer([a_patient()])
    with pytest.raises(Exception, match="could not be reached"):
        fetched(server, QUERIES, patient_id)
    assert server.connections == 0


def page_of(*resources: Resource, **more: object) -> Callable[[FhirServer, Asked], Answer]:
    return always(answer({**a_bundle(*resources), **more}))


def linking(relation: str, link: str) -> Callable[[FhirServer, Asked], Answer]:
    """A page with a link, in which BASE stands for the server."""

    def page(server: FhirServer, _: Asked) -> Answer:
        links = [{"relation": relation, "url": link.replace("BASE", server.base)}]
        return answer({**a_bundle(*coughs(1)), "link": links})

    return page


def further(server: FhirServer, asked: Asked, told: Answer) -> Answer:
    """Something in place of the second page."""
    return told if "page" in asked.parameters else server.honest(asked)


def after_the_first_page(told: Answer) -> Callable[[FhirServer, Asked], Answer]:
    return lambda server, asked: further(server, asked, told)


MANY: list[Resource] = [{"resourceType": "Basic"}] * (pages.MOST_RESOURCES + 1)
BIG = answer({**a_bundle(), "padding": "x" * pages.MOST_OCTETS_OF_A_LIST})
HALF = answer(a_bundle(*coughs(3)))
NO_RESOURCE: list[Resource] = [{}]
OUTCOME = an_operation_outcome()
EVERYTHING = "patient", "code", "_sort", "_count"

# (what the server does when it is asked for conditions, what is said, how many coughs are kept)
DOUBTS: dict[str, tuple[Callable[[FhirServer, Asked], Answer | None], str, int]] = {
    "the token is not taken": (always(answer(OUTCOME, 401)), pages.NO_TOKEN, 0),
    "the scope does not reach": (always(answer(OUTCOME, 403)), pages.NOT_ITS_SCOPE, 0),
    "there is no such list": (always(answer(OUTCOME, 404)), pages.NOT_THERE, 0),
    "it is gone": (always(answer(OUTCOME, 410)), pages.NOT_THERE, 0),
    "a question is not taken": (always(answer(OUTCOME, 400)), pages.NOT_TAKEN, 0),
    "it is not to be processed": (always(answer(OUTCOME, 422)), pages.NOT_TAKEN, 0),
    "the server has an error": (always(answer(OUTCOME, 500)), pages.UNABLE, 0),
    "the one behind it is away": (always(answer(b"<html>", 502)), pages.UNABLE, 0),
    "it is busy": (always(answer(OUTCOME, 429)), pages.ASK_LATER, 0),
    "nothing is in it": (always(answer(b"", 204)), pages.NOT_TAKEN, 0),
    "it lies elsewhere": (always(answer(b"", 302, Location="/")), pages.MOVED, 0),
    "an outcome with success": (always(answer(OUTCOME)), pages.OUTCOME, 0),
    "an outcome in the list": (page_of(*coughs(1), OUTCOME), "the record system could not", 1),
    "a resource by itself": (always(answer(coughs(1)[0])), pages.SOMETHING_ELSE, 0),
    "another type in the list": (page_of(*coughs(1), a_patient()), "something else stands", 2),
    "a null": (always(answer(None)), pages.NOT_FHIR, 0),
    "no JSON": (always(answer(b"<Bundle/>")), pages.NOT_FHIR, 0),
    "no bytes": (always(answer(b"")), pages.NOT_FHIR, 0),
    "half of it": (always(answer(HALF.body[:-40])), pages.NOT_FHIR, 0),
    "no UTF-8": (always(answer(b'{"resourceType": "\xff"}')), pages.NOT_FHIR, 0),
    "nested deep": (always(answer(b'{"entry":' + b"[" * 100_000)), pages.NOT_FHIR, 0),
    "XML": (always(answer(b"<a/>", Content_Type="application/fhir+xml")), pages.NOT_FHIR, 0),
    "for people": (always(answer(HALF.body, Content_Type="text/html")), pages.NOT_FHIR, 0),
    "no content type": (always(Answer(HALF.body)), pages.NOT_FHIR, 0),
    "packed": (always(answer(HALF.body, Content_Encoding="gzip")), pages.NOT_FHIR, 0),
    "an entry that cannot be read": (page_of(*coughs(2), {"resourceType": 3}), pages.DAMAGED, 2),
    "a condition that cannot be": (
        page_of(*coughs(2), {"resourceType": "Condition", "code": 3}), pages.DAMAGED, 2,
    ),
    "links that cannot be read": (page_of(*coughs(2), link=3), pages.DAMAGED, 0),
    "an entry without a resource": (page_of(entry=NO_RESOURCE), "an entry of the list is empty", 0),
    "more than it sends": (page_of(*coughs(2), total=3), "fewer entries were sent", 2),
    "far too much": (always(BIG), pages.TOO_MUCH, 0),
    "too many": (page_of(*MANY), pages.TOO_MUCH, 0),
    "cut off": (always(replace(HALF, cut=100)), pages.CUT, 0),
    "cut off before it began": (always(replace(HALF, cut=0)), pages.CUT, 0),
    "no HTTP": (always(answer(b"", X="\x00\r\n: ,\r\n")), pages.CUT, 0),
    "a header without end": (always(answer(b"", X="x" * 100_000)), pages.CUT, 0),
    "somebody else's": (page_of(*coughs(2), *coughs(1, "other")), pages.SOMEBODY_ELSE, 0),
    "somebody else's and nobody's": (
        page_of({"resourceType": "Condition"}, *coughs(1, "other")), pages.SOMEBODY_ELSE, 0,
    ),
    "somebody else's further on": (
        after_the_first_page(answer(a_bundle(*coughs(1, "other")))), pages.SOMEBODY_ELSE, 0,
    ),
    "everybody's, as it says": (
        lambda server, asked: answer(
            server.page(asked, server.matches(asked, ignored=EVERYTHING), ignored=EVERYTHING)
        ),
        pages.NOT_THIS_PERSON,
        0,
    ),
    "another person's, as it says": (
        linking("self", "BASE/Condition?patient=other&code=x"), pages.NOT_THIS_PERSON, 0,
    ),
    "two people's, as it says": (
        linking("self", "BASE/Condition?patient=other&patient=test-person"),
        pages.NOT_THIS_PERSON,
        0,
    ),
    "by a date, as it says": (
        linking("self", "BASE/Condition?patient=test-person&recorded-date=ge2026"), pages.LESS, 0,
    ),
    "no filter at all, as it says": (linking("self", "BASE/Condition"), pages.NOT_THIS_PERSON, 0),
    "not the first page": (linking("previous", "BASE/Condition?page=0"), pages.NOT_THE_FIRST, 0),
    "the next elsewhere": (linking("next", "http://127.0.0.1:9/fhir/x"), pages.ELSEWHERE, 1),
    "the next at another host": (linking("next", "https://evil.example/fhir"), pages.ELSEWHERE, 1),
    "the next before the base": (linking("next", "BASE/../admin"), pages.ELSEWHERE, 1),
    "the next beside the base": (linking("next", "BASEment/Condition"), pages.ELSEWHERE, 1),
    "the next without an address": (page_of(*coughs(1), link=[{"relation": "next"}]),
        pages.ELSEWHERE, 1),
    "the next is the same": (linking("next", "BASE/Condition?page=1"), pages.MOVED_UNDER_US, 1),
    "an error on the next": (after_the_first_page(answer(OUTCOME, 500)), pages.UNABLE, 3),
    "the next is cut off": (after_the_first_page(replace(HALF, cut=50)), pages.CUT, 3),
    "the next is empty for ever": (
        lambda server, asked: answer(
            {
                **a_bundle(),
                "link": [
                    {"relation": "next", "url": f"{server.base}/Condition?page={len(server.asked)}"}
                ],
            }
        ),
        pages.TOO_MUCH,
        0,
    ),
    "the next leads in a circle": (
        lambda server, _: answer(
            {
                **a_bundle(),
                "link": [{"relation": "next", "url": f"{server.base}/Condition?page=1"}],
            }
        ),
        pages.IN_A_CIRCLE,
        0,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("how", "doubt", "kept"), DOUBTS.values(), ids=DOUBTS)
def test_what_is_not_whole_says_why_and_the_rest_is_not_touched(
    how: Callable[[FhirServer, Asked], Answer | None], doubt: str, kept: int
) -> None:
    people = [a_patient(), *coughs(5), *coughs(2, "other")]
    found = fetched(FhirServer(people, pages_of=3, fault=at_conditions(how)), QUERIES)
    assert found["conditions"].doubt.startswith(doubt)
    assert len(found["conditions"].resources) == kept
    assert [one.id for one in found["patient"].resources] == [SAM]
    if "asked later" not in doubt:
        assert found["procedures"] == Found()


@pytest.mark.parametrize(
    ("told", "doubt", "kept"),
    [
        pytest.param(answer(a_patient("other")), pages.SOMEBODY_ELSE, 0, id="somebody else"),
        pytest.param(answer(coughs(1)[0]), pages.SOMETHING_ELSE, 0, id="another type"),
        pytest.param(answer(a_bundle(a_patient())), pages.SOMETHING_ELSE, 0, id="a list"),
        pytest.param(answer(OUTCOME), pages.OUTCOME, 0, id="an outcome"),
        pytest.param(answer(OUTCOME, 404), pages.NOT_THERE, 0, id="nobody"),
        pytest.param(answer({**a_patient(), "birthDate": 3}), pages.DAMAGED, 1, id="damaged"),
    ],
)
def test_a_patient_who_is_not_plainly_ours_is_in_doubt(told: Answer, doubt: str, kept: int) -> None:
    def at_patient(_: FhirServer, asked: Asked) -> Answer | None:
        return told if "Patient" in asked.path else None

    found = fetched(FhirServer([a_patient()], fault=at_patient), QUERIES)["patient"]
    assert (found.doubt, len(found.resources)) == (doubt, kept)


@pytest.mark.parametrize(
    "link",
    [
        "BASE/Condition?patient=test-person&code=x&_count=3",
        "BASE/Condition?patient=Patient/test-person&code=x",
        "BASE/Condition?patient:Patient=test-person&code=x",
        "BASE/Condition?subject=BASE/Patient/test-person&code=x",
        "BASE/Patient/test-person/Condition?code=x",
        "BASE?_getpages=3a5e&_getpagesoffset=0",
        "/Condition?code=x&patient=test-person",
    ],
)
def test_a_search_for_this_person_may_be_told_in_many_ways(link: str) -> None:
    server = FhirServer([a_patient()], fault=at_conditions(linking("self", link)))
    found = fetched(server, QUERIES)["conditions"]
    assert (found.doubt, len(found.resources)) == ("", 1)


@pytest.mark.parametrize(
    "link",
    [
        "Condition?patient=test-person&page=1",
        "/fhir/Condition?patient=test-person&page=1",
        "BASE/Condition?patient=test-person&page=1",
        "BASE?patient=test-person&page=1",
        "BASE/?patient=test-person&page=1&code=http://a|b,c",
    ],
)
def test_a_next_page_may_be_told_in_many_ways(link: str) -> None:
    def page(server: FhirServer, asked: Asked) -> Answer | None:
        if asked.parameters.get("page") == "1":
            return answer(a_bundle(*coughs(2)[1:]))
        return linking("next", link)(server, asked) if "Condition" in asked.path else None

    found = fetched(FhirServer([a_patient()], fault=page), QUERIES)["conditions"]
    assert (found.doubt, len(found.resources)) == ("", 2)


# ---- the deadline -----------------------------------------------------------------------------


def test_what_is_late_is_in_doubt_and_what_was_read_of_it_is_kept() -> None:
    late = replace(HALF, after=30.0)
    server = FhirServer(
        [a_patient(), *coughs(5)], pages_of=3, fault=at_conditions(after_the_first_page(late))
    )
    began = time.monotonic()
    found = fetched(server, QUERIES, within=0.3)
    assert time.monotonic() - began < 3
    assert (found["conditions"].doubt, len(found["conditions"].resources)) == (pages.LATE, 3)
    assert found["patient"].doubt == found["procedures"].doubt == ""


def test_what_stops_in_the_middle_is_late() -> None:
    stuck = replace(HALF, hangs=True, headers={**HALF.headers, "Content-Length": "100000"})
    server = FhirServer([a_patient()], fault=at_conditions(always(stuck)))
    assert fetched(server, QUERIES, within=0.3)["conditions"] == Found(doubt=pages.LATE)


def test_the_searches_are_asked_at_the_same_time() -> None:
    server = FhirServer(
        [a_patient(), *coughs(1)], fault=lambda me, one: replace(me.honest(one), after=0.3)
    )
    assert {one.doubt for one in fetched(server, QUERIES, within=0.8).values()} == {""}
