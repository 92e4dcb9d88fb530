"""Two values of a rule file side by side: under which headings they differ, and how it is put."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import cast

from rules.codes import CodeList
from rules.english.writing import condition_in_english
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Expression,
    Fact,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
)
from rules.fingerprint import meaning
from rules.rule import Link, Rule, Service, Wording


def lines(condition: Condition | None, rule: Rule) -> list[str]:
    """A condition of a rule as lines in words; none where there is no condition.

    That all of them are to be so goes without a line: one part more is one line more.
    """
    if condition is None:
        return []
    if isinstance(condition, All):
        return [line for part in condition.parts for line in lines(part, rule)]
    text = condition_in_english(condition, rule.facts.values())
    return [line.strip().removeprefix("- ") for line in text.split("\n")]


def fields(was: object, now: object, headings: Mapping[str, str]) -> Iterator[str]:
    """The headings under which two things of one sort differ, and how."""
    for name, heading in headings.items():
        before, after = getattr(was, name), getattr(now, name)
        if meaning(before) != meaning(after):
            was_said, is_said = text(before), text(after)
            same = was_said == is_said
            yield f"{heading}: " + ("it changed" if same else f"{was_said} -> {is_said}")


def text(value: object) -> str:
    """A value as people would write it, on one line."""
    match value:
        case None | () | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case str() if isinstance(value, Enum):
            return str(value)
        case str():
            return f'"{value}"' if " " in value else value
        case Wording():
            return f'"{value.plain}"'
        case Fact():
            return value.label or value.name
        case CodeList():
            return value.id
        case Expression():
            return value.text
        case Service() | Link():
            return value.name if isinstance(value, Service) else value.label
        case date():
            return value.isoformat()
        case (
            IsTrue() | Compare() | All() | AnyOf() | NoneOf() | SomeOf() | Not()
            | Computed() | Labelled()
        ):  # fmt: skip
            return "; ".join(condition_in_english(value).split("\n"))
        case tuple() | frozenset():
            each = map(text, cast("Iterable[object]", value))  # of anything
            return ", ".join(each if isinstance(value, tuple) else sorted(each)) or "none"
        case _:
            name = getattr(value, "name", None)
            return name if isinstance(name, str) else str(value)
