"""Which stories every shipped rule tells: whoever adds a rule, or takes a story out, hears of it.

"Never offered, offered, each offer state, declined, excluded, unreadable list, boundaries to the
day": that a rule behaves so is asked in test_every_rule.py, and that its file shows it, here.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from rules.days import Duration
from rules.fact import Compare, Fact, facts_of, parts_of
from rules.outcome import Decision
from rules.people import Story, record_of
from rules.record import Kind, PatientRecord, Reply
from rules.rule import Rule
from tests.builders import TODAY, decide
from tests.library.people import LOADED, RULES, kept_by, told

EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
A_DAY = timedelta(days=1)


def stories(rule: Rule) -> tuple[Story, ...]:
    return LOADED.stories[rule.id]


def named(rule: Rule, *expected: str) -> set[str]:
    """The lists of which something stands on a record in a story with one of these endings."""
    told_of = (story for story in stories(rule) if not expected or story.expect in expected)
    return {line.name for story in told_of for line in story.person.lines}


@EVERY_RULE
def test_the_first_story_is_somebody_to_whom_nothing_was_offered_yet(rule: Rule) -> None:
    first = stories(rule)[0]
    assert first.expect == "prompt"
    kept = kept_by(rule)
    needed = {one.id for fact in rule.looks_at if fact not in kept for one in fact.lists}
    lists = {one.id for fact in kept for one in fact.lists} - needed
    assert not lists & {line.name for line in first.person.lines}


@EVERY_RULE
def test_a_story_tells_of_each_state_that_keeps_the_rule_silent(rule: Rule) -> None:
    lists = {one.id for fact in kept_by(rule) for one in fact.lists}
    assert lists <= named(rule, "no prompt", "excluded")


@EVERY_RULE
def test_a_story_tells_of_each_no_that_may_stand_on_the_record(rule: Rule) -> None:
    lists = {*rule.quiet.declined_lists, *rule.quiet.not_done_lists}
    assert lists <= named(rule, "quiet", "no prompt")


@EVERY_RULE
def test_no_list_that_a_rule_looks_for_is_left_out_of_its_stories(rule: Rule) -> None:
    looked = [fact for fact in rule.looks_at if fact.find != "this_appointment"]
    assert {one.id for fact in looked for one in fact.lists} <= named(rule)


def answered(rule: Rule, reply: Reply, day: date) -> set[str]:
    """How the stories end in which that was said on this day."""
    topics = rule.quiet.topics
    return {
        story.expect
        for story in stories(rule)
        for one in record_of(story)[1]
        if one.reply is reply and one.on == day and one.topic in topics
    }


@EVERY_RULE
@pytest.mark.parametrize("reply", Reply)
def test_each_answer_is_heard_to_the_day(rule: Rule, reply: Reply) -> None:
    """Declined, not now, taken up and the others: the last quiet day, and the one after it."""
    over = rule.quiet.periods[reply].before(TODAY)
    assert "quiet" in answered(rule, reply, over + A_DAY)
    assert "prompt" in answered(rule, reply, over)


# ---- boundaries -----------------------------------------------------------------------------


def days_of(fact: Fact, story: Story) -> Iterator[date]:
    """The days on which what a fact looks for stands on the record of a story."""
    record, said = record_of(story)
    lines = [line for found in record.by_code.values() for line in found]
    for line in (*lines, *record.booking):
        if fact.codes.isdisjoint(line.codes):
            continue
        for when in (line.when, line.ends):
            if when is not None and when.first == when.last:
                yield when.first
    if fact.topic:
        yield from (one.on for one in said if one.topic == fact.topic)


@EVERY_RULE
def test_stories_stand_on_both_sides_of_each_window(rule: Rule) -> None:
    for fact in rule.looks_at:
        if fact.within is None:
            continue
        edge = fact.within.before(TODAY)
        days = {day for story in stories(rule) for day in days_of(fact, story)}
        assert {edge, edge - A_DAY} <= days, f"{fact.name}: {fact.within}"


@EVERY_RULE
def test_stories_stand_on_both_sides_of_each_day_that_is_compared(rule: Rule) -> None:
    compared = (part for one in rule.asked for part in parts_of(one) if isinstance(part, Compare))
    for part in compared:
        for test in part.tests:
            if not isinstance(test.value, Duration):
                continue
            edge = test.value.after(TODAY) if test.ahead else test.value.before(TODAY)
            days = {day for story in stories(rule) for day in days_of(part.fact, story)}
            before, after = {edge - A_DAY, edge}, {edge, edge + A_DAY}
            assert before <= days or after <= days, f"{part.fact.name} {test.word} {test.value}"


# ---- what could not be read -----------------------------------------------------------------


@EVERY_RULE
def test_a_story_tells_of_a_list_that_could_not_be_read(rule: Rule) -> None:
    unread = [story for story in stories(rule) if story.unavailable]
    assert unread
    expected = {"prompt", "cannot tell"} if rule.prompt_when_unknown else {"cannot tell"}
    assert {story.expect for story in unread} & expected


def without(record: PatientRecord, kind: Kind) -> PatientRecord:
    """A record of which one list could not be read."""
    left = {
        code: tuple(line for line in found if line.kind is not kind)
        for code, found in record.by_code.items()
    }
    return PatientRecord(record.person, left, {kind: "not read"}, booking=record.booking)


@EVERY_RULE
def test_whichever_list_could_not_be_read_nobody_is_prompted_for_want_of_it(rule: Rule) -> None:
    """Where what keeps the rule silent may stand in it: not having read it is not its absence."""
    record, said = told(rule)
    kept = {kind for fact in kept_by(rule) for kind in fact.kinds}
    # An exclusion may say itself that it leaves nobody out for what could not be read.
    meant = {
        kind
        for exclusion in rule.exclusions
        if not exclusion.if_unknown_exclude
        for fact in facts_of(exclusion.condition)
        for kind in fact.kinds
    }
    for kind in kept:
        found = decide(rule, without(record, kind), *said)
        if not rule.prompt_when_unknown and kind not in meant:
            assert found is not Decision.PROMPT, kind
