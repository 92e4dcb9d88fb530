"""Everybody in the demo, and what Good Day says of them on its first day."""

import re
from collections.abc import Iterator

import pytest

from tests.desk import Desk, Shown, demo_rules


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("demo"), demo_rules())
    with desk.running():
        yield desk


def says(page: Shown) -> str:
    """What stands beside the record."""
    return page.text.partition("What Good Day says")[2]


SILENT = [
    pytest.param("alec", "nothing to say", id="offered four months ago"),
    pytest.param("jean", "Quiet until", id="said no"),
    pytest.param("tam", "nothing to say", id="COPD resolved"),
    pytest.param("ishbel", "nothing to say", id="palliative care"),
    pytest.param("callum", "nothing to say", id="a child"),
    pytest.param("nan", "nothing to say", id="nothing on the record"),
    pytest.param("rhona", "Cannot tell", id="record partly unreadable"),
    pytest.param("gregor", "no sign that a clinician has filed", id="results not filed"),
    pytest.param("elspeth", "nothing to say", id="a result still on its way"),
    pytest.param("hamish", "nothing to say", id="visit too soon"),
    pytest.param("lorna", "nothing to say", id="news still settling"),
    pytest.param("senga", "nothing to say", id="asked us not to raise it again"),
    pytest.param("una", "Cannot tell", id="offered in a year without a month"),
    pytest.param("wullie", "nothing to say", id="words without a code"),
    pytest.param("agnes", "only one page", id="first page only"),
    pytest.param("bertie", "nothing to say", id="has died"),
]


@pytest.mark.parametrize(("person", "words"), SILENT)
def test_no_card_for(desk: Desk, person: str, words: str) -> None:
    page = desk.open(person)
    assert page.cards == 0
    assert words in says(page)


SPEAKING = [
    pytest.param("morag", 3, id="offered thirteen months ago"),
    pytest.param("duncan", 3, id="the day they chose has come"),
    pytest.param("isla", 2, id="a visit is booked, and there is no sheet for it"),
    pytest.param("archie", 3, id="a sheet was filled in"),
    pytest.param("fergus", 2, id="a reminder is there already"),
]


@pytest.mark.parametrize(("person", "offers"), SPEAKING)
def test_one_card_for(desk: Desk, person: str, offers: int) -> None:
    page = desk.open(person)
    assert page.cards == 1
    (card,) = re.findall(r"(?s)<article.*?</article>", page.source)
    # the offers, "Not now", "No, thank you", and the button that closes the card
    assert card.count("<button") == offers + 3


def test_no_thank_you_is_remembered_and_said_back(desk: Desk) -> None:
    desk.post("/demo/start-again")
    desk.take(desk.open("moira"), "No, thank you")
    assert 'the person said "no, thank you"' in says(desk.open("moira"))


def test_a_card_is_closed_with_a_reason_and_the_next_look_says_why_it_is_quiet(
    desk: Desk,
) -> None:
    desk.post("/demo/start-again")
    closed = desk.close(desk.open("morag"), "Not right for this person")
    assert ">Not now</button>" not in closed.source
    assert "not right for this person" in says(desk.open("morag"))


def test_a_card_that_nobody_answers_is_not_repeated_at_the_next_look(desk: Desk) -> None:
    desk.post("/demo/start-again")
    opened = desk.open("moira")
    again = desk.get(opened.address)  # going back to what is on the screen asks nothing again
    assert "What does a good day look like with your breathing?" in again.text
    assert "nobody has said yes or no" in says(desk.open("moira"))


def test_the_sheet_is_offered_when_a_visit_is_booked_and_then_it_is_on_the_record(
    desk: Desk,
) -> None:
    desk.post("/demo/start-again")
    opened = desk.open("isla")
    assert "What matters most to you at this visit" in says(opened)
    desk.take(opened, "Give the sheet")
    again = desk.open("isla")
    record, _, said = again.text.partition("What Good Day says")
    assert "Give the sheet, on paper or in the way that" in record
    assert "Draft letter with results" not in record
    assert "What matters most to you at this visit" not in said


def test_what_somebody_wrote_on_their_sheet_comes_first_on_the_card(desk: Desk) -> None:
    desk.post("/demo/start-again")
    opened = desk.open("archie")
    words = "I would like to know which walks are all right for me"
    assert "A sheet to prepare a visit" in opened.text.partition("What Good Day says")[0]
    said = says(opened)
    assert "First, in their own words of" in said
    assert words in said
    assert said.index(words) < said.index("What does a good day look like")
    assert "harbour" not in said  # only the first answer is read ahead of the visit
