"""What another system left on a record, all the way from a call: searched for, read, and heard."""

from collections.abc import Iterator

import pytest

from tests.builders import Resource, a_condition, a_patient, load_files, rule_text
from tests.fhir_search import search
from tests.served import Surgery, a_call, in_pilot, prefetch_of, surgery

BOX = "https://templates.example/codes"
PRACTICE = f"""
name: A test
invented: yes
already_prompted_by:
  - name: QOF box
    code: "QOFBOX-*"
    system: {BOX}
    found_in: [tag, task]
    about: all
  - name: Alert
    code: "alert-1"
    system: {BOX}
    found_in: observation
    for: 6 months
    about: coughing
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surgery]:
    rule = rule_text(people=None, today=None, tests=None)
    library = load_files({"coughing.yaml": rule, "practice.yaml": PRACTICE}).usable()
    with surgery(tmp_path_factory.mktemp("elsewhere"), in_pilot(library)) as open_now:
        yield open_now


def left(kind: str, code: str, person: str, **more: object) -> Resource:
    about = "for" if kind == "Task" else "subject"
    concept = {"coding": [{"system": BOX, "code": code}]}
    subject = {"reference": f"Patient/{person}"}
    return {"resourceType": kind, "id": "left-1", "code": concept, about: subject, **more}


def decided(service: Surgery, person: str, *lines: Resource) -> tuple[str, str]:
    subject = {"reference": f"Patient/{person}"}
    given = [{**a_patient(), "id": person}, a_condition("cough", subject=subject), *lines]
    reply = service.ask(a_call(prefetch_of(service.templates(), given), of=person))
    held = reply.held_back.get("coughing")
    return reply.decided("coughing"), str(held["says"]) if held else ""


def test_a_tag_and_a_task_of_the_family_are_heard_in_whatever_they_end(service: Surgery) -> None:
    assert decided(service, "nobody-else")[0] == "card"
    flag = left("Flag", "QOFBOX-COPD", "flagged", status="active", period={"start": "2026-11-03"})
    told = "Not shown: another system asked about this on 3 November 2026: QOF box."
    assert decided(service, "flagged", flag) == ("elsewhere", told)
    task = left("Task", "QOFBOX-1", "tasked", status="requested", authoredOn="2026-11-03T09:00:00Z")
    assert decided(service, "tasked", task) == ("elsewhere", told)


def test_another_code_and_another_list_are_not(service: Surgery) -> None:
    flag = left("Flag", "QOF-COPD", "other", status="active", period={"start": "2026-11-03"})
    assert decided(service, "other", flag)[0] == "card"
    seen = left("Observation", "QOFBOX-1", "seen", status="final", effectiveDateTime="2026-11-03")
    assert decided(service, "seen", seen)[0] == "card"


def test_a_code_of_its_own_is_searched_for_by_it(service: Surgery) -> None:
    seen = left("Observation", "alert-1", "alarmed", status="final", effectiveDateTime="2026-08-01")
    assert "Alert" in decided(service, "alarmed", seen)[1]
    templates = service.templates()
    assert search(templates["observations"], [seen]) == [seen]
    assert f"{BOX}|alert-1" in templates["observations"]


def test_what_was_entered_in_error_was_never_left(service: Surgery) -> None:
    flag = left("Flag", "QOFBOX-COPD", "mistaken", status="entered-in-error")
    assert decided(service, "mistaken", flag)[0] == "card"


def test_a_task_list_of_which_there_is_more_may_say_so(service: Surgery) -> None:
    given = [{**a_patient(), "id": "long"}]
    given.append(a_condition("cough", subject={"reference": "Patient/long"}))
    call = a_call(prefetch_of(service.templates(), given), of="long")
    call["prefetch"]["tasks"]["link"] = [{"relation": "next", "url": "https://x.example/2"}]
    reply = service.ask(call)
    assert reply.cards == []
