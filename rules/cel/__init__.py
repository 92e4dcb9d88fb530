"""``cel:``, the escape hatch of the rule language: expressions over facts, never over the record.

What authors write is read and checked here, so that every message is ours (``words``, ``grammar``,
``check``); what passes is worked out by cel-python, which one file knows (``run``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.cel.check import Checked, check
from rules.cel.grammar import parse
from rules.cel.run import program
from rules.cel.words import Slip, read
from rules.fact import Expression, Fact


@dataclass(frozen=True, slots=True)
class Built:
    """An expression that can be asked, or what is wrong with it; and units that ``means`` says.

    ``units`` are those of measured values that are held against a plain number: the number says
    nothing of its unit, so the sentence beside it has to.
    """

    expression: Expression | None
    slips: tuple[Slip, ...] = ()
    units: frozenset[str] = frozenset()


def build(text: str, means: str, facts: Mapping[str, Fact], faulty: frozenset[str]) -> Built:
    """Check an expression over these facts, and build it once.

    Names in ``faulty`` are of facts that were reported where they are written: once is enough.
    """
    tokens, slips = read(text, facts)
    if slips:
        return Built(None, slips)
    tree = parse(tokens)
    if isinstance(tree, Slip):
        return Built(None, (tree,))
    checked = check(tree, facts, faulty)
    if not isinstance(checked, Checked):
        return Built(None, checked)
    answer = program(tree, checked.facts)
    return Built(Expression(text, means, checked.facts, answer), units=checked.units)


__all__ = ["Built", "Slip", "build"]
