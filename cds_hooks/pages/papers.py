"""Letters, sheets and invitations on paper: one file each, that prints on A4 and reads aloud.

The same words give the same file, to the byte. Each is HTML by itself, with its style in it and
nothing that is fetched; ``pdf.py`` makes a PDF of it.
"""

from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple, get_args

from cds_hooks.pages.html import templates
from prompts.letter import ASKS, Letter
from rules.papers import Papers
from rules.rule import Practice

Layout = Literal["letter", "large-print", "easy-read"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

_TEMPLATES = templates("cds_hooks.pages", strict=True)
_TICKS = ("breathing", "sleep", "mood", "pain", "moving", "eating", "money", "home", "company",
          "medicine", "else")  # fmt: skip
_QUESTIONS = ("sheet_good_day", "sheet_most", "sheet_well", "sheet_in_the_way", "sheet_worry",
              "sheet_stop")  # fmt: skip
_EASY = ("easy_sheet_visit", "easy_sheet_say", "easy_sheet_good", "easy_sheet_hard",
         "easy_sheet_ask", "easy_sheet_draw", "easy_sheet_friend", "easy_sheet_no",
         "easy_sheet_read")  # fmt: skip
_IN_NEED = ("easy_sheet_now", "easy_sheet_danger", "easy_sheet_talk")
_INVITES = ("invite_you_know", "invite_before", "invite_at", "invite_choose", "invite_no",
            "invite_tell")  # fmt: skip


class Shown(NamedTuple):
    """How a paper is set, and whose it is."""

    practice: Practice
    layout: Layout = "letter"


def letter_page(letter: Letter, shown: Shown) -> bytes:
    """The letter that takes filed results ahead of a visit."""
    return _page("letter.html", letter.papers, shown, letter=letter, asks=ASKS)


def sheet_page(papers: Papers, shown: Shown, visit: str = "") -> bytes:
    """The sheet on which people write what they want of a visit. ``visit``: its day in words."""
    lists = {"ticks": _TICKS, "questions": _QUESTIONS, "easy": _EASY, "in_need": _IN_NEED}
    return _page("sheet.html", papers, shown, visit=visit, **lists)


def invitation_page(papers: Papers, shown: Shown) -> bytes:
    """For the waiting room, a letter or the web: "we would like to work with you this way"."""
    return _page("invitation.html", papers, shown, lines=_INVITES)


def _page(template: str, papers: Papers, shown: Shown, **values: object) -> bytes:
    made = _TEMPLATES.get_template(f"paper/{template}")
    direction = "rtl" if papers.right_to_left else "ltr"
    return made.render(
        say=papers.say,
        papers=papers,
        direction=direction,
        practice=shown.practice,
        layout=shown.layout,
        style=_style(),
        **values,
    ).encode()


@cache
def _style() -> str:
    return files("cds_hooks.pages").joinpath("static/paper.css").read_text(encoding="utf-8")
