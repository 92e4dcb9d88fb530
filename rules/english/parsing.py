"""Controlled English read back into the conditions that it says."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.days import duration
from rules.english import phrases
from rules.english.writing import usually_written
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Condition,
    Fact,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
    Sort,
    Test,
)
from rules.problems import Place, Problem, did_you_mean, nearest

DEEPEST = 50  # bullets under bullets
SHOWN_AS = "the English"  # what a place is called where the text is no file
_MONTHS = tuple(f"{date(2024, month, 1):%B}" for month in range(1, 13))


class NotUnderstood(Exception):
    """Text that says no condition. ``problem`` has the place, one sentence, and what to write."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def condition_from_english(text: str, facts: Iterable[Fact], shown: str = SHOWN_AS) -> Condition:
    """The condition that ``condition_in_english`` wrote. Raises NotUnderstood for all else."""
    reading = _Reading(tuple(dict.fromkeys(facts)), shown)
    lines = [
        _Line(number, len(raw) - len(raw.lstrip(" ")) + 1, raw.strip(" \t\r"))
        for number, raw in enumerate(text.split("\n"), 1)
        if raw.strip(" \t\r")
    ]
    if not lines:
        raise reading.puzzled(_Line(1, 1, ""), "There is nothing written here yet.")
    condition, rest = reading.condition(lines[0], lines[1:], 0)
    if rest:
        raise reading.puzzled(
            rest[0],
            "This line belongs to nothing above it.",
            "Put it under a heading, as a bullet.",
        )
    return condition


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: its number, the column where its text begins, and the text."""

    number: int
    column: int
    text: str

    @property
    def is_bullet(self) -> bool:
        return self.text.startswith("- ")

    def after(self, count: int) -> "_Line":
        """The line without so many characters at its beginning."""
        rest = self.text[count:]
        spaces = len(rest) - len(rest.lstrip(" "))
        return _Line(self.number, self.column + count + spaces, rest.lstrip(" "))


_JOINTS: tuple[tuple[str, Callable[[tuple[Condition, ...]], Condition]], ...] = (
    (phrases.ALL, All),
    (phrases.ANY, AnyOf),
    (phrases.NONE, NoneOf),
)
Lines = list[_Line]


class _Reading:
    def __init__(self, facts: tuple[Fact, ...], shown: str) -> None:
        self.facts = facts
        self.shown = shown

    def puzzled(self, line: _Line, says: str, hint: str = "", code: str = "E10") -> NotUnderstood:
        return NotUnderstood(Problem(Place(self.shown, line.number, line.column), code, says, hint))

    def condition(self, line: _Line, below: Lines, depth: int) -> tuple[Condition, Lines]:
        """The condition that starts on a line, and the lines that are not part of it."""
        low = line.text.lower()
        for heading, joint in _JOINTS:
            if low.startswith(heading):
                self._ends(line, len(heading))
                parts, rest = self._parts(line, below, depth)
                return joint(parts), rest
        if found := phrases.some(line.text):
            self._ends(line, len(line.text) - len(found[1]))
            parts, rest = self._parts(line, below, depth)
            return SomeOf(found[0], parts), rest
        if low.startswith(phrases.NOT):
            part, rest = self._one(line, len(phrases.NOT), below, depth)
            return Not(part), rest
        if low.startswith(phrases.WORKED_OUT):
            raise self.puzzled(
                line,
                "What is worked out in cel cannot be read back from its meaning.",
                "Write the expression in the rule file.",
                "E30",
            )
        label = phrases.QUOTED.match(line.text)
        if label and line.text[label.end() :].startswith(phrases.MEANS):
            part, rest = self._one(line, label.end() + len(phrases.MEANS), below, depth)
            return Labelled(phrases.unquoted(label[1]), part), rest
        return self._compared(line), below

    def _ends(self, line: _Line, length: int) -> None:
        after = line.after(length)
        if after.text:
            raise self.puzzled(
                after, "What belongs under a heading goes on lines of its own.", _BULLETS
            )

    def _one(self, line: _Line, length: int, below: Lines, depth: int) -> tuple[Condition, Lines]:
        after = line.after(length)
        if after.text:
            return self._compared(after), below
        parts, rest = self._parts(line, below, depth)
        first, *more = parts
        if more:
            raise self.puzzled(
                line,
                "Only one bullet goes under this heading.",
                f'Put "{phrases.ALL}" under it, and the bullets under that.',
            )
        return first, rest

    def _parts(
        self, heading: _Line, below: Lines, depth: int
    ) -> tuple[tuple[Condition, ...], Lines]:
        outer = heading.column if depth else 0
        if not below or not below[0].is_bullet or below[0].column <= outer - 2 * bool(depth):
            raise self.puzzled(heading, "There is nothing listed under this heading yet.", _BULLETS)
        if depth == DEEPEST:
            raise self.puzzled(
                heading, f"This is nested more than {DEEPEST} deep.", "Use fewer levels.", "E14"
            )
        column = below[0].column
        parts: list[Condition] = []
        while _goes_on(below, column):
            part, below = self.condition(below[0].after(2), below[1:], depth + 1)
            parts.append(part)
        if below and below[0].column > column:
            raise self.puzzled(
                below[0], "This line does not line up with the bullets above it.", _BULLETS
            )
        return tuple(parts), below

    def _compared(self, line: _Line) -> IsTrue | Compare:
        name = phrases.QUOTED.match(line.text)
        if name:
            fact = self._fact(line, phrases.unquoted(name[1]))
            rest = line.after(name.end())
        else:
            asked = phrases.ASKED.search(line.text)
            end = asked.start() if asked else len(line.text)
            fact = self._fact(line, line.text[:end])
            rest = line.after(end)
        if not rest.text:
            return IsTrue(fact)
        tests: list[Test] = []
        while True:
            test, rest = self._test(rest, fact)
            tests.append(test)
            if not rest.text:
                return Compare(fact, tuple(tests))
            if not rest.text.startswith("and "):
                raise self.puzzled(rest, f'"{_short(rest.text)}" is left over here.', _asks(fact))
            rest = rest.after(4)

    def _fact(self, line: _Line, text: str) -> Fact:
        named = [fact for fact in self.facts if fact.name == text]
        found = named or [fact for fact in self.facts if fact.label == text]
        if len(found) == 1:
            return found[0]
        if found:
            names = " or ".join(sorted(fact.name for fact in found))
            raise self.puzzled(
                line, f'Several facts are called "{_short(text)}".', f"Write {names}.", "E11"
            )
        raise self.puzzled(
            line,
            f'Nothing here is called "{_short(text)}".',
            self._nearest(text),
            "E11",
        )

    def _nearest(self, text: str) -> str:
        """A hint with the label that is meant, capitals and all."""
        labels = {fact.label.lower(): fact.label for fact in self.facts}
        close = nearest(text, labels)
        return f"Did you mean {labels[close]}?" if close else did_you_mean("", labels.values())

    def _test(self, line: _Line, fact: Fact) -> tuple[Test, _Line]:
        """One test, and the rest of the line; tried in order, so the longer phrases come first."""
        sort = fact.give.sort
        own = _measures(fact.unit) if sort is Sort.QUANTITY else _OF_SORT.get(sort, ())
        for pattern, make in (*_ANY_FACT, *own):
            found = pattern.match(line.text)
            test = None if found is None else make(found)
            if found is not None and test is not None:
                return self._written(test, line.after(found.end()))
        raise self.puzzled(
            line, f'"{_short(line.text)}" cannot be asked of "{fact.label}".', _asks(fact)
        )

    def _written(self, test: Test, rest: _Line) -> tuple[Test, _Line]:
        written = test.written or usually_written(test, "")
        found = _WRITTEN.match(rest.text)
        if found:
            written, rest = phrases.unquoted(found[1]), rest.after(found.end())
        return Test(test.word, test.value, test.ahead, written), rest


def _goes_on(below: Lines, column: int) -> bool:
    """Whether the next line is one more bullet of this list."""
    return bool(below) and below[0].is_bullet and below[0].column == column


_BULLETS = 'Start each of them with spaces, a hyphen and a space: "  - has COPD".'
_WRITTEN = re.compile(rf", {phrases.WRITTEN} " + phrases.QUOTED.pattern)
_END = r"(?=$| and |,)"
_LENGTH = r"(\d{1,4} (?:day|week|month|year)s?)"
_DAY = rf"(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{1,4}})"
_DECIMAL = r"(-?\d+(?:\.\d+)?)"
_COMPARED = {phrase: word for word, phrase in phrases.COMPARISONS.items()}
_COMPARISON = f"({'|'.join(_COMPARED)})"
_CHOSEN = {phrase: word for word, phrase in phrases.CHOICES.items()}
_MOMENTS = {phrases.BEFORE: "before", phrases.AFTER: "after"}
_MOMENT = f"({phrases.BEFORE}|{phrases.AFTER})"
Make = Callable[[re.Match[str]], Test | None]
Pattern = tuple[re.Pattern[str], Make]


def _pattern(pattern: str, make: Make) -> Pattern:
    return re.compile(pattern + _END, re.ASCII), make


def _known(found: re.Match[str]) -> Test:
    return Test("is_known", found[1] is None)


def _whole(found: re.Match[str]) -> Test:
    return Test(_COMPARED[found[1]], int(found[2]))


def _between_wholes(found: re.Match[str]) -> Test:
    return Test("between", (int(found[1]), int(found[2])))


def _measures(unit: str) -> tuple[Pattern, ...]:
    """What can be asked of a value in this unit; scores may be written without theirs."""
    amount = rf"({_DECIMAL}(?: {re.escape(unit)})?)" if unit else f"({_DECIMAL})"
    return (
        _pattern(f"{_COMPARISON} {amount}", _measured),
        _pattern(f"{phrases.BETWEEN} {amount} and {amount}", _between_measured),
    )


def _measured(found: re.Match[str]) -> Test:
    return Test(_COMPARED[found[1]], Decimal(found[3]), written=found[2])


def _between_measured(found: re.Match[str]) -> Test:
    pair = (Decimal(found[2]), Decimal(found[4]))
    return Test("between", pair, written=f"{found[1]} and {found[3]}")


def _length(word: str, *, ahead: bool = False) -> Make:
    def make(found: re.Match[str]) -> Test | None:
        length = duration(found[1])
        return None if length is None else Test(word, length, ahead)

    return make


def _ahead(found: re.Match[str]) -> Test | None:
    length = duration(found[2])
    return None if length is None else Test(_COMPARED[found[1]], length, ahead=True)


def _ago(found: re.Match[str]) -> Test | None:
    length = duration(found[2])
    return None if length is None else Test(_MOMENTS[found[1]], length)


def _day(found: re.Match[str]) -> Test | None:
    try:
        day = date(int(found[4]), _MONTHS.index(found[3]) + 1, int(found[2]))
    except ValueError:  # 30 February
        return None
    return Test(_MOMENTS[found[1]], day)


def _chosen(found: re.Match[str]) -> Test:
    words = (phrases.unquoted(one[1]) for one in phrases.QUOTED.finditer(found[2]))
    return Test(_CHOSEN[found[1]], frozenset(words))


_QUOTED = r'"(?:[^"\\\n]|\\.)*"'
_ANY_FACT: tuple[Pattern, ...] = (_pattern("is (not )?known", _known),)
_OF_SORT: dict[Sort, tuple[Pattern, ...]] = {
    Sort.NUMBER: (
        _pattern(rf"{_COMPARISON} (-?\d+)", _whole),
        _pattern(rf"{phrases.BETWEEN} (-?\d+) and (-?\d+)", _between_wholes),
    ),
    Sort.DATE: (
        _pattern(rf"{phrases.WITHIN} {_LENGTH}", _length("within")),
        _pattern(rf"{phrases.OLDER} {_LENGTH} ago", _length("older_than")),
        _pattern(rf"{_MOMENT} {_LENGTH} ago", _ago),
        _pattern(rf"{_MOMENT} {_DAY}", _day),
        _pattern(rf"({phrases.COMPARISONS['at_least']}|{phrases.COMPARISONS['at_most']})"
                 rf" {_LENGTH} ahead", _ahead),
    ),
    Sort.CHOICE: (
        _pattern(rf"(is one of|is not|is) ({_QUOTED}(?: or {_QUOTED})*)", _chosen),
    ),
}  # fmt: skip
_EXAMPLES = {
    Sort.YES_NO: "A yes or no stands by itself, or is known, or is not known.",
    Sort.NUMBER: 'Write "is at least 18", "is between 18 and 64" or "is known".',
    Sort.DATE: 'Write "is in the last 12 months", "is more than 12 months ago" or "is known".',
    Sort.CHOICE: 'Write: is "level 1" or "level 2".',
}


def _asks(fact: Fact) -> str:
    """What can be asked of a fact, as an example to type."""
    if fact.give.sort is Sort.QUANTITY:
        return f'Write "is at least 58 {fact.unit}", with the unit as it is here.'
    return _EXAMPLES[fact.give.sort]


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
