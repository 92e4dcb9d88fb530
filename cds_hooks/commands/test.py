"""``goodday rules test PATH``: the stories inside rule files, run."""

from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from prompts.stories import tell
from rules.load import load_library


def test(path: Path) -> int:
    """Run every story under a path; a rule without stories fails, since nothing proves it."""
    if not path.exists():
        say.sorry(f"There is no file or folder called {path}.")
        return COULD_NOT_RUN
    loaded = load_library(path)
    if say.stopped(loaded):
        return PROBLEMS
    told = right = untold = 0
    for rule in loaded.library.rules:
        results = [tell(rule, story) for story in loaded.stories[rule.id]]
        good = sum(result.right for result in results)
        say.line(f"{rule.id}   {len(results)} stories, {good} right", "bold")
        for result in results:
            if not result.right:
                say.line(f"  {result.story.at}  {result.wrong}:  {result.story.name}")
        told, right, untold = told + len(results), right + good, untold + (not results)
    if untold:
        say.line(f"{untold} of the rules have no stories, so nothing shows that they are right.")
    say.line(f"{told} stories, {right} right")
    return FINE if told == right and told and not untold else PROBLEMS
