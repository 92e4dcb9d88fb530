"""Which offers of a rule are left off its card: those under way, those answered, those that rest.

The rule of a safety net decides by itself: nothing is left off its card here.
"""

from collections.abc import Mapping
from datetime import date

from prompts.history import History, on_offer, said_in_record
from rules.answer import Answer
from rules.days import in_words
from rules.outcome import Outcome
from rules.record import Entry, Kind, Reply, Said
from rules.remembered import offer_keys
from rules.rule import Offer, OfferKind, Purpose, Rule
from rules.under_way import shows_as

# A visit that is booked shows a referral too, where the record has visits at all.
_BOOKED = frozenset({"booked", "pending", "arrived", "checked-in"})


def possible(outcome: Outcome, offer: Offer) -> bool:
    """Whether an offer can be on the card at all: a letter needs results that are there."""
    return offer.results is None or outcome.look(offer.results).answer is Answer.YES


def open_offers(outcome: Outcome, history: History, today: date) -> tuple[Offer, ...]:
    """What is left of a rule's offers for this person today, in order."""
    off = standing_offers(outcome, today) | quiet_offers(outcome, history, today).keys()
    off |= resting_offers(outcome, history)
    return tuple(o for o in outcome.offers if o not in off and possible(outcome, o))


def standing_offers(outcome: Outcome, today: date) -> frozenset[Offer]:
    """The offers that the record shows as under way, or lately done, or may: it was not read."""
    if outcome.rule.purpose is Purpose.SAFETY_NET:
        return frozenset()
    standing = frozenset(offer for offer in outcome.offers if _stands(outcome, offer, today))
    return standing | unread_offers(outcome).keys()


def unread_offers(outcome: Outcome) -> Mapping[Offer, Kind]:
    """The offers of which nobody can tell whether they are under way, each with the unread list."""
    unread = outcome.look.record.unread
    if not unread or outcome.rule.purpose is Purpose.SAFETY_NET:
        return {}
    shows = ((offer, shows_as(offer)) for offer in outcome.offers)
    return {offer: kind for offer, where in shows if where for kind in where[1] if kind in unread}


def _stands(outcome: Outcome, offer: Offer, today: date) -> bool:
    found = shows_as(offer)
    if found is None:
        return False
    code, where = found
    if offer.kind is OfferKind.REFER:
        where = {**where, Kind.APPOINTMENT: _BOOKED}
    record, lasting = outcome.look.record, outcome.rule.quiet.periods[Reply.ACCEPTED]
    return any(
        code in entry.codes
        and entry.status in where.get(entry.kind, ())
        and not _is_over(entry, today)
        and (entry.when is None or lasting.after(entry.when.last) > today)
        for entry in (*record.by_code.get(code, ()), *record.booking)
    )


def _is_over(entry: Entry, today: date) -> bool:
    """A tag that has ended, or a visit that has been: neither is under way."""
    if entry.kind is Kind.APPOINTMENT:
        return entry.when is not None and entry.when.last < today
    return entry.kind is Kind.TAG and entry.ends is not None and entry.ends.last < today


def quiet_offers(
    outcome: Outcome, history: History, today: date
) -> Mapping[Offer, tuple[Said, ...]]:
    """The offers that were answered, in whichever rule, and the answers that still hold."""
    if outcome.rule.purpose is Purpose.SAFETY_NET:
        return {}
    periods = outcome.rule.quiet.periods
    # On the rule's own topic it has been looked at already, with a day that the record may have.
    heard = [one for one in history.heard if one.topic not in outcome.rule.quiet.topics]
    if not any(one.offers for one in heard):
        return {}
    found: dict[Offer, tuple[Said, ...]] = {}
    # A day that the person chose stands in the record, which knows the topic and not the offers.
    in_record = said_in_record(outcome.rule, outcome.look.record, today)
    chosen = {(s.reply, s.on) for s in in_record if s.ask_again is not None}
    for offer in outcome.offers:
        holding = tuple(
            s
            for s in on_offer(offer_keys(offer), heard, today)
            if (s.ask_again is not None or (s.reply, s.on) not in chosen)
            and (s.ask_again or periods[s.reply].after(s.on)) > today
        )
        if holding:
            found[offer] = holding
    return found


def resting_offers(outcome: Outcome, history: History) -> frozenset[Offer]:
    """The offers that are not to be had: several people were told so, or the directory says so."""
    if not history.capacity and not history.full:
        return frozenset()
    return frozenset(
        offer
        for offer in outcome.offers
        if not history.full.isdisjoint(offer_keys(offer))
        or (last_told(offer, history.capacity) and not room_again(outcome.rule, offer, history))
    )


def last_told(offer: Offer, told: Mapping[str, date]) -> date | None:
    """When somebody was last told that an offer is not to be had, where it rests for that."""
    return max((told[key] for key in offer_keys(offer) if key in told), default=None)


def room_again(rule: Rule, offer: Offer, history: History) -> date | None:
    """When somebody here found that there is room after all, later than anybody was told not.

    Whoever closes a card as "not available" says so of all that is on it: an offer that is of no
    service goes by the services of its rule.
    """
    last = last_told(offer, history.capacity)
    if last is None or not history.found_open:
        return None
    services = [offer.service] if offer.service else [one.service for one in rule.offers]
    days = (history.found_open.get(one.id) for one in services if one is not None)
    return max((day for day in days if day is not None and day > last), default=None)


def has_room(outcome: Outcome, history: History) -> str:
    """That everything can be had, and who found out where people were told otherwise."""
    again = [day for one in outcome.offers if (day := room_again(outcome.rule, one, history))]
    if not again:
        return "Everything that it offers can be had, as far as is known."
    return (
        f"It was full, and somebody here found on {in_words(max(again))} that there is room again."
    )


def no_room(outcome: Outcome, resting: frozenset[Offer], history: History) -> str:
    """Why what a rule offers is not to be had, as far as it is known."""
    told = any(
        last_told(offer, history.capacity) and not room_again(outcome.rule, offer, history)
        for offer in resting
    )
    by = "several people were told lately" if told else "the directory of local support says"
    return f"Not shown: what it offers has no room, as {by}."
