"""One rule, told for people: everything that its page says, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cds_hooks.pages.shelf import PAPERS, SAMPLE
from prompts.stories import Told, tell
from rules.days import in_words
from rules.english.sentence import (
    elsewhere_in_words,
    left_alone,
    quiet_in_words,
    sentence,
    when_asked,
)
from rules.english.writing import condition_in_english
from rules.fact import Condition, Fact, facts_of
from rules.people import Story
from rules.rule import Blank, Exclusion, Offer, OfferKind, Rule, Variant, Wording, Words


@dataclass(frozen=True, slots=True)
class Point:
    """One line of an outline, and what stands under it."""

    says: str
    under: "tuple[Point, ...]" = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """The words of one card; for whom, where they are not for everybody."""

    summary: str
    question: str
    detail: str
    who: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Excluded:
    """Somebody who is left alone: why, who that is, and what happens where it is not known."""

    because: str
    to_patients: str  # "" where there is nobody to tell it to
    who: tuple[Point, ...]
    if_unknown: str


@dataclass(frozen=True, slots=True)
class Offered:
    """One offer: what stands on the button, what it does, and when it is there."""

    label: str
    does: str
    to_patients: str  # "" where it is none of their choosing
    about: str
    recommended: bool
    who: tuple[Point, ...]
    paper: str = ""  # the file of what it hands out, as it would be printed


@dataclass(frozen=True, slots=True)
class About:
    """Everything that the page of a rule says."""

    rule: Rule
    sentence: str
    when: str
    who: tuple[Point, ...]
    excluded: tuple[Excluded, ...]
    card: Spoken
    variants: tuple[Spoken, ...]
    offers: tuple[Offered, ...]
    quiet: tuple[tuple[str, str], ...]
    elsewhere: tuple[str, ...]
    stories: tuple[Told, ...]
    review: str
    review_passed: bool

    @property
    def right(self) -> int:
        """How many of the stories came out as they say."""
        return sum(told.right for told in self.stories)


def about(rule: Rule, stories: Iterable[Story], today: date) -> About:
    """A rule in words, with its stories run."""
    review = rule.care.review_by
    return About(
        rule=rule,
        sentence=sentence(rule),
        when=when_asked(rule),
        who=outline(rule.when, rule),
        excluded=tuple(_excluded(exclusion, rule) for exclusion in rule.exclusions),
        card=_spoken(rule.card.words),
        variants=tuple(_variant(variant, rule) for variant in rule.card.variants),
        offers=tuple(_offered(offer, rule) for offer in rule.offers),
        quiet=quiet_in_words(rule.quiet),
        elsewhere=elsewhere_in_words(rule),
        stories=tuple(tell(rule, story) for story in stories),
        review=in_words(review) if review else "",
        review_passed=review is not None and review < today,
    )


def outline(condition: Condition, rule: Rule) -> tuple[Point, ...]:
    """A condition in controlled English, as points under points."""
    lines = condition_in_english(condition, rule.looks_at).split("\n")
    return _points([(len(line) - len(line.lstrip(" ")), line.lstrip(" -")) for line in lines])


def _points(lines: list[tuple[int, str]]) -> tuple[Point, ...]:
    points: list[Point] = []
    while lines:
        (column, says), *rest = lines
        deeper = next((n for n, line in enumerate(rest) if line[0] <= column), len(rest))
        points.append(Point(says, _points(rest[:deeper])))
        lines = rest[deeper:]
    return tuple(points)


def _excluded(exclusion: Exclusion, rule: Rule) -> Excluded:
    unknown = "they are left alone" if exclusion.if_unknown_exclude else "they are asked"
    died = any(fact.find == "deceased" for fact in facts_of(exclusion.condition))
    who = left_alone(exclusion)
    said = f"Anyone {who}" if who.startswith("who ") else exclusion.because
    return Excluded(
        exclusion.because, "" if died else said, outline(exclusion.condition, rule), unknown
    )


def _spoken(words: Words, who: tuple[Point, ...] = ()) -> Spoken:
    return Spoken(_text(words.summary), words.question, _text(words.detail), who)


def _variant(variant: Variant, rule: Rule) -> Spoken:
    return _spoken(variant.words, outline(variant.condition, rule))


def _text(wording: Wording) -> str:
    """A text with its places named, since there is nobody here to fill them with."""
    return "".join(part if isinstance(part, str) else _place(part) for part in wording.parts)


def _place(part: Fact | Blank) -> str:
    return f"({part.label})" if isinstance(part, Fact) else "(first name)"


def _offered(offer: Offer, rule: Rule) -> Offered:
    who = outline(offer.condition, rule) if offer.condition else ()
    if offer.needs:
        who = (*who, Point(offer.needs.label))
    service = offer.service
    return Offered(
        label=_text(offer.label),
        does=_does(offer),
        to_patients=_to_patients(offer),
        about=service.about if service else "",
        recommended=offer.recommended,
        who=who,
        paper=SAMPLE if offer.kind is OfferKind.RESULTS else PAPERS.get(offer.form, ""),
    )


def _does(offer: Offer) -> str:
    """What is drafted when an offer is taken, in a line."""
    service = f" to {offer.service.name}" if offer.service else ""
    match offer.kind:
        case OfferKind.REFER:
            urgent = ", urgent" if offer.priority == "urgent" else ""
            return f"A draft referral{service}{urgent}"
        case OfferKind.RECORD:
            what = f": {offer.service.name}" if offer.service else ""
            return f"A line on the record that support was offered{what}"
        case OfferKind.TAG:
            return f"A reminder on the record, which ends after {offer.ends_after}: {offer.words}"
        case OfferKind.RESULTS:
            ahead = f", {offer.lead_time} before the visit" if offer.lead_time else ""
            return f"A draft letter with results that a clinician has filed{ahead}"
        case OfferKind.MESSAGE:
            return f"A draft message ({offer.channel}): {_apart(offer.template)}"
        case OfferKind.QUESTIONNAIRE:
            return f"A questionnaire to fill in: {_apart(offer.form)}"
        case OfferKind.TASK:
            due = f", within {offer.due}" if offer.due else ""
            return f"A task for {_apart(offer.role)}{due}"
        case OfferKind.GOAL:
            return f"A goal in the person's own words. {offer.text}".strip()


def _apart(name: str) -> str:
    """A name as people write it: care coordinator. An address stays as it is."""
    return name if "/" in name else name.replace("-", " ")


_AT_THE_DESK = frozenset({"reception", "administrator"})  # they arrange it, and ring nobody
_TO_PATIENTS = {
    OfferKind.RECORD: "",
    OfferKind.TAG: "A note on your record, so that we remember to ask you",
    OfferKind.RESULTS: "Your results in a letter, in time before your visit",
    OfferKind.MESSAGE: "A message from us",
    OfferKind.QUESTIONNAIRE: "Some questions that you can fill in when it suits you",
    OfferKind.TASK: "Somebody from our team who gets in touch",
    OfferKind.GOAL: "A goal of yours on your record, in your own words",
}


def _to_patients(offer: Offer) -> str:
    """What an offer is to the person it is made to."""
    if offer.service and offer.kind is OfferKind.REFER:
        return f"A place with: {offer.service.name}"
    if offer.role in _AT_THE_DESK:
        return "Help from our team, so that it is easier for you"
    return _TO_PATIENTS.get(offer.kind, _text(offer.label))
