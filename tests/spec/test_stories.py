"""``people:`` and ``tests:``: short stories that prove a rule, and what makes one prove nothing."""

from datetime import date

import pytest

from prompts.stories import tell
from rules.answer import Answer
from rules.codes import OWN, Code
from rules.days import on
from rules.people import record_of
from rules.record import Kind, Reply
from tests.builders import load_text, rule_text
from tests.spec.table import refusals, stops

PEOPLE = """
sam:
  about: has a cough
  age: 60
  record:
    - condition: cough
      date: 2020-03-01
  booking:
    codes: visit
    date: in 6 days
"""

PROMPT = "\n- {name: x, person: sam, expect: prompt}"


def told(story: str, *, people: str = PEOPLE, **headings: str | None) -> list[tuple[str, str]]:
    """What each story came to, and what is wrong with it."""
    loaded = load_text(rule_text(people=people, tests="\n- " + story, **headings))
    (rule,) = loaded.usable().rules
    return [(one.got, one.wrong) for one in (tell(rule, s) for s in loaded.stories[rule.id])]


@pytest.mark.parametrize(
    ("story", "got"),
    [
        pytest.param("{name: a, person: sam, expect: prompt}", "prompt", id="as they are"),
        pytest.param(
            "{name: a, person: sam, without: [condition cough], expect: no prompt}",
            "no prompt",
            id="without a line",
        ),
        pytest.param(
            "{name: a, person: sam, change: {condition cough: {status: resolved}},"
            " expect: no prompt}",
            "no prompt",
            id="with a line changed",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{entry: palliative-care, date: today}],"
            " expect: excluded, because: palliative}",
            "excluded",
            id="with a line more",
        ),
        pytest.param(
            "{name: a, person: sam, unavailable: [condition], expect: cannot tell,"
            " because: has_cough}",
            "cannot tell",
            id="with a list that could not be read",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{outcome: declined, topic: coughing,"
            " date: 1 month ago}], expect: quiet, because: declined}",
            "quiet",
            id="after a no",
        ),
        pytest.param(
            "{name: a, person: sam, today: 2020-02-29, expect: no prompt}",
            "no prompt",
            id="on another day",
        ),
        pytest.param(
            "{name: a, person: sam, change: {condition cough: {status: entered-in-error}},"
            " expect: no prompt}",
            "no prompt",
            id="entered in error is not on the record",
        ),
    ],
)
def test_a_story_starts_from_somebody_and_changes_something(story: str, got: str) -> None:
    assert told(story) == [(got, "")]


def test_rows_are_one_story_each() -> None:
    story = "{name: a, person: sam, vary: condition cough date, rows: {%s}}"
    rows = "2026-11-21: prompt, 2026-11-22: no prompt, 2027: no prompt"
    assert [got for got, _ in told(story % rows)] == ["prompt", "no prompt", "no prompt"]


def test_ages_may_be_varied() -> None:
    story = "{name: a, person: sam, vary: age, rows: {17: no prompt, 18: prompt}}"
    found = told(story, when="{all: [has_cough, {age: {at_least: 18}}]}")
    assert found == [("no prompt", ""), ("prompt", "")]


@pytest.mark.parametrize(
    ("story", "wrong"),
    [
        pytest.param(
            "{name: a, person: sam, expect: no prompt}",
            'expected "no prompt", got "prompt"',
            id="another decision",
        ),
        pytest.param(
            "{name: a, person: sam, without: [condition cough], expect: prompt}",
            'expected "prompt", got "no prompt" because of has_cough',
            id="another decision, and why",
        ),
        pytest.param(
            "{name: a, person: sam, without: [condition cough], expect: no prompt, because: age}",
            'expected because of "age", but it was because of has_cough',
            id="another reason",
        ),
        pytest.param(
            "{name: a, person: sam, expect: prompt, offers: [tag]}",
            "expected the offers tag; the card has refer",
            id="other offers",
        ),
        pytest.param(
            "{name: a, person: sam, expect: prompt, offers: []}",
            "expected the offers none; the card has refer",
            id="no offers",
        ),
        pytest.param(
            "{name: a, person: sam, expect: prompt, summary_has: tea}",
            'the summary does not have "tea" in it: What would help on ordinary days?',
            id="another summary",
        ),
        pytest.param(
            "{name: a, person: sam, without: [condition cough], expect: no prompt, offers: [tag]}",
            "there is no card to look at",
            id="no card",
        ),
    ],
)
def test_a_story_that_comes_out_otherwise_says_what_came(story: str, wrong: str) -> None:
    ((_, found),) = told(story)
    assert found == wrong


@pytest.mark.parametrize(
    ("line", "kind", "status"),
    [
        ("condition", Kind.CONDITION, "active"),
        ("entry", Kind.PROCEDURE, "completed"),
        ("observation", Kind.OBSERVATION, "final"),
        ("procedure", Kind.PROCEDURE, "completed"),
        ("referral", Kind.REFERRAL, "active"),
        ("tag", Kind.TAG, "active"),
        ("care_plan", Kind.CARE_PLAN, "active"),
        ("message", Kind.MESSAGE, "completed"),
        ("appointment", Kind.APPOINTMENT, "booked"),
    ],
)
def test_a_line_that_says_no_status_has_the_usual_one(line: str, kind: Kind, status: str) -> None:
    people = f"\nsam: {{about: x, record: [{{{line}: cough, date: 2026-05}}]}}"
    loaded = load_text(rule_text(people=people, tests=PROMPT))
    record, _ = record_of(loaded.stories["coughing"][0])
    (entry,) = record.by_code[Code(OWN, "cough")]
    assert (entry.kind, entry.status) == (kind, status)
    assert entry.when is not None
    assert (entry.when.first, entry.when.last) == (date(2026, 5, 1), date(2026, 5, 31))


def test_a_story_as_a_record() -> None:
    people = """
    sam:
      about: x
      age: 60
      deceased: yes
      record:
        - {observation: blow-test, date: 1 week ago, filed: yes}
        - {outcome: not_now, topic: coughing, date: 2 weeks ago, ask_again: in 3 days}
      booking: {codes: visit, date: in 6 days}
    """
    loaded = load_text(rule_text(people=people, tests=PROMPT))
    record, said = record_of(loaded.stories["coughing"][0])
    assert record.person.birth == on(date(1966, 11, 21))
    assert record.person.died is Answer.YES
    (result,) = record.by_code[Code(OWN, "blow-test")]
    assert result.filed is Answer.YES
    (visit,) = record.booking
    assert (visit.codes, visit.when) == ((Code(OWN, "visit"),), on(date(2026, 11, 27)))
    (no,) = said
    assert (no.reply, no.on, no.ask_again) == (
        Reply.NOT_NOW,
        date(2026, 11, 7),
        date(2026, 11, 24),
    )


@pytest.mark.parametrize(
    ("story", "says"),
    [
        pytest.param(
            "{name: a, person: sam, change: {condition wheeze: {end: today}}, expect: prompt}",
            'This person has no "condition wheeze" to change.',
            id="changes what is not there",
        ),
        pytest.param(
            "{name: a, person: sam, without: [condition wheeze], expect: prompt}",
            'This person has no "condition wheeze" to take away.',
            id="takes away what is not there",
        ),
        pytest.param(
            "{name: a, person: ann, expect: prompt}",
            'Nobody under people is called "ann".',
            id="somebody else",
        ),
        pytest.param(
            "{name: a, person: sam, expect: promt}",
            '"promt" is not something to expect.',
            id="misspelt expectation",
        ),
        pytest.param(
            "{name: a, person: sam, change: {condition cough: {statuss: x}}, expect: prompt}",
            '"statuss" cannot be changed about "condition cough".',
            id="changes what a line does not have",
        ),
        pytest.param(
            "{name: a, person: sam, change: {condition cough: resolved}, expect: prompt}",
            'Say what to change about "condition cough".',
            id="does not say what to change",
        ),
        pytest.param(
            "{name: a, person: sam, change: {condition cough: {status: resolvd}}, expect: prompt}",
            '"resolvd" is not a status that this line can have.',
            id="misspelt status",
        ),
        pytest.param(
            "{name: a, person: sam, change: {condition cough: {date: spring}}, expect: prompt}",
            '"spring" is not a date I can use in a story.',
            id="no date",
        ),
        pytest.param(
            "{name: a, person: sam, change: {age: old}, expect: prompt}",
            '"old" is not a whole number.',
            id="no age",
        ),
        pytest.param(
            "{name: a, person: sam, change: {deceased: perhaps}, expect: prompt}",
            '"perhaps" is neither yes nor no.',
            id="neither dead nor alive",
        ),
        pytest.param(
            "{name: a, person: sam, change: {booking: {codes: vist}}, expect: prompt}",
            'There is no code list called "vist".',
            id="a visit of no kind",
        ),
        pytest.param(
            "{name: a, person: sam, change: {booking: {day: today}}, expect: prompt}",
            '"day" cannot be changed about "booking".',
            id="a booking has no such thing",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{condition: cough, date: 2026-02-30}], expect: prompt}",
            '"2026-02-30" is not a date I can use in a story.',
            id="a day that does not exist",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{date: today}], expect: prompt}",
            "A line of a record says what it is and which code list: condition: copd.",
            id="a line about nothing",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{outcome: maybe, topic: t, date: 2026}], expect: quiet}",
            '"maybe" is not an answer.',
            id="no answer",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{observation: cough, filed: perhaps}], expect: prompt}",
            '"perhaps" is neither yes nor no.',
            id="perhaps filed",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{outcome: declined, topic: t, date: in 3 months}],"
            " expect: prompt}",
            "Nobody has said anything on a day that is still to come.",
            id="an answer that nobody has given yet",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{condition: cough, value: 3 kg}], expect: prompt}",
            '"value" changes nothing about a condition: what was measured stands in an'
            " observation.",
            id="a measured condition",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{procedure: tea-group, filed: yes}], expect: prompt}",
            '"filed" changes nothing about a procedure: a clinician files results, which are'
            " observations.",
            id="a filed procedure",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{condition: cough, end: today}], expect: prompt}",
            '"end" changes nothing about a condition: what lasts for a while is a tag,'
            " care_plan, encounter, procedure or observation.",
            id="a condition with an end",
        ),
        pytest.param(
            "{name: a, person: sam, vary: condition cough end, rows: {2020: prompt}}",
            '"end" cannot be changed about "condition cough".',
            id="varies what changes nothing",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{outcome: declined, date: today}], expect: prompt}",
            'A line about outcome needs "topic:".',
            id="an answer to nothing",
        ),
        pytest.param(
            "{name: a, person: sam, vary: age, rows: {old: prompt}}",
            '"old" is not a whole number.',
            id="varies to no age",
        ),
        pytest.param(
            "{name: a, person: sam, vary: condition cough datee, rows: {2020: prompt}}",
            '"datee" cannot be changed about "condition cough".',
            id="varies what a line does not have",
        ),
        pytest.param(
            "{name: a, person: sam, vary: condition wheeze date, rows: {2020: prompt}}",
            'This person has no "condition wheeze" to change.',
            id="varies what is not there",
        ),
        pytest.param(
            "{name: a, person: sam, vary: age, rows: {}}",
            'There is nothing listed under "rows" yet.',
            id="varies to nothing",
        ),
        pytest.param(
            "{name: a, person: sam, vary: age}",
            'A test that varies something needs "rows:".',
            id="varies without rows",
        ),
        pytest.param(
            "{name: a, person: sam, rows: {17: prompt}, expect: prompt}",
            'Rows need "vary:", which says what is varied.',
            id="rows of nothing",
        ),
        pytest.param(
            "{name: a, person: sam, vary: age, rows: {17: prompt}, expect: prompt}",
            'Each row says what to expect, so "expect:" is one too many.',
            id="rows and an expectation",
        ),
        pytest.param("{name: a, person: sam}", 'A test needs "expect:".', id="expects nothing"),
        pytest.param("{person: sam, expect: prompt}", 'A test needs "name:".', id="no name"),
        pytest.param(
            "{name: a, person: sam, unavailable: [], expect: prompt}",
            'There is nothing listed under "unavailable" yet.',
            id="nothing unavailable",
        ),
        pytest.param(
            "{name: a, person: sam, unavailable: [outcome], expect: prompt}",
            '"outcome" is not a list that can be unavailable.',
            id="not a list",
        ),
        pytest.param("sam", "A test needs headings under it, each with a colon.", id="a name"),
    ],
)
def test_a_story_that_would_test_nothing_is_refused(story: str, says: str) -> None:
    assert refusals(people=PEOPLE, tests="\n- " + story) == [says]


def test_what_is_wrong_with_a_person_is_said_once_and_not_in_every_story() -> None:
    people = "\nsam: {about: x, age: 60, record: [{condition: coug, date: 2020}]}"
    tests = "\n- {name: a, person: sam, change: {condition coug: {date: 2021}}, expect: prompt}"
    assert refusals(people=people, tests=tests) == ['There is no code list called "coug".']


def test_tests_need_a_day() -> None:
    assert refusals(today=None) == ['Tests need a day: add "today:" above them.']


def test_without_a_day_the_rest_is_still_read() -> None:
    tests = "\n- {name: a, person: ann, expect: prompt}"
    assert refusals(today=None, tests=tests) == [
        'Tests need a day: add "today:" above them.',
        'Nobody under people is called "ann".',
    ]


@pytest.mark.parametrize("tests", [None, ""])
def test_a_rule_without_tests_is_something_to_think_about(tests: str | None) -> None:
    (problem,) = load_text(rule_text(tests=tests)).problems
    assert problem.code == "T00"
    assert not problem.stops


def test_an_empty_list_of_tests_is_no_tests() -> None:
    (problem,) = stops(tests="[]")
    assert problem.says == 'There is nothing listed under "tests" yet.'
