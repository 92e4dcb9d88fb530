"""A fingerprint of what a rule decides and says: the same until one of the two is changed.

It is worked out from the rule as it was read, so comments, layout and the order of headings are no
part of it, and neither is what people decided about the rule. A shared fact, exclusion or service
that it uses is a part of it. Code lists count by their names: what they hold has a lock. A theme is
no part of it: it says where a rule stands on a card with others, and nobody is asked anything else.

What has its default is left out. A heading that is added to the language later changes no
fingerprint, then; a change here does, and stops every rule that was released before.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from typing import cast

from rules.codes import CodeList
from rules.elsewhere import Elsewhere
from rules.fact import Compare, Expression, Fact, IsTrue, Test
from rules.problems import Place
from rules.rule import Exclusion, Offer, Quiet, Rule, Service, Variant, Wording, Words

LENGTH = 16  # characters from 0 to 9 and a to f

# Where things stand, what follows from the rest, and how somebody put it.
_NO_PART: Mapping[type, frozenset[str]] = {
    Fact: frozenset({"at", "codes", "choices", "kinds"}),
    Expression: frozenset({"answer"}),
    IsTrue: frozenset({"at"}),
    Test: frozenset({"at", "written"}),
    Exclusion: frozenset({"at", "if_unknown_written"}),
    Wording: frozenset({"at"}),
    Words: frozenset({"asked_at"}),
    Variant: frozenset({"at"}),
    Offer: frozenset({"at", "same_as"}),  # which is what other rules say
    Quiet: frozenset({"silenced_by", "declined_beside"}),  # what another rule says
    Elsewhere: frozenset({"at", "topics_at"}),
    # Which entries of a directory there are changes every day without anybody releasing a rule.
    Service: frozenset({"themes", "kinds"}),
}
# Codes that came from lists, and the names of those lists where they are known.
_NAMED: Mapping[tuple[type, str], str] = {
    (Fact, "ended_by"): "ended_by_lists",
    (Quiet, "declined_codes"): "declined_lists",
    (Quiet, "not_done_codes"): "not_done_lists",
    (Elsewhere, "codes"): "lists",
}


@lru_cache(256)  # of a rule, which never changes; a night asks it for each of its reminders
def fingerprint(rule: Rule) -> str:
    """Sixteen characters over what a rule decides and says, whoever reads it and wherever."""
    writing = _Writing()
    parts: Mapping[str, object] = {
        "purpose": rule.purpose,
        "hook": frozenset(rule.hooks),
        "show_to": frozenset(rule.show_to),
        "facts": dict(rule.facts),
        "when": rule.when,
        "when_unknown": rule.prompt_when_unknown,
        "exclude": rule.exclusions,
        "card": rule.card,
        "offers": rule.offers,
        "quiet": rule.quiet,
    }
    if rule.elsewhere:  # in whatever order they are written: each holds by itself
        parts = {**parts, "already_prompted_by": frozenset(rule.elsewhere)}
    return sha256(writing.of(parts).encode()).hexdigest()[:LENGTH]


@lru_cache(256)  # the same: every page and count of judging asks it again
def judged_as(rule: Rule) -> str:
    """What somebody judges who judges a rule: the same, and with the codes that its lists hold.

    It stays the same from shadow to pilot to live; with another text or code it is another.
    """
    found = [(f"end of {fact.name}", fact.ended_by) for fact in rule.looks_at]
    found += [("a no", rule.quiet.declined_codes), ("not done", rule.offer_codes)]
    lines = [f"{name} {c.system}|{c.code}" for name, codes in found for c in codes]
    lines += [
        f"{fact.name} {c.system}|{c.code} {choice}"
        for fact in rule.looks_at
        for c, choice in fact.choices.items()  # every code it looks for, and what it is called
    ]
    text = "\n".join((fingerprint(rule), *sorted(lines)))
    return sha256(text.encode()).hexdigest()[:LENGTH]


def meaning(value: object) -> str:
    """Any part of a rule as a text that is the same for what decides and says the same."""
    return _Writing().of(value)


class _Writing:
    """Values as text that says the same of the same, and nothing else of anything else."""

    def __init__(self) -> None:
        self.facts: dict[Fact, str] = {}  # many refer to one: each is written once

    def of(self, value: object) -> str:
        """One value, with how long each text in it is, so that none runs into the next."""
        if isinstance(value, Fact):
            if value not in self.facts:
                self.facts[value] = sha256(self.parts_of(value).encode()).hexdigest()
            return self.facts[value]
        if isinstance(value, CodeList):
            return self.of(("list", value.id))
        if isinstance(value, Mapping):
            pairs = cast("Mapping[object, object]", value)  # of anything
            return self.within("{", sorted(f"{self.of(k)}={self.of(v)}" for k, v in pairs.items()))
        if isinstance(value, frozenset):
            held = cast("frozenset[object]", value)  # of anything
            return self.within("<", sorted(self.of(each) for each in held))
        if isinstance(value, tuple):
            items = cast("tuple[object, ...]", value)  # of anything
            return self.within("(", [self.of(each) for each in items])
        return self.parts_of(value) if is_dataclass(value) else _plain(value)

    def parts_of(self, value: object) -> str:
        """What has parts of its own by their names, without those that have their default."""
        said: dict[str, object] = {}
        for name, part in _parts(value).items():
            said[name] = part
            if isinstance(value, Compare) and name == "tests":
                said[name] = frozenset(value.tests)  # all must hold, in whatever order
            names = _NAMED.get((type(value), name))
            if names is not None:
                said[name] = getattr(value, names) or part
        return self.of((type(value).__name__, said))

    @staticmethod
    def within(sort: str, items: list[str]) -> str:
        return f"{sort}{len(items)}:{','.join(items)};"


def _parts(value: object) -> dict[str, object]:
    """The parts of a value that decide or are said and differ from what they are by default."""
    assert is_dataclass(value)
    names = {names for (of, _), names in _NAMED.items() if of is type(value)}
    left_out = _NO_PART.get(type(value), frozenset()) | names
    found: dict[str, object] = {}
    for field in fields(value):
        part: object = getattr(value, field.name)
        made = field.default_factory
        default: object = field.default if made is MISSING else made()
        if field.name not in left_out and part != default:
            found[field.name] = part
    return found


def _plain(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return _plain(value.value)
        case int() | Decimal():
            return f"#{Decimal(value).normalize():f}"
        case date():
            return f"@{value.isoformat()}"
        case str():
            return f"{len(value)}:{value}"
        case Place():
            raise TypeError("Where something stands is no part of what it says.")
        case _:
            raise TypeError(f"No fingerprint is known for {type(value).__name__}.")
