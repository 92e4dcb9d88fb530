"""Nodes to values, with a problem for whatever is not as it needs to be.

A reading function returns None when it has reported a problem, so that one slip gives one message
and everything else in the file is still looked at.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import TypeVar

from rules import spellings
from rules.days import Duration, duration, in_words
from rules.hygiene import quoted
from rules.problems import Edit, Place, Problem, did_you_mean, nearest, surely
from rules.text import Block, Items, Node, Text
from rules.translations import IN_WORDS, SYMBOLS, THE_WORDS, typed

T = TypeVar("T")

_WORD_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_FACT_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_UNTIL = "Until it is fixed, nobody is excluded."
_MOST_STRANGE = 20
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}


class Reader:
    """Collects the problems of one file while its nodes are read."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.worked_out = 0  # characters of cel expressions in this file so far

    def stop(
        self,
        at: Place,
        code: str,
        says: str,
        hint: str = "",
        more: tuple[str, ...] = (),
        fix: tuple[Edit, ...] = (),
    ) -> None:
        """Report something that has to be fixed; ``fix`` are the edits that surely do so."""
        self.report(Problem(at, code, says, hint, True, more, fix))

    def think(
        self,
        at: Place,
        code: str,
        says: str,
        hint: str = "",
        more: tuple[str, ...] = (),
        fix: tuple[Edit, ...] = (),
    ) -> None:
        """Report something to think about; it stops nothing."""
        self.report(Problem(at, code, says, hint, False, more, fix))

    def report(self, problem: Problem) -> None:
        """Keep a problem."""
        self.problems.append(problem)

    def instead(self, node: Node, text: str) -> tuple[Edit, ...]:
        """The edit that writes something else in place of a text of one line without quotes."""
        if isinstance(node, Text) and node.at.width == len(node.value):
            return (Edit.of(node.at, node.at.width, text),)
        return ()

    def block(self, node: Node, of: str) -> Block | None:
        """A node that has headings."""
        if isinstance(node, Block):
            return node
        name = node.value if isinstance(node, Text) else ""
        more = (f"Type: - shared: {name}",) if name and "exclusion" in of else ()
        self.stop(node.at, "E10", f"{of} needs headings under it, each with a colon.", more=more)
        return None

    def items(self, node: Node, of: str) -> tuple[Node, ...]:
        """A list; a single value and an empty heading are taken as lists of one and none."""
        if isinstance(node, Items):
            return node.items
        if isinstance(node, Text) and node.value:
            return (node,)
        if isinstance(node, Text):
            self.think(node.at, "E09", f"Nothing is listed under {of} yet.")
            return ()
        says = f"{of} needs a list: each item on a line of its own after a hyphen."
        first = next(iter(node.pairs.values()), None)
        written = first[1].value if first and isinstance(first[1], Text) else ""
        more = (f"Type: - {first[0].value}: {written}".rstrip(),) if first else ()
        self.stop(node.at, "E10", says, more=more)
        return ()

    def listed(self, node: Node, of: str) -> tuple[Node, ...]:
        """A list that cannot be empty: with nothing in it, it would mean nobody or nothing."""
        empty = not node.items if isinstance(node, Items) else node == Text("", node.at)
        if empty:
            self.stop(node.at, "E09", f"There is nothing listed under {of} yet.")
            return ()
        return self.items(node, of)

    def keys(
        self,
        block: Block,
        of: str,
        known: Iterable[str],
        *,
        needed: Iterable[str] = (),
    ) -> None:
        """Report headings that are unknown or missing.

        A misspelt heading is read on as the one that is meant, so that it gives one message and
        not one more for everything that would then be missing.
        """
        known = tuple(known)
        strange = [name for name in block.pairs if name not in known]
        for name in strange[:_MOST_STRANGE]:
            self.misspelt(block, name, of, known)
        for name in strange[_MOST_STRANGE:]:  # hardly our file, and each would be compared with all
            says = f'"{name}" is not a heading I know in {of}.'
            self.stop(block.pairs[name][0].at, "E01", says)
        for name in needed:
            if name not in block.pairs:
                says = f'{of[0].upper()}{of[1:]} needs "{name}:".'
                self.stop(block.at, "E09", says, more=(f"Add a line that starts with {name}:",))

    def misspelt(self, block: Block, name: str, of: str, known: Iterable[str]) -> str | None:
        """Report a heading that is not known, and give its value to the one that is meant."""
        names = tuple(known)
        key, value = block.pairs[name]
        hint = did_you_mean(name, names)
        sure = surely(name, names)
        fix = self.instead(key, sure) if sure and sure not in block.pairs else ()
        more = (_UNTIL,) if nearest(name, names) == "exclude" else ()
        says = f'"{name}" is not a heading I know in {of}.'
        self.stop(key.at, "E01", says, hint, more, fix)
        meant = nearest(name, names)
        if meant is None or meant in block.pairs:
            return None
        del block.pairs[name]
        block.pairs[meant] = (key, value)
        return meant

    def not_yet(self, at: Place, what: str, verb: str = "is") -> None:
        """Refuse by name what is designed and not built."""
        self.stop(
            at,
            "E30",
            f"{what} {verb} not supported yet.",
            "Leave it out for now; nothing is ignored silently.",
        )

    def get(self, block: Block, key: str, read: Callable[[Node], T | None]) -> T | None:
        """The value under a heading, read; None where the heading is absent or already reported."""
        pair = block.pairs.get(key)
        return None if pair is None else read(pair[1])

    def text(self, node: Node) -> str | None:
        """A text that is there."""
        if isinstance(node, Text):
            value = node.value.strip()
            if value:
                return value
            self.stop(node.at, "E09", "There is nothing written here yet.")
        else:
            self.stop(
                node.at,
                "E10",
                "A text is expected here, on one line or after a |.",
                "Put a text that starts with { or [ in double quotes.",
            )
        return None

    def prose(self, node: Node) -> str | None:
        """A sentence: warns where it was cut off by #."""
        value = self.text(node)
        if value is not None and isinstance(node, Text) and node.cut_off:
            # "#1" is hardly a comment, "# reviewed in May" is.
            sure = node.whole and not re.search(r"\s#(\s|$)", node.whole)
            whole = quoted(node.whole)
            self.think(
                node.cut_off,
                "E03",
                "Everything after # on this line was left out.",
                "If it belongs to the text, put all of it in double quotes;"
                f' now it reads "{value}".',
                (f"Type: {whole}",) if sure else (),
                (Edit.of(node.at, len(node.whole), whole),) if sure else (),
            )
        return value

    def name(self, node: Node, pattern: re.Pattern[str] = _WORD_NAME) -> str | None:
        """A name in lower-case words."""
        value = self.text(node)
        if value is None or pattern.fullmatch(value):
            return value
        joint = "_" if pattern is _FACT_NAME else "-"
        self.stop(
            node.at,
            "E10",
            f'"{value}" cannot be a name.',
            f"Use lower-case words joined by {joint}, such as has{joint}copd.",
        )
        return None

    def fact_name(self, node: Node) -> str | None:
        """A fact's name: lower_case_words."""
        return self.name(node, _FACT_NAME)

    def whole(self, node: Node) -> int | None:
        """A whole number that is not negative."""
        value = self.text(node)
        if value is None:
            return None
        if value.isascii() and value.isdigit() and len(value) <= 6:
            return int(value)
        if not self.comparison_words(node, value):
            self.stop(node.at, "E10", f'"{value}" is not a whole number.')
        return None

    def comparison_words(self, node: Node, value: str) -> bool:
        """Report symbols written where words are wanted."""
        found = re.match(r"([a-z_]*)\s*(?=[<>=\u2264\u2265])", value)
        symbol = SYMBOLS.match(value, found.end()) if found else None
        if found is None or symbol is None:
            return False
        name = f"{found[1]}: " if found[1] else ""
        more = (f"Type: {name}{typed(symbol[1], symbol[2])}",) if symbol[2] else ()
        self.stop(node.at, "E07", IN_WORDS, THE_WORDS, more)
        return True

    def yes_no(self, node: Node) -> bool | None:
        """Yes or no, in words or as an editor may have written them."""
        value = self.text(node)
        if value is None:
            return None
        answer = _YES_NO.get(value.lower())
        if answer is None:
            self.stop(node.at, "E10", f'"{value}" is neither yes nor no.', "Type: yes or no.")
        return answer

    def one_of(
        self, node: Node, known: Mapping[str, T], what: str, later: Collection[str] = ()
    ) -> T | None:
        """What one word of a closed list stands for."""
        value = self.text(node)
        if value is None:
            return None
        if value in known:
            return known[value]
        if value in later:
            self.not_yet(node.at, f'{what} "{value}"')
        elif not self.comparison_words(node, value):
            sure = surely(value, known)
            self.stop(
                node.at,
                "E10",
                f'"{value}" is not one of the words for {what}.',
                did_you_mean(value, known),
                fix=self.instead(node, sure) if sure else (),
            )
        return None

    def day(self, node: Node) -> date | None:
        """A date, year-month-day."""
        value = self.text(node)
        if value is None:
            return None
        if _DATE.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                self.stop(
                    node.at,
                    "E08",
                    f"{value} does not exist.",
                    "Dates are year-month-day, for example 2027-02-28.",
                )
                return None
        sure, either = spellings.day(value), spellings.either_day(value)
        more: tuple[str, ...] = ()
        if sure:
            more = (f"Type: {sure}",)
        elif either:
            first, second = map(date.fromisoformat, either)
            more = (f"{in_words(first)} or {in_words(second)}? Write {first} or {second}.",)
        self.stop(
            node.at,
            "E08",
            f'"{value}" is not a date.',
            "Dates are year-month-day, for example 2027-02-28.",
            more,
            self.instead(node, sure) if sure else (),
        )
        return None

    def duration(self, node: Node) -> Duration | None:
        """A length of time: 12 months."""
        value = self.text(node)
        if value is None:
            return None
        found = duration(value)
        if found is None and not self.comparison_words(node, value):
            sure = spellings.length(value)
            self.stop(
                node.at,
                "E08",
                f'"{value}" is not a length of time.',
                "Write a whole number and days, weeks, months or years: 12 months.",
                (f"Type: {sure}",) if sure else (),
                self.instead(node, sure) if sure else (),
            )
        return found

    def day_or_ago(self, node: Node, today: date | None = None) -> date | Duration | None:
        """A date, or a length of time "ago"."""
        value = self.text(node)
        if value is None:
            return None
        if value == "today" and today is not None:
            return today
        if value.endswith(" ago"):
            found = duration(value.removesuffix(" ago"))
            if found is None:
                sure = spellings.length(value.removesuffix(" ago"))
                self._not_ago(node, f'"{value}" is not a time ago.', sure)
            return found
        length = spellings.length(value)
        if length is not None:
            self._not_ago(node, f'"{value}" is a length of time and not a day.', length)
            return None
        return self.day(node)

    def _not_ago(self, node: Node, says: str, length: str | None) -> None:
        self.stop(
            node.at,
            "E08",
            says,
            "Write it as: 4 months ago.",
            (f"Type: {length} ago",) if length else (),
            self.instead(node, f"{length} ago") if length else (),
        )
