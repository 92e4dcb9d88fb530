"""One rule and one person on one day, explained whole: why, why not, when next, what would change.

As values, so that the terminal, JSON and a page say the same. It names nobody.
"""

from dataclasses import dataclass
from datetime import date

from prompts.next_time import AHEAD, Change, when_next
from prompts.prompt import Held
from prompts.standing import PROMPT, Case, Standing
from prompts.what_if import flips
from rules.answer import Answer
from rules.days import in_words
from rules.explain import Line, explain
from rules.record import PatientRecord
from rules.rule import Rule

_NUMBERS = {5: "five"}


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that can be said about one rule for one person, in the order it is read."""

    rule: Rule
    today: date
    word: str  # prompt, no prompt, excluded, quiet, cannot tell
    headline: str
    who_for: tuple[Line, ...]
    who_not_for: tuple[Line, ...]
    left_alone: tuple[Line, ...]
    change: Change | None  # what time alone brings
    when_next: str  # the same in a sentence
    what_if: tuple[str, ...]  # single facts that, found otherwise, make it prompt
    until: date | None = None  # when a quiet period ends
    data_quality: tuple[str, ...] = ()  # what in the record keeps a fact from being told


def report(case: Case, today: date, *, heard: bool = True) -> Report:
    """Explain one rule. ``heard`` is whether earlier answers could be looked up at all."""
    standing = case.on(today)
    explanation = explain(standing.outcome)
    change = when_next(case, today)
    held = standing.held
    return Report(
        case.rule,
        today,
        standing.word,
        held.says if held else explanation.headline,
        explanation.who_for,
        explanation.who_not_for,
        (_left_alone(standing.left_alone, case, heard),),
        change,
        _in_a_sentence(change, standing),
        tuple(flip.says for flip in flips(case, today)),
        held.until if held else None,
        explanation.data_quality,
    )


def _left_alone(held: Held | None, case: Case, heard: bool) -> Line:
    """What was said before, and whether it leaves this person alone today."""
    count = len(case.known.heard)
    known = f"{count} earlier {'answer' if count == 1 else 'answers'} known"
    if not heard:
        known = "answers given before were not looked up: name their folder with --data"
    if held is None:
        return Line(Answer.NO, "nothing that was said before holds today", known)
    answer = Answer.CANNOT_TELL if held.unread else Answer.YES
    return Line(answer, held.says.removesuffix("."), "")


def _in_a_sentence(change: Change | None, now: Standing) -> str:
    if change is None:
        return f"nothing changes by itself in the next {_NUMBERS[AHEAD.count]} years"
    over = now.held is not None and now.held.until == change.day
    what = "the quiet period ends" if over else "it changes"
    says = f"on {in_words(change.day)} {what}: {change.becomes}"
    if change.prompts_on is not None:
        says += f"; and on {in_words(change.prompts_on)}: {PROMPT}"
    return says


def entries_read(record: PatientRecord) -> int:
    """How many lines of a record there are, each once."""
    return len({id(entry) for found in record.by_code.values() for entry in found})
