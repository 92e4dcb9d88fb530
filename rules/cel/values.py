"""What was found, as cel takes it: yes or no, a number, a day or a choice; None where unknown."""

from decimal import Decimal

from rules.answer import CANNOT_TELL, YES
from rules.fact import Sort
from rules.finding import Finding

Value = bool | float | str

_LARGEST = 10**12


def value(finding: Finding) -> Value | None:
    """The one value that a fact has for certain; None, to be left out, where there is no such.

    Days are texts, year-month-day, which compare as the days do. A day or a value that is not
    there is left out too: no comparison with it is true or false.
    """
    match finding.fact.give.sort:
        case Sort.YES_NO:
            return None if finding.answer is CANNOT_TELL else finding.answer is YES
        case Sort.NUMBER:
            return _number(finding)
        case Sort.QUANTITY:
            return _number(finding) if finding.answer is YES else None
        case Sort.DATE:
            day = finding.day
            if finding.answer is not YES or day is None or not day.exact:
                return None
            return day.first.isoformat()
        case Sort.CHOICE:
            if finding.answer is not YES or len(finding.choices) != 1:
                return None
            return next(iter(finding.choices))


def _number(finding: Finding) -> float | None:
    if finding.number is None or finding.number[0] != finding.number[1]:
        return None
    exact = Decimal(finding.number[0])
    if not exact.is_finite() or abs(exact) > _LARGEST:
        return None
    number = float(exact)
    # More decimals than a double has would be rounded, perhaps across a threshold.
    return number if Decimal(repr(number)) == exact else None
