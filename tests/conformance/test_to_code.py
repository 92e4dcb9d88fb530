"""What was said to be done already is listed until its code is found, for those who may see it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.coded import offer_codes
from cds_hooks.live import Live, in_force
from cds_hooks.store.coding import ToCode
from cds_hooks.store.opening import Place
from cds_hooks.store.people import erase, export
from cds_hooks.watching import Watching
from rules.codes import Code
from rules.rule import Library
from tests.builders import Resource
from tests.fhir_builders import COPD_RULE, margaret
from tests.muting import GP, SIGNED_IN, Practice, practice
from tests.served import NOW, Reply, closed, piloting

TODAY = NOW.date()
PERSON = "p-1"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return piloting(tmp_path / "practice", COPD_RULE)


@pytest.fixture
def here(tmp_path: Path, library: Library) -> Iterator[Practice]:
    with practice(Place(tmp_path / "data"), library) as found:
        yield found


def watch(here: Practice, library: Library) -> None:
    """What a service does every few seconds, and at its first look."""
    live = Live(in_force(library, NOW))
    Watching(here.answers, live, here.tally, here.surgery.clock, lambda: None).look()
    here.tally.flush(here.answers)


def say_done(here: Practice, person: str = PERSON, reason: str = "action-completed") -> None:
    call = here.surgery.a_call(margaret(person), of=person)
    call["context"]["userId"] = GP
    card = here.surgery.ask(call).card
    assert here.surgery.tell(closed(card, here.surgery.now, reason)).status == 200


def look(here: Practice, **headers: str) -> Reply:
    return Reply(here.surgery.client.get("/to-code", headers=headers or SIGNED_IN))


def listed(here: Practice) -> list[tuple[str, str]]:
    items = here.answers.coding().items(here.surgery.now.date())
    return [(one.person, one.rule) for one in items]


def with_code(person: str, code: Code, status: str = "completed") -> list[Resource]:
    """The same record, with what the rule offers coded."""
    done: Resource = {
        "resourceType": "Procedure",
        "id": "done",
        "status": status,
        "subject": {"reference": f"Patient/{person}"},
        "performedDateTime": TODAY.isoformat(),
        "code": {"coding": [{"system": code.system, "code": code.code}]},
    }
    return [*margaret(person), done]


def the_code(library: Library) -> Code:
    (code,) = offer_codes(*library.rules)
    return code


def test_only_what_was_said_to_be_done_is_listed_and_who_looks_is_in_the_audit(
    here: Practice,
) -> None:
    say_done(here)
    say_done(here, "p-2", "limited-time")
    page = look(here)
    assert page.status == 200
    assert "<strong>p-1</strong>" in page.text
    assert "said on 21 November 2026" in page.text
    for nobody in ("p-2", "Margaret", GP, "999"):
        assert nobody not in page.text
    (one,) = here.looks()
    assert (one.who, one.action, one.allowed) == (GP, "to-code", True)
    assert one.what == f"about {here.answers.key.hidden(PERSON)}"


def test_it_is_for_nobody_else(here: Practice) -> None:
    say_done(here)
    somebody = {"x-goodday-user": "m.anager", "x-goodday-role": "manager"}
    refused = look(here, **somebody)
    assert (refused.status, PERSON in refused.text) == (403, False)
    assert [(one.action, one.allowed) for one in here.looks()] == [("to-code", False)]
    elsewhere = here.browser.get("/to-code", headers=SIGNED_IN)  # not from the proxy
    assert elsewhere.status_code == 403
    assert len(here.looks()) == 1


@pytest.mark.parametrize(
    ("status", "left"), [("completed", 0), ("not-done", 1), ("entered-in-error", 1)]
)
def test_it_goes_when_a_later_look_finds_the_code(
    here: Practice, library: Library, status: str, left: int
) -> None:
    say_done(here)
    say_done(here, "p-2")
    watch(here, library)
    here.surgery.pass_time(days=3)
    here.surgery.ask(here.surgery.a_call(margaret(PERSON), of=PERSON))  # no code yet
    watch(here, library)
    assert len(listed(here)) == 2
    records = with_code(PERSON, the_code(library), status)
    here.surgery.ask(here.surgery.a_call(records, of=PERSON))
    watch(here, library)
    assert listed(here) == [(PERSON, COPD_RULE)] * left + [("p-2", COPD_RULE)]


def test_that_it_was_found_is_in_the_trace_of_its_card_and_is_written_once(here: Practice) -> None:
    say_done(here)
    (item,) = here.answers.coding().items(TODAY)
    for _ in range(2):
        here.answers.coding().found([(PERSON, COPD_RULE)], TODAY + timedelta(days=3))
    kept = here.answers.issued(item.card)
    assert kept is not None
    says = [says for _, way in kept.steps for name, says in way if name == "coded"]
    assert says == [
        "It was said to be done already; its code was found on the record on 24 November 2026."
    ]


def test_what_is_said_again_later_is_listed_again(here: Practice) -> None:
    say_done(here)
    here.answers.coding().found([(PERSON, COPD_RULE)], TODAY)
    assert listed(here) == []
    here.surgery.pass_time(days=366)
    say_done(here)
    assert listed(here) == [(PERSON, COPD_RULE)]


def test_it_is_over_after_twelve_months(here: Practice) -> None:
    say_done(here)
    here.surgery.pass_time(days=364)
    assert len(listed(here)) == 1
    here.surgery.pass_time(days=1)
    assert listed(here) == []


def test_what_came_too_late_to_count_is_not_listed(here: Practice) -> None:
    call = here.surgery.a_call(margaret(PERSON), of=PERSON)
    card = here.surgery.ask(call).card
    for reason in ("limited-time", "action-completed"):
        here.surgery.pass_time(hours=1)
        assert here.surgery.tell(closed(card, here.surgery.now, reason)).status == 200
    assert listed(here) == []


def test_it_goes_with_an_erasure_and_is_in_what_is_given_to_the_person(
    here: Practice, tmp_path: Path
) -> None:
    say_done(here)
    place = Place(tmp_path / "data")
    here.answers.coding().found([(PERSON, COPD_RULE)], TODAY)
    assert "its code was found on the record" in str(export(place, PERSON))
    say_done(here, "p-2")
    erase(place, "p-2", TODAY)
    assert listed(here) == []


def test_the_command_says_the_same_and_each_person_is_in_the_audit(
    here: Practice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert run(["store", "to-code", *data]) == 0
    assert capsys.readouterr().out == "Nothing is to be coded.\n"
    here.at(here.surgery.now.date())
    say_done(here)
    assert here.answers.coding().items(TODAY) == (
        ToCode(PERSON, COPD_RULE, TODAY, here.answers.coding().items(TODAY)[0].card),
    )
    assert run(["store", "to-code", *data]) == 0
    assert f"{PERSON}   {COPD_RULE}, said to be done on" in capsys.readouterr().out
    (one,) = here.looks()
    assert (one.action, one.what) == ("to-code", f"about {here.answers.key.hidden(PERSON)}")
