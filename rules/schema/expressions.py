"""``cel:`` and ``means:``, in a fact and in a condition: read, checked, and built once."""

from rules.cel import build
from rules.fact import Expression
from rules.reading import Reader
from rules.schema.names import EVERY, Names
from rules.schema.wording import read_plain
from rules.text import Block, Text

_MOST_FLOORS = 10
MOST_IN_A_FILE = 5_000  # characters of all expressions; each takes its time to build


def read_expression(reader: Reader, block: Block, names: Names) -> Expression | None:
    """The expression of a block with both headings; None if anything in it was reported."""
    text = reader.get(block, "cel", reader.prose)
    means = reader.get(block, "means", lambda n: read_plain(reader, n))
    if text is None or means is None or ("fact", EVERY) in names.faulty:
        return None
    node = block.pairs["cel"][1]
    assert isinstance(node, Text)  # prose has read it
    before, reader.worked_out = reader.worked_out, reader.worked_out + len(node.value)
    if reader.worked_out > MOST_IN_A_FILE:
        if before <= MOST_IN_A_FILE:  # told once, where it is too much
            says = f"The expressions of this file have more than {MOST_IN_A_FILE:,} characters."
            reader.stop(node.at, "E35", says, "Use conditions in words, or several files.")
        return None
    faulty = frozenset(name for sort, name in names.faulty if sort == "fact")
    built = build(node.value, means, names.facts, faulty)
    for slip in built.slips:
        reader.stop(node.place(slip.start), slip.code, slip.says, slip.hint)
    if built.expression is not None and _floors(built.expression) > _MOST_FLOORS:
        says = f"This stands on more than {_MOST_FLOORS} computed facts, one on another."
        reader.stop(node.at, "E35", says, "Use facts that are looked up.")
        return None
    for unit in sorted(built.units):
        if unit not in means:
            reader.stop(
                block.pairs["means"][1].at,
                "S04",
                f"A value in {unit} is held against a number, which does not say its unit.",
                f'Say "{unit}" in "means:".',
            )
            return None
    return built.expression


def _floors(expression: Expression) -> int:
    """How many computed facts stand one on another, as the floors of a house do."""
    floor, count = {expression}, 0
    while floor and count <= _MOST_FLOORS:
        facts = (fact for each in floor for fact in each.facts)
        floor = {fact.expression for fact in facts if fact.expression is not None}
        count += 1
    return count
