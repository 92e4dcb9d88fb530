"""Every way to be refused, and that a failure is never an empty list of cards (CDS_HOOKS 1.11).

Each refusal is an OperationOutcome in our own words: no library's, none of the database, and none
of the request. Browser clients can read every one of them, if their origin may call at all.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Thread

import pytest
from starlette.testclient import TestClient

from cds_hooks.app import create_app
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers, Issued
from cds_hooks.store.tables import FILE
from rules.record import Said
from rules.rule import Library, Rule, Wording
from tests.builders import a_patient
from tests.conformance.standard import check_discovery
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import BOOK, NOW, VIEW, Json, Reply, Surgery, closed, surgery

ORIGIN, STRANGER = "https://ehr.example", "https://elsewhere.example"
CALL = f"/cds-services/good-day-{VIEW}"
MIB_2 = 2 * 1024 * 1024

# Words that only a library, a database or a stack trace would use.
NOT_OURS = ("pydantic", "msgspec", "sqlalchemy", "sqlite", "select ", "traceback", "expected `",
            "$.", ".py", "object at 0x", "validationerror", "<class", "none of")  # fmt: skip


def check_refusal(reply: Reply, status: int, says: str = "") -> None:
    """An OperationOutcome with this status, in our words only."""
    assert reply.status == status, reply.text
    assert says in reply.says()
    assert reply.says().endswith(".")
    assert not [word for word in NOT_OURS if word in reply.text.lower()]


# ---- 400: not a request that CDS Hooks allows ------------------------------------------------

NOT_JSON: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b"   ",
    "a half": b'{"hook": "patient-view"',
    "two values": b"{}{}",
    "single quotes": b"{'hook': 1}",
    "a trailing comma": b'{"hook": "patient-view",}',
    "a comment": b"{} // hello",
    "not UTF-8": b'{"hook": "\xff\xfe"}',
    "not UTF-8 in a name": b'{"\xff": 1}',
    "UTF-16": '{"hook": "patient-view"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "half a character": b'{"hook": "\\ud800"}',
    "a list": b"[]",
    "a text": b'"patient-view"',
    "a number": b"1",
    "null": b"null",
    "NaN": b'{"hook": NaN}',
    "a number too large": b'{"hook": 1e999}',
    "a form": b"hook=patient-view",
    "nested without end": b"[" * 200_000,
    "nested deep in a member": b'{"hook": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
@pytest.mark.parametrize("address", ["", "/feedback"])
def test_a_body_that_is_no_json_object_is_400(all_day: Surgery, body: bytes, address: str) -> None:
    reply = Reply(
        all_day.client.post(
            CALL + address, content=body, headers={"content-type": "application/json"}
        )
    )
    check_refusal(reply, 400)


def without(name: str) -> Callable[[Json], None]:
    return lambda call: call.pop(name)


def with_(name: str, value: object) -> Callable[[Json], None]:
    return lambda call: call.update({name: value})


def context(name: str, value: object) -> Callable[[Json], None]:
    return lambda call: call["context"].update({name: value})


BAD_REQUESTS: dict[str, tuple[Callable[[Json], None], str]] = {
    "no hook": (without("hook"), '"hook"'),
    "no hookInstance": (without("hookInstance"), '"hookInstance"'),
    "no context": (without("context"), '"context"'),
    "hook null": (with_("hook", None), '"hook"'),
    "hook a number": (with_("hook", 1), '"hook"'),
    "another hook": (with_("hook", BOOK), "patient-view"),
    "an unknown hook": (with_("hook", "order-sign"), "patient-view"),
    "hook in other letters": (with_("hook", "Patient-View"), "patient-view"),
    "hookInstance no uuid": (with_("hookInstance", "1"), '"hookInstance"'),
    "hookInstance null": (with_("hookInstance", None), '"hookInstance"'),
    "context a list": (with_("context", []), '"context"'),
    "context null": (with_("context", None), '"context"'),
    "context empty": (with_("context", {}), '"context.patientId"'),
    "patientId null": (context("patientId", None), '"context.patientId"'),
    "patientId a number": (context("patientId", 1), '"context.patientId"'),
    "patientId empty": (context("patientId", ""), '"context.patientId"'),
    "patientId with a slash": (context("patientId", "a/b"), '"context.patientId"'),
    "patientId with a query": (context("patientId", "a?b=c"), '"context.patientId"'),
    "patientId that climbs": (context("patientId", "../a"), '"context.patientId"'),
    "patientId with a line end": (context("patientId", "test-person\n"), '"context.patientId"'),
    "patientId too long": (context("patientId", "a" * 65), '"context.patientId"'),
    "patientId of another type": (context("patientId", "Group/a"), '"context.patientId"'),
    "userId missing": (lambda call: call["context"].pop("userId"), '"context.userId"'),
    "userId a list": (context("userId", ["a"]), '"context.userId"'),
    "prefetch a list": (with_("prefetch", []), '"prefetch"'),
    "prefetch a text": (with_("prefetch", "all"), '"prefetch"'),
    "fhirServer a number": (with_("fhirServer", 7), '"fhirServer"'),
}


@pytest.mark.parametrize(("spoil", "says"), BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_a_request_that_is_not_allowed_is_400_and_says_which_member(
    all_day: Surgery, spoil: Callable[[Json], None], says: str
) -> None:
    call = all_day.a_call(margaret())
    spoil(call)
    check_refusal(Reply(all_day.client.post(CALL, json=call)), 400, says)


TOLERATED: dict[str, Callable[[Json], None]] = {
    "members that we do not know": with_("unheard-of", {"a": [1]}),
    "an extension": with_("extension", {"com.example": None}),
    "an extension of the wrong sort": with_("extension", []),
    "an authorisation": with_("fhirAuthorization", {"access_token": "t"}),
    "an authorisation of the wrong sort": with_("fhirAuthorization", 7),
    "context that we do not know": context("encounterId", 7),
    "appointments where none belong": context("appointments", None),
    "fhirServer null": with_("fhirServer", None),
}


@pytest.mark.parametrize("change", TOLERATED.values(), ids=TOLERATED)
def test_what_we_do_not_read_may_be_anything(
    service: Surgery, change: Callable[[Json], None]
) -> None:
    call = service.a_call(margaret())
    change(call)
    assert service.ask(call).decided(COPD_RULE) == "card"


def test_of_a_member_that_is_named_twice_the_last_one_counts(service: Surgery) -> None:
    text = json.dumps(service.a_call(margaret()))
    assert service.post(text.replace("{", '{"hook": "order-sign", ', 1).encode()).status == 200
    other = text.removesuffix("}") + ', "hook": "order-sign"}'
    assert service.post(other.encode()).status == 400


# ---- 404, 405 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/cds-service",
        "/cds-services/no-such-service",
        "/cds-services/no-such-service/feedback",
        "/cds-services/good-day-patient-view/other",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/cds-services/..%2f..%2fetc%2fpasswd",
        "/cds-services/%00",
        "/cds-services/9434765919",
    ],
)
def test_an_address_where_nothing_is_is_404(all_day: Surgery, address: str) -> None:
    reply = Reply(all_day.client.post(address, json={}))
    check_refusal(reply, 404)
    assert "9434765919" not in reply.text


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "/cds-services"),
        ("DELETE", "/cds-services"),
        ("GET", CALL),
        ("PUT", CALL),
        ("PATCH", CALL),
        ("GET", f"{CALL}/feedback"),
        ("OPTIONS", CALL),
    ],
)
def test_a_method_that_an_address_does_not_take_is_405(
    all_day: Surgery, method: str, address: str
) -> None:
    check_refusal(Reply(all_day.client.request(method, address)), 405)


# ---- 412, 413, 415 --------------------------------------------------------------------------


def test_missing_keys_are_412_and_every_one_is_named(all_day: Surgery) -> None:
    call = all_day.a_call(margaret())
    for key in ("tasks", "flags"):
        del call["prefetch"][key]
    check_refusal(all_day.ask(call), 412, "not sent: flags, tasks.")


def padded(call: Json, size: int) -> bytes:
    return json.dumps(call).encode().ljust(size)


def test_a_body_of_two_mebibytes_is_read_and_one_byte_more_is_413(service: Surgery) -> None:
    call = service.a_call(margaret())
    check_refusal(service.post(padded(call, MIB_2 + 1)), 413, "2 MiB")
    assert service.post(padded(call, MIB_2)).decided(COPD_RULE) == "card"


def test_a_body_that_says_nothing_of_its_length_is_measured_all_the_same(
    all_day: Surgery,
) -> None:
    def without_end() -> Iterator[bytes]:
        yield from (b" " * 65_536 for _ in range(40))

    response = all_day.client.post(
        CALL, content=without_end(), headers={"content-type": "application/json"}
    )
    check_refusal(Reply(response), 413)
    feedback = all_day.client.post(
        f"{CALL}/feedback",
        content=b" " * (MIB_2 + 1),
        headers={"content-type": "application/json"},
    )
    check_refusal(Reply(feedback), 413)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "", "json"]
)
@pytest.mark.parametrize("address", [CALL, f"{CALL}/feedback"])
def test_another_content_type_is_415(all_day: Surgery, kind: str, address: str) -> None:
    body = json.dumps(all_day.a_call(margaret())).encode()
    reply = Reply(all_day.client.post(address, content=body, headers={"content-type": kind}))
    check_refusal(reply, 415, "application/json")


@pytest.mark.parametrize(
    "kind",
    ["application/json", "application/json; charset=utf-8", "Application/JSON", "a/fhir+json"],
)
def test_json_by_any_of_its_names_is_read(service: Surgery, kind: str) -> None:
    body = json.dumps(service.a_call(margaret())).encode()
    assert service.post(body, **{"content-type": kind}).decided(COPD_RULE) == "card"


@pytest.mark.parametrize("packed", ["gzip", "deflate", "br", "gzip, identity"])
def test_a_packed_body_is_415_and_never_unpacked(all_day: Surgery, packed: str) -> None:
    reply = all_day.post(b"\x1f\x8b", **{"content-encoding": packed})
    check_refusal(reply, 415, "Content-Encoding")


# ---- 503: the store -------------------------------------------------------------------------


def _deleted(store: Path) -> None:
    (store / FILE).unlink()


def _deleted_with_its_folder(store: Path) -> None:
    shutil.rmtree(store)


def _replaced(store: Path) -> None:
    (store / FILE).rename(store / "moved")
    (store / FILE).write_bytes(b"not a database, though it has the name of one" * 100)


def _replaced_by_an_empty_file(store: Path) -> None:
    (store / FILE).rename(store / "moved")
    (store / FILE).touch()


def _emptied(store: Path) -> None:
    with closing(sqlite3.connect(store / FILE)) as other:
        other.executescript("DROP TABLE answers; DROP TABLE cards;")


def _damaged(store: Path) -> None:
    with closing(sqlite3.connect(store / FILE)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (store / FILE).open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 40_000)


BROKEN: dict[str, Callable[[Path], None]] = {
    "deleted": _deleted,
    "deleted with its folder": _deleted_with_its_folder,
    "replaced by another file": _replaced,
    "replaced by an empty file": _replaced_by_an_empty_file,
    "emptied by somebody": _emptied,
    "damaged": _damaged,
}


@pytest.mark.parametrize("breaks", BROKEN.values(), ids=BROKEN)
def test_without_its_store_the_service_does_not_answer_and_never_says_nothing_to_say(
    service: Surgery, breaks: Callable[[Path], None]
) -> None:
    card = service.ask(service.a_call(margaret("ann"), of="ann")).card
    breaks(service.store)
    check_refusal(service.ask(service.a_call(margaret())), 503, "try again")
    check_refusal(service.ask(service.a_call(margaret("ann"), of="ann")), 503)
    check_refusal(service.tell(closed(card, NOW, "limited-time")), 503)
    check_discovery(service.client.get("/cds-services").json())


def test_somebody_about_whom_there_is_nothing_to_say_needs_no_store(service: Surgery) -> None:
    _deleted(service.store)
    assert service.ask(service.a_call([a_patient()])).body == {"cards": []}


def test_a_store_that_somebody_else_locks_is_503_and_works_again_afterwards(
    service: Surgery,
) -> None:
    """Both wait as long as we wait for a lock, side by side."""
    card = service.ask(service.a_call(margaret("ann"), of="ann")).card
    calls: dict[str, Callable[[], Reply]] = {
        "a call": lambda: service.ask(service.a_call(margaret())),
        "feedback": lambda: service.tell(closed(card, NOW, "limited-time")),
    }
    replies: dict[str, Reply] = {}

    def send(name: str) -> None:
        replies[name] = calls[name]()

    with closing(sqlite3.connect(service.store / FILE)) as other:
        other.execute("BEGIN EXCLUSIVE")
        waiting = [Thread(target=send, args=(name,)) for name in calls]
        for each in waiting:
            each.start()
        for each in waiting:
            each.join()
    for name in calls:
        check_refusal(replies[name], 503)
    assert calls["feedback"]().status == 200
    assert calls["a call"]().decided(COPD_RULE) == "card"


# ---- 500: a fault of ours -------------------------------------------------------------------

SECRET = "Zebedee Canary 9434765919"


class Faulty(Answers):
    """A store with a fault in it, whose words quote a person."""

    def history(self, person: str, asking: str = "") -> tuple[Said, ...]:
        raise RuntimeError(f"{person} {SECRET}")

    def issue(self, issued: Issued) -> None:
        raise RuntimeError(SECRET)


class _Unloggable(Exception):
    pass


def _clock_from_generated_code() -> datetime:
    exec(compile(f"raise ValueError({SECRET!r})", "<string>", "exec"))
    return NOW


def _clock_with_an_odd_name() -> datetime:
    raise _Unloggable(SECRET)


@contextmanager
def faulty(folder: Path, library: Library, fault: str) -> Generator[TestClient]:
    """The app with one fault in it, reached through an argument of ``create_app``."""
    clock = {
        "in generated code": _clock_from_generated_code,
        "of a private sort": _clock_with_an_odd_name,
    }.get(fault, lambda: NOW)
    answers = Faulty(folder) if fault == "in the store" else Answers(folder)
    if fault == "in a rule":
        library = replace(library, rules=tuple(_broken(library)))
    settings = Settings(data=folder, origins=(ORIGIN,))
    with TestClient(create_app(settings, library, answers, clock)) as client:
        yield client


def _broken(library: Library) -> Iterator[Rule]:
    """The same rules, with a summary that is too long to send; loading them would have said so."""
    for rule in library.rules:
        yield replace(rule, card=replace(rule.card, summary=Wording((SECRET * 10,))))


FAULTS = ("in a rule", "in the store", "in generated code", "of a private sort")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_ours_is_500_and_quotes_nothing(
    tmp_path: Path,
    library: Library,
    all_day: Surgery,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    caplog.set_level("DEBUG")
    with faulty(tmp_path, library, fault) as client:
        response = client.post(CALL, json=all_day.a_call(margaret()), headers={"origin": ORIGIN})
        check_refusal(Reply(response), 500, "not an answer about the patient")
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert client.get("/cds-services").status_code == 200
    assert "Zebedee" not in response.text + caplog.text
    faults = [json.loads(r.message) for r in caplog.records if '"fault"' in r.message]
    assert len(faults) == 1
    assert set(faults[0]) == {"event", "kind", "where"}


def test_one_fault_does_not_hurt_the_next_call(
    tmp_path: Path, library: Library, all_day: Surgery
) -> None:
    with faulty(tmp_path, library, "in the store") as client:
        assert client.post(CALL, json=all_day.a_call(margaret())).status_code == 500
        nothing = all_day.a_call([a_patient()])
        assert client.post(CALL, json=nothing).json() == {"cards": []}


# ---- browsers -------------------------------------------------------------------------------


@pytest.fixture
def browsed(tmp_path: Path, library: Library) -> Iterator[Surgery]:
    """A practice that one browser origin may call."""
    with surgery(tmp_path, library, origins=(ORIGIN,)) as open_now:
        yield open_now


def refusals(service: Surgery) -> Iterator[tuple[int, Callable[[dict[str, str]], Reply]]]:
    """A way to be answered with each status."""
    json_type = {"content-type": "application/json"}

    def post(address: str, body: bytes, **headers: str) -> Callable[[dict[str, str]], Reply]:
        return lambda origin: Reply(
            service.client.post(address, content=body, headers={**json_type, **headers, **origin})
        )

    call = service.a_call(margaret())
    yield 200, post(CALL, json.dumps(call).encode())
    yield 400, post(CALL, b"{")
    yield 404, post("/cds-services/none", b"{}")
    yield 405, lambda origin: Reply(service.client.get(CALL, headers=origin))
    yield 412, post(CALL, json.dumps({**call, "prefetch": {}}).encode())
    yield 413, post(CALL, b" " * (MIB_2 + 1))
    yield 415, post(CALL, b"{}", **{"content-type": "text/plain"})
    yield 400, post(f"{CALL}/feedback", b"{")
    yield 415, post(f"{CALL}/feedback", b"{}", **{"content-encoding": "gzip"})


def test_every_answer_and_refusal_can_be_read_by_an_allowed_origin_and_by_no_other(
    browsed: Surgery,
) -> None:
    for status, send in refusals(browsed):
        allowed = send({"origin": ORIGIN})
        assert allowed.status == status
        assert allowed.headers["access-control-allow-origin"] == ORIGIN
        assert "origin" in allowed.headers["vary"].lower()
        assert "access-control-allow-credentials" not in allowed.headers
        for other in (STRANGER, "null", f"{ORIGIN}.evil.example", "http://ehr.example"):
            assert "access-control-allow-origin" not in send({"origin": other}).headers


def test_a_store_that_fails_can_be_read_by_an_allowed_origin(browsed: Surgery) -> None:
    _deleted(browsed.store)
    response = browsed.client.post(
        CALL, json=browsed.a_call(margaret()), headers={"origin": ORIGIN}
    )
    check_refusal(Reply(response), 503)
    assert response.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    ("address", "method", "headers"),
    [
        ("/cds-services", "GET", "authorization"),
        (CALL, "POST", "authorization,content-type"),
        (f"{CALL}/feedback", "POST", "authorization,content-type"),
    ],
)
def test_a_browser_may_ask_first(browsed: Surgery, address: str, method: str, headers: str) -> None:
    def ask(origin: str) -> Reply:
        asked = {
            "origin": origin,
            "access-control-request-method": method,
            "access-control-request-headers": headers,
        }
        return Reply(browsed.client.options(address, headers=asked))

    allowed = ask(ORIGIN)
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert method in allowed.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in allowed.headers
    for name in headers.split(","):
        assert name in allowed.headers["access-control-allow-headers"].lower()
    refused = ask(STRANGER)
    assert refused.status == 400
    assert "access-control-allow-origin" not in refused.headers


def test_without_any_origin_in_the_settings_no_browser_may_call(all_day: Surgery) -> None:
    for origin in (ORIGIN, "http://localhost", "null"):
        response = all_day.client.get("/cds-services", headers={"origin": origin})
        assert "access-control-allow-origin" not in response.headers
