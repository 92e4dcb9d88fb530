"""A rule and a library in their checked, frozen, ready-to-ask form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from functools import cached_property

from rules.answer import Answer
from rules.codes import Code, CodeList
from rules.days import Duration
from rules.problems import Place
from rules.record import Kind, Reply


class Status(StrEnum):
    """Where a rule is in its life. Only pilot rules are shown to anybody yet."""

    DRAFT = "draft"
    PILOT = "pilot"
    RETIRED = "retired"


class Give(StrEnum):
    """What comes out of a look-up."""

    EXISTS = "exists"
    COUNT = "count"
    EARLIEST = "earliest date"
    LATEST = "latest date"
    DATE = "date"
    AGE = "age"


class Undated(StrEnum):
    """What an entry without a date means under a window."""

    CANNOT_TELL = "cannot tell"
    COUNT_IT = "count it"
    IGNORE = "ignore it"


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """One look-up. Two facts are the same only if they are the same object."""

    name: str
    label: str
    find: str
    at: Place
    kinds: tuple[Kind, ...] = ()
    lists: tuple[CodeList, ...] = ()
    codes: frozenset[Code] = frozenset()
    statuses: frozenset[str] | None = None  # None: the clinically valid ones of each kind
    within: Duration | None = None
    since: "date | Duration | Fact | None" = None
    before: "date | Duration | Fact | None" = None
    in_next: Duration | None = None
    ended_by: frozenset[Code] = frozenset()
    give: Give = Give.EXISTS
    if_undated: Undated = Undated.CANNOT_TELL
    filed: Answer | None = None  # results: only those a clinician has filed (yes), or has not (no)
    topic: str = ""
    replies: frozenset[Reply] = frozenset()


@dataclass(frozen=True, slots=True)
class IsTrue:
    """A yes/no fact stands by itself."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison in words; ``value`` is a number, a pair, a duration, a day or yes/no."""

    word: str
    value: "int | tuple[int, int] | Duration | date | bool"
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """A fact that gives a number or a date, held against tests that must all hold."""

    fact: Fact
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Every part."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Not one part."""

    parts: "tuple[Condition, ...]"


Condition = IsTrue | Compare | Not | All | AnyOf | NoneOf


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Who a rule is not for, with the reason that a clinician may see."""

    name: str
    condition: Condition
    because: str
    if_unknown_exclude: bool = True


class Blank(Enum):
    """A place in a text that the person fills, not a fact."""

    FIRST_NAME = "first_name"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text with places to fill: plain strings, facts, and the person's first name."""

    parts: "tuple[str | Fact | Blank, ...]"

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts it quotes."""
        return tuple(part for part in self.parts if isinstance(part, Fact))


@dataclass(frozen=True, slots=True)
class Card:
    """What the clinician reads: the question first, in every card."""

    summary: Wording
    question: str
    detail: Wording
    indicator: str
    source: str


class OfferKind(StrEnum):
    """What can be offered, by the word that authors write."""

    REFER = "refer"
    RECORD = "record_offer"
    TAG = "tag"
    RESULTS = "results_ahead"


@dataclass(frozen=True, slots=True)
class Service:
    """Where a referral goes, as the practice knows it."""

    id: str
    name: str
    code: Code
    about: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """One thing that a person can say yes or no to."""

    kind: OfferKind
    label: Wording
    condition: Condition | None = None
    if_unknown_show: bool = False
    needs: Fact | None = None
    recommended: bool = False
    service: Service | None = None
    code: Code | None = None
    words: str = ""
    ends_after: Duration | None = None
    results: Fact | None = None  # results_ahead: the filed results that the letter is about


@dataclass(frozen=True, slots=True)
class Quiet:
    """When people are left alone. Answers are kept by topic: renaming a rule un-hears nothing."""

    topic: str
    periods: Mapping[Reply, Duration]
    also_known_as: tuple[str, ...] = ()
    declined_codes: frozenset[Code] = frozenset()  # on the record, these say no
    not_done_codes: frozenset[Code] = frozenset()  # recorded as not done, these say no

    @property
    def topics(self) -> frozenset[str]:
        """The topic under every name it has had."""
        return frozenset((self.topic, *self.also_known_as))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why we think it helps."""

    claim: str
    source: str
    strength: str = ""
    link: str = ""


@dataclass(frozen=True, eq=False)  # without slots, to keep what is worked out once
class Rule:
    """One rule, checked."""

    id: str
    title: str
    version: int
    status: Status
    owner: str
    evidence: tuple[Evidence, ...]
    not_for: tuple[str, ...]
    review_by: date | None
    hook: str
    facts: Mapping[str, Fact]
    when: Condition
    prompt_when_unknown: bool
    exclusions: tuple[Exclusion, ...]
    card: Card
    offers: tuple[Offer, ...]
    quiet: Quiet
    at: Place

    @cached_property
    def offer_codes(self) -> frozenset[Code]:
        """The codes of what is offered; recorded as not done, they are a no."""
        return self.quiet.not_done_codes | frozenset(
            code
            for offer in self.offers
            if offer.kind in (OfferKind.REFER, OfferKind.RECORD)
            for code in (offer.code, offer.service.code if offer.service else None)
            if code is not None
        )

    @cached_property
    def looks_at(self) -> tuple[Fact, ...]:
        """Every fact the rule uses, those behind its exclusions and offers among them."""
        found: dict[Fact, None] = {}
        for fact in self.facts.values():
            found[fact] = None
        for condition in (
            self.when,
            *(e.condition for e in self.exclusions),
            *(o.condition for o in self.offers if o.condition),
        ):
            for fact in facts_of(condition):
                found[fact] = None
        for offer in self.offers:
            for needed in (offer.needs, offer.results, *offer.label.facts):
                if needed is not None:
                    found[needed] = None
        for wording in (self.card.summary, self.card.detail):
            found |= dict.fromkeys(wording.facts)
        behind = list(found)
        while behind:  # a fact may start at another, which may start at a third
            fact = behind.pop()
            for moment in (fact.since, fact.before):
                if isinstance(moment, Fact) and moment not in found:
                    found[moment] = None
                    behind.append(moment)
        return tuple(found)


def facts_of(condition: Condition) -> tuple[Fact, ...]:
    """The facts that a condition asks about, in order."""
    match condition:
        case IsTrue(fact) | Compare(fact, _):
            return (fact,)
        case Not(part):
            return facts_of(part)
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            return tuple(fact for part in parts for fact in facts_of(part))


@dataclass(frozen=True, slots=True)
class Practice:
    """Whose rules these are. Where it is ``invented``, discovery says so."""

    name: str
    invented: bool = False
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """Every rule there is, ready to ask."""

    rules: tuple[Rule, ...]
    code_lists: Mapping[str, CodeList] = field(default_factory=dict[str, CodeList])
    practice: Practice = Practice("This practice")

    def shown(self) -> "Library":
        """The same library with only the rules that may be shown to somebody."""
        return Library(
            tuple(rule for rule in self.rules if rule.status is Status.PILOT),
            self.code_lists,
            self.practice,
        )

    def for_hook(self, hook: str) -> tuple[Rule, ...]:
        """The rules asked at one moment."""
        return tuple(rule for rule in self.rules if rule.hook == hook)

    @property
    def hooks(self) -> tuple[str, ...]:
        """The moments at which any rule is asked."""
        return tuple(sorted({rule.hook for rule in self.rules}))
