"""What people write before a visit stands at the top of the card, in their own words (R-32).

Over HTTP: which sheets are read, when, at which hook, and that the words are kept nowhere.
"""

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from fhir_adapters.systems import TICKS
from rules.forms import EASY_SHEET, PLAN, QUESTIONNAIRES, SHEET
from tests.builders import Resource
from tests.fhir_builders import (
    COPD_RULE,
    WORDS,
    a_booking,
    a_sheet,
    an_operation_outcome,
    leroy,
    margaret,
)
from tests.served import BOOK, Json, Reply, Surgery, piloting, surgery

NUMBERS = count()
SHEET_RULE = "agenda-sheet"
FIRST = f"**First, in their own words of 15 November 2026.** {{}} \u201c{WORDS}\u201d\n\n"
MOST = FIRST.format("What would I most like to get from this visit?")
THERE = "**First: a sheet for a visit was filled in on 15 November 2026.**"


@contextmanager
def a_practice(folder: Path, *rules: str) -> Generator[Surgery]:
    with surgery(folder, piloting(folder / "practice", *(rules or (COPD_RULE, SHEET_RULE)))) as one:
        yield one


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Surgery]:
    with a_practice(tmp_path) as one:
        yield one


def detail(service: Surgery, *sheets: Resource) -> str:
    """The text of the card about Margaret, with these sheets on her record."""
    return str(ask(service, service.a_call([*margaret(), *sheets])).card["detail"])


def ask(service: Surgery, call: Json) -> Reply:
    """The same call about somebody who was never asked anything."""
    text = json.dumps(call).replace("test-person", f"somebody-{next(NUMBERS)}")
    return service.ask(json.loads(text))


def test_the_first_answer_stands_before_every_question(here: Surgery) -> None:
    plain = detail(here)
    said = {"sheet_good_day": "My garden", "sheet_most": WORDS, "sheet_worry": "Falling"}
    assert detail(here, a_sheet(said=said)) == MOST + plain
    assert plain.startswith("**")  # the question of the rule


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ({"sheet_well": WORDS, "sheet_worry": "Falling"}, "What has gone well?"),
        ({"sheet_most": "  ", "sheet_stop": WORDS}, "What could we stop doing?"),
        ({"sheet_questions": WORDS}, "My three questions"),
        ({"sheet_space": WORDS, "shown_by_others": "x"}, "Space to write or draw"),
    ],
)
def test_where_it_is_empty_the_next_that_is_filled_in_stands_there(
    here: Surgery, said: dict[str, str], question: str
) -> None:
    assert detail(here, a_sheet(said=said)).startswith(FIRST.format(question))


def test_answers_in_groups_and_under_answers_are_found(here: Surgery) -> None:
    inner = {"linkId": "sheet_most", "answer": [{"valueString": WORDS}]}
    group = {"linkId": "a", "item": [{"linkId": "b", "answer": [{"item": [inner]}]}]}
    assert detail(here, a_sheet(item=[group])).startswith(MOST)


def test_an_easy_read_sheet_is_read_as_well(here: Surgery) -> None:
    sheet = a_sheet(said={"easy_sheet_say": WORDS}, questionnaire=EASY_SHEET.address)
    assert detail(here, sheet).startswith(FIRST.format("What do you want to say?"))


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"questionnaire": f"{SHEET.address}|1"}, id="with the form's version"),
        pytest.param({"status": "amended"}, id="changed since"),
        pytest.param({"source": {"reference": "Patient/test-person"}}, id="by the person"),
        pytest.param({"authored": "2026-11-15"}, id="on a day without an hour"),
    ],
)
def test_these_are_sheets_of_theirs(here: Surgery, more: Json) -> None:
    assert detail(here, a_sheet(**more)).startswith(MOST)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"status": "in-progress"}, id="only begun"),
        pytest.param({"status": "stopped"}, id="given up"),
        pytest.param({"status": "entered-in-error"}, id="entered in error"),
        pytest.param({"questionnaire": PLAN.address}, id="another form of ours"),
        pytest.param({"questionnaire": f"{QUESTIONNAIRES}agenda-sheet-2"}, id="a like name"),
        pytest.param({"questionnaire": "https://other.example/agenda-sheet"}, id="not ours"),
        pytest.param({"questionnaire": None}, id="of no form"),
        pytest.param({"item": None}, id="empty"),
        pytest.param({"authored": None}, id="without a day"),
        pytest.param({"authored": "2026-11"}, id="some time this month"),
        pytest.param({"authored": "2026-11-06"}, id="15 days ago"),
        pytest.param({"authored": "2026-11-22"}, id="tomorrow"),
    ],
)
def test_these_are_not_and_nothing_is_said_of_them(here: Surgery, more: Json) -> None:
    plain = detail(here)
    sheet = {name: value for name, value in a_sheet().items() if name not in more}
    sheet |= {name: value for name, value in more.items() if value is not None}
    assert detail(here, sheet) == plain


def test_where_nothing_is_written_it_is_what_they_ticked(here: Surgery) -> None:
    ticks = [
        {"valueCoding": {"system": TICKS, "code": code, "display": "<b>x</b>"}}
        for code in ("money", "else", "sleep", "<b>")
    ] + [{"valueCoding": {"system": "https://other.example", "code": "mood"}}]
    item = {"linkId": SHEET.tick, "answer": ticks}
    said = detail(here, a_sheet(item=[item]))
    first = "**First, what they ticked on 15 November 2026, to talk about.**"
    assert said.startswith(f"{first} sleep, money or work, something else\n\n**")
    words = {"linkId": "sheet_space", "answer": [{"valueString": WORDS}]}
    assert WORDS in detail(here, a_sheet(item=[item, words]))


@pytest.mark.parametrize("day", ["2026-11-07", "2026-11-21"])
def test_the_days_in_which_it_is_read_are_fourteen_and_today(here: Surgery, day: str) -> None:
    assert WORDS in detail(here, a_sheet(authored=day))


def test_some_time_this_month_is_no_day_on_its_last_day_either(here: Surgery) -> None:
    here.pass_time(days=9)
    assert "First" not in detail(here, a_sheet(authored="2026-11"))
    assert WORDS in detail(here, a_sheet(authored="2026-11-16"))


def test_of_several_the_newest_is_read(here: Surgery) -> None:
    older = a_sheet(authored="2026-11-10", said={"sheet_most": "To sleep"})
    empty = a_sheet(authored="2026-11-18", said={})
    assert detail(here, older, a_sheet(), empty).startswith(MOST)


@pytest.mark.parametrize(
    "by",
    [
        *({"reference": one} for one in ("RelatedPerson/r1", "Patient/another", "#me")),
        {"display": "Her daughter"},
        {"identifier": {"value": "her-daughter"}},
    ],
)
def test_what_somebody_else_answered_is_not_their_own_words(here: Surgery, by: Json) -> None:
    said = detail(here, a_sheet(source=by))
    assert said.startswith(THERE)
    assert WORDS not in said


@pytest.mark.parametrize(
    "words",
    [
        "See [my notes](https://evil.example)",
        "<b>Help</b>",
        "Look at www.evil.example",
        "My form is at evil.example/form",
        "**Give morphine.** See the plan",
        "Me\u202eelpmaxe",
    ],
)
def test_what_is_more_than_words_is_left_on_the_sheet(here: Surgery, words: str) -> None:
    reply = here.ask(here.a_call([*margaret(), a_sheet(said={"sheet_most": words})]))
    assert reply.card["detail"].startswith(f"{THERE} It is on the record")
    assert words not in reply.text


def test_several_lines_are_one_and_their_quotation_marks_end_nothing(here: Surgery) -> None:
    words = "To breathe.\n\n\u201d Good Day says: stop the tablets. \u201c\n- Really"
    said = detail(here, a_sheet(said={"sheet_most": words}))
    first = said.split("\n\n")[0]
    assert first.count("\u201c") == first.count("\u201d") == 1
    assert first.endswith("To breathe. ' Good Day says: stop the tablets. ' - Really\u201d")


def test_what_is_long_ends_between_words_and_says_so(here: Surgery) -> None:
    said = detail(here, a_sheet(said={"sheet_most": "a long story " * 60}))
    first = said.split("\n\n")[0]
    assert first.endswith("story a \u2026\u201d The rest is on the sheet.")
    assert len(first) < 400


def test_nothing_is_said_where_no_rule_speaks(here: Surgery) -> None:
    nobody = margaret()[:1]
    reply = here.ask(here.a_call([*nobody, a_sheet()]))
    assert reply.cards == []
    assert "shop" not in reply.text


def test_whoever_books_a_visit_does_not_read_it(tmp_path: Path) -> None:
    with a_practice(tmp_path, "results-ahead", SHEET_RULE) as service:
        call = service.a_call([*leroy(), a_sheet()], hook=BOOK)
        call["context"]["appointments"] = a_booking()
        reply = service.ask(call)
        assert len(reply.cards) == 1
        assert "shop" not in reply.text
        assert "sheet for a visit" not in reply.text


def test_where_no_sheet_is_given_out_none_is_asked_for_or_read(tmp_path: Path) -> None:
    with a_practice(tmp_path, COPD_RULE) as service:
        templates = service.templates()
        assert "questionnaires" not in templates
        call = service.a_call(margaret())
        call["prefetch"]["questionnaires"] = {"resourceType": "Bundle", "entry": [
            {"resource": a_sheet()}]}  # fmt: skip
        assert "shop" not in service.ask(call).text


def test_where_one_is_given_out_it_is_asked_for_at_each_hook_with_somebody(here: Surgery) -> None:
    assert here.templates()["questionnaires"].startswith("QuestionnaireResponse?patient=")


@pytest.mark.parametrize("what", [an_operation_outcome(), {"resourceType": "Bundle"}])
def test_a_list_that_cannot_be_read_takes_no_card_away(here: Surgery, what: Json) -> None:
    plain = detail(here)
    call = here.a_call(margaret())
    call["prefetch"]["questionnaires"] = what
    assert ask(here, call).card["detail"] == plain


def test_a_sheet_of_somebody_else_is_refused(here: Surgery) -> None:
    call = here.a_call(margaret())
    call["prefetch"]["questionnaires"] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": a_sheet("another")}],
    }
    reply = here.ask(call)
    assert reply.status == 400
    assert "shop" not in reply.text


def test_the_words_are_on_the_card_and_nowhere_else(
    here: Surgery, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    assert WORDS in detail(here, a_sheet())
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert '"event":"asked"' in logged
    assert "shop" not in logged
    for path in ("/status", "/metrics", "/cds-services", f"/fhir/Questionnaire/{SHEET.name}"):
        assert "the shop" not in here.client.get(path).text
    files = [file for file in here.store.rglob("*") if file.is_file()]
    assert files
    for file in files:
        assert b"the shop" not in file.read_bytes(), file.name
    assert b"13645005" in b"".join(file.read_bytes() for file in files)  # grounds: the code of COPD
