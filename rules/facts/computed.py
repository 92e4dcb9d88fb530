"""Facts that are worked out from other facts, by an expression that was built at load."""

from rules.answer import CANNOT_TELL
from rules.fact import Fact
from rules.finding import Finding, Look


def look_up(fact: Fact, look: Look) -> Finding:
    """The answer of the expression. Raises RuleFault where it cannot be worked out."""
    assert fact.expression is not None  # what could not be built was reported, and is no fact
    answer = look.work_out(fact.expression)
    if answer is not CANNOT_TELL:
        return Finding(fact, answer)
    found = map(look, fact.expression.facts)
    doubts = [one.doubt for one in found if one.doubt]
    return Finding(fact, answer, doubt=doubts[0] if doubts else "what it is made of is not known")
