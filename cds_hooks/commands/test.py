"""``goodday rules test PATH``: the stories inside rule files, run."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.git import NoGit, changed_files, rules_that_differ
from cds_hooks.commands.results import junit_of, markdown_of
from prompts.stories import Told, tell
from rules.load import load_library
from rules.problems import Place
from rules.rule import Rule
from rules.text import Block, read_text

# How long a change may go unseen, in seconds.
_EVERY = 0.3


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for besides running the stories.

    ``watch`` runs them again whenever a file under the path changes, until Ctrl-C; ``changed``
    runs those of rules that differ from the last git commit.
    """

    watch: bool = False
    changed: bool = False
    junit: Path | None = None
    markdown: Path | None = None


def test(path: Path, options: Options) -> int:
    """Run every story under a path; a rule without stories fails, since nothing proves it."""
    if not options.watch:
        return _once(path, options)
    try:
        return _watched(path, options)
    except KeyboardInterrupt:
        say.line("Stopped.")
        return FINE


def _watched(path: Path, options: Options) -> int:
    seen = _state(path)
    if _once(path, options) == COULD_NOT_RUN:
        return COULD_NOT_RUN
    while True:
        say.line(f"Watching {path}. Ctrl-C ends it.", "dim")
        # Some editors take a file away before they put the new one there.
        while _state(path) in (seen, {}):
            time.sleep(_EVERY)
        seen = _state(path)
        say.line()
        _once(path, options)


def _state(path: Path) -> dict[str, tuple[int, int]]:
    """Every file under a path with its size and the moment of its last change."""
    found: dict[str, tuple[int, int]] = {}
    for file in (path, *path.rglob("*")):
        try:
            kept = file.stat()
        except OSError:
            continue  # it went away in this very moment
        if file.is_file() and not file.name.startswith("."):
            found[str(file)] = kept.st_mtime_ns, kept.st_size
    return found


def _once(path: Path, options: Options) -> int:
    if not path.exists():
        say.sorry(f"There is no file or folder called {path}.")
        return COULD_NOT_RUN
    loaded = load_library(path)
    if say.stopped(loaded):
        return PROBLEMS
    rules: Sequence[Rule] = loaded.library.rules
    if not rules and not options.changed:
        say.sorry(f"There are no rules under {path}: rule files end in .yaml.")
        return COULD_NOT_RUN
    if options.changed:
        try:
            rules = rules_that_differ(loaded, changed_files(path))
        except NoGit as error:
            say.sorry(str(error))
            return COULD_NOT_RUN
        if not rules:
            say.line("No rule differs from the last commit.")
            return FINE
    told = [(rule, [tell(rule, story) for story in loaded.stories[rule.id]]) for rule in rules]
    for file, text in _files(options, told):
        try:
            file.write_text(text, encoding="utf-8")
        except OSError:
            say.sorry(f"{file} cannot be written.")
            return COULD_NOT_RUN
    return _said(told)


def _files(options: Options, told: list[tuple[Rule, list[Told]]]) -> Iterator[tuple[Path, str]]:
    if options.junit is not None:
        yield options.junit, junit_of(told)
    if options.markdown is not None:
        yield options.markdown, markdown_of(told)


def _said(told: list[tuple[Rule, list[Told]]]) -> int:
    """Print what the stories came to: each rule, what is wrong, and one line at the end."""
    for rule, results in told:
        counted = [one for one in results if not one.gap]
        good = sum(one.right for one in counted)
        gaps = len(results) - len(counted)
        more = f", {say.count(gaps, 'known gap')}" if gaps else ""
        say.line(f"{rule.id}   {len(counted)} stories, {good} right{more}", "bold")
        for one in counted:
            if not one.right:
                say.line(f"  {one.story.at}  {one.wrong}:  {one.story.name}")
                for line in _trace(rule, one):
                    say.line(f"      {line}")
        for one in results:
            if one.gap:
                say.line(f"  {one.story.at}  known gap, {one.gap}:  {one.story.name}", "dim")
    untold = sum(not results for _, results in told)
    if untold:
        say.line(f"{untold} of the rules have no stories, so nothing shows that they are right.")
    everything = [one for _, results in told for one in results]
    counted = [one for one in everything if not one.gap]
    right = sum(one.right for one in counted)
    say.line(f"{len(counted)} stories, {right} right")
    return FINE if len(counted) == right and everything and not untold else PROBLEMS


def _trace(rule: Rule, one: Told) -> Iterator[str]:
    """The lines that decided; the last one says where in the file a hint is to be added."""
    yield from one.trace[:-1]
    if one.trace:
        at = _heading(rule, one.heading) if one.heading else None
        yield one.trace[-1] + (f"   line {at.line}" if at else "")


def _heading(rule: Rule, heading: str) -> Place | None:
    """Where a heading stands in the rule's file."""
    try:
        node, _ = read_text(Path(rule.at.file).read_bytes(), rule.at.file)
    except OSError:
        return None
    pair = node.pairs.get(heading) if isinstance(node, Block) else None
    return pair[0].at if pair else None
