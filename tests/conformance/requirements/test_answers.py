"""S and C: answers, cards, and what a button does."""

import re
from pathlib import Path

import pytest

from rules.rule import Library
from tests.builders import a_condition, a_patient, load_text, rule_text
from tests.conformance.standard import check_card, check_refusal, parts
from tests.fhir_builders import a_booking, leroy, margaret
from tests.served import BOOK, HELD_BACK, Json, Reply, Surgery, in_pilot, surgery

UNTOLD = {"people": None, "today": None, "tests": None}
ONE_OF = "\nsummary: What would help?\nquestion: What?\nsource: A test\nchoose: one\n"
TWO_RECOMMENDED = """
- refer: {label: Refer, service: tea-group, recommended: yes}
- record_offer: {label: Record, codes: tea-group, recommended: yes}
"""


def longest_summary() -> Library:
    """One rule, whose summary is as long as one that is read may be, with a place for the name."""
    for letters in range(139, 0, -1):
        card = f"\nsummary: {'x' * letters} <first_name>?\nquestion: What?\nsource: A test\n"
        loaded = load_text(rule_text(card=card, **UNTOLD))
        if not loaded.stops:
            return loaded.usable()
    raise AssertionError("no summary can be read")


def asked_about(service: Surgery, name: str, of: str = "test-person") -> Reply:
    """Ask about somebody of this name who has a cough."""
    cough = a_condition("cough", subject={"reference": f"Patient/{of}"})
    return service.ask(service.a_call([a_patient(of, name=name), cough], of=of))


@pytest.fixture
def cards(service: Surgery) -> list[Json]:
    """The card of each of the two rules that we ship first."""
    booking = service.a_call(leroy(), hook=BOOK)
    booking["context"]["appointments"] = a_booking()
    return [service.ask(service.a_call(margaret())).card, service.ask(booking).card]


def test_s1_an_answer_is_200_with_cards(service: Surgery) -> None:
    reply = service.ask(service.a_call(margaret()))
    assert (reply.status, len(reply.cards)) == (200, 1)


def test_s2_nothing_to_say_is_an_empty_list(service: Surgery) -> None:
    reply = service.ask(service.a_call([a_patient(born="1960-01-01")]))
    assert (reply.status, reply.body) == (200, {"cards": []})


def test_s3_no_system_action_is_sent(service: Surgery) -> None:
    assert "systemActions" not in service.ask(service.a_call(margaret())).body


def test_s4_a_failure_is_no_empty_list_of_cards(all_day: Surgery) -> None:
    reply = all_day.post(b"{")
    assert reply.status == 400
    assert "cards" not in reply.body


def test_s5_a_failure_is_an_operation_outcome(all_day: Surgery) -> None:
    check_refusal(all_day.post(b"{}"), 400, '"hook"')


def test_s6_why_nothing_is_said_stands_in_an_extension(all_day: Surgery) -> None:
    call = all_day.a_call(margaret())
    call["prefetch"]["procedures"] = None
    body = all_day.ask(call).body
    assert list(body["extension"]) == [HELD_BACK]
    assert re.fullmatch(r"[a-z-]+(\.[a-z-]+)+", HELD_BACK)


def test_c1_a_summary_has_less_than_140_characters(tmp_path: Path) -> None:
    name = "Wilhelmina-Josephine"  # as long as a name may be that is said
    with surgery(tmp_path, in_pilot(longest_summary())) as service:
        named = asked_about(service, name).card["summary"]
        assert name in named
        assert 130 < len(named) < 140
        unnamed = asked_about(service, "Wolfeschlegelsteinhausenbergerdorff " * 8, "p-2").card
        assert 0 < len(unnamed["summary"]) < 140


def test_c2_the_indicator_is_one_of_three(cards: list[Json]) -> None:
    assert {card["indicator"] for card in cards} <= {"info", "warning", "critical"}


def test_c3_the_source_has_a_label(cards: list[Json]) -> None:
    assert all(card["source"]["label"] for card in cards)


def test_c8_how_many_can_be_chosen_is_said(cards: list[Json]) -> None:
    assert {card["selectionBehavior"] for card in cards} <= {"any", "at-most-one"}


def test_c19_at_most_one_is_recommended_where_one_can_be_taken(whole: Surgery) -> None:
    card = asked_about(whole, "Sam", "p-choosing").card
    assert card["selectionBehavior"] == "at-most-one"
    assert [one.get("isRecommended") for one in card["suggestions"]].count(True) == 1
    assert len(card["suggestions"]) > 2
    two = load_text(rule_text(card=ONE_OF, offers=TWO_RECOMMENDED, **UNTOLD))
    assert [one.says for one in two.stops] == ["At most one offer can be recommended."]


def test_c10_override_reasons_have_code_system_and_words(cards: list[Json]) -> None:
    for card in cards:
        assert card["overrideReasons"]
        for one in card["overrideReasons"]:
            assert one["code"]
            assert one["system"]
            assert one["display"]


def test_c12_links_are_absolute_and_labelled(whole: Surgery) -> None:
    assert asked_about(whole, "Sam", "p-reading").card["links"] == [
        {"label": "About tea", "url": "https://www.nhs.uk/tea/", "type": "absolute"},
        {
            "label": "About coughs",
            "url": "https://www.nhs.uk/conditions/cough/",
            "type": "absolute",
        },
    ]


NAMES = ("[x](javascript:alert(1))", "<img src=x onerror=y>", "**b**", "`c`", "a_b_c", "# d")


@pytest.mark.parametrize("hostile", NAMES)
def test_c23_a_name_from_the_record_is_no_markdown(whole: Surgery, hostile: str) -> None:
    said = asked_about(whole, "Sam", f"p-{NAMES.index(hostile)}").card
    assert "Sam" in said["summary"]
    assert "Sam" in said["detail"]
    assert "Sam" in said["suggestions"][0]["label"]
    hidden = asked_about(whole, hostile, f"q-{NAMES.index(hostile)}").card
    texts = [value for _, value in parts(hidden) if isinstance(value, str)]
    assert "this person" in hidden["summary"]
    assert not [text for text in texts if hostile in text]


def test_c31_an_action_has_a_type_and_a_description(cards: list[Json]) -> None:
    for action in actions(cards):
        assert action["type"] == "create"
        assert action["description"]


def test_c32_a_create_has_its_resource(service: Surgery, cards: list[Json]) -> None:
    for card in cards:
        check_card(card, service.now.date())
    assert all(action["resource"]["resourceType"] for action in actions(cards))


def test_nothing_is_updated_or_deleted(cards: list[Json]) -> None:
    assert {action["type"] for action in actions(cards)} == {"create"}
    assert not [action for action in actions(cards) if "resourceId" in action]


def test_s7_every_resource_is_about_the_patient_of_the_call(cards: list[Json]) -> None:
    for action in actions(cards):
        resource = action["resource"]
        about = resource.get("subject") or resource.get("for")
        assert about == {"reference": "Patient/test-person"}


def actions(cards: list[Json]) -> list[Json]:
    return [a for card in cards for one in card["suggestions"] for a in one["actions"]]
