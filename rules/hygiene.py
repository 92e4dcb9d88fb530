"""What people paste: slips that can be seen in a line before the file format is looked at.

Word makes long dashes and curly quotation marks, a browser special spaces, a spreadsheet tabs. The
file format would take most of them for ordinary text and say nothing. Each has one sure fix.
"""

import re
from collections.abc import Collection, Iterator

from rules.problems import Edit, Place, Problem

_INVISIBLE = re.compile("[\u00a0\u2000-\u200f\u2028-\u202f\u2060-\u2069\ufeff\u3000]")
_NO_WIDTH = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_LONG_DASH_ITEM = re.compile(r"(\s*)([\u2010-\u2015\u2212])\s*(.*)")
_BULLET_ITEM = re.compile(r"(\s*)([\u2022\u2023\u25aa\u25cf\u25e6\u00b7\uf0b7]\s*|\*\s+)(.*)")
_TIGHT_ITEM = re.compile(r"(\s*)-([A-Za-z].*)")
_CURLY = re.compile(
    r"(\s*(?:- +)?(?:[^\s:#\u201c][^:#\u201c]*: +|- +)?)"
    r"([\u201c\u201e\u2018][^\u201c\u201d\u201e\u2018]*[\u201d\u201c\u2019])\s*"
)
_TIGHT_COLON = re.compile(r"(\s*(?:- +)?)([a-z_]+):([A-Za-z\"'\[{].*)")
_TABLE = re.compile(r"\s*\|.*\|\s*")
_BLOCK_TEXT = re.compile(r":\s*[|>][-+0-9]*\s*(?:#.*)?$")


def slips(text: str, file: str, headings: Collection[str] = ()) -> Iterator[Problem]:
    """Every line that has something pasted or mistyped in it. ``headings`` are the known ones."""
    block_indent: int | None = None
    # Not splitlines: that would take a form feed or a Word line break for the end of a line.
    for number, line in enumerate(re.split("\r?\n", text), 1):
        indent = len(line) - len(line.lstrip(" "))
        if block_indent is not None and (not line.strip() or indent > block_indent):
            inside_text = True
        else:
            inside_text = False
            opens = ("|" in line or ">" in line) and _BLOCK_TEXT.search(line)
            block_indent = indent if opens else None
        begins = line[indent : indent + 1]
        problem = None if line.isascii() and line.isprintable() else _characters(line, number, file)
        if problem is None and begins and not inside_text and begins != "#":
            if not begins.isalnum():
                problem = _items(line, number, file)
            problem = problem or _marks(line, number, file, headings)
        if problem is not None:
            yield problem


def _characters(line: str, number: int, file: str) -> Problem | None:
    if hidden := _INVISIBLE.search(line):
        fix = tuple(
            Edit.of(Place(file, number, found.start() + 1), 1, _in_place_of(found[0]))
            for found in _INVISIBLE.finditer(line)
        )
        run = len(line) - hidden.start() - len(_INVISIBLE.sub("", line[hidden.start() :]))
        together = _INVISIBLE.sub(" ", line)[hidden.start() : hidden.start() + run]
        width = len(together) - len(together.lstrip()) or 1
        return Problem(
            Place(file, number, hidden.start() + 1, width),
            "E05",
            "This line has invisible or special spaces from a pasted document.",
            "Replace them with ordinary spaces.",
            fix=fix,
        )
    start = line[: len(line) - len(line.lstrip())]
    if "\t" in start:
        at = Place(file, number, start.index("\t") + 1, start.count("\t"))
        return Problem(
            at,
            "E05",
            "This line starts with a tab.",
            "Use two ordinary spaces for each step to the right.",
            fix=(Edit.of(Place(file, number), len(start), start.replace("\t", "  ")),),
        )
    if control := _CONTROL.search(line):
        return Problem(
            Place(file, number, control.start() + 1),
            "E05",
            "This line has an invisible control character.",
            "Type the line again.",
        )
    if tab := re.search(r"\t+", line.rstrip()):
        at = Place(file, number, tab.start() + 1, len(tab[0]))
        return Problem(
            at,
            "E05",
            "This line has a tab in it, as lines from a spreadsheet do.",
            "Use one ordinary space.",
            fix=(Edit.of(at, len(tab[0]), " "),),
        )
    return None


def _in_place_of(character: str) -> str:
    return "" if _NO_WIDTH.match(character) else " "


def _items(line: str, number: int, file: str) -> Problem | None:
    if dash := _LONG_DASH_ITEM.fullmatch(line):
        return _item(
            line,
            Place(file, number, len(dash[1]) + 1),
            dash[3],
            "A list item needs a hyphen and a space; this is a long dash (Word does that).",
        )
    if bullet := _BULLET_ITEM.fullmatch(line):
        return _item(
            line,
            Place(file, number, len(bullet[1]) + 1),
            bullet[3],
            "A list item needs a hyphen and a space; this is a bullet (Word does that).",
        )
    if tight := _TIGHT_ITEM.fullmatch(line):
        return _item(
            line,
            Place(file, number, len(tight[1]) + 1),
            tight[2],
            "A list item needs a hyphen and a space.",
        )
    return None


def _item(line: str, at: Place, rest: str, says: str) -> Problem:
    width = len(line) - len(rest) - at.column + 1
    return Problem(at, "E06", says, f"Type: - {rest}", fix=(Edit.of(at, width, "- "),))


def _marks(line: str, number: int, file: str, headings: Collection[str]) -> Problem | None:
    if "|" in line and _TABLE.fullmatch(line):
        return Problem(
            Place(file, number, line.index("|") + 1, len(line.strip())),
            "E16",
            "A table cannot stand in a rule file.",
            "Write each line of it as a list item: a hyphen, a space and the text.",
        )
    if not line.isascii() and (curly := _CURLY.fullmatch(line)):
        at = Place(file, number, len(curly[1]) + 1, len(curly[2]))
        plain = quoted(curly[2][1:-1])
        return Problem(
            at,
            "E16",
            "These curly quotation marks would be taken for a part of the text (Word makes them).",
            f"Type: {plain}",
            fix=(Edit.of(at, len(curly[2]), plain),),
        )
    if (tight := _TIGHT_COLON.fullmatch(line)) and tight[2] in headings:
        at = Place(file, number, len(tight[1]) + 1, len(tight[2]) + 1)
        after = Place(file, number, at.column + at.width)
        return Problem(
            at,
            "E04",
            f'After "{tight[2]}:" there has to be a space.',
            f"Type: {tight[2]}: {tight[3]}",
            fix=(Edit.of(after, 0, " "),),
        )
    return None


def quoted(text: str) -> str:
    """A text in double quotes, as it has to stand in a file to be read back the same."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
