"""Each of these was wrong once, and found by reading against the issue."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from rules.load import load_library
from tests.builders import Resource, a_bundle, a_resource
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, a_booking, copd, leroy, margaret
from tests.running import GOODDAY
from tests.served import BOOK, NOW, Json, in_pilot, piloting, surgery, taken

PALLIATIVE, PLAN_GIVEN, REHABILITATION = "103735009", "391131001", "15081005"

STANDING = [
    pytest.param("in-progress", PALLIATIVE, "nothing", id="palliative care in progress"),
    pytest.param("in-progress", REHABILITATION, "nothing", id="rehabilitation in progress"),
    pytest.param("stopped", REHABILITATION, "nothing", id="rehabilitation stopped early"),
    pytest.param("preparation", REHABILITATION, "card", id="rehabilitation not begun"),
    pytest.param("not-done", PLAN_GIVEN, "quiet", id="a plan recorded as not done"),
]


@pytest.mark.parametrize(("status", "code", "decided"), STANDING)
def test_what_stands_on_the_record_in_any_state_is_there(
    tmp_path: Path, status: str, code: str, decided: str
) -> None:
    entry = a_resource("Procedure", code, id="p1", status=status, performedDateTime="2026-11-01")
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as practice:
        reply = practice.ask(practice.a_call([*margaret(), entry]))
        assert reply.decided(COPD_RULE) == decided


LASTING = [
    pytest.param("Procedure", "completed", "2026-11-01", "nothing", id="ended this month"),
    pytest.param("Procedure", "completed", "2025-11-20", "card", id="ended over a year ago"),
    pytest.param("CarePlan", "active", "", "nothing", id="a plan that still runs"),
]


@pytest.mark.parametrize(("kind", "status", "end", "decided"), LASTING)
def test_what_went_on_for_a_while_is_as_recent_as_its_end(
    tmp_path: Path, kind: str, status: str, end: str, decided: str
) -> None:
    period = {"start": "2025-03-01"} | ({"end": end} if end else {})
    name = "performedPeriod" if kind == "Procedure" else "period"
    code = REHABILITATION if kind == "Procedure" else "736283006"
    entry = a_resource(kind, code, id="e1", status=status) | {name: period}
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as practice:
        reply = practice.ask(practice.a_call([*margaret(), entry]))
        assert reply.decided(COPD_RULE) == decided


def test_a_damaged_patient_may_have_died(tmp_path: Path) -> None:
    rule = (Path(__file__).parents[1] / "fixtures/synthea/copd-without-plan.yaml").read_text()
    folder = tmp_path / "practice"
    folder.mkdir()
    text = rule.replace("synthea-copd-plan", "copd-self-management-offer")
    (folder / "copd-without-plan.yaml").write_text(text.replace("synthea-copd", "copd"))
    with surgery(tmp_path, in_pilot(piloting(folder, COPD_RULE))) as practice:
        call = practice.a_call(margaret())
        call["prefetch"]["patient"] |= {"birthDate": 1950, "deceasedBoolean": True}
        reply = practice.ask(call)
        assert reply.cards == []
        assert reply.decided("copd-without-plan") == "cannot-tell"


def test_a_no_is_heard_in_either_case_of_its_uuid(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as practice:
        reply = practice.ask(practice.a_call(margaret()))
        said = taken(reply.card, reply.button("No, thank you"), NOW)
        said["card"] = said["card"].upper()
        said["acceptedSuggestions"][0]["id"] = said["acceptedSuggestions"][0]["id"].upper()
        practice.tell(said)
        again = practice.ask(practice.a_call(margaret())).held_back[COPD_RULE]
        assert again["until"] == "2027-11-21"


def test_a_plain_no_is_not_told_as_a_day_that_the_person_chose(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as practice:
        reply = practice.ask(practice.a_call(margaret()))
        no = reply.button("No, thank you")["actions"][0]["resource"] | {"id": "no"}
        says = practice.ask(practice.a_call([*margaret(), no])).held_back[COPD_RULE]["says"]
        assert 'said "no, thank you"' in says
        assert "chose" not in says


def with_visits(*starts: tuple[str, str]) -> Json:
    """A booking of several visits, each with its reason."""
    made: list[Json] = []
    for number, (start, reason) in enumerate(starts):
        entry = json.loads(json.dumps(a_booking(start=start)["entry"]))[0]
        entry["resource"]["id"] = f"visit-{number}"
        entry["resource"]["appointmentType"]["coding"][0]["code"] = reason
        made.append(entry)
    return {**a_bundle(), "entry": made}


def asked_about_visits(tmp_path: Path, booking: Json) -> Json:
    with surgery(tmp_path, piloting(tmp_path / "practice", RESULTS_RULE)) as practice:
        call = practice.a_call(leroy(), hook=BOOK)
        call["context"]["appointments"] = booking
        return practice.ask(call).body


def test_the_letter_names_the_visit_that_the_rule_is_about(tmp_path: Path) -> None:
    booking = with_visits(
        ("2026-11-23T09:00:00Z", "EMERGENCY"), ("2026-12-01T09:00:00Z", "FOLLOWUP")
    )
    card = asked_about_visits(tmp_path, booking)["cards"][0]
    letter = card["suggestions"][0]["actions"][0]["resource"]
    assert "1 December 2026" in card["summary"]
    assert "1 December 2026" in letter["payload"][0]["contentString"]
    assert {"reference": "Appointment/visit-1"} in letter["about"]
    assert {"reference": "Appointment/visit-0"} not in letter["about"]
    assert letter["occurrenceDateTime"] == "2026-11-28"


def test_a_booking_that_is_cancelled_is_none(tmp_path: Path) -> None:
    booking = with_visits(("2026-12-01T09:00:00Z", "FOLLOWUP"))
    booking["entry"][0]["resource"]["status"] = "cancelled"
    assert asked_about_visits(tmp_path, booking)["cards"] == []


OTHERS: list[tuple[str, Resource]] = [
    ("an unasked key", a_resource("Encounter", "1", of="somebody-else", id="e")),
    ("a type that no rule reads", a_resource("Encounter", "1", of="somebody-else", id="e")),
]


@pytest.mark.parametrize(("place", "resource"), OTHERS, ids=[place for place, _ in OTHERS])
def test_somebody_elses_data_is_refused_wherever_it_stands(
    tmp_path: Path, place: str, resource: Resource
) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as practice:
        call = practice.a_call(margaret())
        if place == "an unasked key":
            call["prefetch"]["encounters"] = a_bundle(resource)
        else:
            included = {"resource": resource, "search": {"mode": "include"}}
            call["prefetch"]["conditions"]["entry"].append(included)
        assert practice.ask(call).status == 400


def test_a_last_page_is_not_the_whole_list(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as practice:
        call = practice.a_call(margaret())
        call["prefetch"]["procedures"]["link"] = [{"relation": "previous", "url": "x"}]
        assert practice.ask(call).decided(COPD_RULE) == "cannot-tell"


def test_a_name_that_was_left_behind_is_not_on_the_card(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as practice:
        call = practice.a_call(margaret())
        call["prefetch"]["patient"]["name"] = [{"use": "old", "given": ["Leftbehind"]}]
        assert "Leftbehind" not in practice.ask(call).text


def test_names_in_other_scripts_are_names(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as practice:
        reply = practice.ask(practice.a_call(margaret(name="प्रिया")))
        assert any("प्रिया" in s["label"] for s in reply.card["suggestions"])


def test_two_rules_on_one_topic_write_one_no(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    folder.mkdir()
    library = Path(__file__).parents[2] / "rules/library/breathing/copd-self-management.yaml"
    text = library.read_text(encoding="utf-8")
    (folder / "second-rule.yaml").write_text(
        text.replace("id: copd-self-management", "id: second-rule")
    )
    with surgery(tmp_path, in_pilot(piloting(folder, COPD_RULE))) as practice:
        reply = practice.ask(practice.a_call(margaret()))
        assert len(reply.button("No, thank you")["actions"]) == 1


def test_a_fact_behind_a_fact_behind_a_fact_is_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    (folder / "shared").mkdir(parents=True)
    (folder / "shared" / "facts.yaml").write_text(
        "began:\n  find: condition\n  codes: copd\n  give: earliest date\n"
        "helped:\n  find: entry\n  codes: copd-self-management-offer\n"
        "  since: began\n  give: latest date\n"
        "ended_since:\n  find: entry\n  codes: copd-resolved\n  since: helped\n"
    )
    (folder / "chain.yaml").write_text(
        "format: 1\nid: chain\ntitle: A chain\nowner: Test\nhook: patient-view\n"
        "when: ended_since\ncard:\n  summary: A chain\n  question: What now?\n  source: Test\n"
        "quiet:\n  topic: chain\n"
    )
    record = [
        *margaret(),
        a_resource(
            "Procedure", PLAN_GIVEN, id="p", status="completed", performedDateTime="2026-01-01"
        ),
        copd() | {"id": "c2", "onsetDateTime": "2026-05-01", "code": {"coding": [_RESOLVED]}},
    ]
    with surgery(tmp_path, in_pilot(load_library(folder).usable())) as practice:
        assert practice.ask(practice.a_call(record)).decided("chain") == "card"


_RESOLVED = {"system": "http://snomed.info/sct", "code": "941201000000103"}


def test_addresses_with_a_slash_too_many_get_an_outcome_not_a_redirect(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as practice:
        answer = practice.client.post("/cds-services/good-day-patient-view/", json={})
        assert answer.status_code == 404
        assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_pipe_and_a_link_back_do_not_hang_the_check(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    folder.mkdir()
    os.mkfifo(folder / "pipe.yaml")
    (folder / "back").symlink_to(tmp_path)
    (folder / "forth").symlink_to(tmp_path)
    done = subprocess.run(
        [GOODDAY, "rules", "check", str(folder)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2


def test_what_would_steer_a_terminal_is_not_printed(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text('"\\e[31mred": 1\n')
    done = subprocess.run(
        [GOODDAY, "rules", "check", str(path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "\x1b" not in done.stdout


def test_a_folder_with_signs_that_mean_something_in_addresses_is_just_a_folder(
    tmp_path: Path,
) -> None:
    from cds_hooks.store.answers import Answers

    folder = tmp_path / "q?x=1&y#z%20"
    Answers(folder).close()
    assert (folder / "answers.sqlite").exists()
