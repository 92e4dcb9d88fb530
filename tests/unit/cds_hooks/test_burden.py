"""Cards in surgeries: the appointment book played through, with the quiet after a card."""

from dataclasses import replace
from datetime import date, timedelta

from cds_hooks.population.burden import burden
from fhir_adapters.bulk.book import Coming
from rules.days import Duration
from rules.record import Reply
from rules.rule import Rule
from tests.builders import TODAY, a_rule


def quiet_for(days: int, rule: Rule) -> Rule:
    """A rule that is quiet for so long after a card; in files only safety nets are so short."""
    periods = {**rule.quiet.periods, Reply.SHOWN: Duration(days, "day")}
    return replace(rule, quiet=replace(rule.quiet, periods=periods))


SHORT = quiet_for(7, a_rule())
LONG = a_rule(id="sneezing", quiet="{topic: sneezing}")


def coming(person: str, days: int, where: str = "") -> Coming:
    return Coming(person, (TODAY + timedelta(days=days)).isoformat(), where)


def test_a_surgery_is_one_day_and_one_clinician() -> None:
    book = [coming("ann", -1, "Practitioner/1"), coming("bea", -1, "Practitioner/1"),
            coming("cat", -1, "Practitioner/2"), coming("dan", -2, "Practitioner/1")]  # fmt: skip
    asked = {"ann": (SHORT.id,), "bea": (SHORT.id,), "cat": (SHORT.id,)}
    found = burden((SHORT,), asked, book, TODAY)
    assert (found.visits, found.surgeries, found.cards, found.most) == (4, 3, 3, 2)
    assert not found.by_day_alone


def test_without_clinicians_a_day_is_one_surgery_and_it_is_said() -> None:
    found = burden((SHORT,), {"ann": (SHORT.id,)}, [coming("ann", -1), coming("bea", -1)], TODAY)
    assert found.surgeries == 1
    assert found.by_day_alone


def test_a_card_is_quiet_after_it_was_shown_and_then_comes_again() -> None:
    book = [coming("ann", -20), coming("ann", -15), coming("ann", -13)]
    found = burden((SHORT,), {"ann": (SHORT.id,)}, book, TODAY)
    assert (found.cards, found.repeats) == (2, 1)
    found = burden((LONG,), {"ann": (LONG.id,)}, book, TODAY)
    assert (found.cards, found.repeats) == (1, 0)


def test_two_rules_are_one_card() -> None:
    asked = {"ann": (SHORT.id, LONG.id), "bea": (LONG.id,)}
    found = burden((SHORT, LONG), asked, [coming("ann", -1)], TODAY)
    assert (found.cards, found.asked, found.by_several) == (1, 2, 1)


def test_twice_to_the_same_surgery_is_one_card() -> None:
    book = [coming("ann", -1), coming("ann", -1)]
    rule = quiet_for(0, a_rule())
    assert burden((rule,), {"ann": (rule.id,)}, book, TODAY).cards == 1


def test_the_coming_weeks_stand_in_for_a_book_that_has_no_past() -> None:
    book = [coming("ann", 3), coming("ann", 60), coming("ann", -60)]
    found = burden((SHORT,), {"ann": (SHORT.id,)}, book, TODAY)
    assert not found.past
    assert found.visits == 1
    both = burden((SHORT,), {"ann": (SHORT.id,)}, [*book, coming("ann", -3)], TODAY)
    assert both.past
    assert both.visits == 1


def test_without_a_book_there_are_people_and_no_surgeries() -> None:
    found = burden((SHORT, LONG), {"ann": (SHORT.id, LONG.id)}, [], date(2026, 11, 21))
    assert (found.asked, found.by_several, found.surgeries) == (1, 1, 0)
