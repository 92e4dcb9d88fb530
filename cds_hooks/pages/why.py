"""Why a card was shown, and who has looked at such pages: for those who may see it.

Neither page names the person, who is the one whose record is open where the link was pressed.
"""

from dataclasses import dataclass
from datetime import date, datetime

from cds_hooks.pages.framed import page_of
from cds_hooks.store.audit import Page
from rules.days import PRACTICE_ZONE, in_words
from rules.rule import Practice

# How many looks stand on a page, the latest of them first.
MOST_ENTRIES = 200
_BACK = "Why this card was shown"
_ACTIONS = {
    "trace": "Why a card was shown",
    "case": "Somebody by whom a rule is judged",
    "audit": "This page",
    "to-code": "Somebody of whom something is to be coded",
    "words": "What was said about cards",
    "directory": "A button of the directory of local support",
    "export": "What is kept of a person, exported",
    "erase": "What is kept of a person, erased",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Something on the record that counted: what it was looked up as, its codes, and its days."""

    label: str
    codes: tuple[str, ...]
    when: str


@dataclass(frozen=True, slots=True)
class Mute:
    """Whether whoever looks sees a rule: until when they do not, and until when they might not."""

    never: bool = False  # a safety net, which cannot be muted
    unread: bool = False  # nobody can look it up at the moment
    until: str = ""  # in words
    would_end: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of whoever looks: whether a card helped, and if it is for their role."""

    box: str  # which card and rule it is about, closed
    roles: tuple[tuple[str, str], ...]  # each as it is written in a rule, and in words


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule of a card: what it saw, and its way to the card, step by step."""

    id: str
    title: str
    version: str
    found: tuple[Found, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()  # each step's name, and its sentence
    mute: Mute | None = None  # None where there is nothing to press
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that is kept about why one card was shown."""

    card: str
    shown_on: date
    rules: tuple[Asked, ...]
    # Offers for which there was no room: what was said of each, its rule, and what rank that had.
    waits: tuple[tuple[str, str, str], ...] = ()
    held: tuple[tuple[str, str], ...] = ()  # rules that were held back then, and why
    signed_in: bool = False  # by the sign-in of the practice, which may have other names for people
    said: str = ""  # where it stands what was said about cards


def why_page(practice: Practice, why: Why) -> bytes:
    """The page about one card."""
    return page_of("why.html", practice, why=why, shown_on=in_words(why.shown_on))


def audit_page(practice: Practice, page: Page) -> bytes:
    """Who looked, the latest first, and whether anything was done to the audit."""
    return page_of(
        "audit.html",
        practice,
        entries=[(_moment(one.at), one) for one in page.entries],
        count=page.count,
        before=page.before,
        wrong=page.wrong,
        actions=_ACTIONS,
    )


def pressed_page(practice: Practice, heading: str, says: str, back: str = _BACK) -> bytes:
    """The page of somebody who pressed a button: nothing of the card or the person is on it."""
    return page_of("pressed.html", practice, heading=heading, says=says, back=back)


def not_for_you_page(practice: Practice, says: str) -> bytes:
    """The page of somebody who may not look, or whose link is too old."""
    return page_of("not-for-you.html", practice, says=says)


def _moment(at: datetime) -> str:
    here = at.astimezone(PRACTICE_ZONE)
    return f"{in_words(here.date())}, {here:%H:%M}"
