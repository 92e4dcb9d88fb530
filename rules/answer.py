"""Yes, no, or cannot tell, and how the three combine (Kleene's strong tables, RULES 4.12)."""

from collections.abc import Iterable
from enum import StrEnum


class Answer(StrEnum):
    """What the record says to one question. There is no fourth answer and no default."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


def all_of(answers: Iterable[Answer]) -> Answer:
    """No if any part is no, else cannot tell if any part is, else yes. Of nothing: yes."""
    result = Answer.YES
    for answer in answers:
        if answer is Answer.NO:
            return Answer.NO
        if answer is Answer.CANNOT_TELL:
            result = Answer.CANNOT_TELL
    return result


def any_of(answers: Iterable[Answer]) -> Answer:
    """Yes if any part is yes, else cannot tell if any part is, else no. Of nothing: no."""
    result = Answer.NO
    for answer in answers:
        if answer is Answer.YES:
            return Answer.YES
        if answer is Answer.CANNOT_TELL:
            result = Answer.CANNOT_TELL
    return result


def opposite(answer: Answer) -> Answer:
    """Yes becomes no and no becomes yes; not knowing stays not knowing."""
    if answer is Answer.YES:
        return Answer.NO
    if answer is Answer.NO:
        return Answer.YES
    return Answer.CANNOT_TELL


def yes_or_no(certain: bool) -> Answer:
    """The answer to something that is known for sure."""
    return Answer.YES if certain else Answer.NO
