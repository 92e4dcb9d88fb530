"""What is said about one person, if anything: held, ranked, under the ceilings, merged.

START HERE. One card, unless a practice would rather have two or three; and for every rule its way
to the card, or to the step that held it back.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from prompts.ceilings import ABOVE_IT, NOT_MUTED, Room, mute, room
from prompts.history import History, quieter
from prompts.leaving_off import open_offers
from prompts.merging import Free, cards, merged
from prompts.places import found_open, full_now
from prompts.prompt import Choice, Held, Step, Way
from prompts.ranking import in_a_sentence, rank, rank_on_topic
from prompts.restraint import Asked, not_asked, way
from prompts.trying import for_some_who_look
from rules.outcome import Decision, Outcome
from rules.remembered import same_offer
from rules.rule import Practice, Purpose, Rule
from rules.schema.practice import MOST_CARDS

WAITS = "waits"  # the step of an offer for which there was no room
_NO_ROOM = "With three offers on its card already, this one can wait: "


def choose(
    outcomes: Iterable[Outcome],
    history: History,
    today: date,
    practice: Practice,
    user: str = "",
    session: str = "",
) -> Choice:
    """The cards to show, if any, and what was held back. ``user`` is who looks: "" if untold.

    ``session`` is a text of its own for whoever looks and the half day, "" if untold: by it, one
    session in four has a rule in its first week.
    """
    if practice.nearby:
        history = replace(history, full=full_now(practice.nearby))
        if history.capacity:  # the one thing that it could end
            history = replace(history, found_open=found_open(practice.nearby))
    ways: dict[str, Way] = {}
    held: dict[str, Held] = {}
    true: list[Asked] = []
    free: list[Outcome] = []
    resting: list[Outcome] = []
    for outcome in outcomes:
        if outcome.decision is not Decision.PROMPT:
            ways[outcome.rule.id] = not_asked(outcome)
            continue
        outcome = outcome._replace(rule=quieter(outcome.rule, practice))
        asked = Asked(outcome, history, today, practice, user, session)
        true.append(asked)
        ways[outcome.rule.id], stopped = way(asked)
        if stopped is None:
            free.append(outcome)
            continue
        held[outcome.rule.id] = stopped
        if stopped.step == "elsewhere" and way(_unasked(asked))[1] is None:
            resting.append(outcome)
    if not free:
        return Choice((), tuple(held.values()), tuple(ways.values()))
    ranked = _ranked(free, history, today, ways)
    held |= _asked_by_another(ranked, resting, history, today, ways)
    ranked = [one for one in ranked if one[0].rule.id not in held]
    rooms = room(history, today)
    for over in _over(ranked, rooms, ways):
        held[over.rule.id] = over
    left = [one for one in ranked if one[0].rule.id not in held]
    # With room for one card more, what would have been two cards is one.
    most = max(1, min(practice.most_cards_at_once, *(each.cards or MOST_CARDS for each in rooms)))
    if muted := _muted(left, history, today, ways):
        held |= muted
        left = [one for one in left if one[0].rule.id not in muted]
    if most > 1:
        most = min(most, _apart(left, true))
    prompts = tuple(merged(on_it, today, practice) for on_it in cards(left, most))
    for prompt in prompts:
        for rule in prompt.rules:
            _add(ways, rule.id, Step("card", True, _on_card(rule, prompt.rules)))
        for rule, offer in prompt.waiting:  # in its author's words, about nobody in particular
            _add(ways, rule.id, Step(WAITS, True, f"{_NO_ROOM}{offer.label.plain}."))
    in_order = tuple(held[rule_id] for rule_id in ways if rule_id in held)
    return Choice(prompts, in_order, tuple(ways.values()))


def _on_card(rule: Rule, rules: tuple[Rule, ...]) -> str:
    """With how many others a rule stands on a card, and next to which because of its theme."""
    if len(rules) == 1:
        return "On a card of its own."
    says = f"On a card, with {len(rules) - 1} more"
    alike = sorted(one.id for one in rules if one.theme == rule.theme and one is not rule)
    if not rule.theme or not alike:
        return f"{says}."
    both = "both" if len(alike) == 1 else "all"
    theme = rule.theme.replace("-", " ")
    return f"{says}; next to {', '.join(alike)}, as {both} have the theme {theme}."


def _unasked(asked: Asked) -> Asked:
    """The same, had no other system asked."""
    outcome = asked.outcome._replace(rule=replace(asked.rule, elsewhere=()))
    return replace(asked, outcome=outcome, practice=replace(asked.practice, elsewhere=()))


def _apart(left: list[Free], true: list[Asked]) -> int:
    """How many cards there would be for what is left, had nobody answered, muted or asked anything.

    What stood on one card because of a rule that rests does not make two without it. So which rules
    belong together is told as if nothing had been said here, and no other system had asked.
    """
    known = {outcome.rule.id: (outcome, offers) for outcome, offers in left}
    for asked in true:
        nothing = replace(asked.history, said=(), shown=(), capacity={})
        unsaid = replace(_unasked(asked), history=nothing)
        if way(unsaid)[1] is None:
            offers = open_offers(unsaid.outcome, nothing, unsaid.today)
            known[unsaid.rule.id] = (unsaid.outcome, offers)
    groups = cards(tuple(known.values()), len(known) + 1)
    names = {outcome.rule.id for outcome, _ in left}
    return max(1, sum(any(outcome.rule.id in names for outcome, _ in one) for one in groups))


def alike(choice: Choice, today: date) -> tuple[Way, ...]:
    """The ways as they are kept: what is in them is the same whoever looked.

    Left out is a rule that waits for another session, that whoever looked has muted, or that only
    some of those who look have and that stands on no card. How many cards a session had is in no
    sentence of a way, and which rule was muted in none: what others say counts it as if it was not.
    """
    on_cards = {rule.id for prompt in choice.prompts for rule in prompt.rules}
    return tuple(
        way
        for way in choice.ways
        if (way.steps[-1].passed or way.steps[-1].name not in ("session", "mute"))
        and (way.rule.id in on_cards or not for_some_who_look(way.rule, today))
    )


def _add(ways: dict[str, Way], rule_id: str, step: Step) -> None:
    ways[rule_id] = Way(ways[rule_id].rule, (*ways[rule_id].steps, step))


def _ranked(free: list[Outcome], history: History, today: date, ways: dict[str, Way]) -> list[Free]:
    """What is free to speak, in its order, each with the offers that are left of it."""
    ranked = sorted(free, key=lambda outcome: rank(outcome, history, today))
    found = [(outcome, open_offers(outcome, history, today)) for outcome in ranked]
    by_key: dict[str, list[str]] = {}
    # Whether somebody is among those who have a rule is in no other rule's sentences.
    anybodys = [outcome for outcome, _ in found if not for_some_who_look(outcome.rule, today)]
    for outcome, offers in found:
        if for_some_who_look(outcome.rule, today):
            continue
        for offer in offers:
            by_key.setdefault(same_offer(offer), []).append(outcome.rule.id)
    for outcome, offers in found:
        keys = [same_offer(offer) for offer in offers]
        others = {one for key in keys for one in by_key.get(key, ())} - {outcome.rule.id}
        twins = f"Offered once, together with {', '.join(sorted(others))}."
        says = twins if others else "Nothing else offers the same today."
        _add(ways, outcome.rule.id, Step("same offer", True, says))
        among = anybodys if outcome in anybodys else ranked
        says = in_a_sentence(outcome, among.index(outcome) + 1, len(among), history, today)
        _add(ways, outcome.rule.id, Step("rank", True, says))
    return found


def _asked_by_another(
    ranked: list[Free],
    resting: list[Outcome],
    history: History,
    today: date,
    ways: dict[str, Way],
) -> dict[str, Held]:
    """Of rules on one topic the first speaks: the others would ask the same on the same card.

    What rests because another system asked keeps its place: no rule speaks in its stead. A rule
    that anybody has goes before one that some of those who look have, so that what is said of it
    is the same whoever looked. A safety net is never held.
    """
    held: dict[str, Held] = {}
    first: dict[str, Rule] = {}  # by topic
    anybodys = [one for one in resting if not for_some_who_look(one.rule, today)]
    free = [outcome for outcome, _ in ranked]
    for outcome in sorted(
        [*free, *anybodys],
        key=lambda one: (for_some_who_look(one.rule, today), rank_on_topic(one, history, today)),
    ):
        rule = outcome.rule
        other = next((first[topic] for topic in rule.quiet.topics if topic in first), None)
        if other is None or rule.purpose is Purpose.SAFETY_NET:
            first |= dict.fromkeys(rule.quiet.topics - first.keys(), rule)
            says = "No other rule that speaks today is about the same."
        else:
            says = f"Not shown: {other.id} is about the same, and once is enough."
            held[rule.id] = Held(rule, "topic", says)
        if outcome in free:
            _add(ways, rule.id, Step("topic", rule.id not in held, says))
    return {name: one for name, one in held.items() if any(o.rule.id == name for o in free)}


def _over(ranked: list[Free], rooms: tuple[Room, ...], ways: dict[str, Way]) -> list[Held]:
    """What the ceilings leave no room for: everything but safety nets, which go on above them."""
    held: list[Held] = []
    for outcome, _ in ranked:
        rule = outcome.rule
        for each in rooms:
            if each.cards or rule.purpose is Purpose.SAFETY_NET:
                says = _let_through(rule, each)
                _add(ways, rule.id, Step(each.step, True, says))
                continue
            _add(ways, rule.id, Step(each.step, False, each.says))
            held.append(Held(rule, each.step, each.says, each.until))
            break
    return held


def _muted(
    left: list[Free], history: History, today: date, ways: dict[str, Way]
) -> dict[str, Held]:
    """What whoever looks asked not to see, of what is left. It comes last: nothing rests on it."""
    held: dict[str, Held] = {}
    for outcome, _ in left:
        rule = outcome.rule
        stopped = mute(rule, history, today)
        if stopped is not None:
            held[rule.id] = stopped
        says = stopped.says if stopped is not None else NOT_MUTED
        _add(ways, rule.id, Step("mute", stopped is None, says))
    return held


def _let_through(rule: Rule, to: Room) -> str:
    """Why a ceiling lets a rule through; of a session, nothing of what was shown in it."""
    if rule.purpose is not Purpose.SAFETY_NET:
        return to.says
    if to.step == "session":
        return ABOVE_IT
    return to.says if to.cards else f"A safety net goes on. {to.says}"
