"""Rules in English: what is written for people, and what is said where text cannot be read back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rules.answer import Answer
from rules.days import Duration
from rules.english.parsing import NotUnderstood, condition_from_english
from rules.english.sentence import quiet_in_words, sentence, when_asked, who
from rules.english.writing import condition_in_english
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Expression,
    Fact,
    Give,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
)
from rules.fact import Test as Asked
from rules.problems import Place
from tests.builders import a_rule, shipped

HERE = Place("a test")
COPD = Fact("has_copd", "has COPD", "condition", HERE)
OFFERED = Fact("offered", "an offer is recorded", "entry", HERE)
AGE = Fact("age", "age", "age", HERE, give=Give.AGE)
LAST = Fact("last_visit", "last visit", "encounter", HERE, give=Give.LATEST)
HBA1C = Fact("hba1c", "HbA1c", "observation", HERE, give=Give.LATEST_VALUE, unit="mmol/mol")
VALUE = Give.LATEST_VALUE
SMOKING = Fact("smoking", "smoking", "observation", HERE, give=VALUE, unit="pack years")
ACTIVATION = Fact("activation", "activation", "observation", HERE, give=VALUE, unit="level")
LEVEL = Fact("level", "PAM level", "observation", HERE, give=Give.LATEST_CHOICE)
FACTS = (COPD, OFFERED, AGE, LAST, HBA1C, LEVEL, SMOKING, ACTIVATION)
YEAR = Duration(12, "month")

SAID: dict[str, Condition] = {
    "has COPD": IsTrue(COPD),
    '"has COPD" is not known': Compare(COPD, (Asked("is_known", False),)),
    "age is at least 18 and is below 65": Compare(AGE, (Asked("at_least", 18), Asked("below", 65))),
    "age is between 18 and 64": Compare(AGE, (Asked("between", (18, 64)),)),
    "last visit is in the last 12 months": Compare(LAST, (Asked("within", YEAR),)),
    "last visit is more than 12 months ago": Compare(LAST, (Asked("older_than", YEAR),)),
    "last visit is before 1 March 2026": Compare(LAST, (Asked("before", date(2026, 3, 1)),)),
    "last visit is after 12 months ago": Compare(LAST, (Asked("after", YEAR),)),
    "last visit is at most 5 days ahead": Compare(
        LAST, (Asked("at_most", Duration(5, "day"), ahead=True),)
    ),
    "HbA1c is at least 58 mmol/mol": Compare(
        HBA1C, (Asked("at_least", Decimal(58), written="58 mmol/mol"),)
    ),
    'HbA1c is above 58 mmol/mol, written as "7.5 %"': Compare(
        HBA1C, (Asked("above", Decimal(58), written="7.5 %"),)
    ),
    "HbA1c is between 48 mmol/mol and 58.5 mmol/mol": Compare(
        HBA1C,
        (
            Asked(
                "between",
                (Decimal(48), Decimal("58.5")),
                written="48 mmol/mol and 58.5 mmol/mol",
            ),
        ),
    ),
    "smoking is at least 20 pack years": Compare(
        SMOKING, (Asked("at_least", Decimal(20), written="20 pack years"),)
    ),
    "activation is at most 2": Compare(ACTIVATION, (Asked("at_most", Decimal(2), written="2"),)),
    'PAM level is one of "level 1" or "level 2"': Compare(
        LEVEL,
        (Asked("is_in", frozenset({"level 2", "level 1"}), written="level 1 or level 2"),),
    ),
    "this is not so: has COPD": Not(IsTrue(COPD)),
    '"breathless", which means: has COPD': Labelled("breathless", IsTrue(COPD)),
    "this is not so:\n  - none of these is so:\n    - has COPD": Not(NoneOf((IsTrue(COPD),))),
    "all of these are so:\n  - has COPD\n  - one or more of these are so:\n    - has COPD\n"
    "    - an offer is recorded\n  - at least 1 of these are so:\n    - has COPD": All(
        (
            IsTrue(COPD),
            AnyOf((IsTrue(COPD), IsTrue(OFFERED))),
            SomeOf(1, (IsTrue(COPD),)),
        )
    ),
}


@pytest.mark.parametrize(("text", "condition"), SAID.items(), ids=SAID)
def test_conditions_are_said_like_this_and_read_back(text: str, condition: Condition) -> None:
    assert condition_in_english(condition, FACTS) == text
    assert condition_from_english(text, FACTS) == condition


def test_where_two_facts_have_one_label_they_go_by_their_names() -> None:
    twin = Fact("copd_too", "has COPD", "entry", HERE)
    text = condition_in_english(All((IsTrue(COPD), IsTrue(twin))))
    assert text == "all of these are so:\n  - has_copd\n  - copd_too"
    assert condition_from_english(text, (COPD, twin)) == All((IsTrue(COPD), IsTrue(twin)))


def test_what_is_worked_out_in_cel_is_given_by_its_meaning() -> None:
    expression = Expression("a && b", "They smoke and\nwheeze.", (COPD,), lambda *_: Answer.YES)
    assert condition_in_english(Computed(expression)) == "worked out: They smoke and wheeze."


# (what is written, where it goes wrong, what is said about it)
PUZZLES = [
    pytest.param("", (1, 1), "nothing written here yet", id="nothing"),
    pytest.param("has COPDD", (1, 1), 'Nothing here is called "has COPDD". Did', id="misspelt"),
    pytest.param("age is at least old", (1, 5), 'cannot be asked of "age"', id="no number"),
    pytest.param("age is in the last 3 days", (1, 5), "cannot be asked of", id="another sort"),
    pytest.param("HbA1c is above 7.5 %", (1, 7), '"is at least 58 mmol/mol"', id="another unit"),
    pytest.param("last visit is before 30 February 2026", (1, 12), "cannot be", id="no such day"),
    pytest.param("age is at least 18 or so", (1, 5), "cannot be asked", id="words too many"),
    pytest.param("all of these are so:", (1, 1), "nothing listed", id="an empty list"),
    pytest.param("all of these are so: has COPD", (1, 22), "lines of its own", id="on one line"),
    pytest.param("has COPD\nhas COPD", (2, 1), "belongs to nothing above", id="two lines"),
    pytest.param(
        "this is not so:\n  - has COPD\n  - has COPD", (1, 1), "Only one bullet", id="two of one"
    ),
    pytest.param(
        "all of these are so:\n  - has COPD\n   - has COPD", (3, 4), "line up", id="out of line"
    ),
    pytest.param("worked out: anything", (1, 1), "cel", id="cel"),
]


@pytest.mark.parametrize(("text", "place", "says"), PUZZLES)
def test_anything_else_is_one_sentence_with_its_place(
    text: str, place: tuple[int, int], says: str
) -> None:
    with pytest.raises(NotUnderstood) as caught:
        condition_from_english(text, FACTS)
    problem = caught.value.problem
    assert (problem.at.line, problem.at.column) == place
    assert says in f"{problem.says} {problem.hint}"


def test_two_facts_with_one_label_are_asked_for_by_name() -> None:
    twin = Fact("copd_too", "has COPD", "entry", HERE)
    with pytest.raises(NotUnderstood, match="Write copd_too or has_copd"):
        condition_from_english("has COPD", (COPD, twin))


def test_the_copd_rule_in_one_sentence() -> None:
    rules = {rule.id: rule for rule in shipped().library.rules}
    assert sentence(rules["copd-self-management"]) == (
        "When a record is opened: for people who have COPD, are 18 or over, and for whom no offer"
        " of self-management is recorded in the last 12 months; not for anyone who has died,"
        " who is receiving palliative care, who asked us not to raise it again, or who has had COPD"
        " on their record for less than four weeks - let the news settle."
    )


TIRED = Fact("is_tired", "is tired", "condition", HERE)
ASKED_US = Fact("asked", "asked not to be asked", "entry", HERE)
SENT = Fact("sent", "results sent", "entry", HERE)
ADULT = Compare(AGE, (Asked("between", (18, 64)),))
WHO: dict[str, Condition] = {
    "who are tired and are 18 to 64 years old": All((IsTrue(TIRED), ADULT)),
    "who are 18 or over and under 65": Compare(AGE, (Asked("at_least", 18), Asked("below", 65))),
    "who are not tired": Not(IsTrue(TIRED)),
    "who asked not to be asked": IsTrue(ASKED_US),
    "for whom it is not so that they asked not to be asked": Not(IsTrue(ASKED_US)),
    "who are not tired and for whom no offer is recorded": NoneOf((IsTrue(TIRED), IsTrue(OFFERED))),
    "who either have COPD or are tired": AnyOf((IsTrue(COPD), IsTrue(TIRED))),
    "for whom either they are tired and an offer is recorded; or no offer is recorded": AnyOf(
        (All((IsTrue(TIRED), IsTrue(OFFERED))), Not(IsTrue(OFFERED)))
    ),
    "for whom at least 2 of these are so: they have COPD; or they are tired; or an offer is"
    " recorded": SomeOf(2, (IsTrue(COPD), IsTrue(TIRED), IsTrue(OFFERED))),
    "for whom this is not so: they have COPD and they are tired": Not(
        All((IsTrue(COPD), IsTrue(TIRED)))
    ),
    "for whom none of these is so: they are 18 to 64 years old; or they are tired": NoneOf(
        (ADULT, IsTrue(TIRED))
    ),
    "for whom this is so: breathless": Labelled("breathless", IsTrue(COPD)),
    "for whom this is so: results sent": IsTrue(SENT),
    "for whom HbA1c is at least 58 mmol/mol": Compare(
        HBA1C, (Asked("at_least", Decimal(58), written="58 mmol/mol"),)
    ),
}


@pytest.mark.parametrize(("said", "condition"), WHO.items(), ids=WHO)
def test_conditions_take_their_place_in_the_sentence(said: str, condition: Condition) -> None:
    assert who(condition) == said


def test_the_sentence_says_when_and_to_whom() -> None:
    rule = replace(a_rule(), hooks=("patient-view",), show_to=("gp", "care-coordinator"))
    assert when_asked(rule) == "When a record is opened by a GP or care coordinator"


def test_quiet_periods_are_said_in_words_longest_first() -> None:
    words = quiet_in_words(a_rule().quiet)
    assert words[0] == ("it was not right for this person", "24 months")
    assert ("the person said “no, thank you”", "12 months") in words
    assert len(words) == 8
