"""Every expression asked of two cels: ours, which is cel-python behind our checks, and one in Rust.

The second is a check and not the engine (RULES 2.5). Where the two are known to differ, the
difference stands below with its reason, and no expression that is invented here runs into it.
"""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings

from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.cel.values import Value
from rules.finding import RuleFault
from tests.cel_builders import EXPRESSIONS, PEOPLE, Given, asked, known

rust = pytest.importorskip("cel", reason="the second cel, a package in Rust, is not here")


def second(text: str, values: Mapping[str, Value]) -> Answer:
    """The answer of the other cel; an error, with something unknown, is that it cannot tell."""
    try:
        result = rust.compile(text).execute(dict(values))
    except Exception:  # it raises what Python has: RuntimeError, TypeError, ValueError
        return CANNOT_TELL
    assert isinstance(result, bool)
    return YES if result else NO


@settings(max_examples=min(settings().max_examples, 2_000))
@given(text=EXPRESSIONS, person=PEOPLE)
def test_both_cels_say_the_same(text: str, person: dict[str, Given]) -> None:
    assert asked(text, **person) is second(text, known(person))


# (expression, what is known, ours, the other's, why it is so)
DIFFERENCES: dict[str, tuple[str, dict[str, Given], Answer | None, Answer]] = {
    # The standard adds no whole number to one with decimals; to whoever writes a rule, 1 is 1.0.
    "whole numbers are numbers": ("coughs + 1 > 3", {"coughs": 3}, YES, CANNOT_TELL),
    # Doubles say 0.30000000000000004; a threshold is not to be missed by that.
    "sums are rounded to nine decimals": ("coughs * 0.1 + 0.2 == 0.3", {"coughs": 1}, YES, NO),
    # The standard says infinity, which is more than anything; for us the rule is withheld.
    "nothing is divided by nothing": ("10.0 / coughs > 2.0", {"coughs": 0}, None, YES),
}


@pytest.mark.parametrize(("text", "person", "ours", "other"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_known_differences_are_as_they_are_known(
    text: str, person: dict[str, Given], ours: Answer | None, other: Answer
) -> None:
    assert second(text, known(person)) is other
    if ours is None:
        with pytest.raises(RuleFault):
            asked(text, **person)
    else:
        assert asked(text, **person) is ours
