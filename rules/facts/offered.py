"""Facts about earlier answers: what was said on a topic, from our store and from the record."""

from datetime import date

from rules.answer import CANNOT_TELL, NO, YES, Answer, all_of, any_of
from rules.codes import OWN, Code
from rules.days import Span
from rules.fact import Fact, Give
from rules.facts.coded import against
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
    counted = [
        (said, answer)
        for said in heard
        if said.topic == fact.topic
        and (not fact.replies or said.reply in fact.replies)
        and said.on <= look.today
        and (answer := _in_time(fact, said.on, look)) is not NO
    ]
    matching = tuple(said for said, _ in counted)
    sure = [said.on for said, answer in counted if answer is YES]
    answer = any_of(answer for _, answer in counted)
    unread = look.record.unread.get(NO_STANDS_IN, "")
    if answer is NO and unread:
        answer = CANNOT_TELL
    return Finding(
        fact,
        answer,
        number=(len(sure), 10**9 if unread else len(matching)) if fact.give is Give.COUNT else None,
        day=None if unread else _day(fact, [said.on for said in matching], sure, look.today),
        said=matching,
        doubt=(unread or _NOT_SURE_WHEN) if answer is CANNOT_TELL else "",
        looked_at=len(heard),
    )


_NOT_SURE_WHEN = "it is not clear on which side of that day an answer was given"


def _in_time(fact: Fact, on: date, look: Look) -> Answer:
    """Whether an answer of that day is in the fact's windows."""
    day = Span(on, on)
    parts: list[Answer] = []
    if fact.within is not None:
        parts.append(day.is_between(fact.within.before(look.today), look.today))
    if fact.since is not None:
        parts.append(against(day, fact.since, look, since=True))
    if fact.before is not None:
        parts.append(against(day, fact.before, look, since=False))
    return all_of(parts)


def _day(fact: Fact, days: list[date], sure: list[date], today: date) -> Span | None:
    """The first and the last day that the earliest or latest answer may be of."""
    if not days or fact.give not in (Give.EARLIEST, Give.LATEST):
        return None
    if fact.give is Give.LATEST:
        return Span(max(sure, default=date.min), max(days))
    return Span(min(days), min(sure, default=today))


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
