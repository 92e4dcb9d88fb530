"""Whatever the slip and wherever it is made: what offers to be mended is mended when asked."""

import re
from collections.abc import Callable, Mapping

import pytest

from rules.load import load_library
from rules.mending import mend
from rules.problems import Problem
from tests.gallery.test_gallery import HERE

pytestmark = pytest.mark.long

FOLDER = HERE / "66-a-text-that-starts-with-a-question-mark"
FILE = FOLDER / "breathing-chat.yaml"
RIGHT = FILE.read_text(encoding="utf-8").replace("words: ? what", "words: What")


def _value(written: str) -> Callable[[str], str]:
    return lambda line: re.sub(r": (\S.*)$", lambda found: written.format(found[1]), line)


def _once(this: str, that: str) -> Callable[[str], str]:
    return lambda line: line.replace(this, that, 1)


SLIPS: Mapping[str, Callable[[str], str]] = {
    "a dash for the colon": _once(": ", " - "),
    "a long dash for the colon": _once(": ", " \u2013 "),
    "an equals sign for the colon": _once(": ", " = "),
    "a semicolon for the colon": _once(":", ";"),
    "no colon": _once(":", ""),
    "two colons": _once(":", "::"),
    "no space after the colon": _once(": ", ":"),
    "a star for the hyphen": _once("- ", "* "),
    "no space after the hyphen": _once("- ", "-"),
    "capitals": str.upper,
    "a special space": _once(" ", "\u00a0"),
    "a tab": _once("  ", "\t"),
    "curly quotation marks": _value(": \u201c{}\u201d"),
    "an open quotation mark": _value(': "{}'),
    "words behind the quotation mark": _value(': "{}" and more'),
    "an open bracket": _value(": [{}"),
    "a colon in the text": _value(": {}: and more"),
    "a per cent sign": _value(": %{}"),
    "a question mark": _value(": ? {}"),
    "an at sign": _value(": @{}"),
    "a hyphen before the text": _value(": - {}"),
    "a number sign": _value(": {} #1 for all"),
    "not before the text": _value(": not {}"),
    "not before the item": lambda line: re.sub(r"^( *- )(\w+)$", r"\1not \2", line),
    "a letter left out": lambda line: re.sub(r"(\w)\w(\w+):", r"\1\2:", line, count=1),
}
LINES = (
    "title:", "hook:", "  has_copd:", "    codes: copd", "    within:", "    - has_copd",
    "    - age:", "    - not:", "  - shared: pall", "  question:", "      label:", "  topic:",
    "        date: 2020", "  - name: Adults", "      18:", "      2025-11-20:",
)  # fmt: skip


def check(text: str) -> list[Problem]:
    return load_library(FOLDER, None, {str(FILE): text.encode()}).problems


def test_without_a_slip_there_is_nothing_to_mend() -> None:
    assert check(RIGHT) == []


@pytest.mark.parametrize("start", LINES)
@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_what_offers_to_be_mended_can_be(slip: Callable[[str], str], start: str) -> None:
    lines = RIGHT.split("\n")
    place = next(n for n, line in enumerate(lines) if line.startswith(start))
    lines[place] = slip(lines[place])
    text = "\n".join(lines)
    before = check(text)
    if not any(problem.fix for problem in before):
        return
    after = mend(text, str(FILE), check)
    assert after.text != text
    assert after.fixed
    assert check(after.text) == list(after.left)
