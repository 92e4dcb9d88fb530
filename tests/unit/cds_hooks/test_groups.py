"""The groups that people are told apart by: one group is one, however it was written."""

from dataclasses import replace
from datetime import date

import pytest

from cds_hooks.population.groups import BY, groups_of, in_order
from fhir_adapters.bulk.people import Someone
from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.days import Span, span
from rules.record import Person
from tests.builders import TODAY, a_record

ANN = Person("ann")


def group(by: str, ethnic: str = "", deprived: str = "", person: Person = ANN) -> str:
    return dict(groups_of(Someone(a_record(person=person), ethnic, deprived), TODAY))[by]


@pytest.mark.each
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("White: British", "A"),
        ("White: British", "a "),
        ("White: British", "White British"),
        ("White: British", "white  british"),
        ("White: British", "White - British"),
        ("White: British", "A - White British"),
        ("White: British", "British or mixed British - ethnic category 2001 census (finding)"),
        ("White: British", "English/Welsh/Scottish/Northern Irish/British"),
        ("White: Irish", "White: Irish"),
        ("White: any other", "Any other White background"),
        ("White: any other", "Other White background - ethnic category 2001 census"),
        ("Mixed: White and Black Caribbean", "White & Black Caribbean"),
        ("Mixed: White and Black African", "Mixed - White and Black African"),
        ("Mixed: White and Asian", "Mixed or Multiple ethnic groups: White and Asian"),
        ("Mixed: any other", "Any other mixed background"),
        ("Asian: Indian", " H"),
        ("Asian: Indian", "Asian or Asian British - Indian"),
        ("Asian: Indian", "Indian or British Indian - ethnic category 2001 census"),
        ("Asian: Pakistani", "PAKISTANI"),
        ("Asian: Bangladeshi", "Bangladeshi"),
        ("Asian: any other", "Any other Asian background"),
        ("Black: Caribbean", "Black or Black British - Caribbean"),
        ("Black: African", "Black African"),
        ("Black: African", "African - ethnic category 2001 census (finding)"),
        ("White: Irish", "Irish - ethnic category 2001 census"),
        ("Black: any other", "Any other Black background"),
        ("Chinese", "Other ethnic groups - Chinese"),
        ("Any other", "Any other ethnic group"),
        ("not recorded", ""),
        ("not recorded", "Z"),
        ("not recorded", "99"),
        ("not recorded", "Not stated"),
        ("written otherwise", "Ann Other, of 4 High Street"),
        ("written otherwise", "British"),  # of which group, it does not say
        ("written otherwise", "H - White British"),
        ("written otherwise", "Q"),
    ],
)
def test_an_ethnic_category_is_known_by_its_letter_and_by_its_words(
    name: str, written: str
) -> None:
    assert group("ethnic category", ethnic=written) == name


@pytest.mark.each
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("tenth 1, most deprived", "1"),
        ("tenth 1, most deprived", "01"),
        ("tenth 1, most deprived", "1.0"),
        ("tenth 5", " 5"),
        ("tenth 10, least deprived", "10"),
        ("not recorded", ""),
        ("written otherwise", "0"),
        ("written otherwise", "11"),
        ("written otherwise", "99999"),
        ("written otherwise", "1.5"),
        ("written otherwise", "-1"),
        ("written otherwise", "4 High Street"),
        ("written otherwise", "\u0661"),
    ],
)
def test_a_tenth_of_deprivation_is_a_whole_number_from_1_to_10(name: str, written: str) -> None:
    assert group("deprivation", deprived=written) == name


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("English", "en"),
        ("English", "en-GB"),
        ("Polish", "PL"),
        ("British Sign Language", "bfi"),
        ("sv", "sv"),
        ("not recorded", ""),
        ("written otherwise", "Ann speaks Polish"),
    ],
)
def test_a_language_is_named_and_what_is_none_is_not_quoted(name: str, language: str) -> None:
    assert group("language", person=replace(ANN, language=language)) == name


@pytest.mark.parametrize(
    ("name", "needs"), [("needs one", YES), ("needs none", NO), ("not recorded", CANNOT_TELL)]
)
def test_who_needs_an_interpreter_is_a_group(name: str, needs: Answer) -> None:
    assert group("interpreter", person=replace(ANN, needs_interpreter=needs)) == name


def years_ago(years: int, days: int = 0) -> Span:
    day = date.fromordinal(TODAY.replace(year=TODAY.year - years).toordinal() + days)
    return Span(day, day)


@pytest.mark.parametrize(
    ("name", "birth"),
    [
        ("0 to 17", years_ago(18, 1)),
        ("18 to 39", years_ago(18)),
        ("60 to 79", years_ago(80, 1)),
        ("80 or over", years_ago(80)),
        ("40 to 59", span(str(TODAY.year - 50))),
        ("not recorded", span(str(TODAY.year - 40))),  # 39 or 40
        ("not recorded", None),
    ],
)
def test_an_age_is_in_a_band_if_every_day_it_may_be_from_is(name: str, birth: Span | None) -> None:
    assert group("age", person=replace(ANN, birth=birth)) == name


def test_groups_stand_by_number_and_name_and_who_was_not_told_last() -> None:
    tenths = [f"tenth {number}" for number in range(2, 10)]
    whole = ["tenth 1, most deprived", *tenths, "tenth 10, least deprived"]
    found = [*whole, "written otherwise", "not recorded"]
    assert in_order(sorted(found)) == found
    ages = ["0 to 17", "18 to 39", "80 or over", "not recorded"]
    assert in_order(ages[::-1]) == ages


def test_everybody_is_in_one_group_of_each_sort() -> None:
    assert tuple(by for by, _ in groups_of(Someone(a_record()), TODAY)) == BY
