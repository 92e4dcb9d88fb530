"""What the library comes to for an invented practice: nobody is prompted who is left in peace."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from fhir_adapters.bundle import record_from_bundle
from rules.rule import Purpose
from tests.builders import Resource, a_bundle, a_resource
from tests.crowd.asking import PROMPTED, VIEWERS, Seen, library, seen
from tests.crowd.crowds import everybody, practice, synthea
from tests.crowd.inventing import invent
from tests.crowd.lists import lists
from tests.crowd.oracle import ENDS_MOST_NETS, FOR_EVERYBODY_ALIVE, Peace, peace, quiet_topics
from tests.crowd.page import FEWER, PAGE, PEOPLE, SEED, TODAY, smaller
from tests.crowd.person import Invented, Line
from tests.crowd.surgeries import SURGERIES, surgeries
from tests.crowd.table import markdown, rows
from tests.crowd.writing import bundle

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
def prompted_without_anything() -> frozenset[str]:
    """Every rule that prompts anybody of whom nothing is on record, booking a visit or not."""
    found: set[str] = set()
    visits = (None, *(TODAY + timedelta(days=days) for days in range(29)))
    for born in ("", "1916", *(f"{year}-11-22" for year in range(1916, 2027))):
        patient: Resource = {"resourceType": "Patient", "id": "test-person"}
        if born:
            patient["birthDate"] = born
        for visit in visits if born in ("", "1976-11-22") else visits[:9:8]:
            on_it = [_a_visit(visit)] if visit is not None else []
            body = a_bundle(patient, *on_it)
            found |= prompted(seen(record_from_bundle(json.dumps(body).encode()), TODAY))
    return frozenset(found)


def _a_visit(on: date) -> Resource:
    planned = {"system": "http://terminology.hl7.org/CodeSystem/v2-0276", "code": "FOLLOWUP"}
    return a_resource(
        "Appointment",
        id="visit-1",
        status="proposed",
        start=f"{on}T09:00:00Z",
        appointmentType={"coding": [planned]},
    )


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_nothing_where_nothing_is_on_record(rule: str) -> None:
    assert rule not in prompted_without_anything()


# ---- who is left in peace ---------------------------------------------------------------------


# A net that goes past an emergency, which it is for, and past nothing else.
ONLY_AFTER_AN_EMERGENCY = frozenset({"stay-by-your-side"})


def may_still_speak(because: Peace) -> frozenset[str]:
    """Safety nets go on where somebody is left in peace for a while; some, or none, for good."""
    if because is Peace.DIED:
        return frozenset()
    if because in ENDS_MOST_NETS:
        return FOR_EVERYBODY_ALIVE
    return NETS if because is Peace.EMERGENCY else NETS - ONLY_AFTER_AN_EMERGENCY


@pytest.mark.parametrize("people", SIZES)
@pytest.mark.parametrize("because", Peace)
def test_nobody_is_prompted_who(because: Peace, people: int) -> None:
    looked_at = 0
    for number, one in enumerate(crowd(people)):
        if because not in peace(invent(SEED, number, TODAY), TODAY):
            continue
        looked_at += 1
        assert prompted(one) <= may_still_speak(because), f"person {number} of seed {SEED}"
    assert looked_at >= people // 1_000  # of the few, one reason or other may be nobody's


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def line(kind: str, what: str, on: date) -> Line:
    return Line(kind, what, lists()[what][0], on)


# What is put on somebody's record for each reason, on the last day on which it counts, and on the
# first on which it does not; None where it counts for good.
CHANGES: Mapping[Peace, tuple[Line, Line | None]] = {
    Peace.PALLIATIVE: (line("Observation", "palliative-care", ago(3_000)), None),
    Peace.ASKED_NOT: (line("Procedure", "do-not-ask-again", ago(0)), None),
    Peace.BEREAVED: (
        line("Observation", "bereavement", ago(90)),
        line("Observation", "bereavement", ago(91)),
    ),
    Peace.CANCER: (line("Condition", "cancer", ago(90)), line("Condition", "cancer", ago(91))),
    Peace.EMERGENCY: (
        line("Procedure", "emergency-admission", ago(14)),
        line("Procedure", "emergency-admission", ago(15)),
    ),
    Peace.SAFEGUARDING: (
        line("Flag", "safeguarding", ago(3_000)),
        line("Flag", "safeguarding", ago(3_000))._replace(status="inactive"),
    ),
}
# Rules that look for a loss or a stay themselves, and are not for those who had one lately.
ASKS_ITSELF = frozenset({"ready-to-help-others"})


@cache
def prompted_people(people: int) -> tuple[Invented, ...]:
    """Of each rule, the first three whom it prompts."""
    found = dict[int, Invented]()
    for rule in RULES:
        of_it = [n for n, one in enumerate(crowd(people)) if rule in prompted(one)]
        found |= {number: invent(SEED, number, TODAY) for number in of_it[:3]}
    return tuple(found.values())


def prompts(person: Invented) -> frozenset[str]:
    return prompted(seen(record_from_bundle(bundle(person)), TODAY))


@pytest.mark.parametrize("people", SIZES)
@pytest.mark.parametrize("because", [*CHANGES, Peace.DIED])
def test_whoever_is_prompted_is_no_longer_from_the_day_on_which(
    because: Peace, people: int
) -> None:
    for person in prompted_people(people):
        if because is Peace.DIED:
            changed = person._replace(died=ago(1))
        else:
            changed = person._replace(lines=(*person.lines, CHANGES[because][0]))
        assert because in peace(changed, TODAY)
        assert prompts(changed) <= may_still_speak(because), person.number


@pytest.mark.parametrize("people", SIZES)
@pytest.mark.parametrize("because", [why for why, (_, after) in CHANGES.items() if after])
def test_whoever_was_left_in_peace_is_prompted_again_the_day_after(
    because: Peace, people: int
) -> None:
    after = CHANGES[because][1]
    assert after is not None
    for person in prompted_people(people):
        if peace(person, TODAY):  # one for whom a safety net goes on
            continue
        changed = person._replace(lines=(*person.lines, after))
        assert because not in peace(changed, TODAY)
        assert prompts(changed) >= prompts(person) - ASKS_ITSELF, person.number


@pytest.mark.parametrize("people", SIZES)
def test_nobody_is_asked_about_what_they_said_no_to(people: int) -> None:
    topic = {rule.id: rule.quiet.topic for rule in library().rules}
    looked_at = 0
    for number, one in enumerate(crowd(people)):
        quiet = quiet_topics(invent(SEED, number, TODAY), TODAY)
        looked_at += bool(quiet)
        assert quiet.isdisjoint(topic[rule] for rule in prompted(one)), f"person {number}"
    assert looked_at >= people // 200


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


@pytest.mark.long
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


@pytest.mark.long
def test_the_shared_people_are_asked_about_too(shared_data: Path) -> None:
    theirs = synthea(shared_data / "patients")
    assert len(theirs) == 132
    died = [one for one in everybody(theirs) if "excluded: deceased" in one.ended.values()]
    assert died
    assert not any(prompted(one) for one in died)
