"""Facts about the person: how old, and whether they have died."""

from rules.answer import CANNOT_TELL, YES, Answer
from rules.days import age as years
from rules.fact import Fact
from rules.finding import Finding, Look


def age(fact: Fact, look: Look) -> Finding:
    """Whole years on the day. A partial date of birth gives the least and the most it can be."""
    birth = look.record.person.birth
    if birth is None:
        return Finding(fact, CANNOT_TELL, doubt="no date of birth could be read")
    return Finding(fact, YES, number=years(birth, look.today))


def deceased(fact: Fact, look: Look) -> Finding:
    """Whether the record says that the person had died by this day."""
    person = look.record.person
    if person.died_on is not None:
        by_today = person.died_on.is_between(person.died_on.first, look.today)
        return Finding(fact, by_today, day=person.died_on, doubt=_doubt(by_today))
    return Finding(fact, person.died, doubt=_doubt(person.died))


def _doubt(answer: Answer) -> str:
    return "the date of death could not be read" if answer is CANNOT_TELL else ""
