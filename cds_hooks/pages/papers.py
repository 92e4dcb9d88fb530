"""Letters, sheets and invitations on paper: one file each, that prints on A4 and reads aloud.

The same words give the same file, to the byte. Each is HTML by itself, with its style in it and
nothing that is fetched; ``pdf.py`` makes a PDF of it.
"""

from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple, get_args

from cds_hooks.pages.html import templates
from prompts.letter import ASKS, Letter
from rules.forms import PLAN, SHEET
from rules.papers import Papers
from rules.rule import Practice

Layout = Literal["letter", "large-print", "easy-read"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

_TEMPLATES = templates("cds_hooks.pages", strict=True)
_EASY = ("easy_sheet_draw", "easy_sheet_say", "easy_sheet_good", "easy_sheet_hard",
         "easy_sheet_ask", "easy_sheet_friend", "easy_sheet_no", "easy_sheet_read")  # fmt: skip
_IN_NEED = ("easy_sheet_now", "easy_sheet_danger", "easy_sheet_talk")
_INVITES = ("invite_you_know", "invite_before", "invite_at", "invite_choose", "invite_no",
            "invite_tell")  # fmt: skip
_EASY_INVITES = ("easy_invite_know", "easy_invite_we", "easy_invite_both", "easy_invite_results",
                 "easy_invite_sheet", "easy_invite_write", "easy_invite_ask", "easy_invite_choose",
                 "easy_invite_people", "easy_invite_no", "easy_invite_tell",
                 "easy_invite_help")  # fmt: skip


class Shown(NamedTuple):
    """How a paper is set, and whose it is. ``sample``: it says of itself that it is invented."""

    practice: Practice
    layout: Layout = "letter"
    sample: bool = False


def letter_page(letter: Letter, shown: Shown) -> bytes:
    """The letter that takes filed results ahead of a visit."""
    return _page("letter.html", letter.papers, shown, letter=letter, asks=ASKS)


def sheet_page(papers: Papers, shown: Shown, visit: str = "") -> bytes:
    """The sheet on which people write what they want of a visit. ``visit``: its day in words."""
    lists = {"form": SHEET, "easy": _EASY, "in_need": _IN_NEED}
    return _page("sheet.html", papers, shown, visit=visit, **lists)


def invitation_page(papers: Papers, shown: Shown) -> bytes:
    """For the waiting room, a letter or the web: "we would like to work with you this way"."""
    lines = _EASY_INVITES if shown.layout == "easy-read" else _INVITES
    return _page("invitation.html", papers, shown, lines=lines, in_need=_IN_NEED)


def plan_page(papers: Papers, shown: Shown) -> bytes:
    """A health plan in easy words, to fill in together or at home."""
    return _page("plan.html", papers, shown, form=PLAN, in_need=_IN_NEED)


def _page(template: str, papers: Papers, shown: Shown, **values: object) -> bytes:
    made = _TEMPLATES.get_template(f"paper/{template}")
    direction = "rtl" if papers.right_to_left else "ltr"
    return made.render(
        say=papers.say,
        papers=papers,
        direction=direction,
        practice=shown.practice,
        layout=shown.layout,
        sample=shown.sample,
        style=_style(),
        **values,
    ).encode()


@cache
def _style() -> str:
    return files("cds_hooks.pages").joinpath("static/paper.css").read_text(encoding="utf-8")
