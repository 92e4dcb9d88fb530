"""``goodday rules mutate PATH``: one slip in a rule at a time; do its stories notice?"""

from functools import partial
from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.rules_at import rules_at
from prompts.mutation import Result, try_out


def mutate(path: Path) -> int:
    """Try every rule out; fine is every slip in safety noticed, and nearly all of the others."""
    loaded = rules_at(path)
    if loaded is None:
        return COULD_NOT_RUN
    lists = loaded.library.code_lists
    results: list[Result] = []
    for rule in loaded.library.rules:
        in_turn = partial(say.working, what=f"Slips in {rule.id}")
        results.append(try_out(rule, loaded.stories[rule.id], lists, in_turn))
        _print(results[-1])
    heads = ("rule", "stories", "caught", "safety caught", "no difference")
    say.table(heads, [_row(result) for result in results])
    return FINE if all(result.enough for result in results) else PROBLEMS


def _print(result: Result) -> None:
    if result.wrong or result.survived or result.alike:
        say.line(result.rule.id, "bold")
    if not result.stories:
        say.line("  There are no stories, so nothing shows that this rule is right.")
    for told in result.wrong:
        say.line(f"  {told.story.at}  A story that the rule itself gets wrong: {told.wrong}")
    survived = [each.mutant for each in result.survived]
    for mutant in sorted(survived, key=lambda mutant: not mutant.safety):
        sort = "safety" if mutant.safety else "other"
        say.line(f"  {mutant.at}  {sort}: {mutant.says}. No story came out otherwise.")
    for mutant, why in result.alike if result.stories else ():
        say.line(f"  {mutant.at}  no difference: {mutant.says}: {why.value}.", "dim")
    if result.survived:
        say.line("  For each, a person to ask about: goodday rules suggest")
    if result.wrong or result.survived or result.alike:
        say.line()


def _row(result: Result) -> tuple[str, ...]:
    return (
        result.rule.id,
        str(result.stories),
        "{} of {}".format(*result.count()),
        "{} of {}".format(*result.count(safety=True)),
        str(len(result.alike) if result.stories else 0),
    )
