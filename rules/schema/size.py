"""How much one rule may ask for, so that asking it takes a few thousandths of a second at most.

A rule that people can read has ten to twenty conditions. What is far beyond that was made by a
program, or by somebody who means harm: it would take the time of the rules beside it.
"""

from rules.fact import Fact, asks, parts_of
from rules.reading import Reader
from rules.rule import Rule

MOST_CONDITIONS = 100  # each comparison by itself; what only joins them is not counted
MOST_FACTS = 100
MOST_WORKED_OUT = 500  # characters of all cel expressions: about 5 ms
MOST_FLOORS = 10  # facts one on another, each starting at the date of the next


def check_size(reader: Reader, rule: Rule) -> bool:
    """Whether a rule asks for no more than one rule may; what is too much is reported."""
    conditions = {
        "when": (rule.when,),
        "exclude": tuple(each.condition for each in rule.exclusions),
        "card": tuple(each.condition for each in rule.card.variants),
        "offers": tuple(each.condition for each in rule.offers if each.condition),
    }
    parts = {
        heading: sum(asks(part) for each in some for part in parts_of(each))
        for heading, some in conditions.items()
    }
    most_of_them = max(parts, key=lambda heading: parts[heading])
    for number, most, what, heading, hint in (
        (
            sum(parts.values()), MOST_CONDITIONS, "conditions", most_of_them,
            "Make several rules of it.",
        ),
        (
            len(rule.looks_at), MOST_FACTS, "facts", "facts",
            "Put codes that mean the same into one list.",
        ),
        (
            rule.worked_out, MOST_WORKED_OUT, "characters in cel expressions", "facts",
            "Use conditions in words.",
        ),
    ):  # fmt: skip
        if number > most:
            says = f"This rule has {number:,} {what}; the most is {most}."
            reader.stop(rule.place(heading, "when"), "E36", says, hint)
            return False
    return True


def more_than(number: int, fact: Fact) -> bool:
    """Whether more than so many facts stand one on another, each starting at the next one's date.

    Floor by floor: two facts may start at the same one, and their ways are not counted apart.
    """
    floor = {fact}
    while floor and number > 0:
        floor = {of for one in floor for of in (one.since, one.before) if isinstance(of, Fact)}
        number -= 1
    return bool(floor)
