"""Facts about earlier answers: what was said on a topic, from our store and from the record."""

from datetime import date

from rules.answer import CANNOT_TELL, NO, yes_or_no
from rules.codes import OWN, Code
from rules.days import Duration, Span
from rules.fact import Fact, Give
from rules.finding import Finding, Look
from rules.record import ENTRY_KINDS, Entry, Kind, PatientRecord, Reply, Said

# In the record a no is a Procedure that was not done (CONTENT 3.3); this is where it is looked for.
NO_STANDS_IN = Kind.PROCEDURE
_ANSWERS = {"declined": Reply.DECLINED, "not-now": Reply.NOT_NOW}

# Where an answer was read: as we write it, or as something that was simply not done.
RECORD, NOT_DONE = "record", "not done"


def look_up(fact: Fact, look: Look) -> Finding:
    """Whether a reply of these kinds was given on the topic, and when."""
    in_record = said_in_record(
        fact.topic, {fact.topic}, frozenset(), frozenset(), look.record, look.today
    )
    heard = look.said + in_record
    start = fact.within.before(look.today) if isinstance(fact.within, Duration) else None
    matching = tuple(
        said
        for said in heard
        if said.topic == fact.topic
        and (not fact.replies or said.reply in fact.replies)
        and said.on <= look.today
        and (start is None or said.on >= start)
    )
    days = [said.on for said in matching]
    when = None
    if days and fact.give in (Give.EARLIEST, Give.LATEST):
        chosen = min(days) if fact.give is Give.EARLIEST else max(days)
        when = Span(chosen, chosen)
    answer = yes_or_no(bool(matching))
    doubt = look.record.unread.get(NO_STANDS_IN, "")
    if answer is NO and doubt:
        answer = CANNOT_TELL
    return Finding(
        fact,
        answer,
        number=(len(matching), 10**9 if doubt else len(matching))
        if fact.give is Give.COUNT
        else None,
        day=None if doubt and when else when,
        said=matching,
        doubt=doubt if answer is CANNOT_TELL else "",
        looked_at=len(heard),
    )


def said_in_record(
    topic: str,
    names: set[str] | frozenset[str],
    not_done: frozenset[Code],
    declined: frozenset[Code],
    record: PatientRecord,
    today: date,
) -> tuple[Said, ...]:
    """The answers on a topic that the record holds, as if they had been given to us.

    ``names`` are the topic's own, ``not_done`` codes that say no where they were not done, and
    ``declined`` codes that say no wherever they stand.
    """
    own = {Code(OWN, name) for name in names}
    found: dict[int, Said] = {}
    for code in sorted(own | not_done | declined):
        for entry in record.by_code.get(code, ()):
            if entry.kind is NO_STANDS_IN and entry.status == "not-done":
                reply = _ANSWERS.get(entry.answer)
                source = RECORD if reply else NOT_DONE
                found[id(entry)] = _said(topic, reply or Reply.DECLINED, entry, today, source)
            elif code in declined and entry.kind in ENTRY_KINDS:
                found[id(entry)] = _said(topic, Reply.DECLINED, entry, today, RECORD)
    return tuple(found.values())


def _said(topic: str, reply: Reply, entry: Entry, today: date, source: str) -> Said:
    # A no without a day, or dated ahead, is heard as said today: never lost for want of a date.
    on = min(entry.when.last, today) if entry.when is not None else today
    chosen = entry.ask_again
    if chosen is not None and entry.when is not None and chosen <= entry.when.first:
        chosen = None  # nobody chooses a day that is over: a slip of the pen cannot undo a no
    return Said(topic, reply, on, chosen, source)
