"""``goodday rules coverage PATH``: what the stories have shown of each rule, and what not."""

from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.rules_at import rules_at
from prompts.coverage import Coverage
from prompts.coverage import coverage as cover


def coverage(path: Path) -> int:
    """Tell every story; it is a problem where part of a rule was never seen."""
    loaded = rules_at(path)
    if loaded is None:
        return COULD_NOT_RUN
    found: list[Coverage] = []
    for rule in say.working(loaded.library.rules, "Telling the stories"):
        found.append(cover(rule, loaded.stories[rule.id]))
        _print(found[-1])
    say.table(("rule", "stories", "seen"), [_row(one) for one in found])
    return PROBLEMS if any(one.unseen for one in found) else FINE


def _print(found: Coverage) -> None:
    if not found.unseen:
        return
    say.line(f"{found.rule.id}: not seen in any story", "bold")
    for point in found.unseen:
        say.line(f"  {point.at}  {point.says}: {', '.join(point.missing)}")
    say.line()


def _row(found: Coverage) -> tuple[str, ...]:
    seen, every = found.ways
    return found.rule.id, str(found.stories), f"{seen} of {every}"
