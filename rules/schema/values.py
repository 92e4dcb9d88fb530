"""Measured values as authors write them: a number and its unit, repeated every time."""

import re
from decimal import Decimal

from rules.fact import Fact
from rules.problems import did_you_mean
from rules.reading import Reader
from rules.text import Node
from rules.units import CONVERSIONS, SCORES, UNITS, amount, unit_named


def read_unit(reader: Reader, node: Node) -> str | None:
    """A unit that is known, in its one spelling."""
    written = reader.text(node)
    if written is None:
        return None
    unit = unit_named(written)
    if unit is None:
        likely = _spelt_otherwise(written)
        reader.stop(
            node.at,
            "S04",
            f'"{written}" is not a unit I know.',
            f"Type: {likely}"
            if likely
            else did_you_mean(written, UNITS) or f"Units are: {', '.join(UNITS)}.",
            fix=reader.instead(node, likely) if likely else (),
        )
    return unit


def _spelt_otherwise(written: str) -> str | None:
    """The unit that is surely meant: other capitals, spaces or a plural (kgs, mmols/mol)."""
    meant = _plain(written)
    units = [unit for unit in UNITS if meant and _plain(unit) == meant]
    return units[0] if len(units) == 1 else None


def _plain(unit: str) -> str:
    return re.sub(r"(?<=[a-z]{2})s(?=/|$)", "", unit.lower().replace(" ", ""))


def _named(fact: Fact) -> str:
    """How a sentence begins with what is measured."""
    if fact.label.lower() == "hba1c":
        return "HbA1c"
    return f"{fact.label[:1].upper()}{fact.label[1:]}"


def _otherwise(fact: Fact, number: Decimal) -> tuple[str, ...]:
    """What the number is in the other unit that records use, and why that matters."""
    measures = {one.measures for one in fact.lists if one.measures}
    for (of, start, other), there in CONVERSIONS.items():
        back = CONVERSIONS.get((of, other, start))
        if of in measures and start == fact.unit and back is not None:
            return (
                f"{number} {start} is about {there.turn(number)} {other}.",
                f"Why it matters: {number} {other} would be {back.turn(number)} {start}.",
            )
    return ()


def read_amount(reader: Reader, node: Node, fact: Fact, word: str) -> tuple[Decimal, str] | None:
    """A number in the fact's own unit, and how it was written. Scores need no unit."""
    written = reader.text(node)
    if written is None or reader.comparison_words(node, written):
        return None
    found = amount(written)
    if found is None:
        example = f"{word}: 58 {fact.unit}".strip()
        reader.stop(node.at, "S04", f'"{written}" is not a measured value.', f"Type: {example}")
        return None
    number, unit = found
    if not unit and fact.unit in SCORES:
        return number, str(number)
    if not unit:
        reader.stop(
            node.at,
            "S04",
            f"{_named(fact)} {word.replace('_', ' ')} {number} what?",
            f"Type: {word}: {number} {fact.unit}",
            _otherwise(fact, number),
        )
    elif unit_named(unit) is None and _spelt_otherwise(unit) == fact.unit:
        typed = f"{number} {fact.unit}"
        says = f'"{unit}" is not a unit I know.'
        fix = reader.instead(node, typed)
        reader.stop(node.at, "S04", says, f"Type: {typed}", fix=fix)
    elif unit_named(unit) != fact.unit:
        reader.stop(
            node.at,
            "S04",
            f'"{fact.name}" is in {fact.unit} and this is in {unit}.',
            f"Write the number in {fact.unit}, or change the fact's unit.",
        )
    else:
        return number, f"{number} {fact.unit}"
    return None
