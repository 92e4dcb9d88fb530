"""Where one rule stands for one person on one day, a quiet period counted: in one word, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from prompts.choose import choose
from prompts.prompt import Choice, Held
from prompts.restraint import hold
from rules.engine import decide
from rules.fact import Fact
from rules.facts import look_up
from rules.finding import Finding, Look
from rules.outcome import Outcome
from rules.record import PatientRecord, Said
from rules.rule import Practice, Rule

PROMPT, QUIET, CANNOT_TELL, NOT_IN_PILOT = "prompt", "quiet", "cannot tell", "not in the pilot"
PAUSED = "paused"
# What a hold comes to, by its step.
_WORDS = {
    "quiet": QUIET, "most": QUIET, "answers": CANNOT_TELL, "pilot": NOT_IN_PILOT, "review": PAUSED,
}  # fmt: skip
_SOMEBODY = Practice("This practice")


@dataclass(frozen=True, slots=True)
class Standing:
    """One rule, asked by itself: what it came to, and what holds it back."""

    outcome: Outcome
    choice: Choice
    left_alone: Held | None  # what would hold it back, whatever the rule itself comes to

    @property
    def held(self) -> Held | None:
        """What holds back a rule that would prompt."""
        return self.choice.held[0] if self.choice.held else None

    @property
    def word(self) -> str:
        """Prompt, no prompt, excluded, quiet or cannot tell, as stories say it.

        And "not in the pilot", for a rule that is tried elsewhere or with other people; "paused",
        for one that nobody looked at again in time.
        """
        if self.held is not None:
            return _WORDS[self.held.step]
        return str(self.outcome.decision)


@dataclass(frozen=True, slots=True)
class Case:
    """One rule and one person: everything that an answer may depend on but the day."""

    rule: Rule
    record: PatientRecord
    said: tuple[Said, ...] = ()
    practice: Practice = _SOMEBODY

    def on(self, today: date, look_up: Callable[[Fact, Look], Finding] = look_up) -> Standing:
        """How it stands on a day, through the same walk as for any card.

        ``look_up`` is for asking what would be if a fact were otherwise.
        """
        outcome = decide(self.rule, Look(self.record, self.said, today, look_up))
        # Nobody looks: where only some clinicians see a rule in pilot, one of them is meant.
        pilot = self.rule.care.pilot
        user = pilot.clinicians[0] if pilot and pilot.clinicians else ""
        choice = choose((outcome,), self.said, today, self.practice, user)
        return Standing(outcome, choice, hold(outcome, self.said, today, self.practice, user))
