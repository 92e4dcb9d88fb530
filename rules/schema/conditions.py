"""Conditions as authors write them: fact names, all, any, none, not, and comparisons in words."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from rules.days import Duration, duration
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Fact,
    Give,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
    Sort,
    Test,
)
from rules.opposites import without_not
from rules.problems import did_you_mean
from rules.reading import Reader
from rules.schema.expressions import read_expression
from rules.schema.names import Names
from rules.schema.negations import said_as_one
from rules.schema.values import read_amount
from rules.schema.wording import read_plain
from rules.text import Block, Node, Text

_NUMBERS = ("above", "at_least", "below", "at_most", "between", "equals", "is_known")
_DATES = ("within", "older_than", "before", "after", "at_least", "at_most", "is_known")
_CHOICES = ("is", "is_not", "is_in", "is_known")
_TESTS: dict[Sort, tuple[str, ...]] = {
    Sort.YES_NO: ("is_known",),
    Sort.NUMBER: _NUMBERS,
    Sort.QUANTITY: _NUMBERS,
    Sort.DATE: _DATES,
    Sort.CHOICE: _CHOICES,
}
_JOINTS: dict[str, Callable[[tuple[Condition, ...]], Condition]] = {
    "all": All,
    "any": AnyOf,
    "none": NoneOf,
}


def condition_under(reader: Reader, block: Block, key: str, names: Names) -> Condition | None:
    """The condition under a heading; None where the heading is absent or already reported."""
    return read_condition(reader, block.pairs[key][1], names) if key in block.pairs else None


def read_condition(reader: Reader, node: Node, names: Names) -> Condition | None:
    """One condition; None when something in it has been reported."""
    if isinstance(node, Text):
        fact = _fact(reader, node, names, heading=False)
        return None if fact is None else _stands_alone(reader, node, fact)
    block = reader.block(node, "A condition")
    if block is None:
        return None
    if "cel" in block.pairs:
        reader.keys(block, "a cel condition", ("cel", "means", "label"), needed=("means",))
        expression = read_expression(reader, block, names)
        label = reader.get(block, "label", lambda n: read_plain(reader, n))
        if expression is None:
            return None
        return Labelled(label, Computed(expression)) if label else Computed(expression)
    label = (
        reader.get(block, "label", lambda n: read_plain(reader, n))
        if len(block.pairs) == 2
        else None
    )
    if label is not None:
        inner = {name: pair for name, pair in block.pairs.items() if name != "label"}
        part = read_condition(reader, Block(inner, block.at), names)
        return None if part is None else Labelled(label, part)
    if len(block.pairs) != 1:
        reader.stop(
            block.at,
            "E10",
            "A condition is one name, or one of all, any, none and not.",
            'Several conditions go under "all:" as a list.',
        )
        return None
    key, value = next(iter(block.pairs.values()))
    if key.value in _JOINTS:
        return _joined(reader, key, value, names)
    if key.value == "not":
        part = read_condition(reader, value, names)
        return None if part is None else Not(part)
    if key.value == "some_of":
        return _some_of(reader, value, names)
    fact = _fact(reader, key, names, heading=True)
    return None if fact is None else _compared(reader, fact, value)


def _joined(reader: Reader, key: Text, value: Node, names: Names) -> Condition | None:
    items = reader.listed(value, f'"{key.value}"')
    parts = [read_condition(reader, item, names) for item in items]
    whole = tuple(part for part in parts if part is not None)
    return _JOINTS[key.value](whole) if parts and len(whole) == len(parts) else None


def _some_of(reader: Reader, node: Node, names: Names) -> Condition | None:
    block = reader.block(node, '"some_of"')
    if block is None:
        return None
    reader.keys(block, '"some_of"', ("at_least", "of"), needed=("at_least", "of"))
    at_least = reader.get(block, "at_least", reader.whole)
    if "of" not in block.pairs or at_least is None:
        return None
    of = block.pairs["of"][1]
    parts = [read_condition(reader, item, names) for item in reader.listed(of, '"of"')]
    whole = tuple(part for part in parts if part is not None)
    if not 1 <= at_least <= max(len(parts), 1):
        reader.stop(
            block.pairs["at_least"][1].at,
            "E10",
            f"At least {at_least} of {len(parts)} can never be a question.",
            f"Write a number from 1 to {len(parts)}.",
        )
        return None
    return SomeOf(at_least, whole) if whole and len(whole) == len(parts) else None


def _fact(reader: Reader, node: Text, names: Names, *, heading: bool) -> Fact | None:
    name = node.value
    if name in names.facts:
        return names.facts[name]
    if names.is_faulty("fact", name) or reader.comparison_words(node, name):
        return None
    if heading and name in _MEANT:
        says, hint = f'"{name}" is not a heading I know here.', f"Did you mean {_MEANT[name]}?"
        reader.stop(node.at, "E11", says, hint, fix=reader.instead(node, _MEANT[name]))
    elif not said_as_one(reader, node, names, heading=heading):
        says = f'Nothing in this file is called "{name}".'
        reader.stop(node.at, "E11", says, did_you_mean(name, names.facts))
    return None


# What people write for the headings of conditions.
_MEANT = {"no": "not", "and": "all", "or": "any", "neither": "none"}


def _stands_alone(reader: Reader, node: Text, fact: Fact) -> Condition | None:
    if fact.give is Give.EXISTS:
        return IsTrue(fact, node.at)
    hint = "age: {at_least: 18}" if fact.give is Give.AGE else f"{fact.name}: {{is_known: yes}}"
    reader.stop(
        node.at,
        "E10",
        f'"{fact.name}" gives {fact.give.sort}, so it needs a comparison.',
        f"For example {hint}.",
    )
    return None


def _compared(reader: Reader, fact: Fact, node: Node) -> Condition | None:
    symbols = isinstance(node, Text) and reader.comparison_words(node, node.value)
    # An empty one would be neither true nor reported: {age: {}}.
    if isinstance(node, Text) or node == Block({}, node.at):
        if not symbols and fact.give is Give.EXISTS:
            says = f'"{fact.name}" is a yes or no and stands by itself.'
            reader.stop(node.at, "E10", says, _by_itself(fact, node))
        elif not symbols:
            reader.stop(
                node.at,
                "E10",
                f'"{fact.name}" needs a comparison in words.',
                f"For example {fact.name}: {{at_least: 18}}.",
            )
        return None
    block = reader.block(node, f'The comparison of "{fact.name}"')
    if block is None:
        return None
    known = _TESTS[fact.give.sort]
    tests: list[Test] = []
    for word, (key, value) in block.pairs.items():
        if word not in known:
            # is_known asks something else: "is_known: no" is for records that cannot be read.
            hint = (
                _by_itself(fact, value) if fact.give is Give.EXISTS else did_you_mean(word, known)
            )
            reader.stop(key.at, "E01", f'"{word}" cannot be asked of "{fact.name}".', hint)
        else:
            test = _test(reader, fact, word, value)
            if test is not None:
                tests.append(replace(test, at=key.at))
    return Compare(fact, tuple(tests)) if tests and len(tests) == len(block.pairs) else None


def _by_itself(fact: Fact, written: Node) -> str:
    """How the yes or the no of a fact is written."""
    opposite = f"{{not: {fact.name}}}"
    match written:
        case Text("yes" | "true"):
            return f"Type: {fact.name}"
        case Text("no" | "false"):
            return f"Type: {opposite}"
        case _:
            return f"Write {fact.name} for a yes, or {opposite} for a no."


def _test(reader: Reader, fact: Fact, word: str, node: Node) -> Test | None:
    if word == "is_known":
        return _known(reader, node)
    match fact.give.sort:
        case Sort.NUMBER:
            return _number(reader, fact, word, node)
        case Sort.QUANTITY:
            return _quantity(reader, fact, word, node)
        case Sort.CHOICE:
            return _choice(reader, fact, word, node)
        case _:
            return _date(reader, word, node)


def _quantity(reader: Reader, fact: Fact, word: str, node: Node) -> Test | None:
    if word != "between":
        found = read_amount(reader, node, fact, word)
        return None if found is None else Test(word, found[0], written=found[1])
    items = reader.items(node, '"between"')
    ends = [read_amount(reader, item, fact, word) for item in items]
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
        (low, low_written), (high, high_written) = ends[0], ends[1]
        if low <= high:
            return Test(word, (low, high), written=f"{low_written} and {high_written}")
        reader.stop(
            node.at,
            "E10",
            "The first number of between is the larger one, so nobody can match.",
            f"Type: between: [{high_written}, {low_written}]",
        )
    elif None not in ends:
        says = f"For example between: [48 {fact.unit}, 58 {fact.unit}], both included."
        reader.stop(node.at, "E10", "between needs two numbers.", says)
    return None


_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SEXES = ("female", "male", "other", "unknown")


def _choice(reader: Reader, fact: Fact, word: str, node: Node) -> Test | None:
    items = reader.listed(node, f'"{word}"')
    if word != "is_in" and len(items) > 1:
        reader.stop(node.at, "E10", f"{word} takes one word.", "For several, type is_in: [..].")
        return None
    known = _SEXES if fact.find == "sex" else tuple(dict.fromkeys(fact.choices.values()))
    words: set[str] = set()
    for item in items:
        value = reader.text(item)
        if value is None:
            return None
        if value not in known and not (fact.find == "language" and _LANGUAGE.fullmatch(value)):
            hint = did_you_mean(value, known) or "Languages are codes: en, pl, ur."
            if word == "is" and without_not(value) in known:
                hint = f"Type: is_not: {without_not(value)}"
            reader.stop(item.at, "E10", f'"{fact.name}" is never "{value}".', hint)
            return None
        words.add(value)
    return Test(word, frozenset(words), written=" or ".join(sorted(words))) if words else None


def _number(reader: Reader, fact: Fact, word: str, node: Node) -> Test | None:
    if word == "between":
        items = reader.items(node, '"between"')
        ends = [reader.whole(item) for item in items]
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            if ends[0] <= ends[1]:
                return Test(word, (ends[0], ends[1]))
            reader.stop(
                node.at,
                "E10",
                "The first number of between is the larger one, so nobody can match.",
                f"Type: between: [{ends[1]}, {ends[0]}]",
            )
        elif None not in ends:
            reader.stop(
                node.at,
                "E10",
                "between needs two numbers.",
                "For example between: [18, 64], both included.",
            )
        return None
    value = reader.whole(node)
    if value is None:
        return None
    if fact.give is Give.AGE and word == "above" and value == 18:
        reader.think(
            node.at,
            "S09",
            '"above 18" leaves out people aged 18.',
            "If you mean adults, type at_least: 18."
            " If you mean 19 and over, keep it and test 18 and 19.",
        )
    return Test(word, value)


def _known(reader: Reader, node: Node) -> Test | None:
    value = reader.yes_no(node)
    return None if value is None else Test("is_known", value)


def _date(reader: Reader, word: str, node: Node) -> Test | None:
    if word in ("within", "older_than"):
        length = reader.duration(node)
        return None if length is None else Test(word, length)
    if word in ("before", "after"):
        moment: date | Duration | None = reader.day_or_ago(node)
        return None if moment is None else Test(word, moment)
    value = reader.text(node)
    if value is None:
        return None
    ahead = duration(value.removesuffix(" ahead")) if value.endswith(" ahead") else None
    if ahead is None:
        if not reader.comparison_words(node, value):
            reader.stop(
                node.at, "E08", f'"{value}" is not a time ahead.', f"Type: {word}: 5 days ahead"
            )
        return None
    return Test(word, ahead, ahead=True)
