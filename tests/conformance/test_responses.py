"""What we send, held to CDS Hooks 2.0.1 member by member, for people of every name and date."""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.rule import Library
from tests.builders import Resource, a_patient, shipped
from tests.conformance.standard import check_answer, check_discovery, check_no_empties, parts
from tests.fhir_builders import (
    COPD_RULE,
    FEV1,
    RESULTS_RULE,
    SPIROMETRY_DAY,
    a_booking,
    a_report,
    copd,
    leroy,
    margaret,
)
from tests.served import BOOK, NOW, VIEW, Json, Reply, Surgery, piloting, surgery
from tests.strategies import DATE_TEXTS, DAYS, FIRST_NAMES, TIME_TEXTS

TODAY = NOW.date()
TWENTY_LETTERS = "Wilhelmina-Josephine"

# ---- discovery ------------------------------------------------------------------------------


def test_discovery_is_what_the_standard_says(service: Surgery) -> None:
    response = service.client.get("/cds-services")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    check_discovery(response.json())


def test_there_is_one_service_for_each_hook_with_all_its_rules(service: Surgery) -> None:
    assert {s["hook"]: s["id"] for s in service.discovery()} == {
        VIEW: "good-day-patient-view",
        BOOK: "good-day-appointment-book",
    }


def test_discovery_says_that_the_practice_is_invented_and_that_nobody_reviewed_it(
    service: Surgery,
) -> None:
    for described in service.discovery():
        assert "Two Rivers Surgery" in described["description"]
        assert "invented practice" in described["description"]
        assert "Not reviewed by a clinical safety officer" in described["description"]
        assert "412" in described["usageRequirements"]


def test_discovery_does_not_change_while_the_rules_do_not(service: Surgery) -> None:
    first = service.client.get("/cds-services").content
    service.ask(service.a_call(margaret()))
    assert service.client.get("/cds-services").content == first


def test_without_a_rule_in_pilot_discovery_is_an_empty_list(tmp_path: Path) -> None:
    with surgery(tmp_path, shipped().usable()) as drafts_only:
        body = drafts_only.client.get("/cds-services").json()
    assert body == {"services": []}
    check_discovery(body)


def test_a_service_asks_only_for_what_its_rules_read(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "p", RESULTS_RULE)) as only_results:
        for hook in (BOOK, VIEW):
            asked = [query.partition("&")[0] for query in only_results.templates(hook).values()]
            assert "DiagnosticReport?patient={{context.patientId}}" in asked
            assert "Appointment?patient={{context.patientId}}" in asked
    with surgery(tmp_path / "2", piloting(tmp_path / "p2", COPD_RULE)) as only_copd:
        (described,) = only_copd.discovery()
    assert not any("DiagnosticReport" in query for query in described["prefetch"].values())


# ---- answers --------------------------------------------------------------------------------


def answers(service: Surgery) -> Iterator[tuple[str, Reply]]:
    """One answer of every sort there is."""
    yield "a card", service.ask(service.a_call(margaret()))
    yield "quiet", service.ask(service.a_call(margaret()))
    yield "nothing to say", service.ask(service.a_call([a_patient()]))
    unread = service.a_call(margaret("ann"), of="ann")
    unread["prefetch"]["flags"] = None
    yield "cannot tell", service.ask(unread)
    booking = service.a_call(leroy(), hook=BOOK)
    booking["context"]["appointments"] = a_booking()
    yield "a letter", service.ask(booking)


def test_every_sort_of_answer_is_what_the_standard_says(service: Surgery) -> None:
    sorts = dict(answers(service))
    for reply in sorts.values():
        assert reply.status == 200
        assert reply.headers["content-type"] == "application/json"
        check_answer(reply.body, TODAY)
    assert sorts["nothing to say"].body == {"cards": []}
    assert [name for name, reply in sorts.items() if reply.cards] == ["a card", "a letter"]
    assert set(sorts["quiet"].body) == {"cards", "extension"}


def test_the_card_has_its_three_offers_and_the_two_answers_that_are_always_there(
    service: Surgery,
) -> None:
    card = service.ask(service.a_call(margaret())).card
    labels = [s["label"] for s in card["suggestions"]]
    assert labels[-2:] == ["Not now", "No, thank you"]
    assert len(labels) == 5
    assert card["selectionBehavior"] == "any"
    assert card["indicator"] == "info"
    assert card["source"]["label"].startswith("Two Rivers Surgery")


def test_the_question_comes_first_on_the_card(service: Surgery) -> None:
    card = service.ask(service.a_call(margaret())).card
    assert card["detail"].startswith("**What does a good day look like with your breathing?**")


def test_no_two_cards_or_buttons_ever_share_a_uuid(service: Surgery) -> None:
    seen: list[str] = []
    for number in range(20):
        of = f"person-{number}"
        card = service.ask(service.a_call(margaret(of), of=of)).card
        seen += [card["uuid"], *(s["uuid"] for s in card["suggestions"])]
    assert len(set(seen)) == 20 * 6


def test_every_resource_on_a_card_is_about_the_patient_of_the_call(service: Surgery) -> None:
    card = service.ask(service.a_call(margaret("ann"), of="ann")).card
    subjects = [
        action["resource"]["subject"]["reference"]
        for suggestion in card["suggestions"]
        for action in suggestion["actions"]
    ]
    assert set(subjects) == {"Patient/ann"}


def test_the_patient_may_be_named_with_the_type_in_front(service: Surgery) -> None:
    call = service.a_call(margaret())
    call["context"]["patientId"] = "Patient/test-person"
    card = service.ask(call).card
    assert card["suggestions"][0]["actions"][0]["resource"]["subject"] == {
        "reference": "Patient/test-person"
    }


@pytest.mark.parametrize("name", [TWENTY_LETTERS, "Siân", "李"])
def test_a_name_is_on_the_button_where_the_rule_asks_for_it(service: Surgery, name: str) -> None:
    card = service.ask(service.a_call(margaret(name=name))).card
    assert any(name in s["label"] for s in card["suggestions"])
    check_answer({"cards": [card]}, TODAY)


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "**Sam**", "a\u202eb", ""]
)
def test_a_name_that_is_none_is_on_no_button(service: Surgery, name: str) -> None:
    reply = service.ask(service.a_call(margaret(name=name)))
    check_answer(reply.body, TODAY)
    assert any("this person" in s["label"] for s in reply.card["suggestions"])
    if name:
        assert all(name not in value for _, value in parts(reply.body) if isinstance(value, str))


@pytest.mark.parametrize("name", [None, "", "#", "a b", "a/b", "\x00", "x" * 65, "é"])
def test_a_condition_without_an_id_that_fhir_allows_is_not_pointed_at(
    service: Surgery, name: str | None
) -> None:
    reply = service.ask(service.a_call([a_patient(), copd(id=name)]))
    check_answer(reply.body, TODAY)
    referral = reply.button("Refer to")["actions"][0]["resource"]
    assert "reasonReference" not in referral
    pointed = service.ask(service.a_call(margaret("ann"), of="ann")).button("Refer to")
    assert pointed["actions"][0]["resource"]["reasonReference"] == [
        {"reference": "Condition/copd-1"}
    ]


def test_the_letter_says_what_was_measured_and_points_at_it_and_at_the_visit(
    service: Surgery,
) -> None:
    booking = service.a_call(leroy(), hook=BOOK)
    booking["context"]["appointments"] = a_booking()
    letter = service.ask(booking).button("Draft a letter")["actions"][0]["resource"]
    assert letter["about"] == [
        {"reference": "Observation/fev1-1"},
        {"reference": "Appointment/visit-1"},
    ]
    assert letter["occurrenceDateTime"] == "2026-11-28"  # three days before the visit
    words = letter["payload"][0]["contentString"]
    assert "Dear Leroy," in words
    assert "71 %" in words
    assert "1 December 2026" in words


@pytest.mark.parametrize(
    "unit", ["\x00", "a\x07b", "\u202e%", "%\n\nRing 0900 000 at once", "x" * 500]
)
def test_a_unit_from_the_record_cannot_add_to_the_letter(service: Surgery, unit: str) -> None:
    booking = service.a_call(leroy(), hook=BOOK)
    booking["context"]["appointments"] = a_booking()
    result = booking["prefetch"]["observations"]["entry"][0]["resource"]
    result["valueQuantity"] = {"value": 71, "unit": unit}
    reply = service.ask(booking)
    check_answer(reply.body, TODAY)
    words = reply.button("Draft a letter")["actions"][0]["resource"]["payload"][0]["contentString"]
    assert "on 14 November 2026" in words
    assert "71" not in words  # a number of which nobody can tell the unit says nothing
    assert unit not in words


# ---- people of every name and date ----------------------------------------------------------

_numbers = count()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[Surgery]:
    """One practice for many people, each asked about once."""
    with surgery(tmp_path_factory.mktemp("many"), library) as open_now:
        yield open_now


def somebody_new() -> str:
    """The id of a person of whom nothing was ever said."""
    return f"somebody-{next(_numbers)}"


# Each example proves half a dozen resources, so there are fewer of them, whatever the profile.
FEWER = settings(max_examples=settings().max_examples // 3)
NOONS = st.dates(date(1900, 1, 1), date(9000, 1, 1)).map(
    lambda day: datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
)


@FEWER
@given(
    name=FIRST_NAMES,
    born=DATE_TEXTS,
    onset=DATE_TEXTS | TIME_TEXTS,
    now=NOONS | st.just(NOW),
)
def test_every_answer_about_anybody_is_what_the_standard_says(
    many: Surgery, name: str, born: str, onset: str, now: datetime
) -> None:
    many.now = now
    of = somebody_new()
    resources = [a_patient(of, name=name, born=born), copd(of, onsetDateTime=onset)]
    reply = many.ask(many.a_call(resources, of=of))
    assert reply.status == 200
    check_answer(reply.body, now.date())


@FEWER
@given(
    name=FIRST_NAMES,
    measured=st.integers(-40, 5).map(lambda days: TODAY + timedelta(days=days)) | DAYS,
    visit=st.integers(5, 14).map(lambda days: (TODAY + timedelta(days=days)).isoformat())
    | DATE_TEXTS
    | TIME_TEXTS,
    amount=st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    unit=st.sampled_from(["%", "mmol/mol", "", "L"]),
    whole=st.booleans(),
)
def test_every_letter_for_anybody_is_what_the_standard_says(
    many: Surgery,
    name: str,
    measured: date,
    visit: str,
    amount: float | None,
    unit: str,
    whole: bool,
) -> None:
    many.now = NOW
    of = somebody_new()
    result: Resource = {
        **next(r for r in leroy(of) if r["resourceType"] == "Observation"),
        "effectiveDateTime": measured.isoformat(),
    }
    quantity: Json = {"unit": unit} if amount is None else {"value": amount, "unit": unit}
    result["valueQuantity"] = quantity
    if not whole:
        del result["valueQuantity"]
    resources = [a_patient(of, name=name), result, a_report("Observation/fev1-1", of=of)]
    call = many.a_call(resources, of=of, hook=BOOK)
    call["context"]["appointments"] = a_booking(of, start=visit)
    reply = many.ask(call)
    assert reply.status == 200
    check_answer(reply.body, TODAY)


def test_nearly_every_one_of_those_people_got_a_card_or_could_have(many: Surgery) -> None:
    """The laws above are worth something only where cards come out; here one surely does."""
    many.now = NOW
    of = somebody_new()
    name = unicodedata.normalize("NFD", "Zoë")
    assert many.ask(many.a_call(margaret(of, name), of=of)).decided(COPD_RULE) == "card"


def test_the_empty_check_itself_finds_what_is_empty() -> None:
    for bad in (None, "", [], {}, {"a": [{"b": None}]}, ["", 1]):
        with pytest.raises(AssertionError):
            check_no_empties({"cards": [], "extension": bad}, "cards")
    check_no_empties({"cards": []}, "cards")
    assert TODAY.isoformat() > SPIROMETRY_DAY
    assert FEV1.isdigit()
