"""Proposals as FHIR R4 resources, in the forms of CONTENT 3.3: valid by construction.

Nothing here is written anywhere. Each resource is what a clinical system would create if somebody
pressed the button.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from fhir_adapters.systems import (
    ASK_AGAIN_AFTER,
    COMMUNICATION_CATEGORY,
    DIRECTORY,
    FLAG_CATEGORY,
    PARTICIPATION_MODE,
    REFERRAL_CATEGORY,
    RULE,
)
from rules.codes import OWN, Code, CodeList
from rules.credits import as_words, whose_are
from rules.days import Duration
from rules.forms import QUESTIONNAIRES
from rules.outcome import Proposal
from rules.record import Entry, Reply
from rules.rule import Offer, OfferKind, Rule
from rules.schema.wording import more_than_words
from rules.support import Listed, Support

# FHIR JSON: nothing narrower says more.
Json = dict[str, Any]

# The letter is to be with the person at least this long before the visit (CONTENT 3.3).
BEFORE_THE_VISIT = Duration(3, "day")


_REFERENCE = re.compile(r"[A-Za-z]+/[A-Za-z0-9.-]{1,64}")


class Draft(NamedTuple):
    """A resource to create, and a sentence that says what it does."""

    description: str
    resource: Json


def drafts(proposal: Proposal, patient_id: str, today: date) -> list[Draft]:
    """What pressing a button would create; one resource, or one for each topic that is answered."""
    subject = {"reference": f"Patient/{patient_id}"}
    offer = proposal.offer
    if offer is None:
        topics = {rule.quiet.topic: rule for rule in reversed(proposal.rules)}
        return [_answered(proposal, rule, subject, today) for rule in reversed(topics.values())]
    rule = proposal.rules[0]
    match offer.kind:
        case OfferKind.REFER:
            return [_referral(proposal, offer, rule, subject, today)]
        case OfferKind.RECORD:
            return [_offer_made(offer, rule, subject, today)]
        case OfferKind.TAG:
            return [_tag(offer, rule, subject, today)]
        case OfferKind.RESULTS:
            return [_results(proposal, offer, rule, subject, today)]
        case OfferKind.MESSAGE:
            return [_message(proposal, offer, rule, subject, today)]
        case OfferKind.QUESTIONNAIRE:
            return [_form(proposal, offer, rule, subject, today)]
        case OfferKind.TASK:
            return [_task(proposal, offer, rule, subject, today)]
        case OfferKind.GOAL:
            return [_goal(proposal, offer, rule, subject, today)]


def _referral(p: Proposal, offer: Offer, rule: Rule, subject: Json, today: date) -> Draft:
    service = offer.service
    assert service is not None  # the schema requires it
    resource: Json = {
        "resourceType": "ServiceRequest",
        "identifier": [_from(rule)],
        "status": "draft",
        "intent": "proposal",
        "category": [_concept(Code(REFERRAL_CATEGORY, "referral"))],
        "code": _concept(service.code, service.name),
        "subject": subject,
        "authoredOn": today.isoformat(),
        # R4: several performers are alternatives, in no order. The person chooses.
        "performer": [_nearby(one.entry) for one in p.places] or [{"display": service.name}],
    }
    if p.places:
        resource["note"] = [{"text": whose_are(p.places)}]
    if offer.priority:
        resource["priority"] = offer.priority
    about = offer.reason
    # Where the rule says what it is about, other conditions of the person's are no reason.
    of = p.reasons if about is None else _on_list(p.reasons, about)
    reasons = _pointing_at(of)
    if reasons:
        resource["reasonReference"] = reasons
    elif about is not None:
        words = about.words[about.first]
        resource["reasonCode"] = [_concept(about.first, "" if more_than_words(words) else words)]
    return Draft(f"Draft a referral to: {service.name}", resource)


def _nearby(entry: Support) -> Json:
    return {
        "type": "HealthcareService",
        "identifier": {"system": f"{DIRECTORY}{entry.source}", "value": entry.source_id},
        "display": as_words(entry.name),
    }


def _on_list(entries: Iterable[Entry], listed: CodeList) -> list[Entry]:
    return [entry for entry in entries if not listed.codes.isdisjoint(entry.codes)]


def _offer_made(offer: Offer, rule: Rule, subject: Json, today: date) -> Draft:
    assert offer.code is not None  # the schema requires a code list
    if offer.code.system != OWN:
        resource: Json = {
            "resourceType": "Procedure",
            "identifier": [_from(rule)],
            "status": "completed",
            "code": _concept(offer.code, offer.words),
            "subject": subject,
            "performedDateTime": today.isoformat(),
        }
        return Draft(f"Record that this was offered: {offer.words}", resource)
    resource = {
        "resourceType": "Communication",
        "identifier": [_from(rule)],
        "status": "completed",
        "topic": {
            "coding": [_coding(Code(OWN, "offer-made")), _coding(offer.code)],
            "text": f"Offered: {offer.words}",
        },
        "subject": subject,
        "sent": today.isoformat(),
    }
    if offer.service is not None:
        resource["about"] = [{"display": offer.service.name}]
    return Draft(f"Record that this was offered: {offer.words}", resource)


def _tag(offer: Offer, rule: Rule, subject: Json, today: date) -> Draft:
    assert offer.code is not None  # the schema sees to both
    assert offer.ends_after is not None
    ends = offer.ends_after.after(today)
    resource: Json = {
        "resourceType": "Flag",
        "identifier": [_from(rule)],
        "status": "active",
        "category": [_concept(Code(FLAG_CATEGORY, "admin"))],
        "code": _concept(offer.code, offer.words),
        "subject": subject,
        "period": {"start": today.isoformat(), "end": ends.isoformat()},
        "author": {"display": "Good Day"},
    }
    return Draft(f"Add a reminder that ends by itself in {offer.ends_after}", resource)


def _results(p: Proposal, offer: Offer, rule: Rule, subject: Json, today: date) -> Draft:
    about = _pointing_at(p.results)
    resource: Json = {
        "resourceType": "CommunicationRequest",
        "identifier": [_from(rule)],
        "status": "draft",
        "category": [
            _concept(Code(COMMUNICATION_CATEGORY, "notification")),
            _concept(Code(OWN, "results-ahead")),
        ],
        "medium": [
            _concept(Code(PARTICIPATION_MODE, "MAILWRIT")),
            _concept(Code(PARTICIPATION_MODE, "ONLINEWRIT")),
        ],
        "subject": subject,
        "recipient": [subject],
        "authoredOn": today.isoformat(),
        "payload": [{"contentString": p.letter}],
    }
    if offer.layout not in ("", "letter"):
        resource["note"] = [{"text": f"To be set as {offer.layout}."}]
    if p.visit is not None:
        about += _pointing_at([p.visit])
        if p.visit.when is not None:
            visit = p.visit.when.first
            lead_time = offer.lead_time or BEFORE_THE_VISIT
            by = min(lead_time.before(visit), BEFORE_THE_VISIT.before(visit))
            latest = max(by, today)
            resource["occurrenceDateTime"] = latest.isoformat()
    if about:
        resource["about"] = about
    return Draft("Draft a letter with the filed results, for somebody to read and send", resource)


def _message(p: Proposal, offer: Offer, rule: Rule, subject: Json, today: date) -> Draft:
    resource: Json = {
        "resourceType": "CommunicationRequest",
        "identifier": [_from(rule)],
        "status": "draft",
        "category": [_concept(Code(COMMUNICATION_CATEGORY, "notification"))],
        "subject": subject,
        "recipient": [subject],
        "authoredOn": today.isoformat(),
        "payload": [{"contentString": offer.text}],
    }
    if offer.channel in _MEDIUM:
        code, says = _MEDIUM[offer.channel]
        resource["medium"] = [_concept(Code(PARTICIPATION_MODE, code), says)]
    words = offer.words or p.label
    return Draft(f"Draft a message for somebody to read and send: {words}", resource)


# R4's own list has no code for a text message (SMSWRIT came later): it is written, and says so.
_MEDIUM = {
    "letter": ("MAILWRIT", ""),
    "text": ("WRITTEN", "Text message"),
    "email": ("EMAILWRIT", ""),
    "app": ("ONLINEWRIT", ""),
}


def _form(p: Proposal, offer: Offer, rule: Rule, subject: Json, today: date) -> Draft:
    """A form for the person to fill in, before the visit where there is one."""
    words = offer.words or p.label
    resource = _to_do(words, offer, rule, subject, today)
    address = offer.form if "://" in offer.form else f"{QUESTIONNAIRES}{offer.form}"
    resource["input"] = [{"type": {"text": "Questionnaire"}, "valueCanonical": address}]
    visit = _pointing_at([p.visit] if p.visit is not None else [])
    if visit:
        resource["focus"] = visit[0]
    return Draft(f"Ask for this form to be given: {words}", resource)


def _task(p: Proposal, offer: Offer, rule: Rule, subject: Json, today: date) -> Draft:
    """Something for a role to do, and never for one person by name."""
    words = offer.words or p.label
    resource = _to_do(words, offer, rule, subject, today)
    if offer.role:
        resource["performerType"] = [{"text": offer.role.replace("-", " ")}]
    return Draft(f"Ask for this to be done: {words}", resource)


def _to_do(words: str, offer: Offer, rule: Rule, subject: Json, today: date) -> Json:
    resource: Json = {
        "resourceType": "Task",
        "identifier": [_from(rule)],
        "status": "requested",
        "intent": "plan",
        "description": words,
        "for": subject,
        "authoredOn": today.isoformat(),
    }
    if offer.code is not None:
        resource["code"] = _concept(offer.code, words)
    if offer.due is not None:
        resource["restriction"] = {"period": {"end": offer.due.after(today).isoformat()}}
    return resource


def _goal(p: Proposal, offer: Offer, rule: Rule, subject: Json, today: date) -> Draft:
    """A goal that waits for the person's own words; nothing of it is decided for them."""
    resource: Json = {
        "resourceType": "Goal",
        "identifier": [_from(rule)],
        "lifecycleStatus": "proposed",
        # By it a rule finds the goal again, whatever its words are.
        "category": [_concept(Code(OWN, "own-goal"))],
        "description": {"text": offer.text or "In this person's own words"},
        "subject": subject,
        "startDate": today.isoformat(),
        "expressedBy": subject,
    }
    addresses = _pointing_at(p.reasons)
    if addresses:
        resource["addresses"] = addresses
    return Draft("Start a goal, to be filled in the person's own words", resource)


def _answered(p: Proposal, rule: Rule, subject: Json, today: date) -> Draft:
    declined = p.counts_as is Reply.DECLINED
    said = 'the person said "no, thank you"' if declined else 'the person said "not now"'
    resource: Json = {
        "resourceType": "Procedure",
        "identifier": [_from(rule)],
        "status": "not-done",
        "statusReason": _concept(Code(OWN, "declined" if declined else "not-now"), said),
        "code": _concept(Code(OWN, rule.quiet.topic), _offered(rule)),
        "subject": subject,
        "performedDateTime": today.isoformat(),
    }
    if p.ask_again is not None:
        resource["extension"] = [{"url": ASK_AGAIN_AFTER, "valueDate": p.ask_again.isoformat()}]
    return Draft(f"Keep the answer on the record: {said}", resource)


def _offered(rule: Rule) -> str:
    """What was offered, in words: where it is a service by its name, else by the rule's title."""
    names = (offer.service.name for offer in rule.offers if offer.service)
    return next(names, rule.title)


def _pointing_at(entries: Iterable[Entry]) -> list[Json]:
    """References to entries of the record. What has no id that FHIR allows cannot be pointed at; a
    booking in the making may have none.
    """
    return [{"reference": e.reference} for e in entries if _REFERENCE.fullmatch(e.reference)]


def _from(rule: Rule) -> Json:
    return {"system": RULE, "value": f"{rule.id}|{rule.version}"}


def _coding(code: Code) -> Json:
    return {"system": code.system, "code": code.code}


def _concept(code: Code, text: str = "") -> Json:
    concept: Json = {"coding": [_coding(code)]}
    if text:
        concept["text"] = text
    return concept


_SAMPLE = (Listed(Support("sample", "sample", "Sample")),)


def prove_offers(rules: Iterable[Rule]) -> None:
    """Hold everything that rules can propose against fhir.resources, before anybody is asked.

    Raises ValueError, which names the type that does not fit.
    """
    today = date(2026, 11, 21)
    for rule in rules:
        proposals = [
            Proposal("Sample", Reply.SHOWN, (rule,), offer, letter="Sample", places=_SAMPLE)
            for offer in rule.offers
        ]
        for reply in (Reply.NOT_NOW, Reply.DECLINED):
            proposals.append(Proposal("Sample", reply, (rule,), ask_again=today))
        for proposal in proposals:
            prove(draft.resource for draft in drafts(proposal, "sample", today))


def prove(resources: Iterable[Json]) -> None:
    """Hold resources against fhir.resources; ValueError names the type that does not fit.

    It has R4B and no plain R4; for the eight types that we write the two do not differ.
    """
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - a third of a second

    for resource in resources:
        kind = resource["resourceType"]
        try:
            get_fhir_model_class(kind).model_validate(resource)
        except ValueError:
            raise ValueError(f"a {kind} that we would propose is not valid FHIR") from None
