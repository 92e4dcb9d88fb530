"""Several rules on one card: the first one's words, everybody's questions, three offers at most."""

from collections.abc import Iterable, Sequence
from datetime import date

from prompts.letter import letter, visit_of
from prompts.places import paragraphs, with_places
from prompts.prompt import Prompt
from prompts.words import lines, one_line
from rules.answer import Answer
from rules.conditions import ask
from rules.fact import facts_of
from rules.outcome import Outcome, Proposal
from rules.record import Entry, Reply
from rules.remembered import offer_key, same_offer
from rules.rule import Indicator, Offer, OfferKind, Practice, Purpose, Words

MOST_OFFERS = 3

# How an offer is remembered when it is taken. A tag and a letter are not an offer made; a call that
# was asked for and a goal that was begun are something that the person said yes to.
COUNTS_AS = {
    OfferKind.REFER: Reply.ACCEPTED,
    OfferKind.RECORD: Reply.ACCEPTED,
    OfferKind.TAG: Reply.SHOWN,
    OfferKind.RESULTS: Reply.SHOWN,
    OfferKind.MESSAGE: Reply.SHOWN,
    OfferKind.QUESTIONNAIRE: Reply.SHOWN,
    OfferKind.TASK: Reply.ACCEPTED,
    OfferKind.GOAL: Reply.ACCEPTED,
}

# A rule that is free to speak, with what it has left to offer.
Free = tuple[Outcome, tuple[Offer, ...]]


def cards(ranked: Sequence[Free], most: int) -> list[list[Free]]:
    """Which rules stand on which card, each by its rank: one card, or so many at most.

    Rules that offer the same thing, or are about the same, stand on one card; what has no card to
    itself is on the last.
    """
    groups: list[list[Free]] = []
    for free in ranked:
        marks = _marks(free)
        alike = [group for group in groups if any(marks & _marks(other) for other in group)]
        groups = [group for group in groups if group not in alike]
        groups.append([*(one for group in alike for one in group), free])
    place = {id(free[0]): number for number, free in enumerate(ranked)}
    for group in groups:
        group.sort(key=lambda free: place[id(free[0])])
    groups.sort(key=lambda group: place[id(group[0][0])])
    alone, rest = groups[: most - 1], groups[most - 1 :]
    together = sorted((f for group in rest for f in group), key=lambda free: place[id(free[0])])
    return [*alone, together] if together else alone


def _marks(free: Free) -> set[str]:
    """What keeps a rule on one card with others: what it offers, and what it is about."""
    outcome, offers = free
    theme = {f"theme {outcome.rule.theme}"} if outcome.rule.theme else set[str]()
    return theme | {same_offer(offer) for offer in offers}  # which have no space in them


def by_theme(ranked: Sequence[Free]) -> list[Free]:
    """The rules of one card as they stand on it: what is about the same stands together.

    The theme of the first rule comes first, then that of the first of the others, and so on. A
    safety net waits for no theme.
    """
    first: dict[str, int] = {}
    places: dict[int, tuple[bool, int, int]] = {}
    for place, free in enumerate(ranked):
        rule = free[0].rule
        block = first.setdefault(rule.theme, place) if rule.theme else place
        net = rule.purpose is Purpose.SAFETY_NET
        places[id(free[0])] = (not net, place if net else block, place)
    return sorted(ranked, key=lambda free: places[id(free[0])])


def merged(ranked: Sequence[Free], today: date, practice: Practice) -> Prompt:
    """The one card of these rules. The first speaks; the others add their questions.

    Which offers there is room for goes by rank, and where they stand by theme.
    """
    outcomes = [outcome for outcome, _ in by_theme(ranked)]
    place = {id(outcome): number for number, outcome in enumerate(outcomes)}
    top = outcomes[0]
    words = words_for(top)
    offers = _without_twins((outcome, offer) for outcome, has in ranked for offer in has)
    room = sorted(offers[:MOST_OFFERS], key=lambda twins: min(place[id(o)] for o, _ in twins))
    proposals = [_proposal(twins, practice) for twins in room]
    if practice.nearby:
        proposals = with_places(proposals, top.look.record.person.language, practice, today)
    detail = [f"**{words.question}**", lines(words.detail, top)]
    detail += [f"Also: {words_for(outcome).question}" for outcome in outcomes[1:]]
    if practice.nearby:
        detail += paragraphs(proposals, practice, today)
    if len(offers) > MOST_OFFERS:
        detail.append(f"{len(offers) - MOST_OFFERS} more can wait.")
    made = tuple(dict.fromkeys(key for one in proposals for key in one.offers))
    return Prompt(
        summary=one_line(words.summary, top),
        detail="\n\n".join(part for part in detail if part),
        source=f"{practice.name}: {top.rule.card.source}",
        rules=tuple(outcome.rule for outcome in outcomes),
        proposals=(*proposals, *_always_there(outcomes, made, today)),
        indicator=_the_strongest(outcome.rule.card.indicator for outcome in outcomes),
        links=tuple(
            dict.fromkeys(link for outcome in outcomes for link in outcome.rule.card.links)
        ),
        choose_one=all(outcome.rule.card.choose_one for outcome in outcomes),
        waiting=tuple((o.rule, offer) for twins in offers[MOST_OFFERS:] for o, offer in twins),
    )


def _the_strongest(indicators: Iterable[Indicator]) -> Indicator:
    order: tuple[Indicator, ...] = ("info", "warning", "critical")
    return max(indicators, key=order.index)


def words_for(outcome: Outcome) -> Words:
    """The words of the first variant that is certainly meant, else those for everybody."""
    card = outcome.rule.card
    for variant in card.variants:
        if ask(variant.condition, outcome.look) is Answer.YES:
            return variant.words
    return card.words


def _without_twins(offers: Iterable[tuple[Outcome, Offer]]) -> list[list[tuple[Outcome, Offer]]]:
    """Two rules that offer the same thing make one suggestion, which answers both."""
    seen: dict[str, list[tuple[Outcome, Offer]]] = {}
    for outcome, offer in offers:
        twins = seen.setdefault(same_offer(offer), [])
        if all(outcome is not twin for twin, _ in twins):
            twins.append((outcome, offer))
    return list(seen.values())


def _proposal(twins: list[tuple[Outcome, Offer]], practice: Practice) -> Proposal:
    outcome, offer = twins[0]
    reasons = {id(entry): entry for each, _ in twins for entry in _reasons(each)}
    return Proposal(
        label=one_line(offer.label, outcome),
        counts_as=COUNTS_AS[offer.kind],
        rules=tuple(each.rule for each, _ in twins),
        offer=offer,
        results=outcome.look(offer.results).entries if offer.results else (),
        visit=visit_of(outcome),
        reasons=tuple(reasons.values()),
        letter=letter(outcome, offer.results, practice).text() if offer.results else "",
        offers=(offer_key(offer),),
    )


def _reasons(outcome: Outcome) -> tuple[Entry, ...]:
    """The conditions on the record that made the rule true."""
    return tuple(
        entry
        for fact in facts_of(outcome.rule.when)
        if fact.find == "condition" and outcome.look(fact).answer is Answer.YES
        for entry in outcome.look(fact).entries
    )


def _always_there(
    ranked: list[Outcome], offers: tuple[str, ...], today: date
) -> tuple[Proposal, ...]:
    """ "Not now" and "No, thank you" are on every card, and answer everything that is on it.

    Only a card that offers nothing may do without them, and its rule says why.
    """
    rules = tuple(outcome.rule for outcome in ranked)
    if all(rule.quiet.no_thanks_hidden for rule in rules):
        return ()
    to_all = " (to all of this)" if len(rules) > 1 else ""

    def button(label: str, reply: Reply) -> Proposal:
        until = max(rule.quiet.periods[reply].after(today) for rule in rules)
        return Proposal(f"{label}{to_all}", reply, rules, ask_again=until, offers=offers)

    return button("Not now", Reply.NOT_NOW), button("No, thank you", Reply.DECLINED)
