"""Who has a rule that is new: some people or clinicians in pilot, some sessions in its first week.

Always the same ones, by a stable hash and nothing else: nobody chooses them, and nobody is kept.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256

from rules.days import in_words
from rules.record import Person
from rules.rule import Purpose, Rule, Status

FIRST_WEEK = timedelta(days=7)  # PRODUCT 1.4, "Canary share"
ONE_IN = 4  # sessions


def for_some_who_look(rule: Rule, today: date) -> bool:
    """Whether some of those who look have it only, so that it matters who looks."""
    group = rule.care.pilot
    tried = rule.status is Status.PILOT and group is not None and bool(group.clinicians)
    return tried or is_new(rule, today)


def is_among(user: str, clinicians: Iterable[str]) -> bool:
    """Whether whoever looks is among some clinicians, however each of them is written."""
    return one_reference(user) in map(one_reference, clinicians)


def one_reference(user: str) -> str:
    """A reference to whoever looks as one text, however it was written.

    Some clients send the same person as "Practitioner/1", with the address of their server, with a
    version or with a space.
    """
    user = user.strip()
    path = user.partition("#")[0].partition("?")[0].partition("/_history")[0].strip("/ ")
    return "/".join(path.split("/")[-2:]) or user


def is_new(rule: Rule, today: date) -> bool:
    """Whether a live rule is in its first week, or before it. A safety net has none."""
    week = first_week(rule)
    return week is not None and today < week[1]


def first_week(rule: Rule) -> tuple[date, date] | None:
    """The day on which a rule goes live and the day on which everybody has it; None where none.

    A rule that was released before the day was written down has no first week.
    """
    released = rule.care.released
    live = rule.status is Status.LIVE and rule.purpose is not Purpose.SAFETY_NET
    if not live or released is None or released.on is None:
        return None
    on = min(released.on, date.max - FIRST_WEEK)
    return on, on + FIRST_WEEK


def kept_from(rule: Rule, session: str, today: date) -> str:
    """Why a session does not have a rule in its first week, in a sentence; "" where it has it.

    ``session`` is a text of its own for whoever looks and the half day; "" where nobody knows.
    """
    week = first_week(rule)
    if week is None or today >= week[1]:
        return ""
    on, over = in_words(week[0]), in_words(week[1])
    if today < week[0]:
        return f"Not shown: this rule goes live on {on}."
    if session and is_one_of((1, ONE_IN), rule, session):
        return ""
    return f"Not shown: this rule went live on {on}, and until {over} one session in four has it."


def has_person(share: tuple[int, int], rule: Rule, person: Person) -> bool:
    """Whether somebody is among those with whom a rule is tried."""
    return is_one_of(share, rule, person.id)


def is_one_of(share: tuple[int, int], rule: Rule, who: str) -> bool:
    """Whether a text is among one in so many: a stable hash of it and of the rule."""
    some, of = share
    digest = sha256(f"{rule.id}|{who}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % of < some
