"""Do the stories of a rule notice a slip in it? Each story is told to every mutant that is left."""

from dataclasses import dataclass

from prompts.stories import Told, came_of, judge
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
class Survey:
    """Every mutant of one rule, and what became of it.

    ``wrong`` are stories that the rule itself gets wrong, which notice nothing: they come first.
    """

    rule: Rule
    stories: int
    wrong: tuple[Told, ...]
    caught: tuple[Caught, ...]
    survivors: tuple[Mutant, ...]


def survey(rule: Rule, stories: Stories) -> Survey:
    """Tell the stories to every mutant; the first that comes out otherwise catches it."""
    left = list(mutants(rule))
    caught: list[Caught] = []
    wrong: list[Told] = []
    for story in stories:
        record, said = record_of(story)
        # Asked together, they share what is looked up for facts that they have in common.
        asked = (rule, *(mutant.rule for mutant in left))
        outcomes = evaluate(asked, record, said, story.today)
        told = judge(story, came_of(outcomes[0], said))
        if not told.right:
            wrong.append(told)
            continue
        surviving: list[Mutant] = []
        for mutant, outcome in zip(left, outcomes[1:], strict=True):
            if judge(story, came_of(outcome, said)).right:
                surviving.append(mutant)
            else:
                caught.append(Caught(mutant, story))
        left = surviving
    return Survey(rule, len(stories), tuple(wrong), tuple(caught), tuple(left))
