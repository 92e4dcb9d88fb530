"""A page for every rule, written from the rule itself: nothing on it can drift from what runs.

The same rules and the same day give the same pages, to the byte.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from msgspec import json

from cds_hooks.pages.html import style, templates
from cds_hooks.pages.lineage import Lineage
from cds_hooks.pages.shelf import shelf
from cds_hooks.pages.told import About, about
from fhir_adapters.forms import questionnaire_of
from rules.days import in_words
from rules.forms import FORMS
from rules.load import Loaded
from rules.schema.papers import english

# What rules are about, in the order of the index and in people's words.
AREAS = {
    "breathing": "Breathing",
    "diabetes": "Diabetes",
    "heart": "Heart, blood pressure and stroke",
    "kidneys": "Kidneys",
    "pain": "Joints, bones and pain",
    "wellbeing": "Mood, worry and mental health",
    "later-life": "Later life",
    "caring": "Looking after somebody",
    "belonging": "Company, home and helping others",
    "around-the-visit": "Around the visit",
}
_ELSE = "Other questions"


class Area(NamedTuple):
    """Rules about the same thing, under one heading."""

    anchor: str
    title: str
    rules: tuple[About, ...]


def areas(rules: Iterable[About]) -> tuple[Area, ...]:
    """The rules by what they are about; those that do not say come last."""
    by_theme: dict[str, list[About]] = {theme: [] for theme in (*AREAS, "")}
    for told in rules:
        by_theme[told.rule.theme].append(told)
    return tuple(
        Area(theme or "other", AREAS.get(theme, _ELSE), tuple(found))
        for theme, found in by_theme.items()
        if found
    )


def documents(loaded: Loaded, today: date) -> dict[str, bytes]:
    """Every file of the documents, by its path: pages, a version for patients, the stylesheet.

    ``today`` is the day that the pages say they are from, and that review dates are held against.
    """
    made = templates("cds_hooks.pages", strict=True)
    lineage = Lineage(loaded)
    practice = loaded.library.practice
    papers = shelf(practice)
    rules = [about(rule, loaded.stories.get(rule.id, ()), today) for rule in loaded.library.rules]
    common = {
        "practice": practice,
        "today": in_words(today),
        "rules": rules,
        "lists": lineage.lists(),
        "facts": lineage.facts(),
    }

    def page(template: str, *, up: str = "", **values: object) -> bytes:
        return made.get_template(template).render(up=up, **common, **values).encode()

    found = {
        "index.html": page("index.html", areas=areas(rules), papers=papers),
        "lists-and-facts.html": page("lineage.html"),
        "style.css": style(),
    }
    found |= {one.name: one.page for kind in papers for one in kind.papers}
    for form in FORMS:
        made_of = questionnaire_of(form, practice.papers, english())
        found[f"forms/{form}.json"] = json.format(json.encode(made_of), indent=2) + b"\n"
    for told in rules:
        rule = told.rule
        lists = lineage.lists_of(rule)
        own = {
            "lists": lists,
            "facts": lineage.facts_of(rule),
            "verify": tuple(dict.fromkeys(note for one in lists for note in one.verify)),
        }
        found[f"rules/{rule.id}.html"] = page("rule.html", up="../", one=told, own=own)
        found[f"for-patients/{rule.id}.html"] = page("patient.html", up="../", one=told, own=own)
    return found
