"""What the library comes to for an invented practice: nobody is prompted who is left in peace."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from fhir_adapters.bundle import record_from_bundle
from rules.rule import Purpose
from tests.builders import Resource, a_bundle, a_patient
from tests.crowd.asking import PROMPTED, VIEWERS, Seen, library, seen
from tests.crowd.crowds import everybody, practice, synthea
from tests.crowd.inventing import invent
from tests.crowd.oracle import ENDS_MOST_NETS, FOR_EVERYBODY_ALIVE, Peace, peace, quiet_topics
from tests.crowd.page import FEWER, PAGE, PEOPLE, SEED, TODAY, smaller
from tests.crowd.surgeries import SURGERIES, surgeries
from tests.crowd.table import markdown, rows
from tests.fhir_builders import a_booking

RULES = sorted(rule.id for rule in library().rules)
NETS = frozenset(rule.id for rule in library().rules if rule.purpose is Purpose.SAFETY_NET)
SIZES = [FEWER, pytest.param(PEOPLE, marks=pytest.mark.long)]


@cache
def crowd(people: int) -> list[Seen]:
    return everybody(practice(SEED, people, TODAY), 1 if people == FEWER else 0)


def prompted(one: Seen) -> frozenset[str]:
    return frozenset(rule for rule, where in one.ended.items() if where == PROMPTED)


# ---- nothing on record ------------------------------------------------------------------------


@cache
def prompted_without_anything(*more: str) -> frozenset[str]:
    """Every rule that prompts anybody who has nothing on their record, and is booking a visit."""
    found: set[str] = set()
    for year in (*range(1916, 2027), 0):
        patient = a_patient(born=f"{year}-11-22") if year else _nobody()
        for booking in ([], a_booking()["entry"]):
            body: Resource = a_bundle(patient, *map(json.loads, more))
            body["entry"] = [*_entries(body), *_list(booking)]
            found |= prompted(seen(record_from_bundle(json.dumps(body).encode()), TODAY))
    return frozenset(found)


def _nobody() -> Resource:
    return {"resourceType": "Patient", "id": "test-person"}


def _entries(body: Resource) -> list[object]:
    return _list(body["entry"])


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return list(value)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_nothing_where_nothing_is_on_record(rule: str) -> None:
    assert rule not in prompted_without_anything()


# ---- who is left in peace ---------------------------------------------------------------------


@pytest.mark.parametrize("people", SIZES)
@pytest.mark.parametrize("because", Peace)
def test_nobody_is_prompted_who(because: Peace, people: int) -> None:
    looked_at = 0
    for number, one in enumerate(crowd(people)):
        if because not in peace(invent(SEED, number, TODAY), TODAY):
            continue
        looked_at += 1
        may = NETS
        if because is Peace.DIED:
            may = frozenset()
        elif because in ENDS_MOST_NETS:
            may = FOR_EVERYBODY_ALIVE
        assert prompted(one) <= may, f"person {number} of seed {SEED}"
    assert looked_at >= people // 500


@pytest.mark.parametrize("people", SIZES)
def test_nobody_is_asked_about_what_they_said_no_to(people: int) -> None:
    topic = {rule.id: rule.quiet.topic for rule in library().rules}
    looked_at = 0
    for number, one in enumerate(crowd(people)):
        quiet = quiet_topics(invent(SEED, number, TODAY), TODAY)
        looked_at += bool(quiet)
        assert quiet.isdisjoint(topic[rule] for rule in prompted(one)), f"person {number}"
    assert looked_at > people / 100


@pytest.mark.parametrize("people", SIZES)
def test_whoever_is_prompted_has_one_card_and_every_rule_that_speaks_is_on_it(people: int) -> None:
    for one in crowd(people):
        assert one.at_once <= 1
        assert {*one.speaks, *one.booked} == prompted(one)


# ---- the table ---------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_prompts_somebody_of_ten_thousand_and_not_everybody_it_is_true_of(
    rule: str,
) -> None:
    ends = [one.ended[rule] for one in crowd(PEOPLE) if rule in one.ended]
    assert PROMPTED in ends
    assert len(ends) < PEOPLE


def test_the_same_seed_is_the_same_table_however_many_processes_there_are() -> None:
    alone, together = (everybody(practice(7, 120, TODAY), processes) for processes in (1, 2))
    assert markdown(alone, 7) == markdown(together, 7)
    assert markdown(alone, 7) != markdown(everybody(practice(8, 120, TODAY), 1), 8)


def test_every_person_of_a_rule_is_in_one_column() -> None:
    for row in rows(crowd(FEWER)):
        kept = sum(int(why.partition(":")[0]) for why in (row.held, row.excluded))
        assert row.for_ == row.prompted + kept
        ended = sum(row.rule.partition(" (")[0] in one.ended for one in crowd(FEWER))
        assert ended == row.for_ + row.cannot_tell


def test_a_surgery_has_no_more_cards_with_its_ceiling_than_without() -> None:
    found = surgeries(crowd(FEWER), SEED)
    assert set(found) == set(VIEWERS)
    for cards in found.values():
        assert cards.mean <= cards.otherwise
        assert cards.middle <= cards.nine_in_ten <= cards.most
        assert 0 <= cards.full <= SURGERIES


def test_the_page_of_the_library_says_what_the_rules_come_to_today() -> None:
    says = "A rule was changed: look at what that does, then python -m tests.crowd --write"
    assert PAGE.read_text(encoding="utf-8").endswith(smaller(_as_asked)), says


def _as_asked(parts: Sequence[object], processes: int) -> list[Seen]:
    assert parts == practice(SEED, FEWER, TODAY)
    return crowd(FEWER)


# ---- the shared people ------------------------------------------------------------------------


def test_the_shared_people_are_asked_about_too(shared_data: Path) -> None:
    theirs = synthea(shared_data / "patients")
    assert len(theirs) == 132
    died = [one for one in everybody(theirs) if "excluded: deceased" in one.ended.values()]
    assert died
    assert not any(prompted(one) for one in died)
