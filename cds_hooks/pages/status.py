"""The page about the running service, in plain words."""

from collections.abc import Mapping
from datetime import date, datetime

from cds_hooks.pages.html import templates
from rules.days import PRACTICE_ZONE, in_words
from rules.rule import Library

REVIEWED = "Nothing here has been reviewed by a clinical safety officer."
_TEMPLATES = templates("cds_hooks.pages", strict=True)


def status_page(library: Library, state: Mapping[str, object], said_at: str = "") -> bytes:
    """The state of a service, as ``/status`` gives it in JSON, as a page.

    ``said_at``: where it stands what was said about cards, "" where there is no such page.
    """
    page = _TEMPLATES.get_template("status.html").render(
        practice=library.practice,
        state=state,
        said_at=said_at,
        reviewed=REVIEWED,
        moment=_moment,
        day=_day,
    )
    return page.encode()


def _day(text: str) -> str:
    return in_words(date.fromisoformat(text))


def _moment(text: str) -> str:
    """ "21 November 2026, 09:30", where the practice is."""
    at = datetime.fromisoformat(text).astimezone(PRACTICE_ZONE)
    return f"{in_words(at.date())}, {at:%H:%M}"
