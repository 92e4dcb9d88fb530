"""The sheets as FHIR R4 Questionnaires: the same words as on paper, in each language there is."""

from collections.abc import Iterator
from typing import Any

import pytest

from fhir_adapters.drafts import prove
from fhir_adapters.forms import questionnaire_of
from rules.forms import FORMS, QUESTIONNAIRES, SHEET
from rules.papers import Papers
from rules.schema.papers import english
from tests.builders import load_files
from tests.spec.test_papers import WELSH

WELSH_SHEET = WELSH + '  sheet_most: "Beth sydd bwysicaf?"\n  sheet_title: "Cyn i chi ddod"\n'
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
# What R4 allows: the kinds of item, and what each of them may have.
TYPES = {"display", "text", "choice"}

Json = dict[str, Any]  # FHIR JSON


def form(name: str = SHEET.name, known: dict[str, Papers] | None = None) -> Json:
    found = questionnaire_of(name, known or {}, english())
    assert found is not None
    return found


def in_welsh(name: str = SHEET.name) -> Json:
    papers = load_files({"papers/cy.yaml": WELSH_SHEET}).library.practice.papers
    return form(name, dict(papers))


def texts(made: Json) -> Iterator[str]:
    """Every word of a form that people read."""
    yield made["title"]
    for item in made["item"]:
        yield item["text"]
        yield from (option["valueCoding"]["display"] for option in item.get("answerOption", ()))


@pytest.mark.parametrize("name", sorted(FORMS))
def test_each_form_is_valid_r4(name: str) -> None:
    for made in (form(name), in_welsh(name)):
        prove([made])
        assert made["url"] == f"{QUESTIONNAIRES}{name}"
        assert made["status"] == "active"
        items = made["item"]
        assert {item["type"] for item in items} <= TYPES
        assert len({item["linkId"] for item in items}) == len(items)
        for item in items:  # que-1, que-4, que-6, que-9 of R4
            assert ("answerOption" in item) == (item["type"] == "choice")
            assert item["type"] != "display" or not {"repeats", "required"} & item.keys()
            assert not item.get("required")  # it is fine to leave it empty
        assert made["name"].isidentifier()  # que-0


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_word_of_a_form_is_one_of_the_papers(name: str) -> None:
    assert set(texts(form(name))) <= set(english().texts.values())


def test_a_form_says_who_reads_it_and_where_help_is_now() -> None:
    for name in FORMS:
        said = " ".join(texts(form(name)))
        assert "reads it with you" in said or "We read your answers" in said
        assert all(number in said for number in ("111", "999", "116 123"))


def test_each_question_has_its_translation_beside_it() -> None:
    made = in_welsh()
    (most,) = (item for item in made["item"] if item["linkId"] == "sheet_most")
    (only,) = most["_text"]["extension"]
    assert only["url"] == TRANSLATION
    assert only["extension"] == [
        {"url": "lang", "valueCode": "cy"},
        {"url": "content", "valueString": "Beth sydd bwysicaf?"},
    ]
    assert made["_title"]["extension"][0]["extension"][1]["valueString"] == "Cyn i chi ddod"
    assert [one["linkId"] for one in made["item"] if "_text" in one] == ["sheet_most"]


def test_a_practice_asks_in_its_own_english() -> None:
    own = "language: English\ntexts: {sheet_most: What do you want of us?}\n"
    papers = load_files({"papers/en.yaml": own}).library.practice.papers
    made = form(known=dict(papers))
    assert "What do you want of us?" in set(texts(made))
    assert "_title" not in made


def test_there_is_no_form_of_another_name() -> None:
    assert questionnaire_of("agenda", {}, english()) is None
