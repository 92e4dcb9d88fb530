"""The invented practice: the same people for the same seed, and everything that a rule may meet."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

from fhir_adapters.bulk.ndjson import records
from fhir_adapters.bundle import record_from_bundle
from fhir_adapters.needs import needs
from tests.crowd.asking import library, seen
from tests.crowd.inventing import invent
from tests.crowd.journeys import JOURNEYS
from tests.crowd.likely import AGES, ILLNESSES
from tests.crowd.lists import lists
from tests.crowd.names import nhs_number
from tests.crowd.page import FEWER, SEED, TODAY
from tests.crowd.person import Invented, Line, Told
from tests.crowd.writing import bundle, resources, write_ndjson


@cache
def some() -> tuple[Invented, ...]:
    return tuple(invent(SEED, number, TODAY) for number in range(2_000))


def every_line() -> list[Line]:
    return [line for person in some() for line in person.lines]


def test_a_person_is_the_same_whoever_was_invented_before_them() -> None:
    again = [invent(SEED, number, TODAY) for number in reversed(range(50))]
    assert tuple(reversed(again)) == some()[:50]


def test_another_seed_is_another_practice() -> None:
    assert invent(SEED + 1, 0, TODAY) != invent(SEED, 0, TODAY)


def test_nhs_numbers_are_of_the_range_that_nobody_has_with_right_check_digits() -> None:
    numbers = [nhs_number(count) for count in (*range(5_000), *range(106_111, 111_111))]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert number.startswith("999")
        assert len(number) == 10
        weights = range(10, 0, -1)  # with the check digit counted once, the sum divides by 11
        assert sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11 == 0


def test_where_the_numbers_end_nobody_is_given_that_of_somebody_else() -> None:
    with pytest.raises(ValueError, match="no more"):
        nhs_number(111_112)


def test_whatever_is_drawn_is_drawn_from_a_list_of_ours() -> None:
    named = set(ILLNESSES) | set(chain.from_iterable(one.lists for one in JOURNEYS))
    assert named <= set(lists())


def test_the_ages_are_those_of_a_practice() -> None:
    assert sum(share for *_, share in AGES) == pytest.approx(100)
    over_65 = sum(person.born <= date(TODAY.year - 65, TODAY.month, TODAY.day) for person in some())
    assert 0.15 < over_65 / len(some()) < 0.22


def test_nobody_has_anything_on_record_from_before_they_were_born() -> None:
    assert all(line.on >= person.born for person in some() for line in person.lines)


def test_nothing_but_a_visit_is_of_a_day_to_come() -> None:
    ahead = {line.what for line in every_line() if line.on > TODAY}
    assert ahead == {"planned-visit", "other-visit"}


MET: Mapping[str, Callable[[Line], bool]] = {
    "a day of which only the month is known": lambda o: o.told is Told.MONTH,
    "a day of which only the year is known": lambda o: o.told is Told.YEAR,
    "no day at all": lambda o: o.told is Told.NOTHING,
    "a condition that is over": lambda o: o.kind == "Condition" and o.ends is not None,
    "a condition that another line ended": lambda o: o.what == "hypertension-resolved",
    "a condition that nobody confirmed": lambda o: o.doubt == "unconfirmed",
    "a condition that was ruled out": lambda o: o.doubt == "refuted",
    "a line entered in error": lambda o: o.doubt == "entered-in-error",
    "a no of the last year": lambda o: o.answer == "declined" and (TODAY - o.on).days < 365,
    "a no of longer ago": lambda o: o.answer == "declined" and (TODAY - o.on).days > 365,
    "a not now": lambda o: o.answer == "not-now",
    "a day chosen to be asked again, to come": lambda o: (o.ask_again or date.min) > TODAY,
    "a day chosen to be asked again, over": lambda o: (o.ask_again or date.max) <= TODAY,
    "something that was not done": lambda o: o.status == "not-done" and not o.answer,
    "a result that is not final": lambda o: o.status == "preliminary",
    "a tag that has ended": lambda o: o.kind == "Flag" and o.status == "inactive",
    "a consent that says no": lambda o: o.kind == "Consent" and o.status == "rejected",
    "somebody asked us to stop": lambda o: o.what == "do-not-ask-again",
    "palliative care": lambda o: o.what == "palliative-care",
}


@pytest.mark.parametrize("met", MET.values(), ids=MET)
def test_the_practice_has(met: Callable[[Line], bool]) -> None:
    assert any(met(line) for line in every_line())


def test_some_have_died_and_of_some_a_list_is_not_whole() -> None:
    assert any(person.died for person in some())
    assert len(Counter(kind for person in some() for kind in person.unread)) > 2


def test_everything_written_is_r4() -> None:
    for person in some()[:150]:
        for resource in resources(person):
            get_fhir_model_class(str(resource["resourceType"])).model_validate(resource)


def test_an_export_of_everybody_says_what_a_bundle_of_each_says(tmp_path: Path) -> None:
    people = some()[:FEWER]
    write_ndjson(tmp_path, people)
    exported = {
        one.person.id: seen(one, TODAY) for one in records(tmp_path, needs(library().rules))
    }
    bundled = {one.key: seen(record_from_bundle(bundle(one)), TODAY) for one in people}
    # An export is read for what the rules look for on a record; a visit comes to them otherwise.
    without_a_visit = {key: one for key, one in bundled.items() if not one.visit}
    assert len(without_a_visit) > FEWER / 2
    assert {key: exported[key] for key in without_a_visit} == without_a_visit
