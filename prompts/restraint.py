"""The holds, in their fixed order (PRODUCT 1.6, as far as they are built): each leaves a sentence.

A hold never changes whether a rule is true. It says that now is not the time.
"""

from datetime import date, timedelta
from hashlib import sha256

from prompts.history import on_topic, said_in_record, silencing
from prompts.prompt import Held
from rules.days import Duration, in_words
from rules.facts.offered import NO_STANDS_IN, NOT_DONE
from rules.outcome import Outcome
from rules.record import ENTRY_KINDS, Person, Reply, Said
from rules.rule import Practice, Purpose, Rule, Status

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
_UNREVIEWED = Duration(6, "month")  # so long after its review date a rule is still shown
_ANYWHERE = Practice("This practice")
_NOT_DONE = "it is on the record as not done, {on}"


def hold(
    outcome: Outcome,
    said: tuple[Said, ...],
    today: date,
    practice: Practice = _ANYWHERE,
    user: str = "",
) -> Held | None:
    """The first hold that applies to a rule that would prompt, or None."""
    return (
        _not_in_pilot(outcome, practice, user)
        or _not_reviewed(outcome.rule, today)
        or _answers_unread(outcome)
        or _the_longer(_quiet_period(outcome, said, today), _often_enough(outcome, said, today))
    )


def _the_longer(quiet: Held | None, often: Held | None) -> Held | None:
    """The one that ends last, so that the day which is said is the day on which it is over."""
    if quiet is None or often is None:
        return quiet or often
    return often if (often.until or date.max) > (quiet.until or date.max) else quiet


def _not_in_pilot(outcome: Outcome, practice: Practice, user: str) -> Held | None:
    """A rule in pilot is for some sites, some clinicians, or one person in so many."""
    rule, group = outcome.rule, outcome.rule.care.pilot
    if group is None or rule.status is not Status.PILOT:
        return None
    if group.sites and practice.site not in group.sites:
        return Held(rule, "pilot", "Not shown: this rule is being tried at other sites.")
    if group.clinicians and user not in group.clinicians:
        return Held(rule, "pilot", "Not shown: this rule is being tried by other clinicians.")
    if group.share is not None and not _is_in(group.share, rule, outcome.look.record.person):
        return Held(rule, "pilot", "Not shown: this rule is being tried with other people.")
    return None


def paused_from(rule: Rule) -> date | None:
    """The day from which a rule is not shown unless somebody looks at it again; None: never."""
    if rule.care.review_by is None or rule.purpose is Purpose.SAFETY_NET:
        return None
    return _UNREVIEWED.after(rule.care.review_by) + timedelta(days=1)


def _not_reviewed(rule: Rule, today: date) -> Held | None:
    """A rule rests more than six months after its review date; a safety net never by itself."""
    paused, review_by = paused_from(rule), rule.care.review_by
    if paused is None or review_by is None or today < paused:
        return None
    says = f"Not shown: this rule was to be looked at again by {in_words(review_by)}."
    return Held(rule, "review", says)


def _is_in(share: tuple[int, int], rule: Rule, person: Person) -> bool:
    """Always the same people: a stable hash of who and which rule, nothing else."""
    some, of = share
    digest = sha256(f"{rule.id}|{person.id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % of < some


def _often_enough(outcome: Outcome, said: tuple[Said, ...], today: date) -> Held | None:
    """So many cards on one topic in so long are enough, whatever was said to them."""
    rule = outcome.rule
    if rule.quiet.most is None:
        return None
    most, length = rule.quiet.most
    start = length.before(today)
    here = [one for one in said if one.topic in rule.quiet.topics and one.source == "here"]
    days = sorted({one.on for one in here if start < one.on <= today})
    if len(days) < most:
        return None
    until = length.after(days[-most])
    if until <= today:  # a year on from 29 February is 28 February, which is the day it ends
        return None
    times = "once" if len(days) == 1 else f"{len(days)} times"
    return Held(
        rule, "most", f"Quiet until {in_words(until)}: it was shown {times} in {length}.", until
    )


def _answers_unread(outcome: Outcome) -> Held | None:
    """A no may stand where we could not look; not having read it is not its absence."""
    if outcome.rule.prompt_when_unknown:
        return None  # a safety net: better to ask twice than not at all
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
    answers += silencing(rule, said, today)
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
