"""``goodday rules release FILE --to STATUS``: a rule moved on or back, once its gates are met.

Shown first, then asked. The version is raised with every move, as an edit of the text, and beside
it stands a fingerprint of what the rule decides and says, so that a later change is seen.
"""

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.asked import Before, Named, before_live
from cds_hooks.commands.check import is_part, look
from cds_hooks.commands.fix import read, write
from cds_hooks.commands.report import Report
from cds_hooks.commands.reviews import since_release
from cds_hooks.commands.tried import kept, place_of
from prompts.gates import SAID_BY_GATES, Gate, Ready, Tried, gates, no_way
from prompts.mutation import try_out
from prompts.reviewed import Since
from rules.care import Released
from rules.fingerprint import fingerprint
from rules.load import Loaded, load_library
from rules.moving import moved
from rules.remembered import to_be_released
from rules.rule import ASKED, SHOWN, Rule, Status

_MARK = "\ufeff"  # some editors begin a file with it; it is kept

_NONE = Named()


def release(file: Path, to: str, *, yes: bool = False, named: Named = _NONE) -> int:
    """Move a rule to another status if its gates are met and somebody says so.

    What it was asked in shadow and pilot, and how it was judged, is in the store that is ``named``.
    """
    if not file.is_file() or is_part(file):
        what = "is a folder or no rule" if file.exists() else "is not there"
        say.sorry(f"{file} {what}: name the file of one rule.")
        return COULD_NOT_RUN
    today = clock.practice_day(clock.now())
    before = load_library(file, today)
    rule = _only(before)
    if rule is None:
        say.report(look(file))
        return PROBLEMS
    goal = Status(to)
    now = fingerprint(rule)
    if why := no_way(rule.status, goal, changed=_is_changed(rule, now)):
        say.sorry(why)
        return PROBLEMS
    version = rule.version + 1
    text, offers = read(file), to_be_released(rule)
    mark = _MARK if text.startswith(_MARK) else ""
    changed = moved(text.removeprefix(_MARK), str(file), goal, version, now, today, offers)
    drafts = {str(file): (mark + (changed or "")).encode("utf-8")}
    after = load_library(file, today, drafts)
    would_be = _only(after)
    if would_be is None or _as_moved(would_be) != (
        goal,
        version,
        Released(version, now, today, offers),
    ):
        say.sorry(f"{file} is laid out so that I cannot change it. Write status: {to} yourself.")
        return COULD_NOT_RUN
    report = look(file, drafts)
    report = replace(report, lines=say.lines_of(report.problems))
    before_it = before_live(rule, named, today) if goal is Status.LIVE else Before()
    on_a_list = kept(place_of(file, rule.id), rule)
    since = since_release(file, rule)
    if not _gates_are_met(would_be, after, report, today, before_it, on_a_list, since):
        return PROBLEMS
    say.difference(text, mark + (changed or ""), str(file), f"version {version}")
    safety = rule.care.safety
    if safety is not None and safety.for_version != version and goal is not Status.RETIRED:
        says = f"The safety of version {safety.for_version} is signed off, and this is not it:"
        say.line(f"{says} version {version} needs a sign-off of its own before it is live.")
    if rule.status in SHOWN and goal not in SHOWN:
        say.line("From then on nobody is shown its card; answers that were given are kept.")
    if not (yes or say.asked(f"Change {file}?")):
        say.line("Nothing was changed. To have it done without a question: add --yes.")
        return PROBLEMS
    try:
        write(file.resolve(), mark + (changed or ""))
    except OSError:
        say.sorry(f"{file} cannot be written. Look at its permissions.")
        return COULD_NOT_RUN
    say.line(f"{rule.id} is version {version}, in {goal}.", "green")
    return FINE


def _is_changed(rule: Rule, now: str) -> bool:
    """Whether a rule is not the version that was released, or none ever was."""
    was = rule.care.released
    return was is None or (was.version, was.fingerprint) != (rule.version, now)


def _as_moved(rule: Rule) -> tuple[Status, int, Released | None]:
    return rule.status, rule.version, rule.care.released


def _only(loaded: Loaded) -> Rule | None:
    """The one rule of a file; None where it cannot be read."""
    return loaded.library.rules[0] if loaded.library.rules else None


def _gates_are_met(
    rule: Rule,
    after: Loaded,
    report: Report,
    today: date,
    before_it: Before,
    on_a_list: Tried | None,
    since: Since,
) -> bool:
    """Ask every gate and print them all, and below them what check has to say."""
    if rule.status not in ASKED:
        return True
    stories, lists = after.stories[rule.id], after.library.code_lists
    in_turn = partial(say.working, what=f"Slips in {rule.id}")
    tried = try_out(rule, stories, lists, in_turn)
    known = (before_it.counted, before_it.judged, on_a_list, since)
    every = gates(Ready(rule, stories, report.problems, tried, today, *known))
    for gate in every:
        _print(gate)
    shut = sum(not gate.met for gate in every)
    say.line(f"{len(every) - shut} of {len(every)} gates to {rule.status} are met.", "bold")
    others = tuple(each for each in report.problems if each.code not in SAID_BY_GATES)
    if others:
        say.line()
        say.report(replace(report, problems=others))
    if shut:
        say.line("Nothing was changed.")
    return not shut


def _print(gate: Gate) -> None:
    if gate.met:
        say.line(f"met      {gate.says}", "green")
    else:
        say.line(f"not met  {gate.says} {gate.do}".rstrip())
