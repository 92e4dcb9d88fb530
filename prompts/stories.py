"""Running the stories inside a rule file: the same decision as for a real person, and what differs.

They run here and not in ``rules`` because "quiet" is decided here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from prompts.choose import choose
from prompts.prompt import Held, Prompt
from rules.answer import Answer
from rules.conditions import ask
from rules.engine import evaluate
from rules.explain import explain
from rules.fact import All, facts_of
from rules.finding import Look
from rules.outcome import Decision, Outcome
from rules.people import Story, record_of
from rules.record import Said
from rules.rule import OfferKind, Practice, Rule


@dataclass(frozen=True, slots=True)
class Told:
    """One story, run: right, or what came instead of what was expected."""

    story: Story
    got: str
    wrong: str = ""

    @property
    def right(self) -> bool:
        """Whether it came out as the story says."""
        return not self.wrong


def tell(rule: Rule, story: Story) -> Told:
    """Run one story against its rule."""
    record, said = record_of(story)
    outcome = evaluate((rule,), record, said, story.today)[0]
    if outcome.decision is Decision.WITHHELD:
        return Told(story, str(outcome.decision), explain(outcome).headline)
    return judge(story, came_of(outcome, said))


@dataclass(frozen=True, slots=True)
class Came:
    """What a story can see of an outcome: where it ended, because of what, and the card."""

    got: str
    deciders: frozenset[str]
    held_by: Held | None
    prompt: Prompt | None

    @property
    def offers(self) -> tuple[OfferKind, ...]:
        """The kinds of what the card offers, in order."""
        proposals = self.prompt.proposals if self.prompt else ()
        return tuple(p.offer.kind for p in proposals if p.offer)


def came_of(outcome: Outcome, said: tuple[Said, ...]) -> Came:
    """How one rule came out for one person, after everything that leaves people alone."""
    choice = choose((outcome,), said, outcome.look.today, Practice("A story"))
    got = str(outcome.decision)
    deciders: set[str] = set()
    held = choice.held[0] if choice.held else None
    if held is not None:
        got = "cannot tell" if held.step == "answers" else "quiet"
        deciders = {str(held.reply).replace(" ", "_")} if held.reply else {held.step}
    elif outcome.decision is not Decision.PROMPT:
        deciders = (
            {outcome.because}
            if outcome.because
            else _deciding_facts(outcome.rule, outcome.decision, outcome.look)
        )
    return Came(got, frozenset(deciders), held, choice.prompt)


def judge(story: Story, came: Came) -> Told:
    """Whether it came out as the story says."""
    got, deciders = came.got, came.deciders
    if got != story.expect:
        return Told(story, got, f'expected "{story.expect}", got "{got}"{_because(deciders)}')
    if story.because and story.because not in deciders:
        instead = _because(deciders) or " something else"
        return Told(story, got, f'expected because of "{story.because}", but it was{instead}')
    if came.prompt is not None:
        return _wording(story, got, came.prompt.summary, came.offers)
    if story.offers or story.summary_has:
        return Told(story, got, "there is no card to look at")
    return Told(story, got)


def _wording(story: Story, got: str, summary: str, offers: tuple[OfferKind, ...]) -> Told:
    if story.offers is not None and tuple(map(str, offers)) != story.offers:
        return Told(
            story,
            got,
            f"expected the offers {_list(story.offers)}; the card has {_list(offers)}",
        )
    if story.summary_has not in summary:
        return Told(story, got, f'the summary does not have "{story.summary_has}" in it: {summary}')
    return Told(story, got)


def _list(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"


def _because(deciders: frozenset[str]) -> str:
    return f" because of {', '.join(sorted(deciders))}" if deciders else ""


def _deciding_facts(rule: Rule, decision: Decision, look: Look) -> set[str]:
    wanted = Answer.NO if decision is Decision.NO_PROMPT else Answer.CANNOT_TELL
    parts = rule.when.parts if isinstance(rule.when, All) else (rule.when,)
    return {fact.name for part in parts if ask(part, look) is wanted for fact in facts_of(part)}
