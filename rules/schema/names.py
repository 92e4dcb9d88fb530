"""The names that are known where a file is read: code lists, facts, exclusions, services."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rules.codes import CodeList, OfferSet
from rules.fact import Fact, Give
from rules.people import Somebody
from rules.problems import Place
from rules.rule import Exclusion, Message, Service

_BUILT_IN = Place("built in")
EVERY = "*"  # in ``faulty``: a file that could not be read, so nobody knows which names it has

AGE = Fact("age", "age", "age", _BUILT_IN, give=Give.AGE)
DECEASED = Fact("deceased", "has died", "deceased", _BUILT_IN)
_OTHERS = (
    Fact("sex", "sex", "sex", _BUILT_IN, give=Give.LATEST_CHOICE),
    Fact("language", "language", "language", _BUILT_IN, give=Give.LATEST_CHOICE),
    Fact("needs_interpreter", "needs an interpreter", "needs_interpreter", _BUILT_IN),
    Fact("registered_here", "is registered here", "registered_here", _BUILT_IN),
    Fact("today", "today", "today", _BUILT_IN, give=Give.DATE),
)
BUILT_IN: Mapping[str, Fact] = {fact.name: fact for fact in (AGE, DECEASED, *_OTHERS)}


@dataclass
class Names:
    """What a rule file may refer to. Later files add to it; a practice's own names come first."""

    lists: dict[str, CodeList] = field(default_factory=dict[str, CodeList])
    facts: dict[str, Fact] = field(default_factory=lambda: dict(BUILT_IN))
    exclusions: dict[str, Exclusion] = field(default_factory=dict[str, Exclusion])
    holds: dict[str, Exclusion] = field(default_factory=dict[str, Exclusion])
    services: dict[str, Service] = field(default_factory=dict[str, Service])
    offer_sets: dict[str, OfferSet] = field(default_factory=dict[str, OfferSet])
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    people: dict[str, Somebody] = field(default_factory=dict[str, Somebody])
    link_hosts: tuple[str, ...] = ("www.nhs.uk",)
    below: frozenset[str] = frozenset()  # facts of this file that stand further down
    faulty: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def with_facts(self, own: Mapping[str, Fact], below: frozenset[str] = frozenset()) -> "Names":
        """The same names with a rule's own facts besides; those ``below`` are not yet read."""
        return replace(self, facts={**self.facts, **own}, below=below, faulty=set(self.faulty))

    def is_faulty(self, sort: str, name: str) -> bool:
        """Whether what has this name was reported where it is written: once is enough."""
        return (sort, name) in self.faulty or (sort, EVERY) in self.faulty
