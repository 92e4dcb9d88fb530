"""S11: an offer that is hidden from somebody by how confident they feel.

Conditions are asked about every level, and about a level that nobody knows, whatever else they
look at. The same offer written twice is one offer: in which place it stands may follow the level.
An offer may be there only while the level is not known, as the questionnaire that asks for it.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product

from rules.answer import CANNOT_TELL, NO, YES, Answer, all_of, any_of, opposite, some_of
from rules.codes import SNOMED, Code
from rules.conditions import compare
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Fact,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
    Sort,
    behind,
    facts_of,
)
from rules.finding import Finding
from rules.lints.guarded import DAY
from rules.lints.lint import Found, Lint, Seen, own
from rules.lints.logic import asks
from rules.rule import Offer, Rule, Status

_LIST, _CODE = "pam-level", Code(SNOMED, "962851000000103")
_LEVELS = (1, 2, 3, 4)
_MOST_OTHERS = 7  # other things that the conditions of one offer look at: 2187 ways to be
Level = int | None  # None: nobody knows it
World = Mapping[Hashable, Answer]


def _find(seen: Seen) -> Iterator[Found]:
    for same in _alike(seen.rule):
        if not any(_rests_on_level(fact) for offer in same for fact in _asked_of(offer)):
            continue
        at = own(seen.rule, same[0].at, "offers")
        hint = "Offer it to everybody; where it suits less, write it once more below the others."
        hidden = _hidden(same)
        if hidden is None:
            says = "Whether somebody is offered this is worked out from how confident they feel."
            yield Found(at, says, hint)
        elif hidden:
            yield Found(at, f"This is not offered {_who(hidden)}.", hint)


def _who(hidden: Sequence[Level]) -> str:
    """ "at levels 1 and 2, and where the level is not known"."""
    *first, last = [str(level) for level in hidden if level is not None] or [""]
    known = f"at levels {', '.join(first)} and {last}" if first else f"at level {last}"
    unknown = "where the level is not known"
    return ", and ".join([*([known] if last else []), *([unknown] if None in hidden else [])])


def _alike(rule: Rule) -> list[list[Offer]]:
    """The offers of a rule, those together that offer the same."""
    found: dict[Hashable, list[Offer]] = {}
    for one in rule.offers:
        what = (
            one.kind, one.service.id if one.service else "", one.code, one.template, one.channel,
            one.form, one.role, one.text, one.results.codes if one.results else None,
        )  # fmt: skip
        found.setdefault(what, []).append(one)
    return list(found.values())


def _asked_of(offer: Offer) -> tuple[Fact, ...]:
    asked = facts_of(offer.condition) if offer.condition is not None else ()
    return (*asked, offer.needs) if offer.needs is not None else asked


def _is_level(fact: Fact) -> bool:
    return any(one.id == _LIST for one in fact.lists) or _CODE in fact.codes


def _rests_on_level(fact: Fact) -> bool:
    return any(map(_is_level, behind([fact])))


def _hidden(same: Sequence[Offer]) -> tuple[Level, ...] | None:
    """From whom these, which offer the same, may be hidden; None where nobody can work it out."""
    others: dict[Hashable, None] = {}
    for offer in same:
        for part in _parts(offer):
            if not _atoms(part, others):
                return None
    if len(others) > _MOST_OTHERS:
        return None
    for answers in product((YES, NO, CANNOT_TELL), repeat=len(others)):
        world = dict(zip(others, answers, strict=True))
        levels: tuple[Level, ...] = (*_LEVELS, None)
        hidden = tuple(at for at in levels if not any(_shown(one, at, world) for one in same))
        if 0 < len(hidden) < len(levels) and hidden != _LEVELS:
            return hidden
    return ()


def _parts(offer: Offer) -> Iterator[Condition]:
    if offer.condition is not None:
        yield offer.condition
    if offer.needs is not None:
        yield IsTrue(offer.needs)


def _atoms(condition: Condition, others: dict[Hashable, None]) -> bool:
    """Gather what a condition asks besides the level; False where the level is worked out."""
    match condition:
        case All(parts) | AnyOf(parts) | NoneOf(parts) | SomeOf(_, parts):
            return all(_atoms(part, others) for part in parts)
        case Not(part) | Labelled(_, part):
            return _atoms(part, others)
        case IsTrue(fact) | Compare(fact, _):
            if _is_level(fact):
                return fact.give.sort in (Sort.YES_NO, Sort.QUANTITY)
            others[asks(condition)] = None
            return not _rests_on_level(fact)
        case Computed():
            others[asks(condition)] = None
            return not any(map(_rests_on_level, facts_of(condition)))


def _shown(offer: Offer, level: Level, world: World) -> bool:
    if offer.needs is not None and _answer(IsTrue(offer.needs), level, world) is not YES:
        return False
    if offer.condition is None:
        return True
    answer = _answer(offer.condition, level, world)
    return answer is YES or (answer is CANNOT_TELL and offer.if_unknown_show)


def _answer(condition: Condition, level: Level, world: World) -> Answer:
    def of(parts: Sequence[Condition]) -> list[Answer]:
        return [_answer(part, level, world) for part in parts]

    match condition:
        case All(parts):
            return all_of(of(parts))
        case AnyOf(parts):
            return any_of(of(parts))
        case NoneOf(parts):
            return opposite(any_of(of(parts)))
        case SomeOf(at_least, parts):
            return some_of(at_least, of(parts))
        case Not(part):
            return opposite(_answer(part, level, world))
        case Labelled(_, part):
            return _answer(part, level, world)
        case IsTrue(fact) if _is_level(fact):
            return NO if level is None else YES
        case Compare(fact, tests) if _is_level(fact):
            number = None if level is None else (Decimal(level), Decimal(level))
            finding = Finding(fact, NO if level is None else YES, number=number)
            return compare(finding, tests, DAY)
        case IsTrue() | Compare() | Computed():
            return world[asks(condition)]


LINT = Lint(
    code="S11",
    title="an offer that is hidden by how confident somebody feels",
    not_like_this="""\
offers:
  - refer:
      label: Refer to the tea group
      service: tea-group
      if:
        confidence: {at_least: 3 level}
""",
    like_this="""\
offers:
  - refer:
      label: Refer to the tea group
      service: tea-group
      if:
        confidence: {at_least: 3 level}
  - goal:
      label: Write down the goal in their own words
  - refer:
      label: Refer to the tea group
      service: tea-group
""",
    why="A level puts the choices in order and takes none away: people with more choices act more.",
    stops_from=Status.PILOT,
    find=_find,
)
