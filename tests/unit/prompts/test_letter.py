"""The letter that takes results ahead of a visit: what stands in it, and what never does."""

from dataclasses import replace
from decimal import Decimal

import pytest

from prompts.letter import Result, letter
from rules.answer import Answer
from rules.papers import Papers
from rules.record import Entry, Kind, Measurement
from rules.rule import Practice
from tests.builders import a_person, a_record, a_rule, card, entry, outcome

HERE = Practice("A test")
COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")
RESULTS = "\n- results_ahead: {label: Letter, include: blow-test, within: 42 days}"


def the_letter(name: str = "Sam", visit: str = "in 6 days") -> str:
    rule = a_rule(offers=RESULTS)
    result = entry(Kind.OBSERVATION, "blow-test", date="2026-11-14", filed=Answer.YES)
    booking = [entry(Kind.APPOINTMENT, "visit", date=visit)] if visit else []
    record = a_record(COUGH, result, person=a_person(name=name), booking=booking)
    prompt = card(rule, record).prompt
    assert prompt is not None
    return prompt.proposals[0].letter


def test_the_letter_asks_first_and_then_says_what_was_measured() -> None:
    assert the_letter().split("\n") == [
        "Dear Sam,",
        "",
        "You have a visit on 27 November 2026.",
        "",
        "Before we talk, you may like to write down:",
        "- What matters most to you at the moment?",
        "- What would you like to ask about these results?",
        "- What would make the visit worth your while?",
        "",
        "Your results, so that we can talk about them together:",
        "- blow-test on 14 November 2026",
        "",
        "If anything here worries you, please get in touch before the visit.",
        "If you would rather not get results this way, tell us, and we stop.",
        "You can have this in large print, in easy read or in another language, or have it read to"
        " you. Tell us what suits you.",
    ]


def test_a_letter_to_somebody_whose_name_is_odd_says_hello() -> None:
    assert the_letter(name="<b>Sam</b>").startswith("Hello,\n")


def test_a_letter_without_a_day_does_not_invent_one() -> None:
    assert "You have a visit" not in the_letter(visit="")


def test_only_filed_results_stand_in_the_letter() -> None:
    rule = a_rule(offers=RESULTS)
    lines = [
        entry(Kind.OBSERVATION, "blow-test", date="2026-11-14", filed=Answer.YES),
        entry(Kind.OBSERVATION, "blow-test", date="2026-11-15", filed=Answer.CANNOT_TELL),
        entry(Kind.OBSERVATION, "blow-test", date="2026-11-16", filed=Answer.NO),
    ]
    result = outcome(rule, a_record(COUGH, *lines))
    results = rule.offers[0].results
    assert results is not None
    text = letter(result, results, HERE).text()
    assert "14 November" in text
    assert "15 November" not in text
    assert "16 November" not in text


def test_a_result_is_quoted_as_it_was_recorded_and_what_was_not_measured_is_not() -> None:
    rule = a_rule(offers=RESULTS)
    results = rule.offers[0].results
    assert results is not None
    result = entry(Kind.OBSERVATION, "blow-test", date="2026-11-14", filed=Answer.YES)._replace(
        values=(("first", Measurement(Decimal("2.50"), "L")), ("second", Measurement(None, "L"))),
    )
    text = letter(outcome(rule, a_record(COUGH, result)), results, HERE).text()
    assert "- blow-test, first: 2.5 L on 14 November 2026" in text
    assert "second" not in text
    bare = result._replace(values=(("", Measurement(None, "L")),))
    text = letter(outcome(rule, a_record(COUGH, bare)), results, HERE).text()
    assert "- blow-test on 14 November 2026" in text


def the_result(part: str, unit: str, shown: str = "") -> str:
    """The line of a letter about 2.5 of a unit."""
    rule = a_rule(offers=RESULTS)
    results = rule.offers[0].results
    assert results is not None
    result = entry(Kind.OBSERVATION, "blow-test", date="2026-11-14", filed=Answer.YES)._replace(
        values=((part, Measurement(Decimal("2.5"), unit, "", shown)),),
    )
    text = letter(outcome(rule, a_record(COUGH, result)), results, HERE).text()
    return text.partition("together:\n- ")[2].partition("\n")[0]


@pytest.mark.parametrize(
    "unit",
    ["L", "%", "mm[Hg]", "10*9/L", "10^9/L", "mL/min/{1.73_m2}", "{score}", "µmol/L", "°C", "cm²",
     "[IU]/L", "dyn.s/cm5", "m/s²", "L/min (best of 3)", "Einheiten", "мм рт. ст."],
)  # fmt: skip
def test_units_that_results_have_are_quoted(unit: str) -> None:
    assert the_result("FEV1 (before)", unit) == (
        f"blow-test, FEV1 (before): 2.5 {unit} on 14 November 2026"
    )


@pytest.mark.parametrize(
    "words",
    ["<b>L</b>", "<img/src=//x.eg>", "![](//x.eg)", "[L](x)", "[L][x]", "[L]: x", "www.x.example",
     "//x.example", "https://x.example", "L&lt;", "`L`", "~~L~~", "a|b", "L\\", "sam@x.example",
     "L!", "L\u3164", "L\ufe0f"],
)  # fmt: skip
def test_a_unit_or_a_part_that_is_more_than_words_is_not_quoted(words: str) -> None:
    bare = "blow-test: a value that only the record can show on 14 November 2026"
    assert the_result("", words) == bare
    assert the_result("", "L", words) == bare
    assert the_result(words, "L") == bare


def test_a_practice_with_a_telephone_says_so() -> None:
    rule = a_rule(offers=RESULTS)
    results = rule.offers[0].results
    assert results is not None
    here = replace(HERE, phone="01632 960000")
    assert "Ring 01632 960000." in letter(outcome(rule, a_record(COUGH)), results, here).text()


# ---- own earlier values, and the laboratory's range -------------------------------------------


def blown(value: str, date: str, unit: str = "L", filed: Answer = Answer.YES, part: str = "",
          usual: str = "") -> Entry:  # fmt: skip
    """One filed result of a breathing test."""
    made = entry(Kind.OBSERVATION, "blow-test", date=date, filed=filed)
    return made._replace(values=((part, Measurement(Decimal(value), unit, usual=usual)),))


def results_of(*entries: Entry) -> tuple[Result, ...]:
    """What the letter about these says of the results."""
    rule = a_rule(offers=RESULTS)
    results = rule.offers[0].results
    assert results is not None
    return letter(outcome(rule, a_record(COUGH, *entries)), results, HERE).results


def test_own_earlier_values_stand_beside_a_result_the_latest_first_and_two_at_most() -> None:
    (result,) = results_of(
        blown("2.5", "2026-11-14"),
        blown("2.6", "2025-11-01"),
        blown("2.8", "2024-10-01"),
        blown("3.0", "2023-09-01"),
    )
    assert [one.value for one in result.before] == ["2.6 L", "2.8 L"]
    assert result.before[0].day == "1 November 2025"


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param(blown("2.6", "2025-11-01", filed=Answer.NO), id="nobody filed it"),
        pytest.param(blown("2.6", "2025-11-01", filed=Answer.CANNOT_TELL), id="perhaps filed"),
        pytest.param(blown("2600", "2025-11-01", unit="mL"), id="in another unit"),
        pytest.param(blown("2.6", "2025-11-01", part="second"), id="another part of it"),
        pytest.param(blown("2.6", "2026-11-14"), id="of the same day"),
        pytest.param(blown("2.6", "2026"), id="of the same year as far as anybody knows"),
    ],
)
def test_what_is_not_surely_the_same_and_filed_and_from_before_is_no_earlier_value(
    earlier: Entry,
) -> None:
    first, *_ = results_of(blown("2.5", "2026-11-14"), earlier)
    assert first.before == ()


def test_the_range_is_the_laboratorys_as_it_was_sent_and_nothing_is_said_of_it() -> None:
    rule = a_rule(offers=RESULTS)
    results = rule.offers[0].results
    assert results is not None
    record = a_record(COUGH, blown("2.5", "2026-11-14", usual="2.7 to 4.1 L"))
    text = letter(outcome(rule, record), results, HERE).text()
    assert (
        "- blow-test: 2.5 L on 14 November 2026. Usual range from the lab: 2.7 to 4.1 L"
        in text.split("\n")
    )
    assert "What a result means for you is for us to talk about." in text
    for word in ("low", "high", "normal", "abnormal", "worse", "better"):
        assert word not in text.lower().split()


def test_a_range_that_is_more_than_words_is_not_quoted() -> None:
    (result,) = results_of(blown("2.5", "2026-11-14", usual="[see](https://example.org)"))
    assert result.usual == ""


# ---- in whose words -----------------------------------------------------------------------------

WELSH = Papers("cy", "Welsh", {"stop": "Dywedwch wrthym."}, "A translator", "Another")


def in_language(language: str) -> str:
    """The letter of somebody who speaks a language, where the practice has Welsh texts."""
    rule = a_rule(offers=RESULTS)
    results = rule.offers[0].results
    assert results is not None
    person = replace(a_person(), language=language)
    record = a_record(COUGH, blown("2.5", "2026-11-14"), person=person)
    here = replace(HERE, papers={"cy": WELSH})
    return letter(outcome(rule, record), results, here).text()


def test_what_somebody_translated_is_said_in_that_language_and_the_rest_in_english() -> None:
    text = in_language("cy")
    assert "Dywedwch wrthym." in text
    assert "What matters most to you at the moment?" in text


@pytest.mark.parametrize("language", ["cy-gb", "cy"])
def test_where_a_language_is_spoken_makes_no_difference(language: str) -> None:
    assert "Dywedwch wrthym." in in_language(language)


def test_in_a_language_that_nobody_translated_the_letter_offers_somebody_who_speaks_it() -> None:
    text = in_language("so")
    assert "We do not have this letter in your language yet." in text
    assert "Dywedwch wrthym." not in text


@pytest.mark.parametrize("language", ["", "en", "en-gb"])
def test_nobody_is_offered_a_translation_whose_record_names_no_other_language(
    language: str,
) -> None:
    assert "in your language yet" not in in_language(language)
