"""When something of ours fails: the store, or the code. Never an empty list of cards."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cds_hooks.app import create_app
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers, Known
from cds_hooks.store.tables import FILE
from rules.rule import Library, Purpose, Rule, Wording
from tests.builders import a_patient
from tests.conformance.standard import check_discovery, check_refusal
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import HELD_BACK, NOW, VIEW, Reply, Surgery, closed, surgery

ORIGIN = "https://ehr.example"
CALL = f"/cds-services/good-day-{VIEW}"

# ---- a clock that is wrong ------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, -1])
@pytest.mark.parametrize("said", ["no", "nothing"])
def test_a_clock_that_is_moved_by_a_day_shows_nothing_again_and_loses_no_answer(
    service: Surgery, days: int, said: str
) -> None:
    card = service.ask(service.a_call(margaret())).card
    service.pass_time(days=days)
    if said == "no":
        assert service.tell(closed(card, NOW, "patient-does-not-want-change")).status == 200
    for _ in range(2):  # while it is wrong, and when it has been put right
        held = service.ask(service.a_call(margaret())).held_back[COPD_RULE]
        assert held["step"] == "quiet"
        assert ("no, thank you" in held["says"].lower()) == (said == "no")
        service.now = NOW
    kept = Answers(service.store)
    assert len(kept.history("test-person").shown) == 1
    kept.close()


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
def test_without_its_store_the_service_answers_with_fewer_prompts_and_says_why(
    service: Surgery, breaks: Callable[[Path], None]
) -> None:
    card = service.ask(service.a_call(margaret("ann"), of="ann")).card
    breaks(service.store)
    for call in (service.a_call(margaret()), service.a_call(margaret("ann"), of="ann")):
        reply = service.ask(call)
        assert reply.cards == []
        (held,) = [one for one in reply.body["extension"][HELD_BACK] if one["rule"] == COPD_RULE]
        assert held["step"] == "memory"
        assert "may have been a no" in held["says"]
    check_refusal(service.tell(closed(card, NOW, "limited-time")), 503)
    check_discovery(service.client.get("/cds-services").json())


@pytest.mark.parametrize("purpose", Purpose)
def test_whoever_said_dont_ask_again_gets_no_card_when_the_store_is_away(
    tmp_path: Path, library: Library, purpose: Purpose
) -> None:
    rules = tuple(replace(rule, purpose=purpose) for rule in library.rules)
    with surgery(tmp_path, replace(library, rules=rules)) as service:
        card = service.ask(service.a_call(margaret())).card
        assert service.tell(closed(card, NOW, "do-not-ask-again")).status == 200
        assert service.ask(service.a_call(margaret())).cards == []
        _deleted(service.store)
        for call in (service.a_call(margaret()), service.a_call(margaret("ann"), of="ann")):
            reply = service.ask(call)
            assert (reply.cards, reply.held_back[COPD_RULE]["step"]) == ([], "memory")


def test_somebody_about_whom_there_is_nothing_to_say_needs_no_store(service: Surgery) -> None:
    _deleted(service.store)
    assert service.ask(service.a_call([a_patient()])).body == {"cards": []}


def test_a_service_that_lost_its_store_still_counts_what_it_was_asked(service: Surgery) -> None:
    (service.store / FILE).unlink()
    assert service.ask(service.a_call(margaret())).cards == []
    figures = service.client.get("/metrics").text
    assert 'goodday_rule_outcomes_total{outcome="prompt",rule="copd-self-management"' in figures


def test_a_store_that_somebody_else_locks_is_no_memory_and_works_again_afterwards(
    service: Surgery,
) -> None:
    with closing(sqlite3.connect(service.store / FILE)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert service.ask(service.a_call(margaret())).cards == []
    assert service.ask(service.a_call(margaret())).decided(COPD_RULE) == "card"


# ---- 500: a fault of ours -------------------------------------------------------------------

SECRET = "Zebedee Canary 9434765919"


class Faulty(Answers):
    """A store with a fault in it, whose words quote a person."""

    @contextmanager
    def about(self, person: str) -> Generator[Known]:
        with super().about(person) as known:
            yield known
            raise RuntimeError(f"{person} {SECRET}")


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
    with TestClient(create_app(settings, library, answers, clock=clock)) as client:
        yield client


def _broken(library: Library) -> Iterator[Rule]:
    """The same rules, with a summary that is too long to send; loading them would have said so."""
    for rule in library.rules:
        words = replace(rule.card.words, summary=Wording((SECRET * 10,)))
        yield replace(rule, card=replace(rule.card, words=words))


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
