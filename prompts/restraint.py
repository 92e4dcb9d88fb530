"""The steps between a rule that is true and a card, in their fixed order (PRODUCT 1.6).

Each is one small function that holds or lets through, and says so in a sentence. A hold never
changes whether a rule is true: it says that now is not the time.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from prompts.elsewhere import asked_elsewhere
from prompts.history import History, on_topic, quieter, said_in_record, silencing
from prompts.leaving_off import (
    has_room,
    no_room,
    open_offers,
    possible,
    quiet_offers,
    resting_offers,
    standing_offers,
    unread_offers,
)
from prompts.prompt import Held, Step, Way
from prompts.trying import has_person, is_among, is_new, kept_from
from rules.answer import CANNOT_TELL, YES
from rules.conditions import ask_apart
from rules.days import Duration, in_words
from rules.fact import facts_of
from rules.facts.offered import NO_STANDS_IN, NOT_DONE
from rules.outcome import Decision, Outcome
from rules.record import ENTRY_KINDS, NEVER, Kind, Reply, Said
from rules.rule import Exclusion, Offer, Practice, Purpose, Rule, Status

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
_NOT_ASKED = {
    Decision.NO_PROMPT: "It is not for this person today.",
    Decision.CANNOT_TELL: "It cannot be told whether it is for this person today.",
    Decision.WITHHELD: "It could not be worked out, and asks nobody anything.",
}
_NEXT_DAY = Duration(1, "day")
IN_SHADOW = "shadow:"  # before the id of a rule that put itself in shadow, in Practice.paused
# Beside what is paused, where nobody could look that up: then anything may be.
UNREAD = "unread"
_ANYWHERE = Practice("This practice")
_FOR_GOOD = 'Quiet until the person says otherwise: they said "don\'t ask again"'
_CHOICES = {
    Reply.NOT_NOW: (Duration(4, "week"),),
    Reply.DECLINED: tuple(Duration(count, "month") for count in (3, 6, 12)),
}
_NOT_DONE = "it is on the record as not done, {on}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule that would prompt, and everything that holding it back may depend on."""

    outcome: Outcome
    history: History
    today: date
    practice: Practice = _ANYWHERE
    user: str = ""
    session: str = ""  # whoever looks, and the half day, as a text of its own; "" if untold

    @property
    def rule(self) -> Rule:
        """The rule."""
        return self.outcome.rule

    @property
    def safety_net(self) -> bool:
        """Whether it is about somebody's safety: such a rule never pauses by itself."""
        return self.rule.purpose is Purpose.SAFETY_NET


def hold(
    outcome: Outcome,
    history: History,
    today: date,
    practice: Practice = _ANYWHERE,
    user: str = "",
    session: str = "",
) -> Held | None:
    """The first step that holds back a rule that would prompt, or None."""
    outcome = outcome._replace(rule=quieter(outcome.rule, practice))
    return way(Asked(outcome, history, today, practice, user, session))[1]


def way(asked: Asked) -> tuple[Way, Held | None]:
    """The steps of one rule up to the one that holds it, and that hold."""
    steps: list[Step] = []
    for name, step in STEPS:
        came = step(asked)
        if isinstance(came, Held):
            return Way(asked.rule, (*steps, Step(name, False, came.says))), came
        steps.append(Step(name, True, came))
    return Way(asked.rule, tuple(steps)), None


def in_peace(asked: Asked) -> Held | None:
    """What keeps a rule from asking anything at all: a time like this, no memory, shadow, pilot."""
    for step in (_running, _remembered, _compassion, _in_shadow, _in_pilot):
        came = step(asked)
        if isinstance(came, Held):
            return came
    return None


def not_asked(outcome: Outcome) -> Way:
    """The way of a rule that is not for this person, or cannot be told: it ends where it began."""
    says = _NOT_ASKED.get(outcome.decision, "")
    if outcome.decision is Decision.EXCLUDED:
        because = {one.name: one.because for one in outcome.rule.exclusions}
        says = f"Not shown: {because[outcome.because]}."
    return Way(outcome.rule, (Step("rule", False, says),))


def _true(asked: Asked) -> str:
    return f"It is for this person today: {asked.rule.title}."


def _running(asked: Asked) -> Held | str:
    if because := paused_by_hand(asked.rule, asked.practice):
        return Held(asked.rule, "paused", f"Not shown: {because}.")
    return "Nobody has paused it."


def _remembered(asked: Asked) -> Held | str:
    """What nobody can look up may have been a no: nothing is said then, by no rule at all.

    Not by a safety net either: somebody may have said "don't ask again" to just that.
    """
    if asked.history.remembered:
        return "What was said before could be looked up."
    says = "Not shown: what was said before could not be looked up, and it may have been a no."
    return Held(asked.rule, "memory", says, unread=True)


def _compassion(asked: Asked) -> Held | str:
    """Nobody is asked anything at a time like this, whatever a rule says."""
    look, doubtful = asked.outcome.look, ""
    for hold in asked.practice.holds:
        answer = ask_apart(hold.condition, look)
        if answer is YES:
            if asked.safety_net:
                return f"A safety net goes on: {hold.because}."
            return Held(asked.rule, "compassion", f"Not shown: {hold.because}.")
        if answer is CANNOT_TELL and hold.if_unknown_exclude and not doubtful:
            doubtful = _doubt(hold, asked.outcome)
    if not doubtful:
        return "Nothing on the record says to leave this person in peace."
    if asked.safety_net:
        return f"A safety net goes on: {doubtful}."
    return Held(asked.rule, "compassion", f"Not shown: {doubtful}.", unread=True)


def _doubt(hold: Exclusion, outcome: Outcome) -> str:
    """Why it cannot be told whether somebody is to be left in peace."""
    unread = outcome.look.record.unread
    kinds = {kind for fact in facts_of(hold.condition) for kind in fact.kinds}
    missing = next((kind for kind in Kind if kind in unread and kind in kinds), None)
    why = hold.name.replace("-", " ")
    if missing is not None:
        return f"the list of {missing} entries could not be read, and {why} may stand there"
    return f"the record does not say clearly enough whether there is {why}"


def _consent(asked: Asked) -> Held | str:
    """ "Don't ask again" holds until the person says otherwise."""
    never = [said for said in _answers(asked) if said.ask_again == NEVER]
    if not never:
        return "The person did not ask us to stop asking about this."
    last = max(never, key=lambda said: said.on)
    says = f"{_FOR_GOOD} on {in_words(last.on)}."
    return Held(asked.rule, "consent", says, reply=last.reply)


def _answers_unread(asked: Asked) -> Held | str:
    """A no may stand where we could not look; not having read it is not its absence."""
    unread = asked.outcome.look.record.unread
    quiet = asked.rule.quiet
    anywhere = quiet.declined_codes or quiet.declined_beside
    kinds = ENTRY_KINDS if anywhere else (NO_STANDS_IN,)
    missing = [kind for kind in kinds if kind in unread]
    if not missing:
        return "Every list in which a no may stand could be read."
    what = f"the list of {missing[0]} entries could not be read"
    if asked.rule.prompt_when_unknown:  # a safety net: better to ask twice than not at all
        return f"It goes on, though {what}."
    says = f"Not shown: {what}, and a no may stand there."
    return Held(asked.rule, "answers", says, unread=True)


def _done(asked: Asked) -> Held | str:
    """What is under way already is not offered; a rule with nothing else to offer says nothing."""
    standing = standing_offers(asked.outcome, asked.today)
    if not standing:
        return "Nothing that it offers is on the record as under way."
    unread = unread_offers(asked.outcome)
    if asked.rule.purpose is not Purpose.OFFER or _left(asked, standing):
        perhaps = ", or perhaps" if unread else ""
        return f"Left off the card, being on the record as under way{perhaps}: {len(standing)}."
    for kind in unread.values():  # not having read it is not its absence
        says = f"Not shown: the list of {kind} entries could not be read: it may be under way."
        return Held(asked.rule, "done", says, unread=True)
    return Held(asked.rule, "done", "Not shown: what it offers is on the record as under way.")


def _left(asked: Asked, off: Collection[Offer]) -> list[Offer]:
    """What a rule has left to offer."""
    outcome = asked.outcome
    return [offer for offer in outcome.offers if offer not in off and possible(outcome, offer)]


def _quiet(asked: Asked) -> Held | str:
    """The longest of what was said on the topic and how often; then what was said to the offers."""
    held = _the_longer(_quiet_period(asked), _often_enough(asked)) or _quiet_offers(asked)
    if held is not None:
        return held
    return "Nothing that was said before holds today."


def _the_longer(quiet: Held | None, often: Held | None) -> Held | None:
    """The one that ends last, so that the day which is said is the day on which it is over."""
    if quiet is None or often is None:
        return quiet or often
    return often if (often.until or date.max) > (quiet.until or date.max) else quiet


def _answers(asked: Asked) -> tuple[Said, ...]:
    """Every answer that counts for the rule, wherever it stands."""
    rule, today, heard = asked.rule, asked.today, asked.history.heard
    record = asked.outcome.look.record
    on_our_own = on_topic(rule, heard + said_in_record(rule, record, today), today)
    return on_our_own + silencing(rule, heard, record, today)


def _quiet_period(asked: Asked) -> Held | None:
    """The longest period that any answer on the topic opens; it ends on the day it names."""
    return _longest(asked.rule, _answers(asked), asked.today)


def _longest(rule: Rule, answers: tuple[Said, ...], today: date) -> Held | None:
    if not answers:
        return None
    until, longest = max(
        ((s.ask_again or rule.quiet.periods[s.reply].after(s.on), s) for s in answers),
        key=lambda pair: (pair[0], pair[1].on, pair[1].reply, pair[1].source),
    )
    if until <= today:
        return None
    ours = rule.quiet.periods[longest.reply].after(longest.on)
    chosen = " and chose that day" if longest.ask_again not in (None, ours) else ""
    words = _NOT_DONE if longest.source == NOT_DONE else _SAID[longest.reply]
    if length := _asked_for(longest):
        words, chosen = f'the person said "ask me again in {length}" on {{on}}', ""
    because = words.format(on=in_words(longest.on)) + chosen
    return Held(rule, "quiet", f"Quiet until {in_words(until)}: {because}.", until, longest.reply)


def _asked_for(said: Said) -> Duration | None:
    """How long the person asked to be left alone, to think or with a no, if it can be told."""
    if said.ask_again is None or said.source != "here":
        return None
    lengths = _CHOICES.get(said.reply, ())
    return next((length for length in lengths if length.after(said.on) == said.ask_again), None)


def _often_enough(asked: Asked) -> Held | None:
    """So many cards on one topic in so long are enough, whatever was said to them."""
    rule, today = asked.rule, asked.today
    if rule.quiet.most is None:
        return None
    most, length = rule.quiet.most
    start = length.before(today)
    topics = rule.quiet.topics
    here = [s for s in asked.history.heard if s.topic in topics and s.source == "here"]
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


def _quiet_offers(asked: Asked) -> Held | None:
    """A no to one rule's offer is a no to the same offer of another; the first to end frees it."""
    standing = standing_offers(asked.outcome, asked.today)
    quiet = quiet_offers(asked.outcome, asked.history, asked.today)
    left = _left(asked, standing)
    if asked.rule.purpose is not Purpose.OFFER or not quiet or any(o not in quiet for o in left):
        return None
    holds = [held for offer in left if (held := _longest(asked.rule, quiet[offer], asked.today))]
    first = min(holds, key=lambda held: (held.until or date.max, held.says))
    if first.until == NEVER:
        says = f"{_FOR_GOOD}, to the same offer in another card."
        return Held(asked.rule, "consent", says, reply=first.reply)
    says = first.says.removesuffix(".") + ", to the same offer in another card."
    return Held(asked.rule, "quiet", says, first.until, first.reply)


def _in_shadow(asked: Asked) -> Held | str:
    """A rule in shadow would prompt, and that is counted: a person decides whether it is shown."""
    rule = asked.rule
    if rule.status is Status.SHADOW:
        says = "Not shown: this rule runs in shadow, where it is counted and nobody sees it."
        return Held(rule, "shadow", says)
    if because := put_in_shadow(rule, asked.practice, asked.today):
        return Held(rule, "shadow", f"Not shown: it was put in shadow by itself ({because}).")
    return "It is not in shadow."


def paused_by_hand(rule: Rule, practice: Practice) -> str:
    """Why a rule is stopped by hand, a safety net too, for the switch is for that; "" where not."""
    paused = practice.paused
    if UNREAD in paused:
        return paused[UNREAD]
    # A store has one practice: what is paused in it is ours, whatever it was called that day.
    practices = sorted(what for what in paused if what.startswith("practice:"))
    whats = (*(f"rule:{name}" for name in rule.names), *practices, "*")
    what = next((what for what in whats if what in paused), None)
    return "" if what is None else f"paused by hand ({paused[what]})"


def put_in_shadow(rule: Rule, practice: Practice, today: date) -> str:
    """Why a rule, or the one it took over from, put itself in shadow; "" where none did."""
    names = (rule.id,) if rule.purpose is Purpose.SAFETY_NET else rule.names
    found = (practice.paused.get(f"{IN_SHADOW}{name}", "") for name in names)
    if because := next(filter(None, found), ""):
        return because
    since, review_by = in_shadow_from(rule), rule.care.review_by
    if since is None or review_by is None or today < since:
        return ""
    return f"it was to be looked at again by {in_words(review_by)}"


def _capacity(asked: Asked) -> Held | str:
    """What nobody can have at the moment is not offered."""
    resting = resting_offers(asked.outcome, asked.history)
    if not resting:
        return has_room(asked.outcome, asked.history)
    left = open_offers(asked.outcome, asked.history, asked.today)
    if left or asked.rule.purpose is not Purpose.OFFER:
        return f"Left off the card, having no room at the moment: {len(resting)}."
    return Held(asked.rule, "capacity", no_room(asked.outcome, resting, asked.history))


def _in_pilot(asked: Asked) -> Held | str:
    """A rule in pilot is for some sites, clinicians or people; in its first week, some sessions."""
    rule, group = asked.rule, asked.rule.care.pilot
    if says := kept_from(rule, asked.session, asked.today):
        return Held(rule, "pilot", says)
    if is_new(rule, asked.today):
        return "It went live less than a week ago, and this session has it."
    if group is None or rule.status is not Status.PILOT:
        return "It is not being tried with some people only."
    if group.sites and asked.practice.site not in group.sites:
        return Held(rule, "pilot", "Not shown: this rule is being tried at other sites.")
    if group.clinicians and not is_among(asked.user, group.clinicians):
        return Held(rule, "pilot", "Not shown: this rule is being tried by other clinicians.")
    person = asked.outcome.look.record.person
    if group.share is not None and not has_person(group.share, rule, person):
        return Held(rule, "pilot", "Not shown: this rule is being tried with other people.")
    return "It is being tried, here and with this person."


def in_shadow_from(rule: Rule) -> date | None:
    """The day from which a rule is in shadow unless somebody looks at it again; None: never."""
    if rule.care.review_by is None or rule.purpose is Purpose.SAFETY_NET:
        return None
    return _NEXT_DAY.after(rule.care.review_by)


# The list of PRODUCT 1.6. What comes after it is about all the rules together: see choose.py.
STEPS: tuple[tuple[str, Callable[[Asked], Held | str]], ...] = (
    ("rule", _true),
    ("paused", _running),
    ("memory", _remembered),
    ("compassion", _compassion),
    ("consent", _consent),
    ("answers", _answers_unread),
    ("done", _done),
    ("quiet", _quiet),
    ("elsewhere", lambda asked: asked_elsewhere(asked.outcome, asked.practice)),
    ("shadow", _in_shadow),
    ("capacity", _capacity),
    ("pilot", _in_pilot),
)
