"""Who somebody is: only what the Patient says for certain, in R4's words and in UK Core's."""

import json
from datetime import date
from pathlib import Path

import pytest

from fhir_adapters.systems import INTERPRETER_REQUIRED, PDS_REMOVED, UK_CORE_COMMUNICATION
from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.days import Span, on
from rules.record import Person
from tests.builders import Resource, a_patient
from tests.fhir_builders import read

DAY = on(date(2020, 3, 1))


def person(**said: object) -> Person:
    return read(patient={**a_patient(), **said}).person


def name(**said: object) -> Resource:
    return {**a_patient(), "name": [said]}


NAMES: dict[str, tuple[Resource, str]] = {
    "official": (a_patient(name="Sam"), "Sam"),
    "usual before official": (
        {
            **a_patient(),
            "name": [
                {"use": "official", "given": ["Samuel"]},
                {"use": "usual", "given": ["Sam", "J"]},
            ],
        },
        "Sam",
    ),
    "without a use": (name(given=["Sam"]), "Sam"),
    "with another use": (name(use="nickname", given=["Sam"]), "Sam"),
    "family only": (name(family="Example"), ""),
    "given empty": (name(given=[]), ""),
    "none": ({"resourceType": "Patient", "id": "test-person"}, ""),
    "an empty list": ({**a_patient(), "name": []}, ""),
}


@pytest.mark.parametrize(("patient", "first"), NAMES.values(), ids=NAMES)
def test_the_first_name(patient: Resource, first: str) -> None:
    assert read(patient=patient).person.first_name == first


@pytest.mark.parametrize(
    ("said", "died", "died_on"),
    [
        pytest.param({}, Answer.NO, None, id="nothing said"),
        pytest.param({"deceasedBoolean": False}, Answer.NO, None, id="false"),
        pytest.param({"deceasedBoolean": True}, Answer.YES, None, id="true"),
        pytest.param({"deceasedDateTime": "2020-03-01"}, Answer.NO, DAY, id="on a day"),
        pytest.param({"deceasedDateTime": "once"}, Answer.CANNOT_TELL, None, id="unreadable"),
    ],
)
def test_whether_and_when_somebody_died(said: Resource, died: Answer, died_on: Span | None) -> None:
    person = read(patient={**a_patient(), **said}).person
    assert (person.died, person.died_on) == (died, died_on)


@pytest.mark.parametrize("gender", ["female", "male", "other", "unknown"])
def test_sex_is_what_the_record_says(gender: str) -> None:
    assert person(gender=gender).sex == gender


@pytest.mark.parametrize("gender", ["", "F", "Female", "women"])
def test_a_word_that_r4_does_not_have_is_no_sex(gender: str) -> None:
    assert person(gender=gender).sex == ""
    assert person().sex == ""


# ---- language -------------------------------------------------------------------------------

BCP_47 = "urn:ietf:bcp:47"
SNOMED = "http://snomed.info/sct"


def speaks(*tags: str, system: str | None = BCP_47, **more: object) -> Resource:
    return {"language": {"coding": [{"system": system, "code": tag} for tag in tags]}, **more}


def uk_core(tag: str, **more: bool) -> Resource:
    """UK Core's extension, as the Personal Demographics Service sends it."""
    system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-HumanLanguage"
    language = {"coding": [{"system": system, "code": tag}]}
    said = [{"url": name, "valueBoolean": value} for name, value in more.items()]
    parts = [{"url": "language", "valueCodeableConcept": language}, *said]
    return {"url": UK_CORE_COMMUNICATION, "extension": parts}


LANGUAGES: dict[str, tuple[Resource, str]] = {
    "one": ({"communication": [speaks("pl")]}, "pl"),
    "in lower case": ({"communication": [speaks("en-GB")]}, "en-gb"),
    "without a system": ({"communication": [speaks("pl", system=None)]}, "pl"),
    "the preferred one of several": (
        {"communication": [speaks("en"), speaks("pl", preferred=True)]},
        "pl",
    ),
    "several and none preferred": ({"communication": [speaks("en"), speaks("pl")]}, ""),
    "several preferred": (
        {"communication": [speaks("en", preferred=True), speaks("pl", preferred=True)]},
        "",
    ),
    "the same twice": ({"communication": [speaks("pl"), speaks("pl")]}, "pl"),
    "one that is not a language tag": (
        {"communication": [speaks("703963007", system=SNOMED)]},
        "",
    ),
    "beside one that is not a language tag": (
        {"communication": [speaks("en"), speaks("703963007", system=SNOMED)]},
        "",
    ),
    "something else as a tag": ({"communication": [speaks("English, mostly")]}, ""),
    "in words": ({"communication": [{"language": {"text": "Polish"}}]}, ""),
    "UK Core": ({"extension": [uk_core("fr")]}, "fr"),
    "UK Core, the preferred": ({"extension": [uk_core("en"), uk_core("fr", preferred=True)]}, "fr"),
    "nothing": ({}, ""),
    "empty": ({"communication": [{}], "extension": [{}]}, ""),
}


@pytest.mark.parametrize(("said", "language"), LANGUAGES.values(), ids=LANGUAGES)
def test_the_language_is_the_preferred_or_the_only_one(said: Resource, language: str) -> None:
    assert person(**said).language == language


# ---- interpreter ----------------------------------------------------------------------------


def needed(value: object) -> Resource:
    return {"url": INTERPRETER_REQUIRED, "valueBoolean": value}


INTERPRETERS: dict[str, tuple[Resource, Answer]] = {
    "yes": ({"extension": [needed(True)]}, YES),
    "no": ({"extension": [needed(False)]}, NO),
    "on a language": ({"communication": [speaks("pl", extension=[needed(True)])]}, YES),
    "UK Core, yes": ({"extension": [uk_core("fr", interpreterRequired=True)]}, YES),
    "UK Core, no": ({"extension": [uk_core("fr", interpreterRequired=False)]}, NO),
    "both": (
        {"extension": [needed(False), uk_core("fr", interpreterRequired=True)]},
        CANNOT_TELL,
    ),
    "without a value": ({"extension": [needed(None)]}, CANNOT_TELL),
    "nothing": ({}, CANNOT_TELL),
    "another extension": (
        {"extension": [{"url": "http://example.org/x", "valueBoolean": True}]},
        CANNOT_TELL,
    ),
}


@pytest.mark.parametrize(("said", "answer"), INTERPRETERS.values(), ids=INTERPRETERS)
def test_whether_an_interpreter_is_needed(said: Resource, answer: Answer) -> None:
    assert person(**said).needs_interpreter is answer


# ---- registration ---------------------------------------------------------------------------

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"


def practice(ods: str) -> Resource:
    return {"identifier": {"system": ODS, "value": ods}}


HERE: Resource = {
    "active": True,
    "managingOrganization": practice("Y12345"),
    "generalPractitioner": [practice("Y12345")],
}
REGISTERED: dict[str, tuple[Resource, Answer]] = {
    "a record in use, of the person's own practice": (HERE, YES),
    "by reference": (
        {
            **HERE,
            "managingOrganization": {"reference": "Organization/1"},
            "generalPractitioner": [
                {"reference": "Practitioner/1"},
                {"reference": "Organization/1"},
            ],
        },
        YES,
    ),
    "a record out of use": ({**HERE, "active": False}, NO),
    "out of use, and nothing else": ({"active": False}, NO),
    "another record took its place": ({**HERE, "link": [{"type": "replaced-by"}]}, NO),
    "it took the place of another": ({**HERE, "link": [{"type": "replaces"}]}, YES),
    "in use, and nothing else": ({"active": True}, CANNOT_TELL),
    "nothing said of use": ({**HERE, "active": None}, CANNOT_TELL),
    "another practice's": ({**HERE, "generalPractitioner": [practice("Z9")]}, CANNOT_TELL),
    "two without names": (
        {"active": True, "managingOrganization": {}, "generalPractitioner": [{}]},
        CANNOT_TELL,
    ),
    "taken off a list once": ({**HERE, "extension": [{"url": PDS_REMOVED}]}, CANNOT_TELL),
    "nothing": ({}, CANNOT_TELL),
}


@pytest.mark.parametrize(("said", "answer"), REGISTERED.values(), ids=REGISTERED)
def test_whether_somebody_is_registered_here(said: Resource, answer: Answer) -> None:
    assert person(**said).registered_here is answer


# ---- as they are sent -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "sex", "language", "interpreter", "registered"),
    [
        ("PDS-Patient", "female", "fr", YES, CANNOT_TELL),
        ("UKCore-Patient-RichardSmith-Example", "male", "bfi", CANNOT_TELL, CANNOT_TELL),
        ("UKCore-Patient-Sn-SingleLanguage-Example", "", "en", CANNOT_TELL, CANNOT_TELL),
    ],
)
def test_published_examples(
    shared_data: Path, file: str, sex: str, language: str, interpreter: Answer, registered: Answer
) -> None:
    patient = json.loads((shared_data / "ukcore_examples" / f"{file}.json").read_text())
    found = read(patient=patient).person
    assert (found.sex, found.language) == (sex, language)
    assert (found.needs_interpreter, found.registered_here) == (interpreter, registered)
