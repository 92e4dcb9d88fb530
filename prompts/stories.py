"""Running the stories inside a rule file: the same decision as for a real person, and what differs.

They run here and not in ``rules`` because "quiet" is decided here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from prompts.choose import choose
from prompts.history import History
from prompts.prompt import Held, Prompt
from prompts.standing import QUIET, Case, Standing
from rules.answer import Answer
from rules.conditions import ask_apart
from rules.days import in_words
from rules.explain import Line, explain
from rules.fact import All, facts_of
from rules.finding import Look
from rules.outcome import Decision, Outcome
from rules.people import Story, record_of
from rules.record import Said
from rules.rule import OfferKind, Practice, Rule, Status

CLOSED = "this gap is closed: take known_gap out"


@dataclass(frozen=True, slots=True)
class Told:
    """One story, run: right, or what came instead of what was expected.

    ``gap`` is what is wrong with a story that says that it is a known gap: it counts apart.
    """

    story: Story
    got: str
    wrong: str = ""
    gap: str = ""
    trace: tuple[str, ...] = ()  # of the deciding part, for a story that came out otherwise
    heading: str = ""  # under which the last line of the trace is to be added

    @property
    def right(self) -> bool:
        """Whether it came out as the story says, a known gap among it."""
        return not self.wrong


def tell(rule: Rule, story: Story) -> Told:
    """Run one story against its rule."""
    record, said = record_of(story)
    rule = _for_everybody(rule)
    standing = Case(rule, record, said, Practice("A story")).on(story.today)
    if standing.outcome.decision is Decision.WITHHELD:
        return Told(story, standing.word, explain(standing.outcome).headline)
    told = judge(story, came_of(standing.outcome, said))
    if story.known_gap:
        if told.right:
            return replace(told, wrong=CLOSED)
        return replace(told, wrong="", gap=told.wrong)
    if told.wrong and told.got != story.expect:
        trace, heading = _trace(rule, story, standing)
        return replace(told, trace=trace, heading=heading)
    return told


@lru_cache(128)  # the same for all its stories, so that what is worked out of it is so once
def _for_everybody(rule: Rule) -> Rule:
    """A story is about the rule: not about who sees it, nor when it was looked at."""
    if rule.status is Status.SHADOW:
        rule = replace(rule, status=Status.PILOT)
    if rule.care.pilot is None and rule.care.review_by is None and rule.care.released is None:
        return rule
    return replace(rule, care=replace(rule.care, pilot=None, review_by=None, released=None))


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
    outcome = outcome._replace(rule=_for_everybody(outcome.rule))
    choice = choose((outcome,), History(said), outcome.look.today, Practice("A story"))
    got = str(outcome.decision)
    deciders: set[str] = set()
    held = choice.held[0] if choice.held else None
    if held is not None:
        got = "cannot tell" if held.unread else "quiet"
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
    return {
        fact.name for part in parts if ask_apart(part, look) is wanted for fact in facts_of(part)
    }


def _trace(rule: Rule, story: Story, standing: Standing) -> tuple[tuple[str, ...], str]:
    """The lines that decided, and the heading under which the last of them belongs, if any."""
    decision, explanation = standing.outcome.decision, explain(standing.outcome)
    if standing.held is not None:
        return (standing.held.says,), ""
    if story.expect == QUIET and decision is Decision.PROMPT:
        return _unheard(rule, standing.outcome.look)
    if decision is Decision.PROMPT and story.expect == str(Decision.EXCLUDED):
        return tuple(_lines(explanation.who_not_for, set(Answer))), ""
    if decision is Decision.EXCLUDED:
        return tuple(_lines(explanation.who_not_for, {Answer.YES})), ""
    wanted = {
        Decision.NO_PROMPT: {Answer.NO},
        Decision.CANNOT_TELL: {Answer.CANNOT_TELL},
    }.get(decision, set(Answer))
    lines = explanation.who_not_for if standing.outcome.because else explanation.who_for
    return tuple(_lines(lines, wanted)), ""


def _lines(lines: Iterable[Line], wanted: set[Answer]) -> Iterator[str]:
    for line in lines:
        if line.answer in wanted:
            mark = "?" if line.answer is Answer.CANNOT_TELL else str(line.answer)
            yield f"{mark:4} {line.says}" + (f": {line.rests_on}" if line.rests_on else "")


def _unheard(rule: Rule, look: Look) -> tuple[tuple[str, ...], str]:
    """Why nothing that was said before leaves this person alone."""
    quiet = rule.quiet
    if not look.said:
        return ("nothing was said before",), ""
    lines: list[str] = []
    for said in look.said:
        if said.topic in quiet.topics:
            over = said.ask_again or quiet.periods[said.reply].after(said.on)
            lines.append(f"{said.reply} on {in_words(said.on)}: over on {in_words(over)}")
        else:
            lines.append(f"{said.reply} on {in_words(said.on)}, to {said.topic}")
    others = list(dict.fromkeys(s.topic for s in look.said if s.topic not in quiet.topics))
    if not others:
        return tuple(lines), ""
    lines.append(f"but this rule's topic is {quiet.topic}")
    names = ", ".join((*quiet.also_known_as, *others))
    lines.append(f"If the topic was renamed, add under quiet:  also_known_as: [{names}]")
    return tuple(lines), "quiet"
