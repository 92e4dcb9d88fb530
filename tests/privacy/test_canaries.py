"""Nothing of a person where it does not belong (PRODUCT 4.4, T6 and T7).

Canaries are sent along every path there is, those that fail most of all. Then every sink is
searched: bodies of refusals, logs, exceptions, what a real process wrote, and the store. The FHIR
id of a patient is kept in the store on purpose, and nowhere else.
"""

import json
import shutil
import sqlite3
import traceback
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest

from cds_hooks.discovery import hook_services
from cds_hooks.feedback import read_feedback
from cds_hooks.store.tables import FILE
from fhir_adapters.bulk.ndjson import records
from fhir_adapters.bundle import record_from_bundle
from fhir_adapters.needs import needs
from rules.rule import Library
from tests.builders import a_bundle
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, copd
from tests.privacy.canaries import (
    BOOKING,
    CALL,
    HEADERS,
    ID,
    NHS_NUMBER,
    TOKEN,
    WORDS,
    answered,
    calls,
    found_in,
    heard,
    refused,
    zebedee,
)
from tests.served import (
    BOOK,
    VIEW,
    Json,
    Running,
    Surgery,
    piloting,
    sent_record,
    serving,
    surgery,
)


def store_files(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.iterdir()}


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a practice that pilots both rules."""
    folder = tmp_path_factory.mktemp("practice")
    piloting(folder, COPD_RULE, RESULTS_RULE)
    return folder


@pytest.fixture(scope="module")
def library(practice: Path) -> Library:
    return piloting(practice, COPD_RULE, RESULTS_RULE)


def test_the_search_itself_finds_a_canary() -> None:
    for canary in ("Zebedee", "QUILLFEATHER", NHS_NUMBER, TOKEN, ID, "born 1933-03-03"):
        assert found_in(f"something {canary} something")
        assert found_in(f"something {canary} something".encode())
    assert not found_in("something else")


def test_nothing_of_a_person_is_in_a_refusal_a_log_or_the_store(
    tmp_path: Path, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with surgery(tmp_path, library) as service:
        view, book = calls(service.templates)
        names = _refuse_all(service, view, book)
        cards = _answer_all(service, view, book)
        assert len({card["summary"] for card in cards}) == 2
        for feedback in heard(cards[0]):
            said = service.client.post(f"{CALL}/feedback", json=feedback, headers=HEADERS)
            assert (said.status_code, said.text) == (200, "{}")
        files = store_files(service.store)
        shutil.rmtree(service.store)
        for address, whole in ((CALL, view), (BOOKING, book)):
            failed = service.client.post(address, json=whole, headers=HEADERS)
            assert (failed.status_code, failed.json()["cards"]) == (200, [])  # held: no memory
            assert not found_in(failed.text)
    assert len(names) > 60
    # The test's own client logs the address that it calls; everything else is ours to answer for.
    logged = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("httpx"))
    assert '"event":"refused"' in logged
    assert not found_in(logged)
    for name, held in files.items():
        assert not found_in(held, and_id=False), name
    assert any(ID.encode() in held for held in files.values()), "kept on purpose"


def _refuse_all(service: Surgery, view: Json, book: Json) -> list[str]:
    names: list[str] = []
    for name, address, body, headers in refused(view, book):
        reply = service.client.post(address, content=body, headers=headers)
        assert 400 <= reply.status_code < 500, (name, reply.text)
        assert not found_in(reply.text), name
        assert not found_in(str(reply.headers)), name
        names.append(name)
    return names


def _answer_all(service: Surgery, view: Json, book: Json) -> list[Json]:
    """What is answered may name him on a button; nothing else of his comes back."""
    cards: list[Json] = []
    for address, body in answered(view, book):
        reply = service.client.post(address, content=body, headers=HEADERS)
        assert reply.status_code in (200, 400)
        assert set(found_in(reply.text)) <= {"zebedee", ID}
        if reply.status_code == 400 or not reply.json()["cards"]:
            assert not found_in(reply.text)
        else:
            cards += reply.json()["cards"]
    return cards


def test_only_one_column_of_the_store_holds_who_it_was(tmp_path: Path, library: Library) -> None:
    with surgery(tmp_path, library) as service:
        view, book = calls(service.templates)
        (card, *_) = _answer_all(service, view, book)
        for feedback in heard(card):
            service.client.post(f"{CALL}/feedback", json=feedback)
        with closing(sqlite3.connect(service.store / FILE)) as kept:
            kept.row_factory = sqlite3.Row
            every = "SELECT name FROM sqlite_schema WHERE type = 'table'"
            tables = [row[0] for row in kept.execute(every)]
            holding = {
                (table, column)
                for table in tables
                for row in kept.execute(f'SELECT * FROM "{table}"')
                for column in row.keys()  # noqa: SIM118 - a Row is no mapping
                if ID in str(row[column])
            }
    assert holding == {("cards", "person")}


# ---- exceptions -----------------------------------------------------------------------------


def test_no_exception_says_anything_of_a_person_in_any_form(
    tmp_path: Path, library: Library
) -> None:
    with surgery(tmp_path, library) as service:
        view, book = calls(service.templates)
    services = {s.hook: s for s in hook_services(library).values()}
    raised: list[str] = []

    def attempt(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            raised.append(f"{error!s}{error!r}{''.join(traceback.format_exception(error))}")

    def called(body: bytes, hook: str) -> None:
        sent_record(body, services[hook])

    for _, address, body, _ in refused(view, book):
        if address.endswith("/feedback"):
            attempt(partial(read_feedback, body))
        else:
            attempt(partial(called, body, BOOK if address == BOOKING else VIEW))
    theirs = copd("another-zebedee", id=WORDS)
    for bundle in (
        a_bundle(zebedee(), theirs),
        a_bundle(zebedee(), zebedee()),
        {"resourceType": WORDS},
        a_bundle({**zebedee(), "name": WORDS, "birthDate": [WORDS]}),
    ):
        attempt(partial(record_from_bundle, json.dumps(bundle).encode()))
    for line in (json.dumps({**zebedee(), "id": [WORDS]}), WORDS, f'"{WORDS}"'):
        (tmp_path / "Patient.ndjson").write_text(line, encoding="utf-8")
        attempt(lambda: list(records(tmp_path, needs(library.rules))))
    assert len(raised) > 50
    assert not [text for text in raised if found_in(text)]


def test_a_record_and_a_call_show_nothing_when_they_are_printed_by_accident(
    tmp_path: Path, library: Library
) -> None:
    with surgery(tmp_path, library) as service:
        view, _ = calls(service.templates)
    service_of = {s.hook: s for s in hook_services(library).values()}
    record = sent_record(json.dumps(view).encode(), service_of[VIEW])
    for text in (repr(record), str(record), repr(record.person), f"{record.person}"):
        assert not found_in(text)


# ---- a real process -------------------------------------------------------------------------


def _break_an_answer(store: Path) -> None:
    """Leave something in the store that the program never wrote: a fault when it is read."""
    with closing(sqlite3.connect(store / FILE)) as other, other:
        other.execute(f"UPDATE answers SET reply = reply || '{WORDS}', topics = '{NHS_NUMBER}'")


@pytest.mark.long
def test_a_real_server_writes_nothing_of_a_person_whatever_is_done_to_it(
    tmp_path: Path, practice: Path
) -> None:
    with serving(tmp_path, practice, "--origin", "https://ehr.example") as running:
        found = running.send("GET", "/cds-services").body["services"]
        templates = {service["hook"]: service["prefetch"] for service in found}
        view, book = calls(lambda hook: templates[hook])
        for name, address, body, headers in refused(view, book):
            with suppress(BrokenPipeError, ConnectionResetError):  # not all of it was read
                reply = running.send("POST", address, body, headers)
                assert 400 <= reply.status < 500, name
                assert not found_in(reply.text), name
        cards = _answered_by(running, view, book)
        for feedback in heard(cards[0]):
            assert running.post(f"{CALL}/feedback", feedback).status == 200
        _send_what_is_no_http(running)
        files = store_files(running.store)
        _break_an_answer(running.store)
        failed = running.post(CALL, view)
        assert failed.status in (200, 500, 503)
        assert not found_in(failed.text)
        shutil.rmtree(running.store)
        gone = running.post(BOOKING, book)
        assert (gone.status, gone.body["cards"]) == (200, [])
        assert not found_in(gone.text)
        assert running.stop() == 0
        wrote = running.wrote()
    assert '"event":"refused"' in wrote
    assert '"event":"asked"' in wrote
    assert "Traceback" not in wrote
    assert not found_in(wrote)
    for name, held in files.items():
        assert not found_in(held, and_id=False), name


def _answered_by(running: Running, view: Json, book: Json) -> list[Json]:
    cards: list[Json] = []
    for address, body in answered(view, book):
        reply = running.post(address, body, Authorization=f"Bearer {TOKEN}")
        assert reply.status in (200, 400)
        cards += reply.body.get("cards", [])
    assert len({card["summary"] for card in cards}) == 2
    return cards


def _send_what_is_no_http(running: Running) -> None:
    for sent in (
        f"Zebedee Quillfeather {NHS_NUMBER}\r\n\r\n",
        f"GET /{NHS_NUMBER} HTTP/9.9\r\nAuthorization: {TOKEN}\r\n\r\n",
        f"POST {CALL} HTTP/1.1\r\nHost: Zebedee\r\nContent-Length: -1\r\n\r\n{WORDS}",
        f"POST {CALL} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Transfer-Encoding: chunked\r\n\r\nzz\r\n{WORDS}",
        # A client that goes away in the middle of what it wanted to say.
        f"POST {CALL} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Content-Length: 9999\r\n\r\n{WORDS}",
    ):
        with suppress(ConnectionResetError):
            running.raw(sent.encode())
