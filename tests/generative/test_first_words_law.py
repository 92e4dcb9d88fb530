"""No text that anybody writes on a sheet becomes anything but words on a card.

What is quoted is held to CommonMark with HTML, tables and strikethrough, as the screens of others
read it, and to the addresses that GitHub's markdown makes links of without being asked.
"""

import random
import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from prompts.first_words import LONGEST, quotation, with_first_words
from prompts.prompt import Choice, Prompt
from rules.days import Span
from rules.forms import SHEET
from rules.record import Entry, Kind, PatientRecord, Person, Written
from rules.rule import Practice
from tests.lengths import examples
from tests.sandbox.payloads import ALL, payloads

TODAY = date(2026, 11, 21)
SCREEN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
LED_AWAY = re.compile(
    r"www\.\S|//\S|(?:https?|ftp|mailto|xmpp|javascript|data|tel):\S|[\w.+-]+@\w|\b[\w-]+\.[a-z]{2,}\b"
    r"|\d+\.\d+\.\d+\.\d+/",
    re.IGNORECASE,
)
OURS = ["paragraph_open", "inline", "paragraph_close"] * 2
WRITTEN = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="ab .,:;/<>[]()!*_-`~#&@\\\"'|+=\n\t\u201c\u201d1", max_size=60),
    st.sampled_from(ALL),
    st.builds(lambda *parts: " ".join(parts), st.sampled_from(ALL), st.sampled_from(ALL)),
)
EVERYDAY = [
    "I would like to walk to the shop again, and to see my sister's garden",
    "My breathing. It's worse at night (2 or 3 times); what can I do about it?",
    "Mum & I can't sleep - 50% of the time we're up at 4:30!",
    "Je voudrais marcher jusqu\u2019à l\u2019école",
    "میں دوبارہ چلنا چاہتا ہوں۔".replace("۔", ""),
    "मैं फिर से चलना चाहता हूँ",
    "Hoffwn gerdded i\u2019r siop eto, a gweld fy nghi",
    "我想再走到商店",
    "Need £20 for the bus, i.e. help with money\u2026",
]


def card_of(text: str) -> str:
    """The detail of a card about somebody who wrote this on a sheet."""
    sheet = Entry(
        Kind.QUESTIONNAIRE, (SHEET.code,), "completed", Span(TODAY, TODAY),
        written=Written("sheet_most", text),
    )  # fmt: skip
    record = PatientRecord(Person("p1"), {SHEET.code: (sheet,)}, {})
    choice = Choice((Prompt("Summary", "What helps?", "The test suite", (), ()),))
    (prompt,) = with_first_words(choice, record, TODAY, Practice("Here")).prompts
    return prompt.detail


def inside(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


def check(text: str) -> None:
    shown = card_of(text)
    tokens = SCREEN.parse(shown)
    assert [token.type for token in tokens] == OURS, text
    found = list(inside(tokens))
    kinds = [token.type for token in found if token.type != "text" or token.content]
    assert kinds == ["strong_open", "text", "strong_close", "text", "text"], text
    words = " ".join("".join(one.content for one in block.children or ()) for block in tokens)
    assert not LED_AWAY.search(words), text
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs") for sign in words)
    quoted = quotation(text)
    if quoted is None:
        assert "It is on the record" in shown
        return
    line, _ = quoted
    assert shown.count("\u201c") == shown.count("\u201d") == 1  # ours: they end nothing
    assert f"\u201c{line}\u201d" in words  # as it is, and with nothing read into it
    assert not set(line) & set("<>[]{}`\\*_|~#@=^$")  # for screens that know other markup
    assert len(line) <= LONGEST + 2


@settings(max_examples=examples(300, 3_000))
@given(WRITTEN)
@example("Look at //evil")
@example("Look at evil.eg")
@example("Look at 0.0.0.0/")
def test_no_text_that_anybody_writes_becomes_anything_but_words(text: str) -> None:
    check(text)


def test_nor_does_one_that_was_made_to() -> None:
    for payload in payloads(examples(400, 4_000)):
        check(payload)


def test_the_check_finds_what_is_more_than_words() -> None:
    more = [
        text
        for text in ALL
        if LED_AWAY.search(text)
        or [token.type for token in SCREEN.parse(f"a {text}")] != OURS[:3]
        or {token.type for token in inside(SCREEN.parse(f"a {text}"))} - {"text", "softbreak"}
    ]
    assert len(more) > 100


def test_what_people_write_is_quoted_whole() -> None:
    for words in EVERYDAY:
        assert quotation(words) == (words, True), words


def test_pictures_are_left_out_and_it_is_said() -> None:
    assert quotation("My garden \U0001f33b and my dog \U0001f415\u200d\U0001f9ba") == (
        "My garden and my dog",
        False,
    )


@given(st.lists(st.sampled_from(EVERYDAY), min_size=1, max_size=20), st.randoms())
def test_what_is_quoted_is_the_beginning_of_what_was_written(
    said: list[str], chance: random.Random
) -> None:
    text = chance.choice([" ", "\n", "\r\n\r\n"]).join(said)
    quoted = quotation(text)
    assert quoted is not None
    line, whole = quoted
    assert " ".join(text.split()).startswith(line.removesuffix(" \u2026"))
    assert whole == (not line.endswith(" \u2026"))
