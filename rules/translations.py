"""What the parser of the file format stumbles over, in an author's words.

Its own text is never shown. What it says picks the sentence; the line itself shows the slip.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from rules.hygiene import quoted
from rules.problems import Edit, Place, Problem

QUOTE_IT = "Put the whole text in double quotes."
WORDS_FOR_SYMBOLS = {
    ">": "above", ">=": "at_least", "=>": "at_least", "\u2265": "at_least",
    "<": "below", "<=": "at_most", "=<": "at_most", "\u2264": "at_most",
    "=": "equals", "==": "equals",
}  # fmt: skip
SYMBOLS = re.compile(r"([<>=\u2264\u2265]{1,2})\s*(\d[^\s,}]*(?: [a-z/]+)?)?")
IN_WORDS = "Please write comparisons in words."
THE_WORDS = "Words are: above, at_least, below, at_most, between."
# Spaces and hyphens, a heading with its colon, the value, and what is commented out.
_LINE = re.compile(r"(\s*(?:- +)*)((?:\w[\w -]*?|\"[^\"]*\"): +)?(.*?)(\s+#\s.*)?\s*")
_IN_PLACE_OF_COLON = re.compile(r"^\s*(?:(?:-+>?|=+>?|[\u2013\u2014;.,])(?:\s+|$))?\s*")
_SPECIAL = "-?:,[]{}#&*!|>'\"%@`"
_EACH_CASE = "Use && and ||, or a condition in words for each case."
_BARE = re.compile(r"\s*(?:- +)?([A-Za-z_]+)\s*")


@dataclass(frozen=True, slots=True)
class Stumble:
    """Where the parser stopped and what it was reading; ``opened`` is where that began."""

    said: str
    context: str
    at: Place
    opened: Place


def typed(symbol: str, number: str) -> str:
    """A comparison in words for one in symbols."""
    return f"{{{WORDS_FOR_SYMBOLS.get(symbol, 'equals')}: {number}}}"


def translated(stumble: Stumble, lines: list[str], headings: Collection[str]) -> Problem:
    """The one problem that stops the file from being read."""
    at = stumble.at
    line = lines[at.line - 1] if lines else ""
    said, context = stumble.said, stumble.context
    if symbol := re.search(r":\s*([<>]=?)\s*(\d[^\s,}]*)", line):
        return Problem(
            Place(at.file, at.line, symbol.start(1) + 1, len(symbol[1])),
            "E07",
            IN_WORDS,
            THE_WORDS,
            more=(f"Type: {typed(symbol[1], symbol[2])}",),
        )
    if "mapping values are not allowed" in said or "could not find expected ':'" in said:
        return _colon(stumble, lines, headings)
    if "comment or line break" in said:
        return Problem(
            at,
            "E04",
            "A text after | or > begins on the next line.",
            "Put it there, or put it in double quotes without the | or >.",
        )
    if "quoted scalar" in context:
        return _open_quote(stumble.opened, lines)
    above = lines[at.line - 2] if at.line > 1 else ""
    if '"' in line and re.search(r"(?:: |- )\"[^\"]*$", above):
        return _open_quote(Place(at.file, at.line - 1, above.index('"') + 1), lines)
    if ended := re.search(r"(?:^\s*-|:)\s+('[^']*')\w", line):
        return _quote(
            at, line, "The apostrophe ends a text that is in single quotes.", QUOTE_IT, ended[1]
        )
    if re.search(r'(?:^\s*-|:)\s+"[^"]*"\s*[^\s#,}\]]', line):
        return _quote(
            at,
            line,
            "The text goes on after its closing quotation mark.",
            "Put a \\ before each quotation mark inside the text.",
        )
    if (bracket := re.search(r"(?:^\s*-|:)\s+([{\[])[^}\]]*[}\]]\s*[^\s#,}\]]", line)) and (
        "block" in context
    ):
        where = Place(at.file, at.line, bracket.start(1) + 1)
        return _quote(
            where,
            line,
            "A bracket at the start of a text means something special to the file format.",
            QUOTE_IT,
        )
    return _elsewhere(stumble, lines, line)


_NO_HYPHEN = "This line stands among list items and has no hyphen."


def _elsewhere(stumble: Stumble, lines: list[str], line: str) -> Problem:
    at, said, context = stumble.at, stumble.said, stumble.context
    if context.startswith("while parsing a flow"):
        number, column = stumble.opened.line, stumble.opened.column
        while not lines[number - 1][column - 1 :].strip():  # the file ends after a bracket
            number, column = (number, column - 1) if column > 1 else (number - 1, 1)
        opened = lines[number - 1][column - 1 :]
        return Problem(
            Place(at.file, number, column, len(opened.rstrip())),
            "E04",
            "A bracket is opened here and not closed where it should be.",
            "Put a text that starts with { or [ in double quotes.",
            more=_closed(opened),
        )
    special = ("cannot start any token", "alias", "anchor", "tag", "node content", "mapping keys")
    if any(word in said or word in context for word in special):
        where = stumble.opened if "scanning a" in context else at
        return special_start(where, line)
    if "sequence entries" in said:
        return _quote(
            at, line, "A list item starts on a line of its own.", "Move it to the next line.", None
        )
    if "'-' indicator" in said and re.match(r"\s*[A-Za-z_]+:", line):
        return Problem(
            _first(at, line),
            "E06",
            _NO_HYPHEN,
            "Type - before it, or move it to where the text of the item above begins.",
        )
    above = lines[at.line - 2] if at.line > 1 else ""
    beside = re.match(r" +[A-Za-z_]+: ", above) and re.match(r" *[A-Za-z_]+:(?: |$)", line)
    if beside and "expected key" in said:
        return _not_beside(at, line, above)
    return Problem(
        at,
        "E04",
        "The lines do not fit together here.",
        "Look at this line and the one above: spaces at the start, colons, brackets and quotes.",
    )


def _closed(opened: str) -> tuple[str, ...]:
    """How a bracket with a comparison or a list of words in it would be closed."""
    text = opened.rstrip()
    if re.fullmatch(r"\{[a-z_]+: [^{}\[\]]+|\[[\w, -]+", text):
        return (f"Or type: {text}{'}' if text[0] == '{' else ']'}",)
    return ()


_COMPARED = re.compile(r"[{\[]?\s*([<>]=?|=)\s*(\d[^}\]]*)")


def special_start(at: Place, line: str, code: str = "E04") -> Problem:
    """A text whose first character means something to the file format."""
    symbol = _COMPARED.match(line, max(at.column - 2, 0))
    if symbol is not None:  # in quotes it would be no better
        more = (f"Type: {typed(symbol[1], symbol[2])}",)
        return Problem(at, "E07", IN_WORDS, THE_WORDS, more=more)
    return _quote(
        at,
        line,
        "This text starts with a character that means something special.",
        "Put the text in double quotes.",
        code=code,
    )


def value_in_quotes(line: str, at: Place) -> tuple[Edit, str] | None:
    """The edit that puts the value on a line into double quotes, and how the line then reads."""
    found = _LINE.fullmatch(line)
    if found is None or not found[3]:
        return None
    value = found[3]
    inner = value
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        inner = value[1:-1].replace('\\"', '"')
    whole = quoted(inner)
    edit = Edit.of(Place(at.file, at.line, found.start(3) + 1), len(value), whole)
    return edit, (found[1] + (found[2] or "") + whole).strip()


def _quote(
    at: Place, line: str, says: str, hint: str, ended: str | None = "", *, code: str = "E04"
) -> Problem:
    """A problem that double quotes mend."""
    mended = value_in_quotes(line, at) if ended is not None else None
    if mended is None or not _is_value(line, at.column):
        return Problem(at, code, says, hint)
    return Problem(at, code, says, hint, more=(f"Type: {mended[1]}",), fix=(mended[0],))


def _is_value(line: str, column: int) -> bool:
    """Whether a column of a line is in its value, and the value is not inside brackets."""
    found = _LINE.fullmatch(line)
    return found is not None and column > found.start(3) and not found[1].strip().endswith("{")


def _first(at: Place, line: str) -> Place:
    start = len(line) - len(line.lstrip())
    return Place(at.file, at.line, start + 1, max(len(line.strip()), 1))


def _open_quote(opened: Place, lines: list[str]) -> Problem:
    line = lines[opened.line - 1] if opened.line <= len(lines) else ""
    rest = line[opened.column - 1 :].rstrip()
    says = "A quotation mark is opened and not closed."
    at = Place(opened.file, opened.line, opened.column, max(len(rest), 1))
    if not rest.startswith('"') or rest.count('"') != 1 or not _is_value(line, opened.column):
        return Problem(at, "E04", says, QUOTE_IT)
    end = Place(at.file, at.line, at.column + len(rest))
    return Problem(at, "E04", says, QUOTE_IT, more=(f"Type: {line.strip()}\"",),
                   fix=(Edit.of(end, 0, '"'),))  # fmt: skip


def _colon(stumble: Stumble, lines: list[str], headings: Collection[str]) -> Problem:
    at = stumble.at
    line = lines[at.line - 1] if lines else ""
    if "could not find" in stumble.said:
        return _no_colon(stumble.opened, lines, headings)
    if re.search(r":\s", line[: at.column - 1]):
        return _second_colon(at, line, headings)
    number = at.line - 1
    while number > 0 and not lines[number - 1].split("#")[0].strip():
        number -= 1
    above = lines[number - 1] if number else ""
    bare = re.fullmatch(r"(\s*(?:- +)?)([A-Za-z_]+)(?:\s+\S.*)?", above)
    if bare and bare[2].lower() in headings and ": " not in above and not above.endswith(":"):
        return _no_colon(Place(at.file, number, len(bare[1]) + 1), lines, headings)
    # A heading without a colon may stand further up, with its list below it.
    for upper in range(number - 1, 0, -1):
        bare = _BARE.fullmatch(lines[upper - 1])
        if bare and bare[1].lower() in headings:
            return _no_colon(Place(at.file, upper, bare.start(1) + 1), lines, headings)
        if not re.match(r"\s*- ", lines[upper - 1]):
            break
    alone = re.fullmatch(r"(\s*)(\w+)\s*", above)
    if alone and line.lstrip().startswith("- "):
        where = Place(at.file, number, len(alone[1]) + 1, len(alone[2]))
        return Problem(where, "E06", _NO_HYPHEN, f"Type: - {alone[2]}")
    return _not_beside(at, line, above)


def _not_beside(at: Place, line: str, above: str) -> Problem:
    start = re.match(r"(\s*)(?:- +)?[A-Za-z_][\w ]*(?=: )", above)
    spaces = len(start[1]) if start else len(line) - len(line.lstrip())
    same = start and spaces != len(line) - len(line.lstrip())
    return Problem(
        _first(at, line),
        "E04",
        "This line does not start where the headings beside it do.",
        f"Give it {spaces} spaces at the start." if same else "Give it the same spaces as theirs.",
    )


def _no_colon(at: Place, lines: list[str], headings: Collection[str]) -> Problem:
    line = lines[at.line - 1] if at.line <= len(lines) else ""
    found = re.match(r"[A-Za-z_]+", line[at.column - 1 :])
    word = found[0] if found else ""
    if word.lower() not in headings:
        return Problem(
            Place(at.file, at.line, at.column, max(len(line.strip()), 1)),
            "E04",
            "This line has no heading with a colon.",
            "Put a heading before the text, or move it to the line that it belongs to.",
        )
    where = Place(at.file, at.line, at.column, len(word))
    rest = line[at.column - 1 + len(word) :].rstrip()
    # What stands for the colon goes: "question - What helps?", "owner = Priya".
    value = _IN_PLACE_OF_COLON.sub("", rest)
    closed = re.fullmatch(r"(\".*\"|'.*'|\{.*\}|\[.*\])", value)
    if value and not closed and (value[0] in _SPECIAL or ": " in value or " #" in value):
        value = quoted(value)
    typed = f"{word}: {value}".rstrip()
    return Problem(
        where,
        "E04",
        f'There is no colon after the heading "{word}".',
        f"Type: {typed}",
        fix=(Edit.of(where, len(word) + len(rest), typed),),
    )


def _second_colon(at: Place, line: str, headings: Collection[str]) -> Problem:
    before = line[: at.column - 1]
    if cel := re.match(r"\s*(?:- +)?\{?\s*cel:\s+[^\"'].*?(\?)", before):
        where = Place(at.file, at.line, cel.start(1) + 1)
        return Problem(where, "E34", "There is no ? and : in cel here.", _EACH_CASE)
    word = re.split(r"[\s:]+", before.rstrip())[-1]
    value = re.sub(r"^\s*(?:- +)?[^:]*:\s+", "", before)
    if word in headings and len(value.split()) == 2:
        return Problem(
            Place(at.file, at.line, at.column - len(word), len(word)),
            "E04",
            "Two headings stand on one line.",
            f'Put "{word}:" on a line of its own, with the same spaces at the start.',
        )
    says = f'The colon after "{word}" confuses the file format.'
    mended = value_in_quotes(line, at)
    hint = "Put the sentence in double quotes"
    if mended is None:
        return Problem(at, "E04", says, f"{hint}.")
    if word in headings and line.rstrip()[-1] not in ".?!":  # perhaps a heading, so it is not sure
        return Problem(
            at, "E04", says, f"{hint}: {mended[1]}",
            more=(f'If "{word}" is a heading, give it a line of its own.',),
        )  # fmt: skip
    return Problem(at, "E04", says, f"{hint}: {mended[1]}", fix=(mended[0],))
