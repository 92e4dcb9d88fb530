"""What every specification here is: data, question, answer.

The data are the lines of one record. The question is a piece of a rule file, as an author writes
it. The answer is what the engine decides, through the same doors as for anybody.
"""

from collections.abc import Iterable
from datetime import date
from textwrap import dedent, indent

from rules.answer import Answer
from rules.outcome import Decision
from rules.problems import Problem
from rules.record import Entry, Kind, PatientRecord, Person, Said
from rules.rule import Rule
from tests.builders import TODAY, a_record, decide, load_text, rule_text

YES, NO, UNSURE = Answer.YES, Answer.NO, Answer.CANNOT_TELL

_ANSWERS = {
    Decision.PROMPT: YES,
    Decision.NO_PROMPT: NO,
    Decision.CANNOT_TELL: UNSURE,
}


def rule_asking(facts: str, when: str) -> Rule:
    """A rule with these facts and this condition, and nothing that could leave people alone."""
    loaded = load_text(
        rule_text(facts="\n" + dedent(facts), when=when, exclude=None, people=None, tests=None)
    )
    # A condition may be true of an empty record here (S03): a specification asks about that too.
    stops = [problem for problem in loaded.stops if problem.code != "S03"]
    assert not stops, "\n".join(map(str, stops))
    return loaded.library.rules[0]


def fact(lines: str) -> str:
    """The facts block of a rule with the one fact that the question is about."""
    return "the_fact:\n" + indent(dedent(lines).strip(), "  ") + "\n"


def answer(
    question: str,
    *entries: Entry,
    facts: str = "",
    test: str = "",
    before: Iterable[Said] = (),
    unread: Iterable[Kind] = (),
    booking: Iterable[Entry] = (),
    person: Person | None = None,
    record: PatientRecord | None = None,
    today: date = TODAY,
) -> Answer:
    """The answer to a fact: ``question`` is its lines, ``test`` a comparison of what it gives.

    ``facts`` are other facts that the question needs, above it.
    """
    when = f"{{the_fact: {test}}}" if test else "the_fact"
    rule = rule_asking(dedent(facts).strip() + "\n" + fact(question), when)
    kept = record or a_record(*entries, unread=unread, booking=booking, person=person)
    return _ANSWERS[decide(rule, kept, *before, today=today)]


def answer_when(
    condition: str,
    *entries: Entry,
    facts: str = "",
    unread: Iterable[Kind] = (),
    person: Person | None = None,
    today: date = TODAY,
) -> Answer:
    """The answer to a condition about ``a_cough``, ``a_wheeze``, ``coughs`` and ``last_cough``."""
    rule = rule_asking(_FACTS + dedent(facts), condition)
    return _ANSWERS[decide(rule, a_record(*entries, unread=unread, person=person), today=today)]


_FACTS = """
a_cough: {find: condition, codes: cough}
a_wheeze: {find: observation, codes: wheeze}
coughs: {find: condition, codes: cough, give: count}
last_cough: {find: condition, codes: cough, give: latest date}
"""


def stops(**headings: str | None) -> list[Problem]:
    """What has to be fixed in a rule file with these headings."""
    return load_text(rule_text(**headings)).stops


def refusals(**headings: str | None) -> list[str]:
    """The same as sentences."""
    return [problem.says for problem in stops(**headings)]
