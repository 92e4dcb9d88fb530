"""Yes, no, or cannot tell, and how the three combine (Kleene's strong tables, RULES 4.12)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Answer(StrEnum):
    """What the record says to one question. There is no fourth answer and no default."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


# By themselves, because Python 3.11 takes a tenth of a microsecond to reach a member through its
# class, and one request asks for hundreds.
YES: Final = Answer.YES
NO: Final = Answer.NO
CANNOT_TELL: Final = Answer.CANNOT_TELL


def all_of(answers: Iterable[Answer]) -> Answer:
    """No if any part is no, else cannot tell if any part is, else yes. Of nothing: yes."""
    result = YES
    for answer in answers:
        if answer is NO:
            return NO
        if answer is CANNOT_TELL:
            result = CANNOT_TELL
    return result


def any_of(answers: Iterable[Answer]) -> Answer:
    """Yes if any part is yes, else cannot tell if any part is, else no. Of nothing: no."""
    result = NO
    for answer in answers:
        if answer is YES:
            return YES
        if answer is CANNOT_TELL:
            result = CANNOT_TELL
    return result


def some_of(at_least: int, answers: Iterable[Answer]) -> Answer:
    """Yes if so many parts are yes, no if they cannot be, else cannot tell."""
    certain = possible = 0
    for answer in answers:
        certain += answer is YES
        possible += answer is not NO
    if certain >= at_least:
        return YES
    return NO if possible < at_least else CANNOT_TELL


def opposite(answer: Answer) -> Answer:
    """Yes becomes no and no becomes yes; not knowing stays not knowing."""
    if answer is YES:
        return NO
    if answer is NO:
        return YES
    return CANNOT_TELL


def yes_or_no(certain: bool) -> Answer:
    """The answer to something that is known for sure."""
    return YES if certain else NO
