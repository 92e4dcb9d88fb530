"""What a person said before: answers kept by us, and answers that stand in the record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache

from rules.codes import Code
from rules.days import Duration
from rules.facts import offered
from rules.record import NEVER, PatientRecord, Reply, Said
from rules.rule import Practice, Purpose, Rule
from rules.schema.quiet import no_answer_louder_than_silence


@dataclass(frozen=True, slots=True)
class Shown:
    """One card that was shown about a person, to whomever."""

    on: date
    rules: tuple[str, ...]  # ids, without versions
    topics: tuple[str, ...]
    offers: tuple[str, ...] = ()  # keys of what was offered on it


@dataclass(frozen=True)  # without slots, to keep what is worked out once
class History:
    """Everything that is remembered when somebody is looked at."""

    said: tuple[Said, ...] = ()
    shown: tuple[Shown, ...] = ()
    this_session: int = 0  # cards that whoever looks now has been shown within 4 hours
    remembered: bool = True  # False: the store cannot be asked, and nobody knows what was said
    # Keys of the offers that several people were told are not to be had, and when one was last.
    capacity: Mapping[str, date] = field(default_factory=dict[str, date], hash=False)
    full: frozenset[str] = frozenset()  # keys of those of which the directory says so
    # Services, and the day on which somebody here last found that there is room.
    found_open: Mapping[str, date] = field(default_factory=dict[str, date], hash=False)
    # Rules that whoever looks now asked not to see, each until when; None: nobody can look that up.
    muted: tuple[tuple[str, date], ...] | None = ()

    @cached_property
    def heard(self) -> tuple[Said, ...]:
        """What was said, and every card that was shown as what it is: shown."""
        return self.said + tuple(
            Said(topic, Reply.SHOWN, card.on, offers=card.offers)
            for card in self.shown
            for topic in card.topics
        )


def quieter(rule: Rule, practice: Practice) -> Rule:
    """The rule as one practice has it, which may leave people alone for longer than it says."""
    if not practice.quiet or rule.purpose is Purpose.SAFETY_NET:
        return rule
    return _quieter(rule, tuple(practice.quiet.items()))


@lru_cache(maxsize=1_000)
def _quieter(rule: Rule, lengths: tuple[tuple[Reply, Duration], ...]) -> Rule:
    periods = dict(rule.quiet.periods)
    for reply, length in lengths:
        if periods[reply].is_shorter_than(length):
            periods[reply] = length
    periods = no_answer_louder_than_silence(periods)
    return replace(rule, quiet=replace(rule.quiet, periods=periods))


def said_in_record(rule: Rule, record: PatientRecord, today: date) -> tuple[Said, ...]:
    """Every answer on the rule's topic that the record holds, as if it had been given to us."""
    quiet = rule.quiet
    declined = quiet.declined_codes | quiet.declined_beside
    return offered.said_in_record(
        quiet.topic, quiet.topics, rule.offer_codes, declined, record, today
    )


def on_topic(rule: Rule, said: Iterable[Said], today: date) -> tuple[Said, ...]:
    """The answers that count for a rule."""
    topics = rule.quiet.topics
    return _counted((one for one in said if one.topic in topics), rule.quiet.topic, today)


def on_offer(keys: frozenset[str], said: Iterable[Said], today: date) -> tuple[Said, ...]:
    """The answers that count for one offer, whichever rule made it and what it was called then."""
    return _counted((one for one in said if not keys.isdisjoint(one.offers)), min(keys), today)


def _counted(said: Iterable[Said], topic: str, today: date) -> tuple[Said, ...]:
    """What is left of the answers on one thing.

    A day that the person chose stands instead of our own period for the same answer, and a card
    that was answered is no longer a card shown without an answer. "Don't ask again" is over only
    once the person has chosen another day.
    """
    ours = [Said(topic, s.reply, min(s.on, today), s.ask_again, s.source) for s in said]
    chosen = {(s.reply, s.on) for s in ours if s.ask_again is not None}
    answered = [s.on for s in ours if s.reply is not Reply.SHOWN]
    otherwise = [s.on for s in ours if s.ask_again not in (None, NEVER)]
    return tuple(
        s
        for s in ours
        if (s.ask_again is not None or (s.reply, s.on) not in chosen)
        and (s.reply is not Reply.SHOWN or not any(on >= s.on for on in answered))
        and (s.ask_again != NEVER or not any(on > s.on for on in otherwise))
    )


def silencing(
    rule: Rule, said: Iterable[Said], record: PatientRecord, today: date
) -> tuple[Said, ...]:
    """Answers on other topics that silence this rule too, because their rule says so.

    Given to us, or written on the record under the name of such a topic.
    """
    quiet = rule.quiet
    if not quiet.silenced_by:
        return ()
    none, topics = frozenset[Code](), frozenset(quiet.silenced_by)
    in_record = offered.said_in_record(quiet.topic, topics, none, none, record, today)
    return in_record + tuple(
        Said(one.topic, one.reply, min(one.on, today), one.ask_again, one.source)
        for one in said
        if one.topic in topics and one.reply is not Reply.SHOWN
    )
