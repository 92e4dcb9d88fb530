"""Every paper that a practice can print, in each layout and language it has: a shelf of files.

Nobody is on any of them. The letter is a sample: its values are invented, and it says so.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from cds_hooks.pages.ages import Age, Noting, age_of
from cds_hooks.pages.papers import (
    LAYOUTS,
    Layout,
    Shown,
    invitation_page,
    letter_page,
    plan_page,
    sheet_page,
)
from prompts.letter import Before, Letter, Result
from rules.papers import ENGLISH, Papers, papers_for
from rules.rule import Practice
from rules.schema.papers import english

_LAYOUTS: dict[Layout, str] = {
    "letter": "A4",
    "large-print": "large print",
    "easy-read": "easy read",
}
# The paper of each form, and the sample of a letter.
PAPERS = {
    "agenda-sheet": "papers/agenda-sheet.html",
    "agenda-sheet-easy-read": "papers/agenda-sheet-easy-read.html",
    "health-plan-easy-read": "papers/health-plan-easy-read.html",
}
SAMPLE = "papers/results-letter-sample.html"
_RESULTS = (
    Result(
        "HbA1c (average blood sugar)",
        "58 mmol/mol",
        "14 November 2026",
        (Before("61 mmol/mol", "3 May 2026"), Before("64 mmol/mol", "2 November 2025")),
        "20 to 41 mmol/mol",
    ),
    Result("Blood pressure, upper", "132 mmHg", "14 November 2026"),
    Result("Cholesterol", "4.1 mmol/L", "14 November 2026", (Before("4.6 mmol/L", "3 May 2026"),)),
)


class Paper(NamedTuple):
    """One file: where it stands, what is on it, how it is set, and how hard it is to read."""

    name: str
    layout: str  # A4, large print, easy read
    language: str  # by its name in English; "" for English
    page: bytes
    age: Age


class Kind(NamedTuple):
    """One sort of paper, what it is for, and its files."""

    title: str
    about: str
    papers: tuple[Paper, ...]


def shelf(practice: Practice) -> tuple[Kind, ...]:
    """The papers of a practice, sort by sort."""
    return (
        Kind(
            "A sheet to prepare a visit",
            "For people to write down what they would like to talk about. It is theirs.",
            tuple(_each("agenda-sheet", practice, LAYOUTS)),
        ),
        Kind(
            "An invitation: we would like to work with you this way",
            "For the waiting room, a letter or the web.",
            tuple(_each("invitation", practice, LAYOUTS)),
        ),
        Kind(
            "A letter with results ahead of a visit: a sample",
            "The results on it are invented, and nobody's. It shows what such a letter says.",
            tuple(_each("results-letter-sample", practice, LAYOUTS)),
        ),
        Kind(
            "My health plan, in easy words",
            "To fill in together or at home.",
            tuple(_each("health-plan", practice, ("easy-read",))),
        ),
    )


def _each(name: str, practice: Practice, layouts: tuple[Layout, ...]) -> Iterator[Paper]:
    others = sorted(tag for tag in practice.papers if tag != ENGLISH)
    for tag in (ENGLISH, *others):
        papers = papers_for(tag, practice.papers, english())
        for layout in layouts:
            short = "" if layout == "letter" else f"-{layout}"
            in_words = "" if tag == ENGLISH else papers.called
            file = f"papers/{name}{short}{'' if tag == ENGLISH else f'.{tag}'}.html"
            noting = Noting(papers)
            page = _page(name, replace(papers, texts=noting), practice, layout)
            age = age_of(noting.said.values(), tag)
            yield Paper(file, _LAYOUTS[layout], in_words, page, age)


def _page(name: str, papers: Papers, practice: Practice, layout: Layout) -> bytes:
    shown = Shown(practice, layout)
    match name:
        case "agenda-sheet":
            return sheet_page(papers, shown)
        case "invitation":
            return invitation_page(papers, shown)
        case "health-plan":
            return plan_page(papers, shown)
        case _:
            letter = Letter(papers, "", "1 December 2026", _RESULTS, practice.phone)
            return letter_page(letter, shown._replace(sample=True))
