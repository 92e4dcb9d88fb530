"""YAML to text with positions: every scalar stays text, every node knows its line and column.

PyYAML's node layer does the parsing. What it would do silently (drop a repeated heading, turn
``no`` into false and 0123 into 83, cut a sentence at #) is a problem here or cannot happen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from rules.problems import Place, Problem

MOST_BYTES = 64 * 1024
DEEPEST = 20

_INVISIBLE = re.compile("[\u00a0\u2000-\u200f\u2028-\u202f\u2060-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_LONG_DASH_ITEM = re.compile(r"(\s*)[\u2010-\u2015]\s*(.*)")
_TIGHT_ITEM = re.compile(r"(\s*)-([A-Za-z].*)")
_COMMENT_AFTER = re.compile(r"[ \t]+#")


@dataclass(frozen=True, slots=True)
class Text:
    """One scalar, as it was written."""

    value: str
    at: Place
    cut_off: Place | None = None  # where the line goes on behind a #
    raw: str = field(default="", compare=False, repr=False)  # with its quotes and line breaks

    def place(self, offset: int) -> Place:
        """Where a character of ``value`` stands in the file; the start, if that cannot be told."""
        if not self.raw:
            return self.at
        # Behind an opening quote, or below a | or > that says how the lines are joined.
        start = {"'": 1, '"': 1}.get(self.raw[0], 0)
        start = self.raw.find("\n") if self.raw[0] in "|>" else start
        at = -1
        for letter in self.value[: offset + 1]:
            if not letter.isspace():  # spaces and ends of lines are not kept as they were
                at = self.raw.find(letter, max(at + 1, start))
                if at < 0:
                    return self.at
        lines = self.raw[: max(at, 0)].split("\n")
        column = len(lines[-1]) + (self.at.column if len(lines) == 1 else 1)
        return Place(self.at.file, self.at.line + len(lines) - 1, column)


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: "tuple[Node, ...]"
    at: Place


@dataclass(frozen=True, slots=True)
class Block:
    """Headings and what stands under each, in the order of the file."""

    pairs: "dict[str, tuple[Text, Node]]"
    at: Place


Node = Text | Items | Block


def quoted(text: str) -> str:
    """A text in double quotes, as it has to stand in a file to be read back the same."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def read_text(
    source: bytes, file: str, most: int = MOST_BYTES
) -> tuple[Node | None, list[Problem]]:
    """The file as nodes, and everything that is wrong with it as a text; None if unreadable.

    ``most`` is how many bytes it may have.
    """
    start = Place(file)
    if len(source) > most:
        says = f"The file is larger than {most // 1024} KB."
        return None, [Problem(start, "E14", says, "One rule is one file.")]
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        return None, [
            Problem(
                Place(file, line),
                "E14",
                "This line has characters that are not UTF-8.",
                "Save the file as UTF-8.",
            )
        ]
    problems = list(_hygiene(text, file))
    if problems:
        return None, problems
    try:
        _refuse_tricks(text, file, problems)
        if problems:
            return None, problems
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        return None, [_translated(error, text, file)]
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        return None, [
            Problem(
                start, "E09", "The file is empty.", "goodday's README has a first rule to copy."
            )
        ]
    return _node(root, text, file, problems), problems


def _hygiene(text: str, file: str) -> Iterator[Problem]:
    block_indent: int | None = None
    # Not splitlines: that would take a form feed or a Word line break for the end of a line.
    for number, line in enumerate(re.split("\r?\n", text), 1):
        indent = len(line) - len(line.lstrip(" "))
        if block_indent is not None and (not line.strip() or indent > block_indent):
            inside_text = True
        else:
            inside_text = False
            block_indent = indent if re.search(r":\s*[|>][-+0-9]*\s*$", line) else None
        if hidden := _INVISIBLE.search(line):
            yield Problem(
                Place(file, number, hidden.start() + 1),
                "E05",
                "This line has invisible or special spaces from a pasted document.",
                "Replace them with ordinary spaces.",
            )
        elif "\t" in line[: len(line) - len(line.lstrip())]:
            yield Problem(
                Place(file, number, line.index("\t") + 1),
                "E05",
                "This line starts with a tab.",
                "Use two ordinary spaces for each step to the right.",
            )
        elif control := _CONTROL.search(line):
            yield Problem(
                Place(file, number, control.start() + 1),
                "E05",
                "This line has an invisible control character.",
                "Type the line again.",
            )
        elif not inside_text and (dash := _LONG_DASH_ITEM.fullmatch(line)):
            yield Problem(
                Place(file, number, len(dash[1]) + 1),
                "E06",
                "A list item needs a hyphen and a space; this is a long dash (Word does that).",
                f"Type: - {dash[2]}",
            )
        elif not inside_text and (tight := _TIGHT_ITEM.fullmatch(line)):
            yield Problem(
                Place(file, number, len(tight[1]) + 1),
                "E06",
                "A list item needs a hyphen and a space.",
                f"Type: - {tight[2]}",
            )


def _refuse_tricks(text: str, file: str, problems: list[Problem]) -> None:
    depth = 0
    documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        assert event.start_mark is not None  # the parser gives every event its place
        at = Place(file, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                problems.append(
                    Problem(at, "E13", "A second document starts here.", "One rule is one file.")
                )
                return
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problems.append(
                Problem(
                    at,
                    "E13",
                    "Text that starts with & or * means something special to the file format.",
                    "Put it in double quotes.",
                )
            )
            return
        if getattr(event, "tag", None):
            problems.append(
                Problem(
                    at,
                    "E13",
                    "Text that starts with ! means something special to the file format.",
                    "Put it in double quotes.",
                )
            )
            return
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > DEEPEST:
                problems.append(
                    Problem(
                        at,
                        "E14",
                        f"This is more than {DEEPEST} steps deep.",
                        "Give the inner part a name under facts.",
                    )
                )
                return
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1


def _node(node: yaml.Node, text: str, file: str, problems: list[Problem]) -> Node:
    at = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        end = node.end_mark
        plain = not node.style and bool(node.value)  # without quotes, and not after | or >
        comment = _COMMENT_AFTER.match(text, end.index) if plain else None
        column = end.column + comment.end() - end.index if comment else 0
        cut_off = Place(file, end.line + 1, column) if comment else None
        return Text(node.value, at, cut_off, text[node.start_mark.index : end.index])
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_node(item, text, file, problems) for item in node.value), at)
    pairs: dict[str, tuple[Text, Node]] = {}
    for key_node, value_node in node.value:
        key = _node(key_node, text, file, problems)
        value = _node(value_node, text, file, problems)
        if not isinstance(key, Text):
            problems.append(
                Problem(
                    key.at,
                    "E04",
                    "A heading cannot be a list or hold headings of its own.",
                    "Put a text that starts with { or [ in double quotes.",
                )
            )
        elif key.value in pairs:
            first = pairs[key.value][0].at.line
            problems.append(
                Problem(
                    key.at,
                    "E02",
                    f'"{key.value}" is written twice, on lines {first} and {key.at.line}.',
                    f"Only one of them would count. Put everything under line {first}.",
                )
            )
        else:
            pairs[key.value] = (key, value)
    return Block(pairs, at)


def _translated(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """The parser's complaint in an author's words; its own text is never shown."""
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    said = str(getattr(error, "problem", "") or "")
    if mark is None:
        return Problem(
            Place(file), "E04", "The file format cannot be read.", "Look for unusual characters."
        )
    lines = text.splitlines()
    at = _place(mark, lines, file)
    line = lines[at.line - 1] if lines else ""
    context = str(getattr(error, "context", "") or "")
    opened = _place(getattr(error, "context_mark", None) or mark, lines, file)
    if "mapping values are not allowed" in said:
        return _colon(at, line)
    if symbol := re.search(r":\s*([<>]=?)\s*\d", line):
        return Problem(
            Place(file, at.line, symbol.start(1) + 1),
            "E07",
            "Please write comparisons in words.",
            "Words are: above, at_least, below, at_most, between.",
        )
    says, hint = (
        "The lines do not fit together here.",
        ("Look at this line and the one above: spaces at the start, colons, brackets and quotes."),
    )
    if "comment or line break" in said:
        says = "A text after | or > begins on the next line."
        hint = "Put it there, or put it in double quotes without the | or >."
    elif "quoted scalar" in context:
        at = opened
        says, hint = "A quotation mark is opened and not closed.", _QUOTE_IT
    elif re.search(r"(^-|:)\s+'[^']*'\w", line.strip()):
        says, hint = "The apostrophe ends a text that is in single quotes.", _QUOTE_IT
    elif context.startswith("while parsing a flow"):
        at = opened
        says = "A bracket is opened here and not closed where it should be."
        hint = "Put a text that starts with { or [ in double quotes."
    elif any(word in said for word in ("cannot start any token", "alias", "anchor", "tag")):
        says = "This text starts with a character that means something special."
        hint = "Put the text in double quotes."
    return Problem(at, "E04", says, hint)


_QUOTE_IT = "Put the whole text in double quotes."


def _place(mark: yaml.Mark, lines: list[str], file: str) -> Place:
    """Where the parser stopped; where it stopped behind the end, the end."""
    if mark.line < len(lines):
        return Place(file, mark.line + 1, mark.column + 1)
    return Place(file, max(len(lines), 1), len(lines[-1]) + 1 if lines else 1)


def _colon(at: Place, line: str) -> Problem:
    if not re.search(r":\s", line[: at.column - 1]):
        return Problem(
            at,
            "E04",
            "This line does not start where the headings beside it do.",
            "Give it the same spaces at the start.",
        )
    key, _, sentence = line.strip().partition(": ")
    hint = "Put the sentence in double quotes"
    return Problem(
        at,
        "E04",
        "A second colon on this line confuses the file format.",
        f"{hint}." if '"' in sentence else f'{hint}: {key}: "{sentence}"',
    )
