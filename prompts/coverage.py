"""What the stories of a rule have shown of it, and what nobody has seen yet (RULES 5.6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from prompts.stories import Came, came_of
from rules.answer import Answer
from rules.conditions import ask_apart
from rules.engine import evaluate
from rules.fact import Compare, Computed, Condition, IsTrue, Labelled, Not, facts_of
from rules.mutants import offer_names, place_of
from rules.mutants.conditions import called
from rules.outcome import Decision, Outcome
from rules.people import Stories, record_of
from rules.problems import Place
from rules.rule import Rule

_ANSWERS = tuple(str(answer) for answer in (Answer.YES, Answer.NO, Answer.CANNOT_TELL))
# What a story always says one way or the other; and a booking is there or is not.
_NEVER_IN_DOUBT = frozenset({"deceased", "sex", "language", "registered_here", "today"})


@dataclass(slots=True)
class Point:
    """One thing to see of a rule: what it is, each way it can come out, and those seen."""

    at: Place
    says: str
    ways: tuple[str, ...]
    seen: set[str] = field(default_factory=set[str])

    @property
    def missing(self) -> tuple[str, ...]:
        """The ways that no story has shown."""
        return tuple(way for way in self.ways if way not in self.seen)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every point of one rule, in the order in which rules are read."""

    rule: Rule
    stories: int
    points: tuple[Point, ...]

    @property
    def unseen(self) -> tuple[Point, ...]:
        """The points of which something was not seen."""
        return tuple(point for point in self.points if point.missing)

    @property
    def ways(self) -> tuple[int, int]:
        """How many ways were seen, and of how many."""
        every = sum(len(point.ways) for point in self.points)
        return every - sum(len(point.missing) for point in self.points), every


def coverage(rule: Rule, stories: Stories) -> Coverage:
    """Tell every story and note what it shows."""
    conditions = [(condition, _point(rule, condition, where)) for condition, where in _asked(rule)]
    exclusions = [
        Point(
            place_of(rule, facts_of(exclusion.condition), exclusion.at),
            f'the exclusion "{exclusion.name}"',
            ("applied", "did not apply"),
        )
        for exclusion in rule.exclusions
    ]
    quiet = {
        reply: Point(rule.at, f'quiet after "{reply}"', ("reached",))
        for reply, period in rule.quiet.periods.items()
        if period.count
    }
    variants, offers = _variants(rule), _offers(rule)
    for story in stories:
        record, said = record_of(story)
        outcome = evaluate((rule,), record, said, story.today)[0]
        came = came_of(outcome, said)
        for condition, point in conditions:
            point.seen.add(str(ask_apart(condition, outcome.look)))
        _see_exclusions(outcome, exclusions)
        _see_card(came, outcome, variants, offers)
        reply = came.held_by.reply if came.held_by else None
        if reply is not None and reply in quiet:
            quiet[reply].seen.add("reached")
    points = (*(p for _, p in conditions), *exclusions, *variants, *offers, *quiet.values())
    return Coverage(rule, len(stories), points)


def _asked(rule: Rule) -> Iterator[tuple[Condition, str]]:
    yield from ((part, "under when") for part in _parts(rule.when))
    for exclusion in rule.exclusions:
        where = f'in the exclusion "{exclusion.name}"'
        yield from ((part, where) for part in _parts(exclusion.condition))
    for number, variant in enumerate(rule.card.variants, start=1):
        where = f"in variant {number} of the card"
        yield from ((part, where) for part in _parts(variant.condition))
    for name, offer in zip(offer_names(rule), rule.offers, strict=True):
        if offer.condition is not None:
            where = f'in the offer "{name}"'
            yield from ((part, where) for part in _parts(offer.condition))


def _parts(condition: Condition) -> Iterator[Condition]:
    """A condition and those inside it; "not" and a label have no answer of their own."""
    match condition:
        case Not(part) | Labelled(_, part):
            yield from _parts(part)
        case IsTrue() | Compare() | Computed():
            yield condition
        case _:
            yield condition
            for part in condition.parts:
                yield from _parts(part)


def _point(rule: Rule, condition: Condition, where: str) -> Point:
    match condition:
        case IsTrue(fact):
            sure = fact.find in _NEVER_IN_DOUBT or fact.find == "this_appointment"
        case Compare(fact, _):
            sure = fact.find in _NEVER_IN_DOUBT
        case _:
            sure = False
    at = place_of(rule, facts_of(condition))
    return Point(at, f"{called(condition)} {where}", _ANSWERS[:2] if sure else _ANSWERS)


def _see_exclusions(outcome: Outcome, points: Iterable[Point]) -> None:
    """The first that applies decides; those after it were not reached."""
    if outcome.decision is Decision.NO_PROMPT:
        return
    for exclusion, point in zip(outcome.rule.exclusions, points, strict=True):
        answer = ask_apart(exclusion.condition, outcome.look)
        if answer is Answer.YES:
            if outcome.decision is Decision.EXCLUDED:
                point.seen.add("applied")
            return
        if answer is Answer.NO:
            point.seen.add("did not apply")


def _variants(rule: Rule) -> tuple[Point, ...]:
    """Each variant of the card, and last the words for everybody else."""
    variants = rule.card.variants
    if not variants:
        return ()
    found = [
        Point(
            place_of(rule, facts_of(variant.condition), variant.at),
            f"variant {n} of the card",
            ("said",),
        )
        for n, variant in enumerate(variants, start=1)
    ]
    return (
        *found,
        Point(rule.card.words.summary.at, "the card's words for everybody else", ("said",)),
    )


def _offers(rule: Rule) -> tuple[Point, ...]:
    found: list[Point] = []
    for name, offer in zip(offer_names(rule), rule.offers, strict=True):
        about = facts_of(offer.condition) if offer.condition is not None else ()
        about = (*about, offer.needs) if offer.needs is not None else about
        ways = ("on the card", "left out") if about else ("on the card",)
        found.append(Point(place_of(rule, about, offer.at), f'the offer "{name}"', ways))
    return tuple(found)


def _see_card(
    came: Came, outcome: Outcome, variants: tuple[Point, ...], offers: tuple[Point, ...]
) -> None:
    if came.prompt is None:
        return
    shown = {id(proposal.offer) for proposal in came.prompt.proposals}
    for offer, point in zip(outcome.rule.offers, offers, strict=True):
        point.seen.add("on the card" if id(offer) in shown else "left out")
    if variants:
        answers = [ask_apart(v.condition, outcome.look) for v in outcome.rule.card.variants]
        spoke = answers.index(Answer.YES) if Answer.YES in answers else len(answers)
        variants[spoke].seen.add("said")
