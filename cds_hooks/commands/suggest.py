"""``goodday rules suggest PATH``: for each slip that no story noticed, somebody to ask about."""

from functools import partial
from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.rules_at import rules_at
from prompts.mutation import Result, try_out
from prompts.suggest import Suggestion


def suggest(path: Path) -> int:
    """Print each as a question with the test to paste; what is right is for people to say."""
    loaded = rules_at(path)
    if loaded is None:
        return COULD_NOT_RUN
    lists = loaded.library.code_lists
    asked = wrong = 0
    for rule in loaded.library.rules:
        in_turn = partial(say.working, what=f"People to ask about for {rule.id}")
        result = try_out(rule, loaded.stories[rule.id], lists, in_turn)
        _print(result)
        if not result.stories:
            say.line(f"{rule.id} has no stories, so there is nobody to begin from.")
            wrong += 1
        asked += len(_by_person(result))
        for told in result.wrong:
            say.line(f"{told.story.at}  A story that the rule itself gets wrong: {told.wrong}")
            wrong += 1
    say.line(f"{say.count(asked, 'question')} to answer")
    return PROBLEMS if asked or wrong else FINE


def _by_person(result: Result) -> dict[str, list[Suggestion]]:
    """One question about each person, for all the slips that they would show."""
    found: dict[str, list[Suggestion]] = {}
    for each in sorted(result.survived, key=lambda each: not each.mutant.safety):
        found.setdefault(each.text, []).append(each)
    return found


def _print(result: Result) -> None:
    people = _by_person(result)
    if people:
        say.line(result.rule.id, "bold")
    for text, suggestions in people.items():
        first = suggestions[0]
        for each in suggestions:
            sort = "  (safety)" if each.mutant.safety else ""
            say.line(f"{each.mutant.at}  I tried the rule {each.mutant.says}.{sort}")
        say.line("Every story still came out the same.")
        say.line(f"{first.person}.   {first.asks}   [{' | '.join(first.choices)}]")
        say.line(f"At present the rule answers: {first.now}. Is that right? Fill it in and paste:")
        say.line(text)
        say.line()
