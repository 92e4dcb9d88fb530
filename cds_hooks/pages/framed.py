"""A page of a service that runs: whose it is, and that nobody has reviewed it, stand on each."""

from cds_hooks.pages.html import templates
from cds_hooks.pages.status import REVIEWED
from rules.rule import Practice

_TEMPLATES = templates("cds_hooks.pages", strict=True)


def page_of(template: str, practice: Practice, **values: object) -> bytes:
    """A page by the name of its template, with what that puts into it; all of it is escaped."""
    made = _TEMPLATES.get_template(template)
    return made.render(practice=practice, reviewed=REVIEWED, **values).encode()
