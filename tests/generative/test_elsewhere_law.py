"""Laws of what other systems leave: it only ever keeps quiet, in whatever order it stands."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.choose import choose
from prompts.history import History
from prompts.next_time import when_next
from prompts.prompt import Choice
from prompts.standing import Case
from rules.codes import Code
from rules.days import Duration, Span, on
from rules.elsewhere import Elsewhere
from rules.engine import evaluate
from rules.record import Entry, Kind, Reply, Said
from rules.rule import Practice, Purpose, Rule
from tests.builders import TODAY, a_record
from tests.generative.test_manners_law import ALL, LIVES, MOST, RECORD

SYSTEMS = ("https://b.example/c", "https://d.example/c")
KINDS = (Kind.TAG, Kind.TASK, Kind.MESSAGE)
BERRY = next(rule for rule in ALL if rule.id == "berry")
COUGHS = next(iter(RECORD.by_code.values()))
CODES = st.builds(Code, st.sampled_from(SYSTEMS), st.sampled_from(["box", "box-1", "boy", "fox"]))
TOPICS = st.frozensets(st.sampled_from([rule.quiet.topic for rule in ALL]), max_size=3)
LISTED = st.builds(
    Elsewhere,
    name=st.sampled_from(["QOF box", "Alert"]),
    kinds=st.sampled_from([KINDS[:1], KINDS[1:], KINDS[:2], KINDS]),
    codes=st.frozensets(CODES, max_size=2),
    families=st.frozensets(
        st.builds(Code, st.sampled_from(SYSTEMS), st.sampled_from(["bo", "box"])), max_size=1
    ),
    lasting=st.none() | st.builds(Duration, st.integers(1, 40), st.sampled_from(["day", "month"])),
    topics=TOPICS,
    every_topic=st.booleans(),
)


def _span(ago: int, length: int) -> Span:
    first = TODAY - timedelta(days=ago)
    return Span(first, first + timedelta(days=length))


def _line(kind: Kind, code: Code, status: str, when: Span | None) -> Entry:
    return Entry(kind, (code,), status, when)


def _said(rule: Rule, reply: Reply, ago: int) -> Said:
    return Said(rule.quiet.topic, reply, TODAY - timedelta(days=ago))


WHEN = st.none() | st.builds(_span, st.integers(-40, 500), st.sampled_from([0, 0, 0, 29, 364]))
STATUS = st.sampled_from(["active", "completed", "not-done", "draft", "unknown", ""])
LINES = st.lists(st.builds(_line, st.sampled_from(KINDS), CODES, STATUS, WHEN), max_size=4)
TOGETHER = frozenset({"apple", "berry", "damson"})  # because of what apple offers
SOME = st.just(TOGETHER) | st.frozensets(st.sampled_from([rule.id for rule in ALL]), min_size=1)
UNREAD = st.lists(st.sampled_from(KINDS), max_size=1)
SAID = st.lists(
    st.builds(_said, st.sampled_from(ALL), st.sampled_from(list(Reply)), st.integers(0, 400)),
    max_size=3,
)


def ask(
    listed: list[Elsewhere],
    lines: list[Entry],
    said: list[Said],
    unread: list[Kind],
    most: int,
    today: date = TODAY,
    rules: tuple[Rule, ...] = ALL,
) -> Choice:
    practice = Practice("A test", most_cards_at_once=most, elsewhere=tuple(listed))
    record = a_record(*COUGHS, *lines, unread=unread)
    known = History(tuple(said))
    return choose(evaluate(rules, record, known.said, today), known, today, practice)


def on_cards(choice: Choice) -> set[str]:
    return {rule.id for prompt in choice.prompts for rule in prompt.rules}


@LIVES
@given(
    listed=st.lists(LISTED, max_size=3),
    more=LISTED,
    lines=LINES,
    said=SAID,
    unread=UNREAD,
    most=MOST,
    asked=SOME,
)
def test_one_more_system_never_brings_a_rule_or_a_card_more(
    listed: list[Elsewhere],
    more: Elsewhere,
    lines: list[Entry],
    said: list[Said],
    unread: list[Kind],
    most: int,
    asked: frozenset[str],
) -> None:
    some = tuple(rule for rule in ALL if rule.id in asked)
    for later in (0, 30, 400):
        day = TODAY + timedelta(days=later)
        without = ask(listed, lines, said, unread, most, day, some)
        with_it = ask([*listed, more], lines, said, unread, most, day, some)
        assert on_cards(with_it) <= on_cards(without)
        assert len(with_it.prompts) <= len(without.prompts)
        # What was held before it is held still, and by the same step or this one.
        before = {one.rule.id: one.step for one in without.held}
        after = {one.rule.id: one.step for one in with_it.held}
        assert before.keys() <= after.keys()


@LIVES
@given(
    listed=st.lists(LISTED, max_size=4),
    lines=LINES,
    said=SAID,
    unread=UNREAD,
    most=MOST,
    order=st.randoms(),
)
def test_the_order_of_systems_entries_and_rules_never_matters(
    listed: list[Elsewhere],
    lines: list[Entry],
    said: list[Said],
    unread: list[Kind],
    most: int,
    order: Random,
) -> None:
    one = ask(listed, lines, said, unread, most)
    rules, others, entries = list(ALL), list(listed), list(lines)
    for some in (rules, others, entries):
        order.shuffle(some)
    other = ask(others, entries, said, unread, most, rules=tuple(rules))
    assert one.prompts == other.prompts
    assert {held.rule.id: held for held in one.held} == {held.rule.id: held for held in other.held}


@LIVES
@given(listed=st.lists(LISTED, max_size=4), lines=LINES, unread=UNREAD, most=MOST)
def test_a_safety_net_never_rests_and_who_rests_is_told_until_when(
    listed: list[Elsewhere], lines: list[Entry], unread: list[Kind], most: int
) -> None:
    choice = ask(listed, lines, [], unread, most)
    for held in choice.held:
        assert held.rule.purpose is not Purpose.SAFETY_NET
        if held.step == "elsewhere" and held.until is not None:
            assert held.until > TODAY
            again = ask(listed, lines, [], unread, most, held.until)
            left = {one.rule.id: one for one in again.held}.get(held.rule.id)
            # On that day it is over, unless something that was dated ahead has come since.
            assert left is None or left.unread or left.until is None or _ahead(lines)


def _ahead(lines: list[Entry]) -> bool:
    return any(line.when is not None and line.when.last > TODAY for line in lines)


@given(days=st.lists(st.integers(-30, 300), min_size=1, max_size=4))
def test_the_last_day_that_has_been_decides_whatever_stands_beside_it(days: list[int]) -> None:
    box = Elsewhere("Box", (Kind.TAG,), frozenset({Code(SYSTEMS[0], "box")}), every_topic=True)
    dates = [TODAY - timedelta(days=ago) for ago in days]
    lines = [Entry(Kind.TAG, tuple(box.codes), "active", on(day)) for day in dates]
    been = [day for day in dates if day <= TODAY]
    until = Duration(3, "month").after(max(been)) if been else TODAY
    held = {one.rule.id: one.until for one in ask([box], lines, [], [], 1).held}
    assert held.get("berry") == (until if until > TODAY else None)


BOX = Code(SYSTEMS[0], "box")
BOXES = st.builds(
    Elsewhere,
    name=st.just("Box"),
    kinds=st.just(KINDS[:1]),
    codes=st.just(frozenset({BOX})),
    lasting=st.sampled_from([None, Duration(20, "day"), Duration(7, "month")]),
    every_topic=st.just(True),
)
LEFT = st.builds(_line, st.just(Kind.TAG), st.just(BOX), STATUS, WHEN)


@pytest.mark.long
@given(box=BOXES, lines=st.lists(LEFT, min_size=1, max_size=3))
def test_the_day_that_is_told_ahead_is_the_first_on_which_the_answer_is_another(
    box: Elsewhere, lines: list[Entry]
) -> None:
    practice = Practice("A test", elsewhere=(box,))
    case = Case(BERRY, a_record(*COUGHS, *lines), practice=practice)
    change = when_next(case, TODAY)
    days = [TODAY + timedelta(days=ahead) for ahead in range(700)]
    words = [case.on(day).word for day in days]
    first = next((day for day, word in zip(days, words, strict=True) if word != words[0]), None)
    if first is None:
        assert change is None or change.day > days[-1]
    else:
        assert change is not None
        assert change.day == first
