"""What may be written wrongly in a look-up, one slip at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rules.answer import Answer
from rules.codes import CodeList
from rules.days import Duration
from rules.fact import Fact, Undated
from rules.facts.statuses import STATUSES
from rules.mutants.conditions import other_days, other_lengths

# A unit that is taken for another one, and for any other unit one that nothing turns it into.
_MISTAKEN = {
    "mmol/mol": "%", "%": "mmol/mol", "mmol/L": "mg/dL", "mg/dL": "mmol/L",
    "umol/L": "mg/dL", "kg": "[lb_av]", "cm": "[in_i]", "m": "cm", "Cel": "[degF]",
}  # fmt: skip
_NO_UNIT = "%"


@dataclass(frozen=True, slots=True)
class FactSlip:
    """A fact with one slip in it, in a sentence."""

    name: str
    says: str
    fact: Fact
    safety: bool = False


def slips(fact: Fact, lists: Sequence[CodeList], *, own: bool) -> Iterator[FactSlip]:
    """Every single slip in a fact. ``lists`` are those that the rule knows, in their order.

    Where a fact is not the rule's ``own`` but shared, it is not asked about states that its author
    left to the service: that would be the same story in every rule.
    """
    yield from _windows(fact)
    yield from _moments(fact)
    if fact.kinds and (fact.statuses is not None or own):
        every = frozenset(s for kind in fact.kinds for side in STATUSES[kind] for s in side)
        ignoring = replace(fact, statuses=every | {"", "unknown"})
        yield FactSlip("status ignored", 'with "status: any"', ignoring, safety=True)
    if fact.statuses is not None and not _usual(fact):
        usual = replace(fact, statuses=None)
        yield FactSlip("status dropped", "with the usual statuses", usual, safety=True)
    if fact.filed is not None:
        word = "filed" if fact.filed is Answer.YES else "not filed"
        says = f'without "{word}"'
        yield FactSlip("filed dropped", says, replace(fact, filed=None), safety=True)
    if fact.ended_by:
        yield FactSlip("ended_by dropped", "without ended_by", replace(fact, ended_by=frozenset()))
    if fact.if_undated is not Undated.CANNOT_TELL:
        says = "with if_undated: cannot tell"
        yield FactSlip("if_undated dropped", says, replace(fact, if_undated=Undated.CANNOT_TELL))
    if fact.unit:
        unit = _MISTAKEN.get(fact.unit, _NO_UNIT)
        says = f"with the unit {unit} in place of {fact.unit}"
        yield FactSlip(f"unit {unit}", says, replace(fact, unit=unit), safety=True)
    other = _other_list(fact, lists)
    if other is not None:
        wrong = replace(fact, lists=(other,), codes=other.codes)
        yield FactSlip(f"list {other.id}", f'with the list "{other.id}"', wrong)


def _usual(fact: Fact) -> bool:
    """Whether the states that were written are those that count anyway."""
    valid = frozenset(status for kind in fact.kinds for status in STATUSES[kind][0])
    running = fact.find in ("entry", "tag", "care_plan")  # what is over may count if it is written
    return fact.statuses == valid and not running


def _windows(fact: Fact) -> Iterator[FactSlip]:
    if fact.within is not None:
        for length in other_lengths(fact.within):
            yield _window(fact, f"within {length}", replace(fact, within=length))
        yield _window(fact, "", replace(fact, within=None), "within")
    if fact.in_next is not None:
        for length in other_lengths(fact.in_next):
            yield _window(fact, f"in_next {length}", replace(fact, in_next=length))
        yield _window(fact, "", replace(fact, in_next=None), "in_next")


def _moments(fact: Fact) -> Iterator[FactSlip]:
    for other in _other_moments(fact.since):
        yield _window(fact, f"since {other}", replace(fact, since=other))
    if fact.since is not None:
        yield _window(fact, "", replace(fact, since=None), "since")
    for other in _other_moments(fact.before):
        yield _window(fact, f"before {other}", replace(fact, before=other))
    if fact.before is not None:
        yield _window(fact, "", replace(fact, before=None), "before")


def _other_moments(moment: "date | Duration | Fact | None") -> tuple[date | Duration, ...]:
    if isinstance(moment, Duration):
        return other_lengths(moment)
    return other_days(moment) if isinstance(moment, date) else ()


def _window(fact: Fact, written: str, to: Fact, dropped: str = "") -> FactSlip:
    if dropped:
        return FactSlip(f"{dropped} dropped", f'without "{dropped}"', to, safety=True)
    return FactSlip(written, f'with "{written}"', to, safety=True)


def _other_list(fact: Fact, lists: Sequence[CodeList]) -> CodeList | None:
    """The next list after the fact's own among those that the rule knows, in a circle."""
    if not fact.lists:
        return None
    own = {each.id for each in fact.lists}
    others = [each for each in lists if each.id not in own and each.codes != fact.codes]
    last = max(own)
    return next((each for each in others if each.id > last), others[0] if others else None)
