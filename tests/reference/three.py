"""Yes, no and cannot tell, written as those words (RULES 4.12: "Three values")."""

from collections.abc import Iterable

YES, NO, CANNOT_TELL = "yes", "no", "cannot tell"


def all_of(answers: Iterable[str]) -> str:
    """No if any part is no, else cannot tell if any part is, else yes."""
    given = list(answers)
    if NO in given:
        return NO
    return CANNOT_TELL if CANNOT_TELL in given else YES


def any_of(answers: Iterable[str]) -> str:
    """Yes if any part is yes, else cannot tell if any part is, else no."""
    given = list(answers)
    if YES in given:
        return YES
    return CANNOT_TELL if CANNOT_TELL in given else NO


def opposite(answer: str) -> str:
    """Not of cannot tell is cannot tell."""
    return {YES: NO, NO: YES, CANNOT_TELL: CANNOT_TELL}[answer]


def some_of(at_least: int, answers: Iterable[str]) -> str:
    """As many yeses as that, for every way in which what cannot be told may turn out."""
    given = list(answers)
    surely, perhaps = given.count(YES), given.count(CANNOT_TELL)
    return in_every_world(surely + more >= at_least for more in range(perhaps + 1))


def in_every_world(holds: Iterable[bool]) -> str:
    """Yes if it is so however things really were, no if it never is, else cannot tell."""
    worlds = set(holds)
    if worlds == {True}:
        return YES
    return NO if worlds == {False} else CANNOT_TELL


def yes_if(certain: bool) -> str:
    """What is known for sure."""
    return YES if certain else NO
