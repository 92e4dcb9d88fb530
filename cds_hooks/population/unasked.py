"""Who is left out of a night before any rule is asked: nobody opens their record and sees why.

A card comes while somebody looks at a record that says so. A reminder and a letter come by
themselves, and a rule need not say that it is for the living. What is on such a record already is
ended where the rules say so, and otherwise left to a person.
"""

from datetime import date
from enum import StrEnum

from rules.answer import CANNOT_TELL, NO, YES
from rules.record import Person


class Unasked(StrEnum):
    """Why somebody is left out."""

    GONE = "the record says that they have died or are not registered here"
    UNSURE = "it cannot be told whether they have died"


def unasked(person: Person, today: date) -> Unasked | None:
    """Why a person is left out of a night, None where they are not.

    Of many records it cannot be told whether somebody is registered here; that alone leaves nobody
    out. A record that was replaced by another is of nobody registered.
    """
    died = person.died_by(today)
    if died is YES or person.registered_here is NO:
        return Unasked.GONE
    return Unasked.UNSURE if died is CANNOT_TELL else None
