"""Letters about invented people, and other papers, for tests that look at them."""

from collections.abc import Callable

from cds_hooks.pages.papers import Shown, invitation_page, letter_page, sheet_page
from prompts.letter import Before, Letter, Result
from rules.papers import Papers
from rules.rule import Practice
from rules.schema.papers import english

HERE = Practice("Example Surgery", phone="01632 960123")
RESULTS = (
    Result(
        "HbA1c (average blood sugar)",
        "58 mmol/mol",
        "14 November 2026",
        (Before("61 mmol/mol", "3 May 2026"), Before("64 mmol/mol", "2 November 2025")),
        "20 to 41 mmol/mol",
    ),
    Result("Blood pressure, upper", "132 mmHg", "14 November 2026"),
    Result("Breathing test (FEV1)", "2.5 L", "14 November 2026", usual="from 2.7 L"),
)


def a_letter(papers: Papers | None = None, name: str = "Leroy") -> Letter:
    """Three results ahead of a visit on 1 December."""
    return Letter(papers or english(), name, "1 December 2026", RESULTS, HERE.phone)


PAGES: dict[str, Callable[[Shown], bytes]] = {
    "letter": lambda shown: letter_page(a_letter(), shown),
    "sheet": lambda shown: sheet_page(english(), shown, "1 December 2026"),
    "invitation": lambda shown: invitation_page(english(), shown),
}
