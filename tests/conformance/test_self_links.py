"""What a prefetched list says of itself: another search is in doubt, another spelling is not."""

from urllib.parse import quote

import pytest

from tests.fhir_builders import COPD_RULE
from tests.served import Json, Surgery

AT = "https://ehr.example/fhir/Procedure"

ANOTHER_SEARCH = {
    "another patient's": "?patient=another",
    "another patient's as a subject": "?subject=Patient/another",
    "two people's": "?patient=test-person&patient=another",
    "everybody's": "",
    "everybody's with this code": "?code=CODES",
    "another code": "?patient=test-person&code=http://snomed.info/sct%7C999",
    "fewer codes": "?patient=test-person&code=FIRST",
    "these codes in another system": "?patient=test-person&code=http://other.example%7C391131001",
    "another type": "/../Condition?patient=test-person",
    "since a day": "?patient=test-person&code=CODES&date=ge2026-11-01",
    "of one status": "?patient=test-person&code=CODES&status=in-progress",
    "stored of late": "?patient=test-person&_lastUpdated=gt2026-11-01",
    "some elements": "?patient=test-person&code=CODES&_elements=id",
    "a summary": "?patient=test-person&_summary=text",
    "a visit's": "?patient=test-person&encounter:Encounter=7",
    "all but these codes": "?patient=test-person&code:not=CODES",
    "these codes and one of them alone": "?patient=test-person&code=CODES&code=FIRST",
}
THE_SAME_SEARCH = {
    "as it was asked": "?patient=test-person&code=CODES&_sort=-date&_count=200",
    "not encoded": "?patient=test-person&code=BARE",
    "encoded wholly": "?patient=test%2Dperson&code=QUOTED",
    "with a type": "?patient=Patient/test-person&code=CODES",
    "with a type, encoded": "?patient:Patient=Patient%2Ftest-person&code=CODES",
    "as a subject": "?subject=https://ehr.example/fhir/Patient/test-person&code=CODES",
    "in another order": "?_count=5&code=BACKWARDS&patient=test-person",
    "with more codes": "?patient=test-person&code=CODES,http://snomed.info/sct%7C999",
    "codes in any system": "?patient=test-person&code=ALONE",
    "without codes": "?patient=test-person&_sort=-date",
    "with what the server adds": "?patient=test-person&code=CODES&_format=json&_getpages=7&x=y",
    "with all of each": "?patient=test-person&code=CODES&_summary=false&_total=accurate",
    "with ampersands as in HTML": "?patient=test-person&amp;code=CODES",
    "under a name of its own": "?_getpages=b2d1",
    "in the patient's compartment": "/../Patient/test-person/Procedure?code=CODES",
}


def linked(service: Surgery, call: Json, ending: str, relation: str = "self") -> Json:
    """The call, its procedures with a link of this ending, in which capitals stand for codes."""
    asked = service.templates()["procedures"].partition("&code=")[2].partition("&")[0]
    codes = asked.split(",")
    for name, text in {
        "CODES": asked.replace("|", "%7C"),
        "BARE": asked,
        "QUOTED": quote(asked, safe=""),
        "BACKWARDS": ",".join(reversed(codes)),
        "FIRST": codes[0],
        "ALONE": ",".join(code.partition("|")[2] for code in codes),
    }.items():
        ending = ending.replace(name, text)
    call["prefetch"]["procedures"]["link"] = [{"relation": relation, "url": AT + ending}]
    return call


@pytest.mark.parametrize("relation", ["self", "SELF"])
@pytest.mark.parametrize("how", ANOTHER_SEARCH)
def test_a_list_that_was_searched_for_otherwise_proves_nothing(
    all_day: Surgery, call: Json, how: str, relation: str
) -> None:
    reply = all_day.ask(linked(all_day, call, ANOTHER_SEARCH[how], relation))
    assert reply.cards == []
    assert reply.decided(COPD_RULE) in ("cannot-tell", "answers")


@pytest.mark.parametrize("how", THE_SAME_SEARCH)
def test_the_same_search_in_another_spelling_is_whole(
    service: Surgery, call: Json, how: str
) -> None:
    reply = service.ask(linked(service, call, THE_SAME_SEARCH[how]))
    assert reply.decided(COPD_RULE) == "card", reply.text


@pytest.mark.parametrize("relation", ["NEXT", "Next", "Previous", "PREV"])
def test_another_page_is_noticed_however_its_relation_is_written(
    all_day: Surgery, call: Json, relation: str
) -> None:
    assert all_day.ask(linked(all_day, call, "?page=2", relation)).cards == []
