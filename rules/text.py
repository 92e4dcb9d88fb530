"""YAML to text with positions: every scalar stays text, every node knows its line and column.

PyYAML's events do the parsing. What it would do silently (drop a repeated heading, turn
``no`` into false and 0123 into 83, cut a sentence at #) is a problem here or cannot happen.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

import yaml

from rules.hygiene import slips
from rules.problems import Place, Problem
from rules.translations import Stumble, special_start, translated

MOST_BYTES = 64 * 1024
DEEPEST = 20
_MOST_SLIPS = 500  # the rest is told when these are mended
_PASTED_TWICE = 2  # more headings than that written twice are one paste, and one message

_COMMENT_AFTER = re.compile(r"[ \t]+#")


@dataclass(frozen=True, slots=True)
class Text:
    """One scalar, as it was written."""

    value: str
    at: Place
    cut_off: Place | None = None  # where the line goes on behind a #
    whole: str = ""  # then also the text as far as the line goes, where it is all on that line
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


def read_text(
    source: bytes, file: str, most: int = MOST_BYTES, headings: Collection[str] = ()
) -> tuple[Node | None, list[Problem]]:
    """The file as nodes, and everything that is wrong with it as a text; None if unreadable.

    ``most`` is how many bytes it may have. ``headings`` are all those of the language: they tell a
    heading from a word of a sentence.
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
    problems = list(islice(slips(text, file, headings), _MOST_SLIPS))
    if problems:
        return None, problems
    lines = text.splitlines()  # only at line feeds: whatever else ends lines has been refused
    reading = _Reading(text, lines, file, most // 6, problems)
    try:
        root = reading.document()
    except _Trick as trick:
        return None, [trick.problem]
    except yaml.YAMLError as error:
        return None, [_stumbled(error, lines, file, headings)]
    if root is None or (isinstance(root, Text) and not root.value):
        return None, [
            Problem(
                start, "E09", "The file is empty.", "goodday's README has a first rule to copy."
            )
        ]
    return root, problems


class _Trick(Exception):
    """What the file format can do and a rule file must not: all of it hides something."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class _Reading:
    """The parser's events to nodes, in one go."""

    def __init__(
        self, text: str, lines: list[str], file: str, most: int, problems: list[Problem]
    ) -> None:
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self._text = text
        self._lines = lines
        self._file = file
        self._most = most
        self._problems = problems
        self._depth = self._pieces = 0

    def document(self) -> Node | None:
        """The one document; None where there is none. Raises _Trick, and what the parser raises."""
        root: Node | None = None
        for event in self._events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            if root is not None:
                at = self._at(event)
                says, hint = "A second document starts here.", "One rule is one file."
                raise _Trick(Problem(replace(at, width=3), "E13", says, hint))
            root = self._node(next(self._events))
        return root

    def _at(self, event: yaml.Event) -> Place:
        assert event.start_mark is not None  # the parser gives every event its place
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: yaml.Event) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            self._pieces += 1
            if self._pieces > self._most:  # of six letters each, the file would be full
                says = f"The file has more than {self._most:,} headings and texts."
                raise _Trick(Problem(self._at(event), "E14", says, "One rule is one file."))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Trick(_sign(self._at(event), self._lines, "Text that starts with & or * means"))
        if getattr(event, "tag", None):
            raise _Trick(_sign(self._at(event), self._lines, "Text that starts with ! means"))
        if isinstance(event, yaml.ScalarEvent):
            return _text(event, self._text, self._file)
        at = self._at(event)
        self._depth += 1
        if self._depth > DEEPEST:
            says = f"This is more than {DEEPEST} steps deep."
            raise _Trick(Problem(at, "E14", says, "Give the inner part a name under facts."))
        inside = self._items(at) if isinstance(event, yaml.SequenceStartEvent) else self._block(at)
        self._depth -= 1
        return inside

    def _items(self, at: Place) -> Items:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event))
        return Items(tuple(items), at)

    def _block(self, at: Place) -> Block:
        pairs: dict[str, tuple[Text, Node]] = {}
        again: list[Text] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event)
            value = self._node(next(self._events))
            if not isinstance(key, Text):
                says = "A heading cannot be a list or hold headings of its own."
                hint = "Put a text that starts with { or [ in double quotes."
                self._problems.append(Problem(key.at, "E04", says, hint))
            elif key.value in pairs:
                again.append(key)
            else:
                pairs[key.value] = (key, value)
        self._problems += _twice(again, pairs)
        return Block(pairs, at)


def _sign(at: Place, lines: list[str], start: str) -> Problem:
    found = special_start(at, lines[at.line - 1])
    says = f"{start} something special to the file format."
    return replace(found, code="E13", says=says, hint="Put it in double quotes.")


def _stumbled(
    error: yaml.YAMLError, lines: list[str], file: str, headings: Collection[str]
) -> Problem:
    """The parser's complaint in an author's words; its own text is never shown."""
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if mark is None:
        return Problem(
            Place(file), "E04", "The file format cannot be read.", "Look for unusual characters."
        )
    opened = getattr(error, "context_mark", None) or mark
    stumble = Stumble(
        str(getattr(error, "problem", "") or ""),
        str(getattr(error, "context", "") or ""),
        _place(mark, lines, file),
        _place(opened, lines, file),
    )
    return translated(stumble, lines, headings)


def _place(mark: yaml.Mark, lines: list[str], file: str) -> Place:
    """Where the parser stopped; where it stopped behind the end, the end."""
    if mark.line < len(lines):
        return Place(file, mark.line + 1, mark.column + 1)
    return Place(file, max(len(lines), 1), len(lines[-1]) + 1 if lines else 1)


def _twice(again: list[Text], pairs: dict[str, tuple[Text, Node]]) -> list[Problem]:
    if len(again) > _PASTED_TWICE:
        first = pairs[again[0].value][0].at.line
        return [
            Problem(
                again[0].at,
                "E02",
                f"Here the headings of line {first} begin again; {len(again)} are written twice.",
                f"Take out line {again[0].at.line} and what follows,"
                " or put it into a file of its own.",
            )
        ]
    return [
        Problem(
            key.at,
            "E02",
            f'"{key.value}" is written twice, on lines {first} and {key.at.line}.',
            f"Only one of them would count. Put everything under line {first}.",
        )
        for key in again
        for first in (pairs[key.value][0].at.line,)
    ]


def _text(node: yaml.ScalarEvent, text: str, file: str) -> Text:
    start, end = node.start_mark, node.end_mark
    assert start is not None  # as above
    assert end is not None
    raw = text[start.index : end.index]
    width = 1 if node.style in ("|", ">") else max(len(raw.split("\n", 1)[0].rstrip()), 1)
    at = Place(file, start.line + 1, start.column + 1, width)
    plain = not node.style and bool(node.value)  # without quotes, and not after | or >
    comment = _COMMENT_AFTER.match(text, end.index) if plain else None
    if comment is None:
        return Text(node.value, at, raw=raw)
    rest = text[comment.end() - 1 :].split("\n", 1)[0].rstrip()
    column = end.column + comment.end() - end.index
    cut_off = Place(file, end.line + 1, column, len(rest))
    whole = raw + comment[0][:-1] + rest if end.line == start.line else ""
    return Text(node.value, at, cut_off, whole, raw)
