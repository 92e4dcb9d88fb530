"""Measured values as authors write them: a number and its unit, repeated every time."""

from decimal import Decimal

from rules.fact import Fact
from rules.problems import did_you_mean
from rules.reading import Reader
from rules.text import Node
from rules.units import SCORES, UNITS, amount, unit_named


def read_unit(reader: Reader, node: Node) -> str | None:
    """A unit that is known, in its one spelling."""
    written = reader.text(node)
    if written is None:
        return None
    unit = unit_named(written)
    if unit is None:
        reader.stop(
            node.at,
            "S04",
            f'"{written}" is not a unit I know.',
            did_you_mean(written, UNITS) or f"Units are: {', '.join(UNITS)}.",
        )
    return unit


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
            f"{fact.label[:1].upper()}{fact.label[1:]} {word.replace('_', ' ')} {number} what?",
            f"Type: {word}: {number} {fact.unit}",
        )
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
