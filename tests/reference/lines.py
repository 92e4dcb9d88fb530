"""Does one line of the record count for a fact? Each of its parts is asked of every possible day.

Where RULES.md says nothing the quieter answer is taken, which is *cannot tell*; each such place has
its sentence here.
"""

from datetime import date

from tests.reference.calendar import ago, ahead, days_of
from tests.reference.record import Line
from tests.reference.statuses import counts_as_valid, is_a_status, is_one_of, stands_anywhere
from tests.reference.three import (
    CANNOT_TELL,
    NO,
    YES,
    all_of,
    any_of,
    in_every_world,
    opposite,
)
from tests.reference.world import World, Written, as_list

# Where a code may stand that says something was offered, done or said.
ANYWHERE = (
    "condition", "observation", "procedure", "referral", "tag", "task", "care plan", "message",
    "document",
)  # fmt: skip
LISTS: dict[str, tuple[str, ...]] = {
    "condition": ("condition",),
    "observation": ("observation",),
    "medication": ("medication", "medication statement"),
    "procedure": ("procedure",),
    "referral": ("referral",),
    "tag": ("tag",),
    "message": ("message", "message request"),
    "task": ("task",),
    "encounter": ("encounter",),
    "report": ("report",),
    "questionnaire": ("questionnaire",),
    "goal": ("goal",),
    "care_plan": ("care plan",),
    "consent": ("consent",),
    "appointment": ("appointment",),
    "entry": ANYWHERE,
    "offer": ANYWHERE,
}
WINDOWS = ("within", "since", "before", "in_next")
_SAYS_RESOLVED = ("condition", "observation", "procedure")
# A statement with one of these was not made, or was taken back.
_NOT_SAID = {"not-done", "cancelled", "registered", "preparation", "preliminary"}
# Of these something is over, so that only the day of its end may be missing.
_IS_OVER = {"finished", "completed", "inactive", "resolved", "stopped", "revoked"}


def counts(fact: Written, line: Line, world: World) -> str:
    """Whether a line counts, if it has a code of the fact and stands in one of its lists."""
    return all_of(
        [
            _stands(fact, line, world),
            _is_filed(fact, line),
            _in_time(fact, line, world),
            _not_ended(fact, line, world),
        ]
    )


def _stands(fact: Written, line: Line, world: World) -> str:
    """Its status, whether its period is over, and whether the record itself is sure of it."""
    find = fact["find"]
    asked = set(as_list(fact.get("status")))
    if asked:
        status = is_one_of(asked, find, line.list, line.status)
    elif find in ("entry", "offer"):
        status = stands_anywhere(line.list, line.status)
    else:
        status = counts_as_valid(line.list, line.status)
    # RULES.md does not say what a status that says nothing is worth once a period is over, or of an
    # entry that nobody confirmed. The quieter: it stays *cannot tell*.
    if status != YES:
        return status
    over = NO
    runs = line.list in ("tag", "care plan") and find not in ("entry", "offer")
    asks_for_what_is_over = asked & {"any", "inactive", "completed"}
    if runs and line.end and not asks_for_what_is_over:
        over = in_every_world(end < world.today for end in days_of(line.end))
    return all_of([opposite(over), YES if line.confirmed else CANNOT_TELL])


def _is_filed(fact: Written, line: Line) -> str:
    if "filed" not in fact:
        return YES
    return line.filed if fact["filed"] else opposite(line.filed)


def happened(line: Line, text: str, world: World) -> tuple[date, ...]:
    """The days on which it may have happened: none ahead of today, appointments apart."""
    days = days_of(text)
    if line.list == "appointment":
        return days
    return tuple(day for day in days if day <= world.today)


def date_text(fact: Written, line: Line) -> str:
    """Which of its dates is meant."""
    return line.end if fact.get("give") == "latest end date" else line.date


def _in_time(fact: Written, line: Line, world: World) -> str:
    text = date_text(fact, line)
    if fact.get("give") == "latest end date" and not text and line.status not in _IS_OVER:
        return NO  # it still goes on
    if not text:
        if not any(window in fact for window in WINDOWS):
            return YES
        return {"cannot tell": CANNOT_TELL, "count it": YES, "ignore it": NO}[
            fact.get("if_undated", "cannot tell")
        ]
    days = happened(line, text, world)
    if not days:
        return NO  # entries dated in the future are ignored
    lasted = _was_last_so(line, days, world)
    parts = [YES]
    if "within" in fact:
        start = ago(fact["within"], world.today)
        for_one, for_other = (
            in_every_world(start <= day <= world.today for day in each) for each in (days, lasted)
        )
        parts.append(any_of([for_one, for_other]))
    if "in_next" in fact:
        end = ahead(fact["in_next"], world.today)
        parts.append(in_every_world(world.today <= day <= end for day in days))
    if "since" in fact:
        parts.append(any_of(beside(each, "since", fact, world) for each in (days, lasted)))
    if "before" in fact:
        parts.append(beside(days, "before", fact, world))
    return all_of(parts)


def _was_last_so(line: Line, days: tuple[date, ...], world: World) -> tuple[date, ...]:
    """ "What went on for a while (a course, a plan) is as recent as its end."."""
    today = world.today
    if line.list == "care plan" and not line.end:
        if line.status == "active":
            return (today,)
        if not is_a_status(line.list, line.status):
            return (*days, today)  # it may still go on
    if line.end and line.list in ("procedure", "observation", "care plan"):
        return tuple(min(day, today) for day in days_of(line.end))
    return days


def beside(days: tuple[date, ...], way: str, fact: Written, world: World) -> str:
    """On or after a moment, or strictly before it; the moment may be what another fact gives."""
    moment = fact[way]
    edges: tuple[date, ...]
    there_is_one = YES
    if isinstance(moment, date):
        edges = (moment,)
    elif moment in world.facts or moment == "today":
        found = world.look_up(moment)
        if found.answer == NO:
            return NO  # there is no such event, so nothing came after or before it
        if found.days is None:
            return CANNOT_TELL
        there_is_one, edges = found.answer, (found.days.first, found.days.last)
    else:
        edges = (ago(moment.removesuffix(" ago"), world.today),)
    if way == "since":
        beside = in_every_world(day >= edge for day in days for edge in edges)
    else:
        beside = in_every_world(day < edge for day in days for edge in edges)
    return all_of([there_is_one, beside])


def _not_ended(fact: Written, line: Line, world: World) -> str:
    """Counts only if no such code came on the same day or later."""
    if "ended_by" not in fact:
        return YES
    codes = world.codes(fact["ended_by"])
    ends = [
        _is_ended_by(line, other, world)
        for other in world.record.lines
        if other.list in _SAYS_RESOLVED and codes & set(other.codes)
    ]
    if world.record.unread & set(_SAYS_RESOLVED):
        ends.append(CANNOT_TELL)
    return opposite(any_of(ends))


def _is_ended_by(line: Line, other: Line, world: World) -> str:
    if other.status in _NOT_SAID:
        return NO
    if other.date and not happened(other, other.date, world):
        return NO  # it has not happened
    # A status that says nothing is cannot tell here as everywhere, and so is a doubtful entry.
    said = YES if other.confirmed and is_a_status(other.list, other.status) else CANNOT_TELL
    if not line.date or not other.date:
        return all_of([said, CANNOT_TELL])
    if not happened(line, line.date, world):
        return NO  # nothing that has happened is later
    later = in_every_world(
        after >= day
        for day in happened(line, line.date, world)
        for after in happened(other, other.date, world)
    )
    return all_of([said, later])
