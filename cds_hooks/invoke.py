"""POST /cds-services/{id}: from a call to an answer, in the order of the walk."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast
from uuid import UUID

import msgspec

from cds_hooks import cards, contexts, grounds, logs, wire
from cds_hooks.clock import practice_day
from cds_hooks.discovery import HookService
from cds_hooks.limits import check_resources
from cds_hooks.refusals import AnotherPatient, BadRequest, MissingData
from cds_hooks.sampling import Seen
from cds_hooks.store.answers import Again, Answers
from cds_hooks.store.tables import StoreError
from cds_hooks.tally import Tally
from cds_hooks.twice import check_members
from fhir_adapters.decode import UNREADABLE, check_text
from fhir_adapters.drafts import Json
from fhir_adapters.elements import Value
from fhir_adapters.endings import sent_whole, whole
from fhir_adapters.needs import PATIENT, Needs
from fhir_adapters.prefetch import Found, MissingKeys, Sent, record_from_prefetch, sent_along
from fhir_adapters.whose import AnotherPerson
from prompts.choose import alike, choose
from prompts.endings import may_end, with_endings
from prompts.first_words import with_first_words
from prompts.history import History
from prompts.prompt import Held
from rules.engine import evaluate
from rules.outcome import Decision, Outcome
from rules.record import Entry, PatientRecord, Said
from rules.rule import Practice, Rule, Status

_CALL: msgspec.json.Decoder[wire.Call[Value | None]] = msgspec.json.Decoder(wire.Call[Value | None])
# The same, with each prefetch key left as it came: for when something in one cannot be read.
_RAW_CALL: msgspec.json.Decoder[wire.Call[msgspec.Raw]] = msgspec.json.Decoder(
    wire.Call[msgspec.Raw]
)
_MEMBERS: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(
    dict[str, msgspec.Raw]
)
_OBJECT: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(dict[str, object])

# FHIR ids, and nothing that could be read as part of an address.
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")

Call = wire.Call[Value | None] | wire.Call[msgspec.Raw]


def read_call(body: bytes) -> Call:
    """The call in a body. Raises BadRequest, which says which member is not as it needs to be.

    Raises TooLarge where it holds too many resources.
    """
    call = _decoded(body)
    check_members(body)
    check_resources(call.prefetch or {}, call.context)
    return call


def _decoded(body: bytes) -> Call:
    try:
        if not body.isascii():
            body.decode()  # the decoder does not look at the bytes of what it skips
        return _CALL.decode(body)
    except UNREADABLE:
        pass
    try:
        for name, member in _MEMBERS.decode(body).items():
            if name != "prefetch":  # of which each key is looked at by itself
                check_text(member)
        return _RAW_CALL.decode(body)
    except UNREADABLE:
        raise BadRequest(_what_is_wrong(body)) from None


def sent_with(call: Call, service: HookService, *, null_means_empty: bool) -> Sent:
    """What came along with a call. Raises BadRequest."""
    if call.hook != service.hook:
        raise BadRequest(f'This service answers the hook "{service.hook}" and no other.')
    if not _ID.fullmatch(patient_of(call)):
        raise BadRequest('"context.patientId" is not a FHIR id.')
    contexts.check(call.context, service.hook)
    return sent_along(
        _null_is_none(call), service.required, patient_of(call), null_means_empty=null_means_empty
    )


def patient_of(call: Call) -> str:
    """The id of the patient of the call's context; some clients send it as a reference."""
    return call.context.patientId.removeprefix("Patient/")


def record_of_call(
    call: Call, service: HookService, sent: Sent, fetched: Mapping[str, Found]
) -> PatientRecord:
    """The record that was sent and fetched. Raises BadRequest, MissingData or AnotherPatient."""
    if not service.shown:
        sent = Sent({PATIENT: Found()}, (), (), sent.besides)  # nobody waits for an answer
    try:
        return _record(call, service, sent, service.required, fetched)
    except MissingKeys as missing:
        raise MissingData(
            f"These prefetch keys were not sent: {', '.join(missing.keys)}. Send each of them as"
            " discovery lists it (a list that could not be read as an OperationOutcome), or a"
            " fhirServer that may be asked for this client, with its token in fhirAuthorization."
        ) from None


def _record(
    call: Call, service: HookService, sent: Sent, needs: Needs, fetched: Mapping[str, Found]
) -> PatientRecord:
    try:
        return record_from_prefetch(
            sent,
            patient_of(call),
            needs,
            fetched=fetched,
            server=call.fhirServer or "",
            booked=contexts.booked(call.context, service.hook),
            just_recorded=contexts.just_recorded(call.context, service.hook),
        )
    except AnotherPerson as error:
        raise AnotherPatient(
            f"A resource in the request ({error.resource_type}) is not about the patient of its"
            " context. Nothing was decided."
        ) from None


def record_for_shadow(
    call: Call, service: HookService, fetched: Mapping[str, Found], *, null_means_empty: bool
) -> PatientRecord | None:
    """The record as rules in shadow read it, from what is there for the others or came along.

    None where they read nothing that the others do not. Nothing is asked of a server for them, and
    nothing that is missing stops a call: they cannot tell then. Raises AnotherPatient.
    """
    needs, required = service.needs, service.required
    if needs is required:
        return None
    sent = sent_along(
        _null_is_none(call), needs, patient_of(call), null_means_empty=null_means_empty
    )
    same = {query.key for query in needs.queries if query in required.queries}
    known = {key: one for key, one in fetched.items() if key in same}
    known |= {key: Found(doubt=_NOT_SENT) for key in sent.absent if key not in known}
    return _record(call, service, sent, needs, known)


_NOT_SENT = "it was not sent along, and nobody was asked for it"


def asked_about(
    rules: tuple[Rule, ...],
    record: PatientRecord,
    in_shadow: PatientRecord | None,
    said: tuple[Said, ...],
    today: date,
) -> tuple[Outcome, ...]:
    """What each rule comes to; those in shadow by a record of their own, where there is one."""
    if in_shadow is None:
        return evaluate(rules, record, said, today)
    shown = tuple(rule for rule in rules if rule.status is not Status.SHADOW)
    others = tuple(rule for rule in rules if rule.status is Status.SHADOW)
    return (*evaluate(shown, record, said, today), *evaluate(others, in_shadow, said, today))


def whole_of(body: bytes, fetched: Mapping[str, Found]) -> Callable[[str], Json | None]:
    """What finds a resource with all that it has, by its reference: as it was fetched, or sent."""
    pages = [page for one in fetched.values() for page in one.pages]
    return lambda reference: whole(reference, pages) or sent_whole(reference, body)


def would_prompt(outcomes: tuple[Outcome, ...]) -> bool:
    """Whether anything is to be said, as far as the record goes: a prompt, or a reminder's end."""
    prompts = any(outcome.decision is Decision.PROMPT for outcome in outcomes)
    return prompts or may_end(_seen(outcomes))


def _seen(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """What came of the rules that may be shown: of those in shadow nothing is, nor asked about."""
    return tuple(one for one in outcomes if one.rule.status is not Status.SHADOW)


def report_withheld(outcomes: tuple[Outcome, ...], service: HookService) -> None:
    """One event for each rule that could not be asked: its name, and nothing of the person."""
    for outcome in outcomes:
        if outcome.decision is Decision.WITHHELD:
            rule = outcome.rule.id if logs.is_own_word(outcome.rule.id) else "unnamed"
            logs.event("withheld", service=service.id, rule=rule)


def _nothing_whole(_reference: str) -> Json | None:
    return None


@dataclass(frozen=True, slots=True)
class Asking:
    """One call, as it is answered: to which service, whose rules, about whom, who looks, when."""

    service: HookService
    practice: Practice  # with what is paused now
    who: str  # what the store knows the person as
    instance: str  # the call's own name for itself
    now: datetime
    user: str = ""  # whoever looks, as the client says it
    looks: str = ""  # and as sessions and mutes know them; nothing else does
    # What makes the address of a card's own page, from the card's name.
    link: Callable[[str], str] | None = None
    # What gives a resource of the record with all that it has, by its reference.
    whole_flag: Callable[[str], Json | None] = _nothing_whole

    @property
    def today(self) -> date:
        """The day, where the practice is."""
        return practice_day(self.now)

    @property
    def again(self) -> Again:
        """What it is known by when it comes again."""
        return Again(self.service.id, self.instance, self.now)

    @property
    def seen(self) -> Seen:
        """The same look, for whoever will judge the rules that are not live yet."""
        return Seen(self.who, self.today, self.service.judged)


def nothing_to_say(
    outcomes: tuple[Outcome, ...], asking: Asking, answers: Answers, tally: Tally
) -> bytes:
    """The answer where no rule would prompt; what could not be told is said, not left out."""
    if asking.service.judged:
        tally.sampling.see(asking.seen, outcomes, (), answers.key)
    logs.event("asked", service=asking.service.id, rules=len(outcomes), cards=0, held=0)
    unsure = cards.held_back((), outcomes, asking.practice, asking.today)
    return wire.Answer(cards=[], extension=unsure).to_json() if unsure else _NOTHING_TO_SAY


def answer(outcomes: tuple[Outcome, ...], asking: Asking, answers: Answers, tally: Tally) -> bytes:
    """Hear what was said before, choose one prompt, keep it, and say it. Raises StoreError."""
    today, practice = asking.today, asking.practice
    person = outcomes[0].look.record.person.id
    sent: list[wire.Card] = []
    flags: dict[str, Json] = {}

    def there(tag: Entry) -> bool:
        flag = asking.whole_flag(tag.reference)
        if flag is not None:
            flags[tag.reference] = flag
        return flag is not None

    # Cards are kept when this ends, before the answer leaves, or an answer to them would be lost.
    with answers.about(asking.who) as known, answers.sitting(asking.looks, asking.now) as sitting:
        history = replace(
            known.history(asking.again, today),
            this_session=sitting.shown,
            muted=muted_by(answers, asking.looks, [one.rule for one in outcomes], today),
        )
        user, session = asking.user, answers.session(asking.looks, asking.now)
        choice = choose(outcomes, history, today, practice, user, session)
        choice = with_endings(
            choice, _seen(outcomes), history, today, practice, there, user, session
        )
        if asking.service.first_words:
            record = outcomes[0].look.record
            choice = with_first_words(choice, record, today, practice)
        for prompt in choice.prompts:
            sent.append(cards.card(prompt, person, today, asking.link, flags))
            rests_on = grounds.of(prompt, outcomes)
            known.issue(
                cards.issued(
                    sent[-1],
                    prompt,
                    rests_on,
                    asking.who,
                    asking.service.id,
                    asking.instance,
                    asking.now,
                    alike(choice, today),
                )
            )
        sitting.more = len(sent)
    tally.held(choice.held, today)
    tally.shown(choice.prompts)
    if asking.service.judged:
        tally.sampling.see(asking.seen, outcomes, choice.held, answers.key)
    logs.event(
        "asked",
        service=asking.service.id,
        rules=len(outcomes),
        cards=len(sent),
        held=len(choice.held),
    )
    held = cards.held_back(choice.held, outcomes, practice, today)
    return wire.Answer(cards=sent, extension=held).to_json()


def muted_by(
    answers: Answers, looks: str, rules: Iterable[Rule], today: date
) -> tuple[tuple[str, date], ...] | None:
    """Which rules whoever looks has muted, each until when; None where it cannot be looked up.

    Every rule that can be muted then waits, and says so; safety nets, which cannot, go on.
    """
    if not looks:
        return ()
    try:
        return answers.mutes().of(looks, {name for rule in rules for name in rule.names}, today)
    except StoreError:
        logs.event("without-mutes")
        return None


def unremembered(outcomes: tuple[Outcome, ...], asking: Asking, tally: Tally) -> bytes:
    """The answer while the store cannot be used: nobody knows who said no, so no card at all.

    Every rule that would speak is told as held back, so that it does not look as if none would.
    """
    today, service = asking.today, asking.service
    choice = choose(outcomes, History(remembered=False), today, asking.practice)
    tally.held(choice.held, today)
    asked = {outcome.rule.id for outcome in outcomes}
    unasked = tuple(
        Held(rule, "memory", _NOT_ASKED, unread=True)
        for rule in service.rules
        if rule.id not in asked
    )
    held = (*choice.held, *unasked)
    logs.event("without-store", service=service.id, cards=0, held=len(held))
    told = cards.held_back(held, outcomes, asking.practice, today)
    return wire.Answer(cards=[], extension=told).to_json()


_NOT_ASKED = "Not asked: what was said before could not be looked up, and this rule asks for it."
_NOTHING_TO_SAY = wire.Answer(cards=[]).to_json()
NO_CARDS = _NOTHING_TO_SAY.removesuffix(b"}")


def _null_is_none(call: Call) -> dict[str, Value | msgspec.Raw | None]:
    return {
        key: None if isinstance(value, msgspec.Raw) and bytes(value).strip() == b"null" else value
        for key, value in (call.prefetch or {}).items()
    }


_NEEDED = {
    "hook": "a text",
    "hookInstance": "a UUID",
    "context": "an object",
}


def _what_is_wrong(body: bytes) -> str:
    """Which member keeps a request from being read; no value of it is repeated."""
    try:
        members = _OBJECT.decode(body)
    except UNREADABLE:
        return "The body is not a JSON object in UTF-8."
    missing = [name for name in _NEEDED if name not in members]
    if missing:
        needed = ", ".join(f'"{name}" ({_NEEDED[name]})' for name in missing)
        return f"The request needs {needed}."
    context = _an_object(members["context"])
    if context is not None:
        if not isinstance(context.get("patientId"), str):
            return '"context.patientId" is missing or not a text.'
        if not isinstance(context.get("userId", ""), str | None):
            return '"context.userId" is not a text.'
        if not isinstance(members["hook"], str):
            return '"hook" is not a text.'
        if not _is_uuid(members["hookInstance"]):
            return '"hookInstance" is not a UUID.'
        return (
            'One of "context.appointments", "context.conditions", "fhirServer" and "prefetch" is'
            " not of the sort that CDS Hooks names."
        )
    return '"context" is not an object.'


def _an_object(value: object) -> dict[str, object] | None:
    if not isinstance(value, dict):
        return None
    return cast("dict[str, object]", value)  # JSON has no other keys


def _is_uuid(value: object) -> bool:
    """As the decoder reads one: UUID() itself would take braces and urn:uuid: too."""
    try:
        return bool(msgspec.convert(value, UUID))
    except msgspec.ValidationError:
        return False
