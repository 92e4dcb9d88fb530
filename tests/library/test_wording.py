"""What the cards of the shipped rules say: open questions, kind words, and short enough to be read.

The lints say the same to authors; here it is asked of what comes out. CONTENT 7.0 and 7.9.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cds_hooks.pages.told import about
from rules.rule import Rule, Words
from rules.schema.wording import LONGEST_NAME, SUMMARY_LIMIT
from tests.builders import TODAY, card
from tests.library.people import RULES, told

EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
OPEN = frozenset({"what", "how", "who", "when", "which"})
CLOSED = re.compile(r"\b(?:have you|do you|did you|are you|is there|would you like to be)\b", re.I)
A_LEAD_IN = 12  # words at most before the question itself
ALOUD = 19  # words in under eight seconds, at 150 a minute
LONGEST_DATE = "30 September 2026"


def words_of(rule: Rule) -> Iterator[Words]:
    yield rule.card.words
    for variant in rule.card.variants:
        yield variant.words


@EVERY_RULE
def test_every_question_is_one_and_begins_with_an_open_word(rule: Rule) -> None:
    for words in words_of(rule):
        question = words.question
        assert question.endswith("?"), question
        clauses = re.split(r"(?<=[.,])\s+", question)
        before = 0
        for clause in clauses:
            inner = clause.removeprefix("and ").split()
            if inner[0].lower().rstrip(",") in OPEN | {"of"}:
                break
            before += len(inner)
        else:
            pytest.fail(question)
        assert before <= A_LEAD_IN, question
        asked = " ".join(clauses).split(". ")[-1]
        assert not CLOSED.match(asked), question


@EVERY_RULE
def test_every_question_can_be_said_aloud_in_under_eight_seconds(rule: Rule) -> None:
    for words in words_of(rule):
        assert len(words.question.split()) <= ALOUD, words.question


@EVERY_RULE
def test_every_summary_has_room_for_the_longest_name_and_date(rule: Rule) -> None:
    for words in words_of(rule):
        filled = "".join(
            part if isinstance(part, str) else max(LONGEST_NAME, LONGEST_DATE, key=len)
            for part in words.summary.parts
        )
        assert len(filled) <= 140, filled
    record, said = told(rule)
    named = replace(record, person=replace(record.person, first_name=LONGEST_NAME))
    prompt = card(rule, named, *said).prompt
    assert prompt is not None
    assert len(prompt.summary) <= SUMMARY_LIMIT < 140


@EVERY_RULE
def test_what_is_not_recorded_is_said_to_be_not_recorded(rule: Rule) -> None:
    """Never that somebody has not been offered something: the record may not have it."""
    for words in words_of(rule):
        for text in (words.summary.plain, words.detail.plain):
            assert not re.search(r"\b(?:has|was|were|have) (?:not been|never)\b", text), text


@EVERY_RULE
def test_whom_a_rule_leaves_alone_is_said_to_patients_as_people_who(rule: Rule) -> None:
    """A reason for the team ("ask them first") is no answer to "Who we do not ask"."""
    said = [one.to_patients for one in about(rule, (), TODAY).excluded if one.to_patients]
    assert [words for words in said if not words.startswith("Anyone who ")] == []
