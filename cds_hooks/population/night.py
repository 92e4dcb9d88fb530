"""What a night makes of a whole list, in one order: the same however many processes read it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from cds_hooks.population.tagging import Add, Changes, End
from cds_hooks.population.unasked import Unasked
from cds_hooks.visits import Visit
from fhir_adapters.bulk.people import Ids
from fhir_adapters.drafts import Json
from fhir_adapters.endings import ended, whole
from rules.record import Kind, Said

# Why a reminder cannot be ended by a transaction, and a person has to.
NO_WHOLE = "the whole Flag is not in the source, or is there twice and not alike"
NO_VERSION = "the Flag does not say which version it is"
NO_ID = "the Flag has an id that cannot stand in an address"
NO_FLAGS = "the list is of CSV files: it is ended in the record system that they are from"
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Ended:
    """A reminder that has done its work, and the Flag as it would be; or why there is none."""

    end: End
    flag: Json | None = None
    version: str = ""
    by_hand: str = ""


@dataclass
class Night:
    """Everything that comes of one run."""

    today: date
    days: int
    ids: Ids = Ids.FHIR
    people: int = 0
    visits_unread: int = 0
    unread: Counter[Kind] = field(default_factory=Counter[Kind])  # of how many people each list
    add: list[Add] = field(default_factory=list[Add])
    end: list[End] = field(default_factory=list[End])
    visits: list[Visit] = field(default_factory=list[Visit])
    # What was known to have been said by each person with a change.
    said: dict[str, tuple[Said, ...]] = field(default_factory=dict[str, tuple[Said, ...]])
    held: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    came: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    unasked: dict[str, Unasked] = field(default_factory=dict[str, Unasked])  # by who they are

    def take(self, person: str, found: Changes, visits: Iterable[Visit]) -> None:
        """What came of one person. Of whoever is not asked about only what is to be ended."""
        self.end += found.end
        if person not in self.unasked:
            self.add += found.add
            self.held.update(found.held)
            self.visits += visits

    def unknown(self) -> list[Kind]:
        """The lists that could be read of nobody."""
        return [kind for kind in Kind if self.people and self.unread[kind] == self.people]

    def additions(self) -> list[Add]:
        """The reminders to add, each once, though somebody be on the list twice."""
        # Whoever is on the list twice may be told to have died by one record alone.
        once = {one.name: one for one in self.add if one.person not in self.unasked}
        return sorted(once.values(), key=lambda one: (one.person, one.code, one.rule.id))

    def endings(self, found: Mapping[str, Sequence[bytes]]) -> list[Ended]:
        """The reminders to end, each once. ``found`` is what the source has of each Flag."""
        once = {(one.person, one.reference, one.code): one for one in self.end}
        in_order = sorted(once.values(), key=lambda one: (one.person, one.code, one.reference))
        if self.ids is not Ids.FHIR:
            return [Ended(one, by_hand=NO_FLAGS) for one in in_order]
        return [_ended(one, found.get(one.reference, ()), self.today) for one in in_order]

    def coming(self) -> list[Visit]:
        """The visits of the next days, the soonest first."""
        visits = [one for one in self.visits if one.person not in self.unasked]
        return sorted(visits, key=lambda one: (one.day, one.person, one.rule, one.what))


def _ended(end: End, lines: Sequence[bytes], today: date) -> Ended:
    flag = whole(end.reference, lines)
    if flag is None:
        return Ended(end, by_hand=NO_WHOLE)
    if not _ID.fullmatch(end.reference.partition("/")[2]):
        return Ended(end, by_hand=NO_ID)
    version = _version(flag)
    if not version:
        return Ended(end, by_hand=NO_VERSION)
    return Ended(end, ended(flag, today).resource, version)


class _Meta(msgspec.Struct):
    versionId: str = ""


class _Versioned(msgspec.Struct):
    meta: _Meta | None = None


def _version(flag: Json) -> str:
    """Which version of itself a resource is; "" where it does not say so in FHIR's way."""
    try:
        meta = msgspec.convert(flag, _Versioned).meta
    except msgspec.ValidationError:
        return ""
    return meta.versionId if meta is not None and _ID.fullmatch(meta.versionId) else ""
