"""Nodes to values, with a problem for whatever is not as it needs to be.

A reading function returns None when it has reported a problem, so that one slip gives one message
and everything else in the file is still looked at.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import TypeVar

from rules.days import Duration, duration
from rules.problems import Place, Problem, did_you_mean, nearest
from rules.text import Block, Items, Node, Text

T = TypeVar("T")

_WORD_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_FACT_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}


class Reader:
    """Collects the problems of one file while its nodes are read."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def stop(self, at: Place, code: str, says: str, hint: str = "") -> None:
        """Report something that has to be fixed."""
        self.problems.append(Problem(at, code, says, hint))

    def think(self, at: Place, code: str, says: str, hint: str = "") -> None:
        """Report something to think about; it stops nothing."""
        self.problems.append(Problem(at, code, says, hint, stops=False))

    def block(self, node: Node, of: str) -> Block | None:
        """A node that has headings."""
        if isinstance(node, Block):
            return node
        self.stop(node.at, "E10", f"{of} needs headings under it, each with a colon.")
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
        self.stop(
            node.at, "E10", f"{of} needs a list: each item on a line of its own after a hyphen."
        )
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
        for name in tuple(block.pairs):
            if name not in known:
                self.misspelt(block, name, of, known)
        for name in needed:
            if name not in block.pairs:
                self.stop(block.at, "E09", f'{of[0].upper()}{of[1:]} needs "{name}:".')

    def misspelt(self, block: Block, name: str, of: str, known: Iterable[str]) -> str | None:
        """Report a heading that is not known, and give its value to the one that is meant."""
        names = tuple(known)
        key, value = block.pairs[name]
        hint = did_you_mean(name, names)
        self.stop(key.at, "E01", f'"{name}" is not a heading I know in {of}.', hint)
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
            self.think(
                node.cut_off,
                "E03",
                "Everything after # on this line was left out.",
                "If it belongs to the text, put all of it in double quotes;"
                f' now it reads "{value}".',
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
        if re.match(r"[<>=]", value):
            self.stop(
                node.at,
                "E07",
                "Please write comparisons in words.",
                "Words are: above, at_least, below, at_most, between.",
            )
            return True
        return False

    def yes_no(self, node: Node) -> bool | None:
        """Yes or no, in words or as an editor may have written them."""
        value = self.text(node)
        if value is None:
            return None
        answer = _YES_NO.get(value.lower())
        if answer is None:
            self.stop(node.at, "E10", f'"{value}" is neither yes nor no.')
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
            self.stop(
                node.at,
                "E10",
                f'"{value}" is not one of the words for {what}.',
                did_you_mean(value, known),
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
        self.stop(
            node.at,
            "E08",
            f'"{value}" is not a date.',
            "Dates are year-month-day, for example 2027-02-28.",
        )
        return None

    def duration(self, node: Node) -> Duration | None:
        """A length of time: 12 months."""
        value = self.text(node)
        if value is None:
            return None
        found = duration(value)
        if found is None and not self.comparison_words(node, value):
            self.stop(
                node.at,
                "E08",
                f'"{value}" is not a length of time.',
                "Write a whole number and days, weeks, months or years: 12 months.",
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
                self.stop(
                    node.at, "E08", f'"{value}" is not a time ago.', "Write it as: 4 months ago."
                )
            return found
        return self.day(node)
