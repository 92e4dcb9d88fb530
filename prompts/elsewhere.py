"""Another system asked about the same thing lately: then nobody is asked again by us.

What other systems leave on a record is listed in practice.yaml for every rule, and in a rule for
itself. Of a safety net nothing is: it goes on.
"""

from collections.abc import Iterable
from datetime import date

from prompts.prompt import Held
from rules.days import in_words, span_in_words
from rules.elsewhere import Elsewhere
from rules.outcome import Outcome
from rules.record import NEVER, Kind, Reply
from rules.rule import Practice, Purpose, Rule

_NOBODY = "No other system is known to ask about this."
_NOT_LATELY = "No other system asked about this lately."


def listed_for(rule: Rule, practice: Practice) -> tuple[Elsewhere, ...]:
    """What other systems leave that is about a rule: the practice's, and the rule's own."""
    if not practice.elsewhere:
        return rule.elsewhere
    topics = rule.quiet.topics
    return (*rule.elsewhere, *(one for one in practice.elsewhere if one.is_about(topics)))


def asked_elsewhere(outcome: Outcome, practice: Practice) -> Held | str:
    """Hold a rule that another system asked about lately, or that it may have asked about."""
    rule = outcome.rule
    listed = listed_for(rule, practice)
    if not listed:
        return _NOBODY
    held = _lately(outcome, listed) or _unread(outcome, listed)
    if held is None:
        return _NOT_LATELY
    if rule.purpose is Purpose.SAFETY_NET:
        return f"A safety net goes on: {held.says.removeprefix('Not shown: ')}"
    return held


def _lately(outcome: Outcome, listed: Iterable[Elsewhere]) -> Held | None:
    """The one that holds longest: without a day, nobody can tell that it is long ago."""
    rule, look = outcome.rule, outcome.look
    found: list[tuple[date, date, str, str]] = []
    for one in listed:
        left = look.left_by(one)
        if left.undated:
            when = "on a day that is not written down"
            found.append((NEVER, date.min, one.name, when))
        if left.last is not None:
            lasting = one.lasting or rule.quiet.periods[Reply.SHOWN]
            until, last = lasting.after(left.last.last), left.last
            when = f"on {in_words(last.last)}" if last.exact else f"in {span_in_words(last)}"
            found.append((until, last.last, one.name, when.replace("in between", "between")))
    if not found:
        return None
    until, _, name, when = max(found)
    if until <= look.today:
        return None
    says = f"Not shown: another system asked about this {when}: {name}."
    return Held(rule, "elsewhere", says, None if until == NEVER else until)


def _unread(outcome: Outcome, listed: Iterable[Elsewhere]) -> Held | None:
    """What was not read may say that another system asked; that is not its absence."""
    unread = outcome.look.record.unread
    if not unread:
        return None
    lists = {kind for one in listed for kind in one.kinds if kind in unread}
    kind = next((kind for kind in Kind if kind in lists), None)
    if kind is None:
        return None
    says = (
        f"Not shown: the list of {kind} entries could not be read,"
        " and it may say that another system asked."
    )
    return Held(outcome.rule, "elsewhere", says, unread=True)
