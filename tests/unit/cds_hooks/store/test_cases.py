"""Whom a rule is judged by: drawn fairly, the same whoever comes when, and let go of in time."""

import json
from collections import Counter
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_hooks.store.answers import Answers
from cds_hooks.store.backups import backup
from cds_hooks.store.cases import (
    FORGOTTEN_AFTER,
    KEPT,
    LET_GO_AFTER,
    Case,
    Sort,
    Verdict,
    who_of,
)
from cds_hooks.store.kept import Used
from cds_hooks.store.keys import Key
from cds_hooks.store.opening import Place
from cds_hooks.store.people import erase, export
from cds_hooks.store.restoring import restore
from tests.judging import kept
from tests.stores import NOW, TODAY

RULE, VERSION = "coughing", "v1"
CODE = "http://snomed.info/sct|13645005"
SAW = (Used("has_copd", "yes", (CODE,), (TODAY,)),)
DAY = timedelta(days=1)


def a_case(
    store: Answers,
    person: str,
    sort: Sort = "shown",
    day: date = TODAY,
    version: str = VERSION,
    rule: str = RULE,
) -> Case:
    """Somebody, as a service puts them aside."""
    who = who_of(rule, version, store.key.hidden(person))
    step = "" if sort == "shown" else "conditions"
    return Case(rule, version, sort, who, person, day, step, SAW)


def keep(store: Answers, *people: str, sort: Sort = "shown", day: date = TODAY) -> None:
    store.cases().keep([a_case(store, one, sort, day) for one in people], [])


def judge_next(store: Answers, verdict: Verdict = Verdict.RIGHT, day: date = TODAY) -> Case:
    """The next one is judged."""
    one = store.cases().next(RULE, VERSION)
    assert one is not None
    assert store.cases().judge((one.rule, one.version, one.sort, one.who), verdict, day)
    return one


def people(place: Place, sort: Sort = "shown") -> list[str]:
    """Of whom there is a case, by their names."""
    return sorted(row["person"] for row in kept(place) if row["sort"] == sort)


# ---- who is drawn ----


@given(
    names=st.lists(st.integers(0, 400), unique=True, min_size=KEPT + 5, max_size=110),
    cuts=st.lists(st.integers(1, 100), max_size=4),
    two=st.booleans(),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_is_the_same_sample_whoever_comes_when_and_to_whichever_worker(
    store: Answers, place: Place, names: list[int], cuts: list[int], two: bool
) -> None:
    who = [f"p{one}" for one in names]
    lowest = sorted(sorted(who, key=lambda one: a_case(store, one).who)[:KEPT])
    other = Answers(place) if two else store
    for order in (who, who[::-1], sorted(who)):
        store.cases().let_go_but({}, ())
        workers, begins = (store, other), 0
        for number, ends in enumerate([*sorted(cuts), len(order)]):
            keep(workers[number % 2], *order[begins:ends], *order[:begins:7])  # and some again
            begins = max(begins, ends)
        assert people(place) == lowest
    if two:
        other.close()


def test_everybody_is_as_likely_to_be_drawn_as_anybody_else() -> None:
    """Over many keys: half of ninety people are drawn, whoever they are and whenever they came."""
    who = [f"p{one}" for one in range(2 * KEPT)]
    times, keys = Counter[str](), 400
    for number in range(keys):
        key = Key(number.to_bytes(32))
        by_hash = sorted(who, key=lambda one: who_of(RULE, VERSION, key.hidden(one)))
        times.update(by_hash[:KEPT])
    expected, five_sigma = keys / 2, 5 * (keys * 0.25) ** 0.5
    assert all(abs(times[one] - expected) < five_sigma for one in who)


def test_another_rule_or_version_draws_other_people(store: Answers) -> None:
    hidden = store.key.hidden("ann")
    hashes = {who_of(r, v, hidden) for r in ("a", "b") for v in ("v1", "v2")}
    assert len(hashes) == 4


def test_nobody_is_drawn_twice(store: Answers, place: Place) -> None:
    keep(store, "ann", "ann", "bea")
    keep(store, "ann", day=TODAY + DAY)
    assert people(place) == ["ann", "bea"]


@given(st.data())
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_is_judged_twice_of_one_version_whatever_it_did_to_them(
    store: Answers, data: st.DataObject
) -> None:
    version = f"v{next(_NUMBERS)}"  # a sample of its own
    cases, judged = store.cases(), list[str]()
    sorts: st.SearchStrategy[Sort] = st.sampled_from(["shown", "silent"])
    for _ in range(data.draw(st.integers(1, 12))):
        for _ in range(data.draw(st.integers(0, 8))):
            person, sort = f"p{data.draw(st.integers(0, 9))}", data.draw(sorts)
            cases.keep([a_case(store, person, sort, version=version)], [])
        one = cases.next(RULE, version)
        if one is not None:
            judged.append(one.person)
            verdict = data.draw(st.sampled_from([*Verdict]))
            assert cases.judge((one.rule, one.version, one.sort, one.who), verdict, TODAY)
    assert len(judged) == len(set(judged))


_NUMBERS = count()


def test_for_whom_it_would_be_shown_at_all_is_one_of_those(store: Answers) -> None:
    keep(store, "ann", sort="silent")
    keep(store, "bea", sort="shown")
    judge_next(store)  # bea: of the other sort one would be next now
    keep(store, "ann", sort="shown")
    far = store.cases().judged({RULE: VERSION})[RULE]
    assert (far.shown.waiting, far.silent.waiting) == (1, 0)
    assert judge_next(store).sort == "shown"
    assert store.cases().next(RULE, VERSION) is None


def test_of_both_sorts_the_one_is_next_of_which_fewer_were_judged(store: Answers) -> None:
    keep(store, "a", "b", "c")
    keep(store, "x", "y", sort="silent")
    assert [judge_next(store).sort for _ in range(5)] == [
        "shown",
        "silent",
        "shown",
        "silent",
        "shown",
    ]


# ---- what is kept, and for how long ----


def test_what_is_kept_is_codes_and_days(store: Answers, place: Place) -> None:
    keep(store, "ann")
    (row,) = kept(place)
    assert json.loads(row["facts"]) == [["has_copd", "yes", [CODE], ["2026-11-21"]]]
    assert (row["person"], row["day"], row["verdict"]) == ("ann", "2026-11-21", "")
    one = store.cases().next(RULE, VERSION)
    assert one == a_case(store, "ann")
    assert "ann" not in repr(one)


def test_whoever_was_judged_is_let_go_of_the_day_after_and_the_verdict_is_not(
    store: Answers, place: Place
) -> None:
    keep(store, "ann", "bea")
    judge_next(store)
    store.let_go(TODAY)
    assert people(place) == ["ann", "bea"]
    store.let_go(TODAY + DAY)
    assert len([one for one in people(place) if one]) == 1
    (done,) = [row for row in kept(place) if row["verdict"]]
    assert (done["person"], done["facts"], done["step"]) == ("", "[]", "")
    assert store.cases().judged({RULE: VERSION})[RULE].shown.right == 1
    store.let_go(TODAY + FORGOTTEN_AFTER + DAY)
    assert kept(place) == []


def test_whoever_was_not_judged_is_let_go_of_after_90_days(store: Answers, place: Place) -> None:
    keep(store, "ann")
    store.let_go(TODAY + LET_GO_AFTER)
    assert people(place) == ["ann"]
    store.let_go(TODAY + LET_GO_AFTER + DAY)
    assert people(place) == []
    assert timedelta(days=90) == LET_GO_AFTER


def test_who_waits_for_a_rule_that_left_or_was_changed_is_let_go_of(
    store: Answers, place: Place
) -> None:
    cases = store.cases()
    cases.keep([a_case(store, "ann", version="old"), a_case(store, "bea", version="new")], [])
    cases.keep([a_case(store, "carl", rule="other"), a_case(store, "dora", rule="left")], [])
    ann = a_case(store, "ann", version="old")
    cases.judge((RULE, "old", "shown", ann.who), Verdict.RIGHT, TODAY)
    cases.keep([a_case(store, "ed", version="old")], [])
    assert cases.let_go_but({RULE: "new"}, {RULE, "other"}) == 2
    assert people(place) == ["ann", "bea", "carl"]  # ann was judged: her name goes tomorrow
    assert cases.let_go_but({RULE: "old"}, {RULE}) == 2
    assert cases.judged({RULE: "old"})[RULE].shown.right == 1  # put back as it was


# ---- one person ----


def test_a_person_is_given_what_they_were_drawn_for(store: Answers, place: Place) -> None:
    keep(store, "ann")
    told = export(place, "ann")
    assert told is not None
    case: dict[str, object] = {
        "rule": RULE, "day": "2026-11-21", "would_have_been_shown": True, "step": "",
        "facts": [["has_copd", "yes", [CODE], ["2026-11-21"]]], "judged": "",
    }  # fmt: skip
    assert told["drawn_to_be_judged"] == [case]
    judge_next(store, Verdict.WRONG)
    store.let_go(TODAY + DAY)
    later = export(place, "ann")
    assert later is not None
    assert later["drawn_to_be_judged"] == [{**case, "facts": [], "judged": "wrong"}]
    assert export(place, "bea") is None


@pytest.mark.parametrize("after", [0, 1])
def test_who_is_erased_is_gone_and_what_was_judged_counts_on(
    store: Answers, place: Place, after: int
) -> None:
    keep(store, "ann", "bea", "carl")
    first = judge_next(store, Verdict.WRONG)
    store.let_go(TODAY + after * DAY)
    waits = store.cases().next(RULE, VERSION)
    assert waits is not None
    for person in (first.person, waits.person):
        erase(place, person, TODAY)
        assert export(place, person) is None
    left = kept(place)
    assert not {first.who, waits.who} & {row["who"] for row in left}
    assert not {first.person, waits.person} & {row["person"] for row in left}
    found = store.cases().judged({RULE: VERSION})[RULE].shown
    assert (found.right, found.wrong, found.waiting) == (0, 1, 1)


# ---- backups ----


def test_a_restore_brings_cases_back_and_forgets_no_verdict(
    store: Answers, place: Place, tmp_path: Path
) -> None:
    keep(store, "ann", "bea", "carl")
    made = backup(place, tmp_path / "backups", NOW)
    judged = judge_next(store, Verdict.WRONG)
    keep(store, "dora")
    store.close()
    restore(place, made, NOW + DAY)
    again = Answers(place)
    found = again.cases().judged({RULE: VERSION})[RULE].shown
    assert (found.wrong, found.waiting) == (1, 3)
    assert people(place) == ["ann", "bea", "carl", "dora"]
    assert again.cases().next(RULE, VERSION) != judged
    again.close()


def test_a_restore_brings_nobody_back_who_was_erased(
    store: Answers, place: Place, tmp_path: Path
) -> None:
    keep(store, "ann", "bea")
    judged = judge_next(store)
    store.let_go(TODAY + DAY)  # of whom only a hash is left
    (other,) = {"ann", "bea"} - {judged.person}
    made = backup(place, tmp_path / "backups", NOW)
    for person in ("ann", "bea"):
        erase(place, person, TODAY)
    store.close()
    restore(place, made, NOW + DAY)
    assert other not in people(place)
    again = Answers(place)
    found = again.cases().judged({RULE: VERSION})[RULE].shown
    assert (found.right, found.waiting) == (1, 0)
    again.close()
    assert judged.who not in {row["who"] for row in kept(place)}
    assert export(place, "ann") is export(place, "bea") is None


def test_whom_only_the_backup_knows_to_be_erased_the_store_does_not_bring_back(
    store: Answers, place: Place, tmp_path: Path
) -> None:
    keep(store, "ann", "bea")
    judge_next(store, Verdict.WRONG)
    earlier = backup(place, tmp_path / "backups", NOW)
    for person in ("ann", "bea"):
        erase(place, person, TODAY)
    later = backup(place, tmp_path / "backups", NOW + DAY)
    store.close()
    for file in place.folder.glob("answers.sqlite*"):
        file.unlink()
    if not place.url:  # a server's database is not made anew here
        restore(place, earlier, NOW + 2 * DAY)
        assert people(place) == ["ann", "bea"]
    restore(place, later, NOW + 3 * DAY)
    assert [row["person"] for row in kept(place)] == [""]
    assert kept(place)[0]["who"].startswith("gone")
