"""How much the rules of one call may ask together, so that its answer is there in time.

It is counted, and not timed: the same rules and the same record always come to the same. Where
together they ask too much, those that ask most are withheld; safety nets are asked before others.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from rules.codes import Code
from rules.fact import question
from rules.finding import Look
from rules.rule import Purpose, Rule

# Microseconds of the processor, about. A call has 500 ms, of which rules may have 60.
MOST_AT_ONCE = 60_000
ENTRY, CONDITION, CHARACTER = 2, 2, 10  # an entry looked at, a condition asked, a character of cel

# Entries that all facts of one rule look at, each fact by itself: about 10 ms. As many as a
# whole call may bring; of what one list holds, a record hardly ever has 50.
MOST_LOOKED_AT = 5_000


def asks_too_much(rule: Rule, look: Look) -> bool:
    """Whether one rule looks at more of a record than one rule may."""
    if look.size * len(rule.looks_at) <= MOST_LOOKED_AT:
        return False
    return sum(map(look.entries, rule.looks_at)) > MOST_LOOKED_AT


def left_out(rules: Sequence[Rule], look: Look) -> frozenset[Rule]:
    """The rules that there is no room for: those that ask most of all who are asked at once."""
    looks, fixed, by_code = _together(tuple(rules))
    if look.size * ENTRY * looks + fixed <= MOST_AT_ONCE:
        return frozenset()
    record = look.record
    looked_at = sum(
        [record.count_of(code) * by_code[code] for code in record.by_code if code in by_code]
    )
    if looked_at * ENTRY + fixed <= MOST_AT_ONCE:
        return frozenset()  # not even if nothing was looked up once for several of them
    return frozenset(_beyond(sorted(rules, key=lambda rule: _order(rule, look)), look))


@lru_cache(maxsize=64)
def _together(rules: tuple[Rule, ...]) -> tuple[int, int, Mapping[Code, int]]:
    """How many facts some rules look up at most, what they cost whoever is asked about, and how
    many of the facts look for each code.
    """
    facts = [fact for rule in rules for fact in rule.looks_at]
    by_code = Counter(code for fact in facts for code in fact.codes)
    return len(facts), sum(map(_fixed, rules)), by_code


def _order(rule: Rule, look: Look) -> tuple[bool, int, str]:
    cost = sum(map(look.entries, rule.looks_at)) * ENTRY + _fixed(rule)
    return rule.purpose is not Purpose.SAFETY_NET, cost, rule.id


def _beyond(rules: Sequence[Rule], look: Look) -> Iterator[Rule]:
    """Those that there is no room for, of rules in their order. What several ask is paid once."""
    spent, paid = 0, set[object]()
    for rule in rules:
        if asks_too_much(rule, look):
            continue  # withheld by itself, and costs nothing
        new = [fact for fact in rule.looks_at if question(fact) not in paid]
        cost = sum(map(look.entries, new)) * ENTRY + _fixed(rule)
        if spent + cost > MOST_AT_ONCE:
            yield rule
        else:
            spent += cost
            paid.update(map(question, new))


def _fixed(rule: Rule) -> int:
    """What a rule costs whoever it is asked about."""
    return rule.conditions * CONDITION + rule.worked_out * CHARACTER
