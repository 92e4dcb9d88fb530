"""What a person said before: answers kept by us, and answers that stand in the record."""

from collections.abc import Iterable
from datetime import date

from rules.codes import OWN, Code
from rules.record import ENTRY_KINDS, Entry, Kind, PatientRecord, Reply, Said
from rules.rule import Rule

# In the record a no is a Procedure that was not done (CONTENT 3.3); this is where it is looked for.
NO_STANDS_IN = Kind.PROCEDURE
_ANSWERS = {"declined": Reply.DECLINED, "not-now": Reply.NOT_NOW}


def said_in_record(rule: Rule, record: PatientRecord, today: date) -> tuple[Said, ...]:
    """Every answer on the rule's topic that the record holds, as if it had been given to us."""
    topic = rule.quiet.topic
    own = {Code(OWN, name) for name in rule.quiet.topics}
    found: dict[int, Said] = {}
    for code in own | rule.offer_codes | rule.quiet.declined_codes:
        for entry in record.by_code.get(code, ()):
            reply = _reply(entry, code, rule)
            if reply is not None:
                found[id(entry)] = _said(topic, reply, entry, today)
    return tuple(found.values())


def _reply(entry: Entry, code: Code, rule: Rule) -> Reply | None:
    if entry.kind is NO_STANDS_IN and entry.status == "not-done":
        return _ANSWERS.get(entry.answer, Reply.DECLINED)
    if code in rule.quiet.declined_codes and entry.kind in ENTRY_KINDS:
        return Reply.DECLINED
    return None


def _said(topic: str, reply: Reply, entry: Entry, today: date) -> Said:
    # A no without a day, or dated ahead, is heard as said today: never lost for want of a date.
    on = min(entry.when.last, today) if entry.when is not None else today
    chosen = entry.ask_again
    if chosen is not None and entry.when is not None and chosen <= entry.when.first:
        chosen = None  # nobody chooses a day that is over: a slip of the pen cannot undo a no
    return Said(topic, reply, on, chosen, source="record")


def on_topic(rule: Rule, said: Iterable[Said], today: date) -> tuple[Said, ...]:
    """The answers that count for a rule.

    A day that the person chose stands instead of our own period for the same answer, and a card
    that was answered is no longer a card shown without an answer.
    """
    ours = [
        Said(rule.quiet.topic, s.reply, min(s.on, today), s.ask_again, s.source)
        for s in said
        if s.topic in rule.quiet.topics
    ]
    chosen = {(s.reply, s.on) for s in ours if s.ask_again is not None}
    answered = [s.on for s in ours if s.reply is not Reply.SHOWN]
    return tuple(
        s
        for s in ours
        if (s.ask_again is not None or (s.reply, s.on) not in chosen)
        and (s.reply is not Reply.SHOWN or not any(on >= s.on for on in answered))
    )
