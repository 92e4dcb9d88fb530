"""Where one rule stands for one person on one day, a quiet period counted: in one word, and why."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from prompts.choose import choose
from prompts.history import History
from prompts.prompt import Choice, Held
from prompts.restraint import hold
from rules.engine import decide
from rules.fact import Fact
from rules.facts import look_up
from rules.finding import Finding, Look
from rules.outcome import Outcome
from rules.record import PatientRecord, Said
from rules.rule import Practice, Rule, Status

PROMPT, QUIET, CANNOT_TELL, NOT_IN_PILOT = "prompt", "quiet", "cannot tell", "not in the pilot"
PAUSED, IN_SHADOW, NEW = "paused", "in shadow", "in its first week"
# What a hold comes to, by its step; every other is quiet.
_WORDS = {"pilot": NOT_IN_PILOT, "paused": PAUSED, "shadow": IN_SHADOW}
_SOMEBODY, _NOTHING = Practice("This practice"), History()


@dataclass(frozen=True, slots=True)
class Standing:
    """One rule, asked by itself: what it came to, and what holds it back."""

    outcome: Outcome
    choice: Choice
    history: History
    today: date
    practice: Practice
    user: str = ""

    @property
    def left_alone(self) -> Held | None:
        """What would hold it back, whatever the rule itself comes to."""
        return hold(self.outcome, self.history, self.today, self.practice, self.user)

    @property
    def held(self) -> Held | None:
        """What holds back a rule that would prompt."""
        return self.choice.held[0] if self.choice.held else None

    @property
    def word(self) -> str:
        """Prompt, no prompt, excluded, quiet or cannot tell, as stories say it.

        And "not in the pilot", for a rule that is tried elsewhere or with other people; "paused",
        for one that was paused by hand; "in shadow", for one that nobody is shown, such as one
        that nobody looked at again in time;
        "in its first week", for one that went live so lately that one session in four has it.
        """
        if self.held is not None:
            return held_word(self.held)
        return str(self.outcome.decision)


def held_word(held: Held) -> str:
    """What a hold comes to, in a word."""
    if held.step == "pilot" and held.rule.status is Status.LIVE:
        return NEW
    return CANNOT_TELL if held.unread else _WORDS.get(held.step, QUIET)


@dataclass(frozen=True, slots=True)
class Case:
    """One rule and one person: everything that an answer may depend on but the day.

    ``said`` is what was said before; ``history`` is what is remembered besides.
    """

    rule: Rule
    record: PatientRecord
    said: tuple[Said, ...] = ()
    practice: Practice = _SOMEBODY
    history: History = _NOTHING

    @property
    def known(self) -> History:
        """Everything that is remembered."""
        return replace(self.history, said=self.history.said + self.said)

    def on(self, today: date, look_up: Callable[[Fact, Look], Finding] = look_up) -> Standing:
        """How it stands on a day, through the same walk as for any card.

        ``look_up`` is for asking what would be if a fact were otherwise.
        """
        known = self.known
        outcome = decide(self.rule, Look(self.record, known.said, today, look_up))
        # Nobody looks: where only some clinicians see a rule in pilot, one of them is meant.
        pilot = self.rule.care.pilot
        user = pilot.clinicians[0] if pilot and pilot.clinicians else ""
        choice = choose((outcome,), known, today, self.practice, user)
        return Standing(outcome, choice, known, today, self.practice, user)
