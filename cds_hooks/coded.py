"""Whether what was said to be done already has its code on the record by now.

A call that is about somebody of whom that was said looks, with the record in its hands; the store
hears of it with the counts. Nobody else's record is looked at for it, and none is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from threading import Lock

from cds_hooks.store.answers import Answers
from cds_hooks.store.coding import KEPT, ToCode
from rules.codes import Code
from rules.outcome import Outcome
from rules.record import Entry, Kind
from rules.rule import OfferKind, Rule

# What was taken back, or never came to be.
_NOT_DONE = frozenset(
    {"not-done", "cancelled", "draft", "entered-in-error", "preparation", "revoked"}
)


class Coded:
    """What is looked for in this process, and what was found since the store heard of it."""

    def __init__(self) -> None:
        self._lock = Lock()
        # People, and of each the rules of which it was said, and when. Swapped as a whole.
        self.wanted: Mapping[str, Mapping[str, date]] = {}
        self._found: dict[tuple[str, str], date] = {}

    def look_for(self, items: Iterable[ToCode]) -> None:
        """From here on look for these, and for no others."""
        wanted: dict[str, dict[str, date]] = defaultdict(dict)
        for one in items:
            wanted[one.person][one.rule] = one.on
        self.wanted = dict(wanted)

    def see(self, who: str, outcomes: Iterable[Outcome], today: date) -> None:
        """A record of one of them, as rules have just read it."""
        wanted = self.wanted.get(who, {})
        found = {
            (who, one.rule.id): today
            for one in outcomes
            if one.rule.id in wanted and has_code(one, wanted[one.rule.id], today)
        }
        with self._lock:
            self._found |= found

    def flush(self, answers: Answers) -> None:
        """Tell the store; what cannot be told stays here. Raises StoreError."""
        with self._lock:
            found = dict(self._found)
        if not found:
            return
        answers.coding().found(found, max(found.values()))
        with self._lock:
            self._found = {one: on for one, on in self._found.items() if one not in found}


def offer_codes(rule: Rule) -> set[Code]:
    """The codes that a rule's offers leave on a record when they are made."""
    found = (
        one.code or (one.service.code if one.service else None)
        for one in rule.offers
        if one.kind in (OfferKind.RECORD, OfferKind.REFER)
    )
    return {code for code in found if code is not None}


def has_code(outcome: Outcome, said_on: date, today: date) -> bool:
    """Whether the record has a code for what a rule offers, of the year before that was said or on.

    Besides the codes of the offers these are those of any fact of the rule that looks for one. A
    list that could not be read has none: what is not known to be coded stays to be coded.
    """
    codes = offer_codes(outcome.rule)
    for fact in outcome.rule.looks_at:
        if not codes.isdisjoint(fact.codes):
            codes |= fact.codes
    entries = (entry for code in codes for entry in outcome.look.record.by_code.get(code, ()))
    return any(_says_so(entry, said_on, today) for entry in entries)


def _says_so(entry: Entry, said_on: date, today: date) -> bool:
    return (
        entry.when is not None
        and KEPT.before(said_on) <= entry.when.last <= today
        and entry.kind is not Kind.TAG
        and entry.status not in _NOT_DONE
    )
