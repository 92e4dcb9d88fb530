"""Whether the stories of rules that are shown to people still prove them: T04 and T07.

They are told here and not by the lints, because what becomes of a story is decided in ``prompts``.
"""

from collections.abc import Collection, Iterator

from prompts.mutation import Result, try_out
from prompts.suggest import Alike
from rules.lints import t04
from rules.load import Loaded
from rules.problems import Problem
from rules.rule import SHOWN, Rule


def unproven(loaded: Loaded) -> list[Problem]:
    """What stories get wrong, and slips in safety that none notices, in each rule that is shown.

    Starter rules are left out: their stories are told with the rest of Good Day, over its lists.
    """
    lists = loaded.library.code_lists
    return [
        problem
        for rule in _shown(loaded.library.rules, loaded.starters)
        for problem in _of(rule, try_out(rule, loaded.stories[rule.id], lists, safety_alone=True))
    ]


def _shown(rules: Collection[Rule], starters: Collection[str]) -> Iterator[Rule]:
    return (rule for rule in rules if rule.status in SHOWN and rule.id not in starters)


def _of(rule: Rule, tried: Result) -> Iterator[Problem]:
    for told in tried.wrong:
        says = f'The story "{told.story.name}" comes out otherwise: {told.wrong}'
        yield Problem(told.story.at, "T07", says, "Mend the story or the rule: goodday rules test.")
    if not tried.stories:
        return  # T00 says it
    missed = [each.mutant for each in tried.survived]
    missed += [mutant for mutant, why in tried.alike if why is Alike.NO_STORY]
    for mutant in missed:
        at = mutant.at if mutant.at.file == rule.at.file else rule.place("tests")
        says = f"No story notices this slip in safety: {mutant.says}."
        hint = "goodday rules suggest has a person to ask about, and a story to paste."
        yield Problem(at, t04.LINT.code, says, hint)
