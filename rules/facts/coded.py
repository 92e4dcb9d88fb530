"""Facts from coded entries: is there one, since when, how many, and could we look?"""

from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from rules.answer import CANNOT_TELL, NO, YES, Answer, all_of, any_of, opposite, yes_or_no
from rules.days import Duration, Span
from rules.fact import CHOICE, QUANTITY, REMEMBERED, Fact, Give, Sort, Undated
from rules.facts import measured
from rules.facts.statuses import STATUSES
from rules.finding import Finding, Look, day_so_far
from rules.record import APPOINTMENT, NOT_AN_ENTRY, Entry, Kind

# These ask whether something stands on the record at all, whatever became of it (CONTENT 3.2).
_ANYWHERE = frozenset({"entry", "offer"})
_RUNNING = frozenset({Kind.TAG, Kind.CARE_PLAN})  # these stop counting when their period is over
_OVER = frozenset({"inactive", "completed"})  # unless the author asks for those that are over

_UNDATED = "an entry has no date"

# By themselves, as yes and no are (rules/answer.py).
_CARE_PLAN: Final = Kind.CARE_PLAN
_COUNT: Final = Give.COUNT
_LATEST: Final = Give.LATEST
_LATEST_END: Final = Give.LATEST_END
_DATE: Final = Sort.DATE
_MAY_LAST = (Kind.PROCEDURE, Kind.OBSERVATION, Kind.CARE_PLAN)


def look_up(fact: Fact, look: Look) -> Finding:
    """Find the entries that match and combine what each of them says."""
    record = look.record
    unread = record.unread
    why = None
    if unread and not unread.keys().isdisjoint(fact.kinds):
        why = next(unread[kind] for kind in fact.kinds if kind in unread)
    if look.codes.isdisjoint(fact.codes):  # so it is with most facts of most people
        return _nothing(fact, why)
    counted: list[tuple[Entry, Answer]] = []
    candidates = _candidates(fact, look)
    doubt = why or ""
    endings = _endings(fact, look) if fact.ended_by else None
    for entry in candidates:
        answer, unsure = _counts(fact, entry, look, endings)
        if answer is not NO:
            counted.append((entry, answer))
            doubt = doubt or unsure
    if len(fact.kinds) > 1 and len(counted) > 1:
        counted = _once(counted)
    return _combined(fact, counted, doubt, why is not None, len(candidates), look.today)


@lru_cache(maxsize=REMEMBERED)
def _nothing(fact: Fact, why: str | None) -> Finding:
    """What is found where no entry has a code of it: the same about everybody, on any day.

    ``why`` says why a list could not be read, where one could not.
    """
    return _combined(fact, [], why or "", why is not None, 0, date.min)


def _combined(
    fact: Fact,
    counted: list[tuple[Entry, Answer]],
    doubt: str,
    unread: bool,
    looked_at: int,
    today: date,
) -> Finding:
    """What the entries that count, or may count, say together."""
    sort = fact.give.sort
    if sort is QUANTITY:
        return measured.value(fact, counted, doubt, unread, looked_at)
    if sort is CHOICE:
        return measured.choice(fact, counted, doubt, unread, looked_at)
    certain = tuple([entry for entry, answer in counted if answer is YES])
    answer = YES if certain else CANNOT_TELL if counted or unread else NO
    return Finding(
        fact,
        answer,
        number=_count(counted, unread) if fact.give is _COUNT else None,
        day=_day(fact, counted, unread, today),
        entries=certain or tuple([entry for entry, _ in counted]),
        doubt=doubt if answer is CANNOT_TELL else "",
        looked_at=looked_at,
    )


def _candidates(fact: Fact, look: Look) -> list[Entry]:
    by_code = look.record.by_code
    found: dict[int, Entry] = {}
    for code in sorted(look.codes & fact.codes):  # the same order every time
        for entry in by_code[code]:
            if entry.kind in fact.kinds:
                found[id(entry)] = entry
    return list(found.values())


def _once(counted: list[tuple[Entry, Answer]]) -> list[tuple[Entry, Answer]]:
    """A line of a table that stands in several lists is one entry: the surest of it counts."""
    best: dict[int | str, tuple[Entry, Answer]] = {}
    for entry, answer in counted:
        key = entry.line or id(entry)
        if key not in best or (answer is YES and best[key][1] is not YES):
            best[key] = entry, answer
    return list(best.values())


def _counts(fact: Fact, entry: Entry, look: Look, endings: "_Endings | None") -> tuple[Answer, str]:
    """Whether one entry counts, and why we cannot tell where we cannot."""
    answer, why = _standing(fact, entry, look.today)
    if fact.filed is not None and answer is not NO:
        answer, why = _both(answer, why, *_filed(fact, entry))
    if answer is not NO:
        answer, why = _both(answer, why, *_in_time(fact, entry, look))
    if endings is not None and answer is not NO:
        answer, why = _both(answer, why, *_not_ended(entry, endings, look))
    return answer, "" if answer is NO else why


def _both(answer: Answer, why: str, also: Answer, doubt: str) -> tuple[Answer, str]:
    if also is YES:
        return answer, why
    return also, why if answer is CANNOT_TELL else doubt


def _standing(fact: Fact, entry: Entry, today: date) -> tuple[Answer, str]:
    if fact.statuses is not None:
        answer = yes_or_no(entry.status in fact.statuses)
        if answer is NO and not _known(entry):
            answer = CANNOT_TELL
    elif entry.status in (NOT_AN_ENTRY if fact.find in _ANYWHERE else STATUSES[entry.kind][1]):
        answer = NO
    else:
        stands = fact.find in _ANYWHERE
        counts = _known(entry) if stands else entry.status in STATUSES[entry.kind][0]
        answer = YES if counts else CANNOT_TELL
    if answer is CANNOT_TELL:
        return answer, "an entry has a status that says nothing"
    over_counts = fact.find in _ANYWHERE or (fact.statuses is not None and fact.statuses & _OVER)
    if answer is YES and entry.kind in _RUNNING and entry.ends and not over_counts:
        if entry.ends.last < today:
            return NO, ""
        if entry.ends.first < today:
            return CANNOT_TELL, "it is not clear whether an entry has ended"
    if answer is YES and not entry.sure:
        return CANNOT_TELL, "the record itself says that an entry is not confirmed"
    return answer, ""


def _known(entry: Entry) -> bool:
    valid, void = STATUSES[entry.kind]
    return entry.status in valid or entry.status in void


def _filed(fact: Fact, entry: Entry) -> tuple[Answer, str]:
    wanted = entry.filed if fact.filed is YES else opposite(entry.filed)
    return wanted, "the record shows no sign that a clinician has filed the result"


def _in_time(fact: Fact, entry: Entry, look: Look) -> tuple[Answer, str]:
    today = look.today
    when = entry.when
    if fact.give is _LATEST_END:
        when = entry.ends
        if when is None and entry.status not in _ENDED:
            return NO, ""  # it still goes on, so it has no end yet
    any_time = (
        fact.within is None and fact.since is None and fact.before is None and fact.in_next is None
    )
    if when is None:
        if any_time or fact.if_undated is Undated.COUNT_IT:
            return YES, ""
        if fact.if_undated is Undated.IGNORE:
            return NO, ""
        return CANNOT_TELL, _UNDATED
    if entry.kind is not APPOINTMENT:
        if when.first > today:
            return NO, ""  # entries dated in the future are ignored
        when = _so_far(when, today)
    if any_time:
        return YES, ""
    parts: list[Answer] = []
    lasted = _lasted(entry, when, today)
    if fact.within is not None:
        start = fact.within.before(today)
        lately = when.is_between(start, today)
        if lately is not YES and lasted is not when:
            lately = any_of((lately, lasted.is_between(start, today)))
        parts.append(lately)
    if fact.in_next is not None:
        parts.append(when.is_between(today, fact.in_next.after(today)))
    if fact.since is not None:
        after = against(when, fact.since, look, since=True)
        if after is not YES and lasted is not when:
            after = any_of((after, against(lasted, fact.since, look, since=True)))
        parts.append(after)
    if fact.before is not None:
        parts.append(against(when, fact.before, look, since=False))
    return all_of(parts), "an entry's date is not exact enough"


def _so_far(when: Span, today: date) -> Span:
    """What is on the record has begun: a date that may lie ahead means up to today."""
    return when if when.last <= today or when.first > today else Span(when.first, today)


# Of these it is over, and only the day may be missing.
_ENDED = frozenset({"finished", "completed", "inactive", "resolved", "stopped", "revoked"})


def _lasted(entry: Entry, when: Span, today: date) -> Span:
    """When it was last so: what went on for a while, or still goes on, is as recent as its end."""
    if entry.kind is _CARE_PLAN and entry.ends is None and entry.status == "active":
        return Span(today, today)
    if entry.kind is _CARE_PLAN and entry.ends is None and not _known(entry):
        return Span(when.first, today)  # it may still go on
    if entry.ends is None or entry.kind not in _MAY_LAST:
        return when
    return Span(min(entry.ends.first, today), min(entry.ends.last, today))


def against(when: Span, moment: "date | Duration | Fact", look: Look, *, since: bool) -> Answer:
    """Whether something was on or after a moment, or (``since`` False) strictly before it."""
    if isinstance(moment, Duration):
        moment = moment.before(look.today)
    if isinstance(moment, Fact):
        found = look(moment)
        if found.answer is NO:
            return NO  # there is no such event, so nothing came after or before it
        day = day_so_far(found, look.today)
        if day is None:
            return CANNOT_TELL
        # Where it is not certain that there is such an event, nothing certainly came after it.
        return all_of((found.answer, _beside(when, day, since=since)))
    return _beside(when, Span(moment, moment), since=since)


def _beside(when: Span, edge: Span, *, since: bool) -> Answer:
    if when.first >= edge.last:
        later = YES
    elif when.last < edge.first:
        later = NO
    else:
        later = CANNOT_TELL
    if since or later is CANNOT_TELL:
        return later
    return NO if later is YES else YES


class _Endings(NamedTuple):
    """What is said of endings, and is enough to tell whether an entry is over."""

    last: date | None  # the last day on which any of them may have come
    certain: date | None  # the last day by which one has certainly come
    undated: bool


def _not_ended(entry: Entry, endings: _Endings, look: Look) -> tuple[Answer, str]:
    """Whether no "resolved" code came on the same day or later; UK records say it that way."""
    ended = _ended(entry, endings, look.today)
    if ended is NO and any(kind in look.record.unread for kind in _ENDING_KINDS):
        ended = CANNOT_TELL
    if ended is CANNOT_TELL:
        return CANNOT_TELL, "it is not clear whether it was later recorded as resolved"
    return yes_or_no(ended is NO), ""


def _ended(entry: Entry, endings: _Endings, today: date) -> Answer:
    if entry.when is None:
        return CANNOT_TELL if endings.undated or endings.last is not None else NO
    began = _so_far(entry.when, today)
    if endings.certain is not None and endings.certain >= began.last:
        return YES
    if endings.undated or (endings.last is not None and endings.last >= began.first):
        return CANNOT_TELL
    return NO


# Where a "resolved" statement is looked for.
_ENDING_KINDS = (Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE)


def _endings(fact: Fact, look: Look) -> _Endings:
    """Read once for a fact: a long record may hold thousands of both."""
    by_code, today = look.record.by_code, look.today
    last: date | None = None
    certain: date | None = None
    undated = False
    for code in look.codes & fact.ended_by:
        for entry in by_code[code]:
            # A statement that is active, or has no status, or is done or final, says "resolved".
            if entry.kind not in _ENDING_KINDS or entry.status in _NOT_SAID:
                continue
            if entry.when is None:
                undated = True
            elif entry.when.first <= today:
                when = _so_far(entry.when, today)
                last = when.last if last is None else max(last, when.last)
                if entry.sure and _known(entry):
                    certain = when.first if certain is None else max(certain, when.first)
    return _Endings(last, certain, undated)


# It was not done or was taken back, or it is not yet more than a draft.
_NOT_SAID = frozenset({"not-done", "cancelled", "registered", "preparation", "preliminary"})


def _count(counted: list[tuple[Entry, Answer]], unread: bool) -> tuple[int, int]:
    certain = sum(answer is YES for _, answer in counted)
    return certain, 10**9 if unread else len(counted)


def _dated(fact: Fact, entry: Entry) -> Span | None:
    return entry.ends if fact.give is _LATEST_END else entry.when


def _day(fact: Fact, counted: list[tuple[Entry, Answer]], unread: bool, today: date) -> Span | None:
    if fact.give.sort is not _DATE or not counted:
        return None
    dated = [(_dated(fact, entry), answer) for entry, answer in counted]
    sure = [when for when, answer in dated if answer is YES and when]
    maybe = [when for when, _ in dated if when]
    open_ended = unread or any(when is None for when, _ in dated)
    if fact.give in (_LATEST, _LATEST_END):
        first = max((when.first for when in sure), default=date.min)
        last = max((when.last for when in maybe), default=today)
        return Span(first, max(last, today) if open_ended else last)
    first = min((when.first for when in maybe), default=date.min)
    last = min((when.last for when in sure), default=date.max)
    return Span(date.min if open_ended else first, last)
