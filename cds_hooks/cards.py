"""A prompt in the specification's words, and the same card as it is kept."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from uuid import uuid4

from cds_hooks import wire
from cds_hooks.grounds import Grounds
from cds_hooks.store.answers import Button, Issued
from cds_hooks.store.kept import chosen_by
from fhir_adapters.drafts import Json, drafts
from fhir_adapters.endings import ended
from prompts.prompt import Held, Prompt, Way
from prompts.restraint import put_in_shadow
from rules.codes import OWN
from rules.explain import explain
from rules.outcome import Decision, Outcome, Proposal
from rules.record import Reply
from rules.rule import Practice, Status

REASONS_SYSTEM = "https://cds-hooks.hl7.org/CodeSystem/non-adherence-reason-codes"
# The five ways to close a card (PRODUCT 1.5), and what each is remembered as.
REASONS: dict[str, tuple[str, Reply]] = {
    "limited-time": ("Not enough time today", Reply.NO_TIME),
    "action-completed": ("Already offered or done", Reply.ALREADY_DONE),
    "patient-does-not-want-change": ("The person would rather not", Reply.DECLINED),
    "patient-ineligible": ("Not right for this person", Reply.NOT_RIGHT),
    "service-not-available": ("Service not available", Reply.SHOWN),
}
# Codes of the same meaning that a client with its own list may send.
ALSO: dict[str, Reply] = {
    "patient-refuses": Reply.DECLINED,
    "patient-contraindication": Reply.NOT_RIGHT,
    "action-not-priority": Reply.NOT_RIGHT,
}
# The day on which the person is happy to be asked again: reasons of our own below the five, since
# HL7's list has no word for it (PRODUCT 1.4), the soonest first. Whoever wants to think about it
# has not said no.
CHOSEN: dict[str, tuple[str, Reply]] = {
    "ask-again-in-4-weeks": (
        "The person would like to think about it: ask again in 4 weeks",
        Reply.NOT_NOW,
    ),
    "ask-again-in-3-months": (
        "The person would rather not: ask again in 3 months",
        Reply.DECLINED,
    ),
    "ask-again-in-6-months": (
        "The person would rather not: ask again in 6 months",
        Reply.DECLINED,
    ),
    "ask-again-in-12-months": (
        "The person would rather not: ask again in 12 months",
        Reply.DECLINED,
    ),
    "do-not-ask-again": ("The person would rather not be asked again", Reply.DECLINED),
}
WHY = "Why this?"
CAN_WAIT = "What can wait"  # the offers that had no room, on the same page
_NO_FLAGS: Mapping[str, Json] = {}
HELD_BACK = "example.good-day.held-back"


def card(
    prompt: Prompt,
    person: str,
    today: date,
    link: Callable[[str], str] | None = None,
    flags: Mapping[str, Json] = _NO_FLAGS,
) -> wire.Card:
    """The card, with a name of its own on it and on every button: without one no answer comes.

    ``link`` makes the address of the page that says why it is shown, from the card's name.
    ``flags`` are the reminders that it would end, whole, by their references.
    """
    name = uuid4()
    links = [wire.Link(label=one.label, url=one.address, type="absolute") for one in prompt.links]
    if link is not None:
        address = link(str(name))
        links.append(wire.Link(label=WHY, url=address, type="absolute"))
        if prompt.waiting:
            links.append(wire.Link(label=CAN_WAIT, url=f"{address}#can-wait", type="absolute"))
    return wire.Card(
        uuid=name,
        summary=prompt.summary,
        detail=prompt.detail,
        indicator=prompt.indicator,
        source=wire.Source(label=prompt.source),
        suggestions=[_suggestion(one, person, today, flags) for one in prompt.proposals],
        selectionBehavior="at-most-one" if prompt.choose_one else "any",
        links=links or None,
        overrideReasons=_override_reasons(prompt, today),
    )


_FIVE = [
    wire.SentCoding(code=code, system=REASONS_SYSTEM, display=display)
    for code, (display, _) in REASONS.items()
]


def _override_reasons(prompt: Prompt, today: date) -> list[wire.SentCoding]:
    """The five, and where "not now" or a no can be said also until when.

    But for what the plain one means.
    """
    plain = {(one.counts_as, one.ask_again) for one in prompt.proposals}
    said = {reply for reply, _ in plain}
    return _FIVE + [
        wire.SentCoding(code=code, system=OWN, display=display)
        for code, (display, reply) in CHOSEN.items()
        if reply in said and (reply, chosen_by(code, today)) not in plain
    ]


def _suggestion(
    proposal: Proposal, person: str, today: date, flags: Mapping[str, Json]
) -> wire.Suggestion:
    recommended = proposal.offer is not None and proposal.offer.recommended
    if proposal.ends is not None:
        over = ended(flags[proposal.ends.reference], today)
        action = wire.Action(type="update", description=over.description, resource=over.resource)
        return wire.Suggestion(label=proposal.label, uuid=uuid4(), actions=[action])
    return wire.Suggestion(
        label=proposal.label,
        uuid=uuid4(),
        isRecommended=True if recommended else None,
        actions=[
            wire.Action(type="create", description=draft.description, resource=draft.resource)
            for draft in drafts(proposal, person, today)
        ],
    )


def issued(
    sent: wire.Card,
    prompt: Prompt,
    rests_on: Grounds,
    person: str,
    service: str,
    hook_instance: str,
    at: datetime,
    ways: Iterable[Way] = (),
) -> Issued:
    """The card as the store keeps it, so that an answer finds its way back, and why it was shown.

    Of the record that is codes and dates; ``ways`` are our own sentences.
    """
    return Issued(
        card=str(sent.uuid),
        person=person,
        service=service,
        hook_instance=hook_instance,
        rules=tuple(f"{rule.id}|{rule.version}" for rule in prompt.rules),
        topics=prompt.topics,
        shown_at=at,
        buttons=tuple(
            Button(
                str(suggestion.uuid),
                proposal.counts_as,
                proposal.topics,
                # Without an offer of its own, a button answers every offer of its card.
                proposal.offers if proposal.offer is not None else (),
                tuple(rule.id for rule in proposal.rules),
            )
            for suggestion, proposal in zip(sent.suggestions, prompt.proposals, strict=True)
        ),
        value_sets=rests_on.value_sets,
        facts=rests_on.facts,
        steps=tuple(
            (way.rule.id, tuple((step.name, step.says) for step in way.steps))
            for way in ways
            if len(way.steps) > 1  # of a rule that is not for this person there is nothing to tell
        ),
    )


def held_back(
    held: tuple[Held, ...], outcomes: tuple[Outcome, ...], practice: Practice, today: date
) -> dict[str, list[wire.HeldBack]] | None:
    """What was held back, until when and why, what could not be told, and what was not asked.

    Of rules in shadow there is nothing in it, those too that put themselves there: a client may
    show it to people, and what is unusual about a rule is for whoever runs the service.
    """
    told = {
        rule.id
        for rule in (*(one.rule for one in held), *(outcome.rule for outcome in outcomes))
        if rule.status is not Status.SHADOW and not put_in_shadow(rule, practice, today)
    }
    says = [
        wire.HeldBack(
            rule=one.rule.id,
            step=one.step,
            says=one.says,
            until=one.until.isoformat() if one.until else None,
        )
        for one in held
        if one.rule.id in told
    ]
    says += [
        wire.HeldBack(
            rule=outcome.rule.id,
            step="withheld" if outcome.decision is Decision.WITHHELD else "cannot-tell",
            says=explain(outcome).headline,
        )
        for outcome in outcomes
        if outcome.decision in (Decision.CANNOT_TELL, Decision.WITHHELD) and outcome.rule.id in told
    ]
    return {HELD_BACK: says} if says else None
