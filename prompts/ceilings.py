"""How much one person, and one session at a screen, is asked at most (PRODUCT 1.4).

The ceilings are about cards, not about rules: what they leave no room for waits. A safety net goes
on above them, and its cards count. A mute is about one rule, for whoever looks alone.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from prompts.history import History
from prompts.prompt import Held, HeldBy
from rules.days import in_words
from rules.outcome import REMINDER_OF
from rules.rule import Purpose, Rule

MOST_PROMPTS = 2  # different ones about one person, whoever looks
WITHIN = timedelta(days=30)
MOST_IN_SESSION = 8  # for whoever looks, within 4 hours
# Said of every session alike, and kept with a card: with how many there were, the looks of two
# clinicians could be told apart in what is kept.
FEW_ENOUGH = "Few enough cards in this session."
ABOVE_IT = "A safety net goes on, whatever was shown in this session."
MUTED_FOR = timedelta(days=30)  # at most, and then it is over by itself
# What is said where no mute holds: the same whoever looked, as it is kept with a card.
NOT_MUTED = "Whoever looks has not muted it."
_UNREAD = "Not shown: whether you asked not to see this rule could not be looked up."


@dataclass(frozen=True, slots=True)
class Room:
    """For how many more cards there is room; where there is none, which ceiling was reached."""

    cards: int
    says: str
    step: HeldBy = "person"
    until: date | None = None


def room(history: History, today: date) -> tuple[Room, Room]:
    """The room that the two ceilings leave: per person, and per session."""
    return _for_this_person(history, today), _in_this_session(history)


def _for_this_person(history: History, today: date) -> Room:
    lately: dict[tuple[bool, frozenset[str]], date] = {}
    for card in history.shown:
        # Whether a reminder can end is another question than what the same rules ask besides.
        ends = bool(card.topics) and all(topic.startswith(REMINDER_OF) for topic in card.topics)
        on, which = min(card.on, today), (ends, frozenset(card.rules))
        if on + WITHIN > today:
            lately[which] = max(on, lately.get(which, on))
    left = MOST_PROMPTS - len(lately)
    if left > 0:
        return Room(left, f"Different cards about this person in 30 days: {len(lately)}.")
    # So many of them have to be over, the oldest first, that there is room for one more.
    until = sorted(lately.values())[-MOST_PROMPTS] + WITHIN
    says = (
        f"Waits until {in_words(until)}: {len(lately)} different cards about this person were shown"
        " in the last 30 days."
    )
    return Room(0, says, "person", until)


def _in_this_session(history: History) -> Room:
    left = MOST_IN_SESSION - history.this_session
    if left > 0:
        return Room(left, FEW_ENOUGH, "session")
    says = f"Waits: {history.this_session} cards were shown here in the last 4 hours."
    return Room(0, says, "session")


def mute(rule: Rule, history: History, today: date) -> Held | None:
    """What keeps a rule from whoever looks: that they asked not to see it, for 30 days at most.

    By its name or the one that it took over from. Where that cannot be looked up they may have
    asked. A safety net cannot be muted.
    """
    if rule.purpose is Purpose.SAFETY_NET:
        return None
    if history.muted is None:
        return Held(rule, "mute", _UNREAD, unread=True)
    muted = [until for name, until in history.muted if name in rule.names]
    days = [until for until in muted if until - MUTED_FOR <= today < until]
    if not days:
        return None
    until = max(days)
    says = f"Not shown: you asked not to see this rule until {in_words(until)}."
    return Held(rule, "mute", says, until)
