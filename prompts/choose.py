"""At most one prompt for one person: held, ranked, merged, and never more than three offers."""

from collections.abc import Iterable
from datetime import date

from prompts.history import on_topic, said_in_record
from prompts.letter import letter, visit_of
from prompts.prompt import Choice, Prompt
from prompts.restraint import hold
from prompts.words import lines, one_line
from rules.answer import Answer
from rules.codes import Code
from rules.conditions import ask
from rules.fact import facts_of
from rules.outcome import Decision, Outcome, Proposal
from rules.record import Entry, Reply, Said
from rules.rule import Offer, OfferKind, Practice, Words

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


def choose(
    outcomes: Iterable[Outcome],
    said: tuple[Said, ...],
    today: date,
    practice: Practice,
    user: str = "",
) -> Choice:
    """The one card to show, if any, and what was held back. ``user`` is who looks: "" if untold."""
    would = [outcome for outcome in outcomes if outcome.decision is Decision.PROMPT]
    held = {outcome.rule.id: hold(outcome, said, today, practice, user) for outcome in would}
    free = [outcome for outcome in would if held[outcome.rule.id] is None]
    ranked = sorted(free, key=lambda outcome: (_last_asked(outcome, said, today), outcome.rule.id))
    prompt = _merged(ranked, today, practice) if ranked else None
    return Choice(prompt, tuple(one for one in held.values() if one is not None))


def _last_asked(outcome: Outcome, said: tuple[Said, ...], today: date) -> date:
    """Longest since last asked goes first; never asked before that."""
    heard = said + said_in_record(outcome.rule, outcome.look.record, today)
    return max((s.on for s in on_topic(outcome.rule, heard, today)), default=date.min)


def _merged(ranked: list[Outcome], today: date, practice: Practice) -> Prompt:
    top = ranked[0]
    words = words_for(top)
    offers = _without_twins(
        (outcome, offer)
        for outcome in ranked
        for offer in outcome.offers
        if _possible(outcome, offer)
    )
    proposals = [_proposal(twins, practice) for twins in offers[:MOST_OFFERS]]
    detail = [f"**{words.question}**", lines(words.detail, top)]
    detail += [f"Also: {words_for(outcome).question}" for outcome in ranked[1:]]
    if len(offers) > MOST_OFFERS:
        detail.append(f"{len(offers) - MOST_OFFERS} more can wait.")
    return Prompt(
        summary=one_line(words.summary, top),
        detail="\n\n".join(part for part in detail if part),
        source=f"{practice.name}: {top.rule.card.source}",
        rules=tuple(outcome.rule for outcome in ranked),
        proposals=(*proposals, *_always_there(ranked, today)),
        indicator=top.rule.card.indicator,
        links=tuple(dict.fromkeys(link for outcome in ranked for link in outcome.rule.card.links)),
        choose_one=all(outcome.rule.card.choose_one for outcome in ranked),
    )


def words_for(outcome: Outcome) -> Words:
    """The words of the first variant that is certainly meant, else those for everybody."""
    card = outcome.rule.card
    for variant in card.variants:
        if ask(variant.condition, outcome.look) is Answer.YES:
            return variant.words
    return card.words


def _possible(outcome: Outcome, offer: Offer) -> bool:
    return offer.results is None or outcome.look(offer.results).answer is Answer.YES


def _without_twins(offers: Iterable[tuple[Outcome, Offer]]) -> list[list[tuple[Outcome, Offer]]]:
    """Two rules that offer the same thing make one suggestion, which answers both."""
    seen: dict[tuple[object, ...], list[tuple[Outcome, Offer]]] = {}
    for outcome, offer in offers:
        service = offer.service.id if offer.service else ""
        codes: frozenset[Code] = offer.results.codes if offer.results else frozenset()
        what = (offer.template, offer.channel, offer.form, offer.role, offer.text)
        twins = seen.setdefault((offer.kind, service, offer.code, codes, *what), [])
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
        letter=letter(outcome, offer.results, practice.phone) if offer.results else "",
    )


def _reasons(outcome: Outcome) -> tuple[Entry, ...]:
    """The conditions on the record that made the rule true."""
    return tuple(
        entry
        for fact in facts_of(outcome.rule.when)
        if fact.find == "condition" and outcome.look(fact).answer is Answer.YES
        for entry in outcome.look(fact).entries
    )


def _always_there(ranked: list[Outcome], today: date) -> tuple[Proposal, ...]:
    """ "Not now" and "No, thank you" are on every card, and answer everything that is on it.

    Only a card that offers nothing may do without them, and its rule says why.
    """
    rules = tuple(outcome.rule for outcome in ranked)
    if all(rule.quiet.no_thanks_hidden for rule in rules):
        return ()
    to_all = " (to all of this)" if len(rules) > 1 else ""

    def until(reply: Reply) -> date:
        return max(rule.quiet.periods[reply].after(today) for rule in rules)

    return (
        Proposal(f"Not now{to_all}", Reply.NOT_NOW, rules, ask_again=until(Reply.NOT_NOW)),
        Proposal(f"No, thank you{to_all}", Reply.DECLINED, rules, ask_again=until(Reply.DECLINED)),
    )
