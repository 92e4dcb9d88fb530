"""An offer that is full rests: what nobody can have is not offered to the next person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from rules.days import Duration

# PRODUCT 1.4: so many answers "service not available", within so long, rest an offer for so long.
ENOUGH = 3
WITHIN = Duration(30, "day")
RESTS = Duration(90, "day")


def resting(answers: Iterable[tuple[date, str]], today: date) -> Mapping[str, date]:
    """The keys of the offers that rest today in one practice, each with its last such answer.

    Whoever finds out after that day that there is room ends the rest (``places.found_open``).
    ``answers`` are the day and the offer of each "service not available", in any order and about
    whomever; those older than ``WITHIN`` and ``RESTS`` together change nothing.
    """
    days: dict[str, list[date]] = defaultdict(list)
    for on, offer in answers:
        days[offer].append(min(on, today))
    return {offer: max(on) for offer, on in days.items() if _rests(sorted(on), today)}


def _rests(days: list[date], today: date) -> bool:
    """Whether any three in a row came close enough together, and lately enough."""
    return any(
        last < WITHIN.after(first) and today < RESTS.after(last)
        for first, last in zip(days, days[ENOUGH - 1 :], strict=False)
    )
