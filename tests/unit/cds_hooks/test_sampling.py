"""Drawing people in memory: the lowest hashes of everybody, whoever flushes what and when."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_hooks import sampling
from cds_hooks.sampling import Sampling, Seen, to_judge
from cds_hooks.store.answers import Answers
from cds_hooks.store.cases import KEPT, Case, Cases, Drawn, One, Sample, Verdict, who_of
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import StoreError
from prompts.prompt import Held, HeldBy
from rules.answer import Answer
from rules.outcome import Decision, Outcome
from rules.record import Kind
from rules.rule import Rule, Status
from tests.builders import (
    LISTS,
    TODAY,
    a_person,
    a_record,
    a_rule,
    entry,
    list_text,
    load_files,
    outcome,
    rule_text,
)
from tests.judging import kept
from tests.stores import fast_folder, place, postgresql, store

__all__ = ["fast_folder", "place", "postgresql", "store"]

DEAD = "\n- shared: deceased"
RULE = replace(a_rule(exclude=DEAD), status=Status.SHADOW)
VERSIONS = to_judge([RULE])
COUGH = entry(Kind.CONDITION, "cough", date="4 months ago")
WOULD, WOULD_NOT = outcome(RULE, a_record(COUGH)), outcome(RULE, a_record())


def see(
    drawing: Sampling,
    store: Answers,
    *people: str,
    found: Outcome = WOULD,
    held: Iterable[Held] = (),
) -> None:
    """One rule is asked about these people."""
    for one in people:
        drawing.see(Seen(one, TODAY, VERSIONS), (found,), tuple(held), store.key)


def lowest(store: Answers, people: Iterable[str]) -> list[str]:
    """Who has to be drawn of them."""
    version = VERSIONS[RULE.id]
    by_hash = sorted(people, key=lambda one: who_of(RULE.id, version, store.key.hidden(one)))
    return sorted(by_hash[:KEPT])


def drawn(place: Place, sort: str = "shown") -> list[str]:
    return sorted(row["person"] for row in kept(place) if row["sort"] == sort)


def no_more(store: Answers) -> None:
    store.cases().let_go_but({}, ())


@given(
    looks=st.lists(st.tuples(st.integers(0, 130), st.integers(0, 1)), min_size=60, max_size=200),
    flushes=st.sets(st.integers(0, 200), max_size=6),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_workers_that_flush_at_any_time_draw_the_lowest_of_everybody(
    store: Answers, place: Place, looks: list[tuple[int, int]], flushes: set[int]
) -> None:
    no_more(store)
    workers = Sampling(), Sampling()
    for number, (person, worker) in enumerate(looks):
        see(workers[worker], store, f"p{person}")
        if number in flushes:
            workers[worker].flush(store)
    for one in workers:
        one.flush(store)
    assert drawn(place) == lowest(store, {f"p{person}" for person, _ in looks})


def test_ten_thousand_looks_before_the_first_flush_take_little_room(
    store: Answers, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Case] = []
    real = Cases.keep

    def keep(
        cases: Cases, found: Iterable[Case], versions: Iterable[tuple[str, str]]
    ) -> Mapping[Drawn, Sample]:
        flushed.extend(found)
        return real(cases, flushed, versions)

    monkeypatch.setattr(Cases, "keep", keep)
    drawing, people = Sampling(), [f"p{one}" for one in range(10_000)]
    see(drawing, store, *people)
    drawing.flush(store)
    assert len(flushed) < 2 * KEPT
    assert drawn(place) == lowest(store, people)


def test_a_store_that_cannot_be_used_loses_nobody(
    store: Answers, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = Sampling()
    see(drawing, store, "ann")
    with monkeypatch.context() as patched:

        def broken(*_: object) -> object:
            raise StoreError("It cannot be used.")

        patched.setattr(Cases, "keep", broken)
        with pytest.raises(StoreError):
            drawing.flush(store)
        see(drawing, store, "bea")
    drawing.flush(store)
    assert drawn(place) == ["ann", "bea"]


def test_once_enough_were_judged_nobody_is_drawn_until_one_is_taken_back(
    store: Answers, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing, cases, version = Sampling(), store.cases(), VERSIONS[RULE.id]
    see(drawing, store, *(f"p{one}" for one in range(40)))
    drawing.flush(store)
    judged: list[One] = []
    for _ in range(30):
        one = cases.next(RULE.id, version)
        assert one is not None
        judged.append((one.rule, one.version, one.sort, one.who))
        assert cases.judge(judged[-1], Verdict.RIGHT, TODAY)
    monkeypatch.setattr(sampling, "_READ_ANEW", 0.0)
    drawing.flush(store)
    see(drawing, store, *(f"q{one}" for one in range(40)))
    drawing.flush(store)
    assert len(drawn(place)) == 30
    assert cases.take_back(judged[-1], TODAY)
    drawing.flush(store)
    see(drawing, store, *(f"q{one}" for one in range(70)))
    drawing.flush(store)
    assert len(drawn(place)) == 29 + KEPT


def test_a_rule_that_is_not_judged_draws_nobody(store: Answers, place: Place) -> None:
    drawing = Sampling()
    drawing.see(Seen("ann", TODAY, {}), (WOULD,), (), store.key)
    drawing.see(Seen("ann", TODAY, {"other": "v"}), (WOULD,), (), store.key)
    drawing.flush(store)
    assert kept(place) == []
    statuses = {one: to_judge([replace(RULE, status=one)]) for one in Status}
    assert {one for one, found in statuses.items() if found} == {Status.SHADOW, Status.PILOT}


@pytest.mark.parametrize(
    ("step", "unread", "sort"),
    [
        ("paused", False, None), ("memory", True, None), ("compassion", False, "silent"),
        ("compassion", True, None), ("consent", False, "silent"), ("answers", True, None),
        ("done", False, "silent"), ("done", True, None), ("quiet", False, None),
        ("most", False, None), ("elsewhere", False, "silent"), ("elsewhere", True, None),
        ("shadow", False, "shown"), ("capacity", False, "shown"),
        ("pilot", False, "shown"), ("person", False, "shown"),
        ("session", False, "shown"), ("mute", False, "shown"),
    ],
)  # fmt: skip
def test_which_step_held_it_says_of_which_sort_somebody_is(
    store: Answers, place: Place, step: HeldBy, unread: bool, sort: str | None
) -> None:
    drawing = Sampling()
    see(drawing, store, "ann", held=[Held(RULE, step, "Not shown.", unread=unread)])
    drawing.flush(store)
    found = [(row["sort"], row["step"]) for row in kept(place)]
    assert found == ([(sort, step if sort == "silent" else "")] if sort else [])


def test_whom_it_is_not_for_is_a_case_and_of_whom_that_cannot_be_told_is_none(
    store: Answers, place: Place
) -> None:
    drawing = Sampling()
    dead = outcome(RULE, a_record(COUGH, person=a_person(died=Answer.YES)))
    unread = outcome(RULE, a_record(unread=[Kind.CONDITION]))
    assert (dead.decision, unread.decision) == (Decision.EXCLUDED, Decision.CANNOT_TELL)
    see(drawing, store, "ann", found=WOULD_NOT)
    see(drawing, store, "bea", found=dead)
    see(drawing, store, "carl", found=unread)
    see(drawing, store, "dora", found=WOULD._replace(decision=Decision.WITHHELD))
    drawing.flush(store)
    assert {row["person"]: row["step"] for row in kept(place)} == {
        "ann": "conditions",
        "bea": f"exclude:{dead.because}",
    }


def changed(**headings: str | None) -> Rule:
    return replace(a_rule(**{"exclude": DEAD, **headings}), status=Status.SHADOW)


def test_a_rule_is_judged_as_what_it_decides_and_says_and_not_as_where_it_stands() -> None:
    version = VERSIONS[RULE.id]
    live = replace(RULE, status=Status.PILOT, version=7, owner="Somebody else")
    assert to_judge([live])[RULE.id] == version
    assert to_judge([changed(title="Another title")])[RULE.id] == version
    others = [
        changed(when="\nall:\n  - has_cough\n  - age: {at_least: 18}"),
        changed(exclude="\n- shared: palliative"),
        replace(RULE, show_to=("gp",)),
    ]
    assert all(to_judge([one])[one.id] != version for one in others)


ENDS = """
    has_cough:
      find: condition
      codes: cough
      ended_by: cough-over
"""
SAYS_NO = "{topic: coughing, declined_codes: no-tea, not_done_codes: blow-test}"


def as_loaded(name: str, codes: Iterable[str], words: str = "") -> str:
    """What a rule of several lists is judged as where one of these holds these codes."""
    files = {"coughing.yaml": rule_text(facts=ENDS, quiet=SAYS_NO)}
    files[f"value-sets/{name}.yaml"] = list_text(name, codes, extra=words)
    (rule,) = load_files(files).library.rules
    return to_judge([replace(rule, status=Status.SHADOW)])[rule.id]


@pytest.mark.parametrize("name", ["cough", "cough-over", "no-tea", "blow-test", "tea-group"])
def test_a_code_more_in_a_list_is_another_version_and_another_order_is_not(name: str) -> None:
    codes = LISTS[name]
    version = as_loaded(name, codes)
    assert as_loaded(name, codes[::-1], words="# looked at again\n") == version
    assert as_loaded(name, ["new"]) != version
    if name != "tea-group":  # a service has one code
        assert as_loaded(name, [*codes, "new"]) != version
