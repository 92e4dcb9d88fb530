"""The rule language, slowly and obviously: written from RULES.md 4.4 to 4.12, for tests alone.

It reads a rule from its YAML text and a record as plain data, and shares no code with the engine,
so that the two can only agree if both do what the design says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from tests.reference.amounts import ask_numbers
from tests.reference.calendar import ago, ahead
from tests.reference.facts import BUILT_IN, look_up
from tests.reference.record import Practice, Record
from tests.reference.three import (
    CANNOT_TELL,
    NO,
    YES,
    all_of,
    any_of,
    in_every_world,
    opposite,
    some_of,
    yes_if,
)
from tests.reference.world import Found, World, Written, as_list


@dataclass(frozen=True)
class Verdict:
    """Prompt, no prompt, excluded or cannot tell, and the labels of the offers that are on."""

    decision: str
    offers: tuple[str, ...] = ()


class Asking:
    """One rule about one person on one day."""

    def __init__(self, rule: Written, record: Record, today: date, practice: Practice) -> None:
        self.rule = rule
        self.facts: dict[str, Written] = {**practice.facts, **(rule.get("facts") or {})}
        self.world = World(record, today, practice, self.facts, self.find)

    def find(self, name: str) -> Found:
        """What a fact gives, by its name."""
        if name in BUILT_IN:
            return BUILT_IN[name](self.world)
        return look_up(self.facts[name], self.world)

    def ask(self, condition: Any) -> str:  # Any: as YAML reads it
        """A condition of 4.5."""
        if isinstance(condition, str):
            return self.find(condition).answer
        ((word, part),) = ((key, part) for key, part in condition.items() if key != "label")
        match word:
            case "all":
                return all_of([self.ask(each) for each in part])
            case "any":
                return any_of([self.ask(each) for each in part])
            case "none":
                return opposite(any_of([self.ask(each) for each in part]))
            case "not":
                return opposite(self.ask(part))
            case "some_of":
                return some_of(part["at_least"], [self.ask(each) for each in part["of"]])
            case _:
                found = self.find(word)
                return all_of([self.test(found, test, value) for test, value in part.items()])

    def test(self, found: Found, test: str, value: Any) -> str:  # Any: as YAML reads it
        """One test of what a fact gives."""
        if test == "is_known":
            return found.answer if value else opposite(found.answer)
        if found.sort == "number" and found.numbers is not None:
            return ask_numbers(found.numbers, test, value)
        if found.sort == "quantity":  # absent values are cannot tell
            if found.answer != YES or found.numbers is None:
                return CANNOT_TELL
            return ask_numbers(found.numbers, test, value)
        if found.sort == "choice":
            if found.answer != YES:
                return CANNOT_TELL
            meant = set(as_list(value))
            answer = in_every_world(choice in meant for choice in found.choices)
            return opposite(answer) if test == "is_not" else answer
        # RULES.md does not say what is true of an event that may not be. The quieter: cannot tell,
        # even where no day it may have happened on is meant.
        if found.answer != YES:  # "absent dates are no for date tests"
            return found.answer
        if found.days is None:
            return CANNOT_TELL
        return self.date_test(found, test, value)

    def date_test(self, found: Found, test: str, value: Any) -> str:  # Any: as YAML reads it
        """One test of a date."""
        assert found.days is not None
        today = self.world.today
        edge: date
        if isinstance(value, date):
            edge = value
        elif value.endswith(" ahead"):
            edge = ahead(value.removesuffix(" ahead"), today)
        else:
            edge = ago(value.removesuffix(" ago"), today)
        holds: dict[str, Callable[[date], bool]] = {
            "within": lambda day: edge <= day <= today,
            "older_than": lambda day: day < edge,
            "before": lambda day: day < edge,
            "after": lambda day: day > edge,
            "at_least": lambda day: day >= edge,
            "at_most": lambda day: today <= day <= edge,
        }
        return found.days.holds(holds[test], [edge, today])

    def decide(self) -> Verdict:
        """``when``, then ``exclude``, then the offers."""
        when = self.ask(self.rule["when"])
        if when == NO:
            return Verdict("no prompt")
        if when == CANNOT_TELL and self.rule.get("when_unknown", "stay quiet") == "stay quiet":
            return Verdict("cannot tell")
        excluded = any_of(self.excludes(item) for item in as_list(self.rule.get("exclude")))
        if excluded != NO:
            return Verdict("excluded" if excluded == YES else "cannot tell")
        offers = [body for item in as_list(self.rule.get("offers")) for body in item.values()]
        return Verdict("prompt", tuple(body["label"] for body in offers if self.is_on(body)))

    def excludes(self, item: Written) -> str:
        """An exclusion that cannot tell excludes, unless it says ``if_unknown: include``."""
        shared: Written = {}
        if "shared" in item:
            shared = self.world.practice.exclusions[item["shared"]]
        answer = self.ask({**shared, **item}["if"])
        policy = {**shared, **item}.get("if_unknown", "exclude")
        return NO if answer == CANNOT_TELL and policy == "include" else answer

    def is_on(self, offer: Written) -> bool:
        """``needs`` must be yes; an ``if`` that cannot tell hides, unless it says show."""
        if "needs" in offer and self.find(offer["needs"]).answer != YES:
            return False
        answer = self.ask(offer["if"]) if "if" in offer else yes_if(True)
        return answer == YES or (answer == CANNOT_TELL and offer.get("if_unknown") == "show")


def decide(rule_text: str, record: Record, today: date, practice: Practice) -> Verdict:
    """What a rule, as its author wrote it, comes to for one person on one day."""
    return Asking(read(rule_text), record, today, practice).decide()


def read(rule_text: str) -> Written:
    """A rule file as YAML reads it."""
    rule: Written = yaml.safe_load(rule_text)
    return rule
