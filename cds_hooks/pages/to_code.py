"""The page of what was said to be done already and has no code on the record."""

from collections.abc import Sequence
from dataclasses import dataclass

from cds_hooks.pages.html import templates
from cds_hooks.pages.status import REVIEWED
from rules.rule import Practice

_TEMPLATES = templates("cds_hooks.pages", strict=True)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be coded, for whoever is to open that record."""

    person: str  # their id, as their record system has it
    client: str  # which record system that is, "" where there is one
    title: str
    on: str
    codes: tuple[str, ...]  # what the rule offers, each with the code that says so


def to_code_page(practice: Practice, items: Sequence[Item], more: int) -> bytes:
    """What is to be coded, and how much more there is."""
    made = _TEMPLATES.get_template("to-code.html")
    return made.render(practice=practice, items=items, more=more, reviewed=REVIEWED).encode()
