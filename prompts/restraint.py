"""The holds, in their fixed order (PRODUCT 1.6, as far as they are built): each leaves a sentence.

A hold never changes whether a rule is true. It says that now is not the time.
"""

from datetime import date

from prompts.history import on_topic, said_in_record
from prompts.prompt import Held
from rules.days import in_words
from rules.facts.offered import NO_STANDS_IN, NOT_DONE
from rules.outcome import Outcome
from rules.record import ENTRY_KINDS, Reply, Said

_SAID = {
    Reply.SHOWN: "the card was shown on {on}, and nobody has said yes or no",
    Reply.NO_TIME: "there was no time on {on}",
    Reply.NOT_NOW: 'the person said "not now" on {on}',
    Reply.DECLINED: 'the person said "no, thank you" on {on}',
    Reply.OVERRIDDEN: "the card was closed on {on} without a reason",
    Reply.ALREADY_DONE: "it was marked as already offered or done on {on}",
    Reply.NOT_RIGHT: "it was marked as not right for this person on {on}",
    Reply.ACCEPTED: "an offer was taken up on {on}",
}
_NOT_DONE = "it is on the record as not done, {on}"


def hold(outcome: Outcome, said: tuple[Said, ...], today: date) -> Held | None:
    """The first hold that applies to a rule that would prompt, or None."""
    return _answers_unread(outcome) or _quiet_period(outcome, said, today)


def _answers_unread(outcome: Outcome) -> Held | None:
    """A no may stand where we could not look; not having read it is not its absence."""
    unread = outcome.look.record.unread
    kinds = ENTRY_KINDS if outcome.rule.quiet.declined_codes else (NO_STANDS_IN,)
    missing = [kind for kind in kinds if kind in unread]
    if not missing:
        return None
    return Held(
        outcome.rule,
        "answers",
        f"Not shown: the list of {missing[0]} entries could not be read, and a no may stand there.",
    )


def _quiet_period(outcome: Outcome, said: tuple[Said, ...], today: date) -> Held | None:
    """The longest period that any answer on the topic opens; it ends on the day it names."""
    rule = outcome.rule
    answers = on_topic(rule, said + said_in_record(rule, outcome.look.record, today), today)
    if not answers:
        return None
    until, longest = max(
        ((s.ask_again or rule.quiet.periods[s.reply].after(s.on), s) for s in answers),
        key=lambda pair: (pair[0], pair[1].on, pair[1].reply),
    )
    if until <= today:
        return None
    ours = rule.quiet.periods[longest.reply].after(longest.on)
    chosen = " and chose that day" if longest.ask_again not in (None, ours) else ""
    words = _NOT_DONE if longest.source == NOT_DONE else _SAID[longest.reply]
    because = words.format(on=in_words(longest.on)) + chosen
    return Held(rule, "quiet", f"Quiet until {in_words(until)}: {because}.", until, longest.reply)
