"""Facts about the person: how old, and whether they have died."""

from rules.answer import CANNOT_TELL, YES, Answer, yes_or_no
from rules.days import age as years
from rules.days import on
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
    died = person.died_by(look.today)
    return Finding(fact, died, day=person.died_on, doubt=_doubt(died))


def _doubt(answer: Answer) -> str:
    return "the date of death could not be read" if answer is CANNOT_TELL else ""


def sex(fact: Fact, look: Look) -> Finding:
    """The sex that the record gives; *no* where it gives none."""
    return _recorded(fact, look.record.person.sex)


def language(fact: Fact, look: Look) -> Finding:
    """The language that the record gives, without its region; *no* where it gives none."""
    return _recorded(fact, look.record.person.language.partition("-")[0])


def _recorded(fact: Fact, word: str) -> Finding:
    return Finding(fact, yes_or_no(bool(word)), choices=frozenset({word} if word else ()))


def needs_interpreter(fact: Fact, look: Look) -> Finding:
    """Whether the record says that an interpreter is needed."""
    answer = look.record.person.needs_interpreter
    return Finding(fact, answer, doubt=_not_said(answer, "whether an interpreter is needed"))


def registered_here(fact: Fact, look: Look) -> Finding:
    """Whether the person is registered at this practice."""
    answer = look.record.person.registered_here
    return Finding(fact, answer, doubt=_not_said(answer, "whether they are registered here"))


def _not_said(answer: Answer, what: str) -> str:
    return f"the record does not say {what}" if answer is CANNOT_TELL else ""


def today(fact: Fact, look: Look) -> Finding:
    """The practice's day."""
    return Finding(fact, YES, day=on(look.today))
