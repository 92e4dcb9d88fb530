"""Letters, sheets and invitations as files: in each layout, by themselves, the same every time."""

import re
import sys

import pytest

from cds_hooks.pages import pdf as pages_pdf
from cds_hooks.pages.papers import (
    LAYOUTS,
    Layout,
    Shown,
    invitation_page,
    letter_page,
    plan_page,
    sheet_page,
)
from cds_hooks.pages.pdf import NoPdf, pdf
from rules.papers import Papers
from rules.schema.papers import english
from tests.papers import HERE, PAGES, a_letter

URDU = Papers("ur", "Urdu", {**english().texts, "stop": "ہمیں بتائیں"}, "Somebody", "Another")


def text_of(page: bytes) -> str:
    """What stands on a page, without its head and its tags."""
    body = page.decode().partition("<main>")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", PAGES)
def test_a_paper_is_the_same_every_time_and_fetches_nothing(name: str, layout: Layout) -> None:
    page = PAGES[name](Shown(HERE, layout))
    assert page == PAGES[name](Shown(HERE, layout))
    for reaching_out in (b"http", b"src=", b"url(", b"@import", b"<script", b"<link"):
        assert reaching_out not in page
    assert f'<body class="{layout}">'.encode() in page


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_result_stands_in_every_layout_with_its_day_and_its_range(layout: Layout) -> None:
    said = text_of(letter_page(a_letter(), Shown(HERE, layout)))
    for quoted in (
        "58 mmol/mol", "61 mmol/mol", "3 May 2026", "20 to 41 mmol/mol", "132 mmHg", "from 2.7 L",
        "14 November 2026", "1 December 2026", "01632 960123",
    ):  # fmt: skip
        assert quoted in said, quoted


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_sheet_says_who_reads_it_and_where_to_turn_now(layout: Layout) -> None:
    said = text_of(sheet_page(english(), Shown(HERE, layout), "1 December 2026"))
    for number in ("111", "999", "116 123"):
        assert number in said
    easy, plain = "We read this with you at the visit.", "Who reads this, and when"
    assert (easy if layout == "easy-read" else plain) in said
    assert ("You can say no." if layout == "easy-read" else "leave this sheet at home") in said


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_invitation_says_that_no_is_a_good_answer(layout: Layout) -> None:
    said = text_of(invitation_page(english(), Shown(HERE, layout)))
    no = "You can say no. You can say not now." if layout == "easy-read" else "No is a good answer."
    assert no in said
    for number in ("111", "999", "116 123"):
        assert number in said


def test_what_a_record_says_is_text_and_nothing_else() -> None:
    page = letter_page(a_letter(name="<b>Leroy</b>"), Shown(HERE))
    assert b"<b>" not in page
    assert b"&lt;b&gt;Leroy" in page


def test_a_language_from_right_to_left_is_set_so_and_says_who_translated_it() -> None:
    page = letter_page(a_letter(URDU), Shown(HERE)).decode()
    assert '<html lang="ur" dir="rtl">' in page
    assert "ہمیں بتائیں" in page
    assert "Urdu: Somebody, Another" in page


@pytest.mark.parametrize("name", PAGES)
def test_a_pdf_is_the_same_to_the_byte(name: str) -> None:
    pytest.importorskip("weasyprint", reason="WeasyPrint is not installed (the extra pdf)")
    page = PAGES[name](Shown(HERE))
    made = pdf(page)
    assert made.startswith(b"%PDF-")
    assert made == pdf(page)


# So many sheets of A4 at most. A page that stays empty shows as one page more.
PAPER = {
    ("letter", "letter"): 1, ("letter", "large-print"): 3, ("letter", "easy-read"): 2,
    ("sheet", "letter"): 2, ("sheet", "large-print"): 4, ("sheet", "easy-read"): 2,
    ("invitation", "letter"): 1, ("invitation", "large-print"): 1, ("invitation", "easy-read"): 2,
    ("plan", "easy-read"): 3,
}  # fmt: skip


@pytest.mark.parametrize(("name", "layout"), PAPER, ids="-".join)
def test_a_paper_takes_no_more_pages_than_it_needs(name: str, layout: Layout) -> None:
    weasyprint = pytest.importorskip("weasyprint", reason="WeasyPrint is not installed")
    shown = Shown(HERE, layout)
    page = (plan_page(english(), shown) if name == "plan" else PAGES[name](shown)).decode()
    assert len(weasyprint.HTML(string=page).render().pages) <= PAPER[name, layout]


def test_a_phone_number_is_never_broken_over_two_lines() -> None:
    assert "Ring 01632\u00a0960123." in letter_page(a_letter(), Shown(HERE)).decode()


def test_an_easy_sheet_says_the_day_of_the_visit_where_it_is_known() -> None:
    easy = Shown(HERE, "easy-read")
    assert "You have a visit on 1 December 2026." in text_of(
        sheet_page(english(), easy, "1 December 2026")
    )
    assert "You are coming to see us." in text_of(sheet_page(english(), easy))


def test_without_what_makes_pdfs_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(NoPdf, match="install goodday with the extra pdf"):
        pdf(PAGES["letter"](Shown(HERE)))


def test_where_its_libraries_are_missing_the_same_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def importing(_name: str) -> object:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(pages_pdf, "import_module", importing)
    with pytest.raises(NoPdf, match="libpangoft2") as told:
        pdf(PAGES["letter"](Shown(HERE)))
    assert "cannot load" not in str(told.value)
