"""F: what was not sent along is asked of the client's own FHIR server, with its leave."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rules.rule import Library
from tests.callers import Caller, bearer, guarded
from tests.conformance.standard import check_refusal
from tests.fhir_builders import COPD_RULE, margaret
from tests.fhir_server import Answer, Asked, FhirServer, up
from tests.served import Json, Reply, Surgery, a_call, until_reached

CALLER = Caller()
CALL = "/cds-services/good-day-patient-view"
SECRET = "canary-token-5b1f"


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    with up(FhirServer(margaret())) as server:
        yield server


@contextmanager
def practice(
    tmp_path: Path, library: Library, fhir: FhirServer, **settings: object
) -> Generator[Surgery]:
    """A practice whose one client has this FHIR server."""
    given = {"fhir_servers": [fhir.base], "local": True, **settings}
    with guarded(tmp_path, library, CALLER.table(**given)) as open_now:
        yield open_now


def ask(service: Surgery, call: Json) -> Reply:
    headers = bearer(CALLER.token(f"https://good-day.example/hooks{CALL}", service.now))
    return Reply(service.client.post(CALL, json=call, headers=headers))


def bare(fhir: FhirServer, *, token: str = SECRET) -> Json:
    """A call with nothing along, and leave to ask."""
    leave = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "good-day",
    }
    call = a_call({}, fhirServer=fhir.base, fhirAuthorization=leave)
    del call["prefetch"]
    return call


def test_f1_what_was_not_sent_is_asked_of_the_clients_server(
    tmp_path: Path, library: Library, fhir: FhirServer
) -> None:
    with practice(tmp_path, library, fhir) as service:
        reply = until_reached(lambda: ask(service, bare(fhir)))
    assert reply.decided(COPD_RULE) == "card", reply.text
    assert len(fhir.asked) >= len(reply.card["suggestions"])


def test_f2_every_request_carries_the_token(
    tmp_path: Path, library: Library, fhir: FhirServer
) -> None:
    with practice(tmp_path, library, fhir) as service:
        ask(service, bare(fhir))
    assert fhir.asked
    assert {asked.headers.get("authorization") for asked in fhir.asked} == {f"Bearer {SECRET}"}


def test_f3_the_token_is_in_no_answer_log_or_store(
    tmp_path: Path, library: Library, fhir: FhirServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with practice(tmp_path, library, fhir) as service:
        reply = ask(service, bare(fhir))
        refused = ask(service, {**bare(fhir), "hook": "order-sign"})
        kept = b"".join(p.read_bytes() for p in service.store.rglob("*") if p.is_file())
    assert SECRET not in reply.text + refused.text + caplog.text
    assert SECRET.encode() not in kept


@pytest.mark.parametrize("leave", ["none", "empty"])
def test_f4_without_leave_nobody_is_asked(
    tmp_path: Path, library: Library, fhir: FhirServer, leave: str
) -> None:
    call = bare(fhir, token="")
    if leave == "none":
        del call["fhirAuthorization"]
    with practice(tmp_path, library, fhir) as service:
        check_refusal(ask(service, call), 412, "fhirServer that may be asked for this client")
    assert (fhir.connections, fhir.asked) == (0, [])


def test_f5_only_a_server_that_this_client_is_registered_with_is_asked(
    tmp_path: Path, library: Library, fhir: FhirServer
) -> None:
    with up(FhirServer(margaret())) as other, practice(tmp_path, library, fhir) as service:
        check_refusal(ask(service, bare(other)), 412, "conditions")
        assert (other.connections, fhir.connections) == (0, 0)


@pytest.mark.parametrize(
    "person", ["a b", "a/../Patient?_id=b", "a&code=b", "a#b", "a%2Fb", "\u00e4?b={c}", "a+b"]
)
def test_f6_what_goes_into_an_address_is_encoded(
    tmp_path: Path, library: Library, fhir: FhirServer, person: str
) -> None:
    """No id that needs it comes so far; that it would stay an id is test_server's to show."""
    with practice(tmp_path, library, fhir) as service:
        call = bare(fhir)
        call["context"]["patientId"] = person
        check_refusal(ask(service, call), 400, '"context.patientId"')
        assert fhir.asked == []
        assert ask(service, bare(fhir)).status == 200
    coded = [asked for asked in fhir.asked if "code" in asked.parameters]
    assert coded
    for asked in fhir.asked:
        address = asked.line.split(" ")[1]
        assert not set(address) & set(' "<>\\^`{|}#'), address
        assert asked.parameters.get("patient", "test-person") == "test-person"
    assert all("http://snomed.info/sct|" in asked.parameters["code"] for asked in coded)
    assert not [one for one in coded if "http://" in one.line or "snomed.info/sct|" in one.line]


def test_a_server_that_fails_makes_lists_unknown_and_never_empty(
    tmp_path: Path, library: Library
) -> None:
    def unable(_server: FhirServer, asked: Asked) -> Answer | None:
        return Answer(status=500) if "Procedure" in asked.path else None

    with (
        up(FhirServer(margaret(), fault=unable)) as fhir,
        practice(tmp_path, library, fhir) as service,
    ):
        reply = ask(service, bare(fhir))
    assert reply.cards == []
    assert reply.decided(COPD_RULE) in ("cannot-tell", "answers")


def test_a_page_that_was_sent_alone_is_asked_for_whole(
    tmp_path: Path, library: Library, fhir: FhirServer
) -> None:
    with practice(tmp_path, library, fhir) as service:
        headers = bearer(CALLER.token("https://good-day.example/hooks/cds-services", service.now))
        found = service.client.get("/cds-services", headers=headers).json()["services"]
        (templates,) = [one["prefetch"] for one in found if one["hook"] == "patient-view"]
        call = bare(fhir)
        link = [{"relation": "next", "url": f"{fhir.base}/Procedure?page=1"}]
        empty: Json = {"resourceType": "Bundle", "type": "searchset", "entry": []}
        call["prefetch"] = dict.fromkeys(templates, empty)
        call["prefetch"]["patient"] = fhir.resources[0]
        call["prefetch"]["conditions"] = {**empty, "entry": [{"resource": fhir.resources[1]}]}
        call["prefetch"]["procedures"] = {**empty, "link": link}
        reply = ask(service, call)
    assert reply.decided(COPD_RULE) == "card", reply.text
    assert {asked.path for asked in fhir.asked} == {"/fhir/Procedure"}


ALL = "patient/*.rs"
# Of SMART, what is asked: everything, nothing, or one type besides the Patient.
COVERED = [
    (ALL, "all"),
    ("patient/*.read", "all"),
    ("user/*.*", "all"),
    ("system/*.cruds", "all"),
    ("launch openid user/*.read", "all"),
    ("patient/Patient.read patient/Condition.read", "some"),
    ("patient/Patient.r user/Condition.s", "some"),
    ("system/Patient.rs patient/Condition.rs patient/Procedure.c", "some"),
    ("patient/Patient.r patient/Condition.rs patient/Procedure.r", "some"),  # no search
    ("patient/Patient.r patient/Condition.rs patient/Procedure.rs?status=active", "some"),
    ("patient/*.write", "none"),
    ("patient/*.cud", "none"),
    ("patient/*.", "none"),
    ("launch openid", "none"),
    ("", "none"),
]


@pytest.mark.parametrize(("scope", "asked"), COVERED)
def test_f1_only_what_the_scope_covers_is_asked_and_the_rest_is_in_doubt(
    tmp_path: Path, library: Library, fhir: FhirServer, scope: str, asked: str
) -> None:
    call = bare(fhir)
    call["fhirAuthorization"]["scope"] = scope
    with practice(tmp_path, library, fhir) as service:
        reply = ask(service, call)
    types = {one.path.rpartition("/fhir/")[2].partition("/")[0] for one in fhir.asked}
    if asked == "none":
        check_refusal(reply, 412, "conditions")
        assert not fhir.asked
    elif asked == "all":
        assert reply.decided(COPD_RULE) == "card", reply.text
    else:
        assert types == {"Patient", "Condition"}
        assert reply.decided(COPD_RULE) == "cannot-tell", reply.text


@pytest.mark.parametrize(
    "change",
    [
        {"expires_in": 0},
        {"expires_in": -1},
        {"expires_in": None},
        {"token_type": "MAC"},
        {"token_type": None},
        {"scope": None},
    ],
)
def test_f2_leave_that_is_no_longer_good_is_not_used(
    tmp_path: Path, library: Library, fhir: FhirServer, change: Json
) -> None:
    call = bare(fhir)
    call["fhirAuthorization"] |= change
    missing = {k: v for k, v in call["fhirAuthorization"].items() if v is not None}
    with practice(tmp_path, library, fhir) as service:
        check_refusal(ask(service, call), 412, "conditions")
        check_refusal(ask(service, {**call, "fhirAuthorization": missing}), 412, "conditions")
    assert not fhir.asked


def test_f2_leave_about_somebody_else_is_refused(
    tmp_path: Path, library: Library, fhir: FhirServer
) -> None:
    call = bare(fhir)
    with practice(tmp_path, library, fhir) as service:
        call["fhirAuthorization"]["patient"] = "somebody-else"
        check_refusal(ask(service, call), 400, '"fhirAuthorization.patient"')
        assert not fhir.asked
        call["fhirAuthorization"]["patient"] = "test-person"
        assert ask(service, call).decided(COPD_RULE) == "card"
