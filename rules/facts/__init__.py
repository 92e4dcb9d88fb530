"""Looking facts up: one file per kind of look-up, all with one signature."""

from collections.abc import Callable

from rules.fact import Fact
from rules.facts import booked, coded, computed, offered, person
from rules.finding import Finding, Look

_KINDS: dict[str, Callable[[Fact, Look], Finding]] = {
    "age": person.age,
    "deceased": person.deceased,
    "sex": person.sex,
    "language": person.language,
    "needs_interpreter": person.needs_interpreter,
    "registered_here": person.registered_here,
    "today": person.today,
    "this_appointment": booked.look_up,
    "outcome": offered.look_up,
    "cel": computed.look_up,
}


def look_up(fact: Fact, look: Look) -> Finding:
    """Yes, no, or cannot tell. A list that could not be read proves nothing."""
    return _KINDS.get(fact.find, coded.look_up)(fact, look)
