"""An outcome in sentences: why, why not, and what each answer rests on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pytest

from rules.answer import Answer
from rules.codes import Code
from rules.days import on
from rules.explain import Explanation, Line, explain
from rules.fact import Compare, Give
from rules.fact import Test as Comparison
from rules.outcome import Decision
from rules.record import Entry, Kind, Measurement, Reply
from tests.builders import a_person, a_record, a_rule, code, entry, outcome, said

FACTS = """
has_cough: {find: condition, codes: cough, label: has a cough}
had_tea: {find: procedure, codes: tea-group, within: 12 months, label: had tea}
last_test: {find: observation, codes: blow-test, give: latest date, label: the last test}
coughs: {find: condition, codes: cough, give: count, label: coughs}
said_no: {find: outcome, topic: coughing, outcome: declined, label: said no}
"""
COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")


def explained(
    *lines: Entry,
    when: str = "has_cough",
    exclude: str | None = None,
    unread: tuple[Kind, ...] = (),
) -> Explanation:
    rule = a_rule(facts=FACTS, when=when, exclude=exclude)
    return explain(outcome(rule, a_record(*lines, unread=unread)))


def lines_of(explanation: Explanation) -> list[tuple[Answer, str, str]]:
    return [(line.answer, line.says, line.rests_on) for line in explanation.who_for]


def test_a_yes_rests_on_an_entry_with_its_date() -> None:
    explanation = explained(COUGH)
    assert lines_of(explanation) == [
        (Answer.YES, "has a cough", "condition, test 1 March 2020, active, cough")
    ]
    assert explanation.headline.startswith("Prompt: ")


@pytest.mark.parametrize(
    ("lines", "rests_on"),
    [
        pytest.param((), "none recorded", id="nothing there"),
        pytest.param(
            (entry(Kind.CONDITION, "cough", status="resolved"),),
            "none that counts among the 1 with these codes",
            id="one that does not count",
        ),
    ],
)
def test_a_no_says_whether_there_was_anything_at_all(
    lines: tuple[Entry, ...], rests_on: str
) -> None:
    explanation = explained(*lines)
    assert lines_of(explanation) == [(Answer.NO, "has a cough", rests_on)]
    assert explanation.headline == f'No prompt: "has a cough" is not so ({rests_on}).'


@pytest.mark.parametrize(
    ("lines", "unread", "doubt", "which"),
    [
        pytest.param(
            (),
            (Kind.PROCEDURE,),
            "the list of procedure entries could not be read",
            "",
            id="a list that could not be read",
        ),
        pytest.param(
            (entry(Kind.PROCEDURE, "tea-group"),),
            (),
            "an entry has no date",
            "procedure, no date, completed, tea-group",
            id="no date",
        ),
        pytest.param(
            (entry(Kind.PROCEDURE, "tea-group", date="2025"),),
            (),
            "an entry's date is not exact enough",
            "procedure, test 2025, completed, tea-group",
            id="half a date",
        ),
        pytest.param(
            (entry(Kind.PROCEDURE, "tea-group", date="2026-05", status="unknown"),),
            (),
            "an entry has a status that says nothing",
            "procedure, test May 2026, unknown, tea-group",
            id="no status",
        ),
        pytest.param(
            (entry(Kind.PROCEDURE, "tea-group", date="2026-05", sure=False),),
            (),
            "the record itself says that an entry is not confirmed",
            "procedure, test May 2026, completed, tea-group",
            id="not confirmed",
        ),
    ],
)
def test_not_knowing_says_what_is_missing(
    lines: tuple[Entry, ...], unread: tuple[Kind, ...], doubt: str, which: str
) -> None:
    explanation = explained(COUGH, *lines, when="{all: [has_cough, had_tea]}", unread=unread)
    rests_on = f"{doubt}: {which}" if which else doubt
    assert lines_of(explanation)[1] == (Answer.CANNOT_TELL, "had tea", rests_on)
    assert explanation.data_quality == ((f"had tea: {rests_on}",) if which else ())
    assert explanation.headline == (f'Cannot tell, so no prompt: "had tea" is not known ({doubt}).')


def test_conditions_are_shown_as_they_are_built() -> None:
    when = "{all: [has_cough, {any: [had_tea, {not: {none: [has_cough]}}]}, {not: had_tea}]}"
    says = [(line.depth, line.says) for line in explained(COUGH, when=when).who_for]
    assert says == [
        (1, "has a cough"),
        (1, "any of these:"),
        (2, "had tea"),
        (2, "not this:"),
        (3, "none of these:"),
        (4, "has a cough"),
        (1, "not: had tea"),
    ]


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ("age: {at_least: 18, below: 65}", "age at least 18 and below 65"),
        ("age: {between: [18, 64]}", "age between 18 and 64"),
        ("last_test: {within: 12 months}", "the last test within 12 months"),
        ("last_test: {before: 2026-03-01}", "the last test before 1 March 2026"),
        ("last_test: {at_least: 5 days ahead}", "the last test at least 5 days ahead"),
        ("last_test: {is_known: yes}", "the last test is known"),
        ("last_test: {is_known: no}", "the last test is not known"),
    ],
)
def test_comparisons_are_said_in_words(test: str, says: str) -> None:
    explanation = explained(COUGH, when=f"{{all: [has_cough, {{{test}}}]}}")
    assert explanation.who_for[1].says == says


def test_an_age_rests_on_whole_years() -> None:
    rule = a_rule(when="{all: [has_cough, {age: {at_least: 18}}]}", exclude=None)
    known = explain(outcome(rule, a_record(COUGH)))
    assert known.who_for[1].rests_on == "60"
    partly = explain(outcome(rule, a_record(COUGH, person=a_person(born="1966"))))
    assert partly.who_for[1].rests_on == "59 or 60"
    unknown = explain(outcome(rule, a_record(COUGH, person=a_person(age=None))))
    assert unknown.who_for[1].rests_on == "no date of birth could be read"


def test_an_answer_given_before_is_quoted_with_its_day() -> None:
    rule = a_rule(facts=FACTS, when="said_no", exclude=None)
    explanation = explain(outcome(rule, a_record(), said(Reply.DECLINED, "2026-03-01")))
    assert explanation.who_for[0].rests_on == "declined on 1 March 2026"


def test_many_entries_are_counted_and_not_all_quoted() -> None:
    lines = [entry(Kind.CONDITION, "cough", date=f"202{year}") for year in range(5)]
    rests_on = explained(*lines).who_for[0].rests_on
    assert rests_on.count("condition") == 3
    assert rests_on.endswith("; and 2 more")


TEA = entry(Kind.PROCEDURE, "tea-group", date="2026-05-01")
TEA_OUT = "\n- {if: had_tea, because: They had tea already}"


def test_somebody_left_alone_reads_why() -> None:
    explanation = explained(COUGH, TEA, exclude=TEA_OUT)
    assert explanation.headline == "Excluded: they had tea already."
    (line,) = explanation.who_not_for
    assert (line.answer, line.says) == (Answer.YES, "They had tea already")
    assert line.rests_on == "procedure, test 1 May 2026, completed, tea-group"


def test_two_exclusions_about_one_fact_are_not_taken_for_each_other() -> None:
    exclude = "\n- {if: {coughs: {at_least: 3}}, because: Three coughs}"
    exclude += "\n- {if: {coughs: {equals: 1}}, because: One cough}"
    assert explained(COUGH, exclude=exclude).headline == "Excluded: one cough."


def test_not_knowing_whether_to_leave_somebody_alone_names_that_exclusion() -> None:
    explanation = explained(COUGH, exclude=TEA_OUT, unread=(Kind.PROCEDURE,))
    assert explanation.headline == (
        "Cannot tell, so no prompt: it is not known whether to leave this person alone"
        " (the list of procedure entries could not be read)."
    )


def test_an_exclusion_that_does_not_mind_not_knowing_is_not_named() -> None:
    exclude = "\n- {if: {last_test: {within: 1 month}}, because: Tested, if_unknown: include}"
    explanation = explained(
        COUGH, exclude=exclude + TEA_OUT, unread=(Kind.PROCEDURE, Kind.OBSERVATION)
    )
    assert "procedure entries" in explanation.headline
    assert "observation entries" not in explanation.headline


def test_an_unknown_exclusion_that_rests_on_nothing_still_gets_a_sentence() -> None:
    exclude = "\n- {if: {not: {all: [had_tea]}}, because: No tea}"
    explanation = explained(COUGH, exclude=exclude, unread=(Kind.PROCEDURE,))
    assert explanation.headline.startswith("Cannot tell, so no prompt: it is not known whether")


def test_a_record_is_quoted_in_the_words_of_the_code_list_and_not_its_own() -> None:
    line = Entry(Kind.CONDITION, COUGH.codes, "active", COUGH.when, "onset", words="Ann's cough")
    assert explained(line).who_for[0].rests_on == "condition, onset 1 March 2020, active, cough"


def test_a_condition_shows_its_onset_and_when_it_was_recorded() -> None:
    line = COUGH._replace(dated_by="onset", recorded=on(date(2024, 5, 3)))
    rests_on = explained(line).who_for[0].rests_on
    assert rests_on == "condition, onset 1 March 2020 (recorded 3 May 2024), active, cough"


def test_what_is_asked_of_its_end_is_shown_with_its_end() -> None:
    facts = "\nhome: {find: encounter, codes: tea-group, give: latest end date, label: home}\n"
    stay = entry(Kind.ENCOUNTER, "tea-group", date="2026-05-01", status="finished")._replace(
        ends=on(date(2026, 5, 9)),
    )
    rule = a_rule(facts=facts, when="{home: {is_known: yes}}", exclude=None)
    (line,) = explain(outcome(rule, a_record(stay))).who_for
    assert line.rests_on == "encounter, end 9 May 2026, finished, tea-group"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Measurement(Decimal(66), "mg/dL"), "66 mg/dL"),
        (Measurement(Decimal(66), ""), "66 without a unit"),
        (Measurement(None, "mmol/mol"), "without a number"),
        (Measurement(Decimal(66), "Margaret", ">"), ">66 in a unit of its own"),
        (Measurement(Decimal(66), "mg/dL", shown="Ann Smith"), "66 in a unit of its own"),
    ],
)
def test_a_value_that_cannot_be_used_is_shown_and_nobodys_name(
    value: Measurement, shown: str
) -> None:
    explanation = _explained(BLOWN._replace(values=(("", value),)), Give.LATEST_VALUE, "mmol/mol")
    doubt = "a value has no number in mmol/mol, or in a unit that is turned into it"
    entry_of = f"observation, effective 1 May 2026, final, blow-test, {shown}"
    assert explanation.who_for[0].rests_on == f"{doubt}: {entry_of}"
    assert explanation.data_quality == (f"the last test: {doubt}: {entry_of}",)
    assert doubt in explanation.headline
    assert entry_of not in explanation.headline


def test_a_line_names_the_code_lists_that_it_looks_for() -> None:
    explanation = explained(
        COUGH,
        when="{all: [has_cough, {not: had_tea}, {any: [{last_test: {is_known: no}}]}, {age:"
        " {at_least: 18}}]}",
        exclude=TEA_OUT,
    )
    assert [line.lists for line in explanation.who_for] == [
        ("cough",),
        ("tea-group",),
        (),
        ("blow-test",),
        (),
    ]
    assert [line.lists for line in explanation.who_not_for] == [("tea-group",)]


BLOWN = Entry(
    Kind.OBSERVATION,
    (code("blow-test"),),
    "final",
    on(date(2026, 5, 1)),
    "effective",
    values=(("", Measurement(Decimal(58), "mmol/mol")),),
)


def _measured(
    give: Give, unit: str = "", choices: Mapping[Code, str] = MappingProxyType({})
) -> Line:
    return _explained(BLOWN, give, unit, choices).who_for[0]


def _explained(
    line: Entry, give: Give, unit: str = "", choices: Mapping[Code, str] = MappingProxyType({})
) -> Explanation:
    fact = a_rule(facts=FACTS).facts["last_test"]
    fact = replace(fact, give=give, unit=unit, choices=choices)
    test = Comparison("is_known", value=True)
    rule = a_rule(facts=FACTS, exclude=None)
    facts = {**rule.facts, "last_test": fact}
    rule = replace(rule, facts=facts, when=Compare(fact, (test,)))
    return explain(outcome(rule, a_record(line)))


def test_a_measured_value_is_quoted_with_its_unit_before_the_entry() -> None:
    line = _measured(Give.LATEST_VALUE, "mmol/mol")
    assert line.rests_on == "58 mmol/mol; observation, effective 1 May 2026, final, blow-test"


def test_a_choice_is_quoted_by_its_name() -> None:
    line = _measured(Give.LATEST_CHOICE, choices={code("blow-test"): "blown"})
    assert line.rests_on == "blown; observation, effective 1 May 2026, final, blow-test"


WHEEZY = """
has_cough: {find: condition, codes: cough, label: has a cough}
wheezes: {find: observation, codes: wheeze, give: count, label: wheezes}
often: {find: cel, cel: has_cough && wheezes > 1, means: coughs and wheezes often}
"""


def test_an_expression_is_what_it_means_and_rests_on_what_it_is_made_of() -> None:
    rests_on = "has a cough: condition, test 1 March 2020, active, cough; wheezes: none recorded"
    for when in ("often", "{cel: has_cough && wheezes > 1, means: coughs and wheezes often}"):
        explanation = explain(outcome(a_rule(facts=WHEEZY, when=when), a_record(COUGH)))
        assert lines_of(explanation) == [(Answer.NO, "coughs and wheezes often", rests_on)]


def test_an_expression_that_cannot_be_told_says_what_is_not_known() -> None:
    record = a_record(COUGH, unread=[Kind.OBSERVATION])
    explanation = explain(outcome(a_rule(facts=WHEEZY, when="often"), record))
    (line,) = explanation.who_for
    assert line.answer is Answer.CANNOT_TELL
    assert "the list of observation entries could not be read" in line.rests_on


def test_an_exclusion_that_was_not_asked_may_be_one_that_cannot_be_worked_out() -> None:
    seldom = "{cel: seldom || often, means: wheezes seldom}"
    faulty = "seldom: {find: cel, cel: 10 / wheezes > 2, means: wheezes seldom}\n"
    rule = a_rule(
        facts=WHEEZY + faulty,
        when="{age: {above: 90}}",
        exclude=f"\n- {{if: {seldom}, because: x}}",
    )
    explanation = explain(outcome(rule, a_record(COUGH)))
    assert explanation.headline.startswith("No prompt: ")
    (line,) = explanation.who_not_for
    assert (line.answer, line.rests_on) == (Answer.CANNOT_TELL, "seldom: cannot tell; often: no")


@pytest.mark.parametrize(
    ("when", "because"),
    [
        ("{all: [has_cough, {not: had_tea}]}", '"had tea" is so'),
        ("{all: [{none: [said_no, had_tea]}, has_cough]}", '"had tea" is so'),
        ("{all: [{any: [said_no, had_tea]}, said_no]}", '"said no" is not so'),
        ("{all: [has_cough, {not: {any: [said_no, had_tea]}}]}", '"had tea" is so'),
        ("{some_of: {at_least: 3, of: [said_no, has_cough, had_tea]}}", '"said no" is not so'),
        ("{not: {not: said_no}}", '"said no" is not so'),
    ],
)
def test_a_headline_names_what_decided_and_nothing_that_merely_was_not_so(
    when: str, because: str
) -> None:
    headline = explained(COUGH, TEA, when=when).headline
    assert headline.startswith(f"No prompt: {because} (")
    assert headline.count(" is ") == 1


def test_a_rule_that_prompts_where_we_cannot_tell_says_that_it_does() -> None:
    rule = replace(a_rule(facts=FACTS, when="had_tea", exclude=None), prompt_when_unknown=True)
    unread = a_record(unread=[Kind.PROCEDURE])
    assert explain(outcome(rule, unread)).headline == (
        'Prompt, as this rule does where we cannot tell: "had tea" is not known'
        " (the list of procedure entries could not be read)."
    )


def test_a_rule_that_is_withheld_says_so_and_rests_on_nothing() -> None:
    came = outcome(a_rule(), a_record(COUGH))._replace(decision=Decision.WITHHELD)
    explanation = explain(came)
    assert explanation.headline.startswith("Withheld, and reported: ")
    assert explanation.who_for == explanation.who_not_for == ()
