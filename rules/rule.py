"""A rule and a library in their checked, frozen, ready-to-ask form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import cached_property
from typing import Literal, NamedTuple

from rules.care import Care
from rules.codes import Code, CodeList
from rules.days import Duration
from rules.elsewhere import Elsewhere
from rules.fact import (
    Condition,
    Expression,
    Fact,
    asks,
    behind,
    expressions_of,
    facts_of,
    parts_of,
)
from rules.papers import Papers
from rules.problems import Place
from rules.record import Reply
from rules.support import Listed
from rules.text import Text

NOWHERE = Place("")  # of what was not read from a file


class Status(StrEnum):
    """Where a rule is in its life. Rules in pilot and live rules are shown.

    One in shadow is asked and counted, and never shown.
    """

    DRAFT = "draft"
    SHADOW = "shadow"
    PILOT = "pilot"
    LIVE = "live"
    RETIRED = "retired"


SHOWN = frozenset({Status.PILOT, Status.LIVE})
ASKED = SHOWN | {Status.SHADOW}


class Written(NamedTuple):
    """One text of a rule file, and the headings that it stands under, from the outermost in."""

    under: tuple[str, ...]
    text: Text


class Purpose(StrEnum):
    """What a rule is for: it sets defaults and what is checked."""

    OFFER = "offer"
    INFORMATION = "information"
    SAFETY_NET = "safety net"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Who a rule is not for, with the reason that a clinician may see."""

    name: str
    condition: Condition
    because: str
    if_unknown_exclude: bool = True
    if_unknown_written: bool = False  # said in the rule itself, as a safety net has to
    at: Place = field(default=NOWHERE, compare=False)  # in the rule's own file


class Blank(Enum):
    """A place in a text that the person fills, not a fact."""

    FIRST_NAME = "first_name"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text with places to fill: plain strings, facts, and the person's first name."""

    parts: "tuple[str | Fact | Blank, ...]"
    at: Place = field(default=NOWHERE, compare=False)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts it quotes."""
        return tuple(part for part in self.parts if isinstance(part, Fact))

    @property
    def plain(self) -> str:
        """The text about nobody in particular."""
        words = {Blank.FIRST_NAME: "this person"}
        return "".join(
            part if isinstance(part, str) else part.label if isinstance(part, Fact) else words[part]
            for part in self.parts
        ).strip()


Indicator = Literal["info", "warning", "critical"]


@dataclass(frozen=True, slots=True)
class Link:
    """A page to read, on a host that the practice allows."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Words:
    """What one card says: one sentence, an open question, a little detail."""

    summary: Wording
    question: str
    detail: Wording
    asked_at: Place = field(default=NOWHERE, compare=False)  # where the question stands

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts it quotes."""
        return (*self.summary.facts, *self.detail.facts)


@dataclass(frozen=True, slots=True)
class Variant:
    """Other words for the same card where a condition holds."""

    condition: Condition
    words: Words
    at: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Card:
    """What the clinician reads. The first variant whose condition is *yes* speaks, else ``words``.

    ``words`` is what the author wrote at the top, or under ``otherwise``.
    """

    words: Words
    indicator: Indicator
    source: str
    variants: tuple[Variant, ...] = ()
    links: tuple[Link, ...] = ()
    choose_one: bool = False  # selectionBehavior at-most-one

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that any of its words quotes or chooses by."""
        chosen_by = (fact for v in self.variants for fact in facts_of(v.condition))
        quoted = (fact for v in self.variants for fact in v.words.facts)
        return (*self.words.facts, *chosen_by, *quoted)


class OfferKind(StrEnum):
    """What can be offered, by the word that authors write."""

    REFER = "refer"
    RECORD = "record_offer"
    TAG = "tag"
    RESULTS = "results_ahead"
    MESSAGE = "message"
    QUESTIONNAIRE = "questionnaire"
    TASK = "task"
    GOAL = "goal"


@dataclass(frozen=True, slots=True)
class Service:
    """Where a referral goes, as the practice knows it."""

    id: str
    name: str
    code: Code
    about: str = ""
    also_known_as: tuple[str, ...] = ()  # what it was called before: answers are kept by the name
    themes: tuple[str, ...] = ()  # by which it is looked for in the directory of local support
    kinds: tuple[str, ...] = ()  # and of which sorts alone


@dataclass(frozen=True, slots=True)
class Message:
    """A text that can be sent to people, by the name that rules give it."""

    id: str
    name: str  # what staff call it
    text: str


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
    lead_time: Duration | None = None  # results_ahead: to be with the person so long before
    layout: str = ""  # results_ahead: letter, large print, easy read
    template: str = ""  # message: which text, by name
    channel: str = ""  # message: letter, text, email, app
    form: str = ""  # questionnaire: which one, by name
    role: str = ""  # task: for whom
    due: Duration | None = None  # task: by when
    text: str = ""  # goal: what it starts with
    priority: str = ""  # refer: routine, urgent
    reason: CodeList | None = None  # refer: what it is about, where the condition is not enough
    # What it was called before, as it stood in the file: a no to it still counts.
    also_known_as: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()  # keys (rules/remembered.py) that other rules' files know it by
    at: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Quiet:
    """When people are left alone. Answers are kept by topic: renaming a rule un-hears nothing."""

    topic: str
    periods: Mapping[Reply, Duration]
    also_known_as: tuple[str, ...] = ()
    declined_codes: frozenset[Code] = frozenset()  # on the record, these say no
    not_done_codes: frozenset[Code] = frozenset()  # recorded as not done, these say no
    most: "tuple[int, Duration] | None" = None  # so many cards at most in so long
    also_quiet: tuple[str, ...] = ()  # topics that an answer on this one silences too
    no_thanks_hidden: str = ""  # why there is no "no, thank you" on the card
    silenced_by: tuple[str, ...] = ()  # topics of other rules whose answers count here too
    declined_beside: frozenset[Code] = frozenset()  # and what says no to them on the record
    declined_lists: tuple[str, ...] = ()  # the names of the lists that the codes are of
    not_done_lists: tuple[str, ...] = ()

    @property
    def topics(self) -> frozenset[str]:
        """The topic under every name it has had."""
        return frozenset((self.topic, *self.also_known_as))


@dataclass(frozen=True, eq=False)  # without slots, to keep what is worked out once
class Rule:
    """One rule, checked."""

    id: str
    title: str
    version: int
    status: Status
    purpose: Purpose
    owner: str
    care: Care
    hooks: tuple[str, ...]
    show_to: tuple[str, ...]  # roles; () is every clinical role
    facts: Mapping[str, Fact]
    when: Condition
    prompt_when_unknown: bool
    exclusions: tuple[Exclusion, ...]
    card: Card
    offers: tuple[Offer, ...]
    quiet: Quiet
    at: Place
    when_unknown_written: bool = False  # said in the rule itself, as a safety net has to
    # Where its headings stand, and those below them: "quiet", "quiet.after_declined".
    places: Mapping[str, Place] = field(default_factory=dict[str, Place])
    written: tuple[Written, ...] = ()  # the texts of its file, for what reads how they are put
    elsewhere: tuple[Elsewhere, ...] = ()  # where it rests because another system asked
    theme: str = ""  # what it is about, for where it stands on a card with others

    def place(self, *headings: str) -> Place:
        """Where the first of these headings stands that is written; else where the rule begins."""
        return next((self.places[each] for each in headings if each in self.places), self.at)

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called, and all that it took over from: what stopped one of them stops it."""
        before = (self.care.replaces,) if self.care.replaces else ()
        return (self.id, *(self.care.formerly or before))

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
        found |= dict.fromkeys(self.card.facts)
        return behind(found)

    @cached_property
    def asked(self) -> tuple[Condition, ...]:
        """Every condition of it: when, exclusions, what the card may say instead, and offers."""
        return (
            self.when,
            *(exclusion.condition for exclusion in self.exclusions),
            *(offer.condition for offer in self.offers if offer.condition),
            *(variant.condition for variant in self.card.variants),
        )

    @cached_property
    def expressions(self) -> tuple[Expression, ...]:
        """Every cel expression it rests on, in its conditions and in its facts."""
        in_facts = (fact.expression for fact in self.looks_at if fact.expression)
        return (*in_facts, *(found for one in self.asked for found in expressions_of(one)))

    @cached_property
    def conditions(self) -> int:
        """How many conditions it asks, each comparison by itself; what joins them is not one."""
        return sum(map(asks, (part for one in self.asked for part in parts_of(one))))

    @cached_property
    def worked_out(self) -> int:
        """Characters of its cel expressions, the same one counted once."""
        return sum(len(each.text) for each in set(self.expressions))


@dataclass(frozen=True, slots=True)
class Practice:
    """Whose rules these are. Where it is ``invented``, discovery says so."""

    name: str
    invented: bool = False
    phone: str = ""
    site: str = ""  # where this service runs, for rules piloted at some sites only
    people: tuple[str, ...] = ()  # who works here
    most_cards_at_once: int = 1
    # Longer quiet periods, for every rule but safety nets.
    quiet: Mapping[Reply, Duration] = field(default_factory=dict[Reply, Duration], hash=False)
    elsewhere: tuple[Elsewhere, ...] = ()  # what other systems leave that have asked
    holds: tuple[Exclusion, ...] = ()  # when nobody is asked anything, whatever a rule says
    # What letters and sheets say, by language; English is always there.
    papers: Mapping[str, Papers] = field(default_factory=dict[str, Papers], hash=False)
    # What was paused by hand, and why: "rule:<id>", "practice:<name>", or "*" for everything. A
    # pause of any name is of this practice: it may have been called otherwise then.
    paused: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    thumbs: bool = True  # whether it is asked on the page of a card what it was worth
    where: tuple[float, float] | None = None  # degrees, for how far things nearby are from it
    # What the directory of local support has for each service, by its id, full or not.
    nearby: Mapping[str, tuple[Listed, ...]] = field(
        default_factory=dict[str, tuple[Listed, ...]], hash=False
    )


@dataclass(frozen=True, slots=True)
class Library:
    """Every rule there is, ready to ask."""

    rules: tuple[Rule, ...]
    code_lists: Mapping[str, CodeList] = field(default_factory=dict[str, CodeList])
    practice: Practice = Practice("This practice")

    def shown(self) -> "Library":
        """The same library with only the rules that may be shown to somebody."""
        return self._only(SHOWN)

    def asked(self) -> "Library":
        """The same library with the rules that are asked: those shown, and those in shadow."""
        return self._only(ASKED)

    def _only(self, statuses: frozenset[Status]) -> "Library":
        rules = tuple(rule for rule in self.rules if rule.status in statuses)
        return Library(rules, self.code_lists, self.practice)

    def for_hook(self, hook: str) -> tuple[Rule, ...]:
        """The rules asked at one moment."""
        return tuple(rule for rule in self.rules if hook in rule.hooks)

    @property
    def hooks(self) -> tuple[str, ...]:
        """The moments at which any rule is asked."""
        return tuple(sorted({hook for rule in self.rules for hook in rule.hooks}))
