"""Do the stories of a rule notice a slip in it? Each story is told to every mutant that is left."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from prompts.stories import Told, came_of, judge
from prompts.suggest import Alike, Suggestion, suggest
from rules.codes import CodeList
from rules.engine import evaluate
from rules.mutants import Mutant, mutants
from rules.people import Stories, Story, record_of
from rules.rule import Rule

# Of the mutants that are not about safety, at least so many of a hundred are to be noticed.
ENOUGH = 95


@dataclass(frozen=True, slots=True)
class Caught:
    """A mutant, and the first story that noticed it."""

    mutant: Mutant
    by: Story


@dataclass(frozen=True, slots=True)
class Result:
    """Every mutant of one rule, and what became of it.

    ``wrong`` are stories that the rule itself gets wrong: they notice nothing. ``survived`` are
    mutants that no story noticed, each with somebody for whom it would matter. ``alike`` are those
    for which nobody was found: most say the same as the rule in other words.
    """

    rule: Rule
    stories: int
    wrong: tuple[Told, ...]
    caught: tuple[Caught, ...]
    survived: tuple[Suggestion, ...]
    alike: tuple[tuple[Mutant, Alike], ...]

    def count(self, safety: bool | None = None) -> tuple[int, int]:
        """How many were caught, and of how many that make a difference; of one sort, or of all."""
        unknown = [mutant for mutant, why in self.alike if why is Alike.NO_STORY]
        missed = [*(each.mutant for each in self.survived), *unknown]
        caught = sum(safety in (None, one.mutant.safety) for one in self.caught)
        return caught, caught + sum(safety in (None, mutant.safety) for mutant in missed)

    @property
    def enough(self) -> bool:
        """Whether the stories notice every slip in safety, and nearly every other one."""
        safe, every_safe = self.count(safety=True)
        others, every_other = self.count(safety=False)
        return (
            self.stories > 0
            and not self.wrong
            and safe == every_safe
            and others * 100 >= every_other * ENOUGH
        )


def try_out(
    rule: Rule,
    stories: Stories,
    lists: Mapping[str, CodeList],
    in_turn: Callable[[Sequence[Story]], Iterable[Story]] = iter,
    *,
    safety_alone: bool = False,
) -> Result:
    """Tell the stories to every mutant; the first that comes out otherwise catches it.

    With ``safety_alone`` only slips in safety are made: that is quicker.

    A known gap proves nothing, and is left out. ``in_turn`` is handed the stories from which
    people are looked for, for the slips that survived, and gives them back one by one: whoever
    waits may look on.
    """
    left = [mutant for mutant in mutants(rule) if mutant.safety or not safety_alone]
    caught: list[Caught] = []
    wrong: list[Told] = []
    right: list[Story] = []
    for story in stories:
        if story.known_gap:
            continue
        record, said = record_of(story)
        # Asked together, they share what is looked up for facts that they have in common.
        asked = (rule, *(mutant.rule for mutant in left))
        outcomes = evaluate(asked, record, said, story.today)
        told = judge(story, came_of(outcomes[0], said))
        if not told.right:
            wrong.append(told)
            continue
        right.append(story)
        surviving: list[Mutant] = []
        for mutant, outcome in zip(left, outcomes[1:], strict=True):
            if judge(story, came_of(outcome, said)).right:
                surviving.append(mutant)
            else:
                caught.append(Caught(mutant, story))
        left = surviving
    suggested = suggest(rule, left, tuple(right), lists, in_turn)
    found = tuple(zip(left, suggested, strict=True))
    return Result(
        rule,
        len(stories),
        tuple(wrong),
        tuple(caught),
        tuple(each for _, each in found if isinstance(each, Suggestion)),
        tuple((mutant, each) for mutant, each in found if isinstance(each, Alike)),
    )
