"""``goodday rules diff OLD NEW [SOURCE]``: what changed in meaning, and who is gained and lost.

Without a SOURCE the two versions are held against each other; with one, both are asked about
everybody on it. What was said before is not looked at: it quiets both alike.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say, versions
from cds_hooks.commands.diff_report import Report, Told, as_json, print_briefly, print_rule
from cds_hooks.commands.population_run import nobody, tell
from cds_hooks.commands.reviews import keep
from cds_hooks.commands.versions import NoVersion, Versions
from cds_hooks.commands.writing import CannotWrite, for_owner_if, inside, lines_for_owner
from cds_hooks.population.asking import opened
from cds_hooks.population.compared import Compare, asked_of_everybody, loaded_at, pairs_at
from cds_hooks.population.small_numbers import STAYS
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.people import SetAside
from fhir_adapters.needs import needs
from rules.changes import Difference, Look, Version, differences, who_needs_to_look
from rules.differing import Change, Pair, Sum
from rules.load import Loaded


class Wanted(NamedTuple):
    """What was asked for."""

    old: str
    new: Path
    source: Path | None = None
    whole: bool = False
    people: bool = False
    to: Path | None = None
    output: str = "text"
    inside: bool = False
    reviewed_by: str | None = None
    today: date | None = None
    processes: int | None = None
    scratch: Path | None = None
    rejects: Path | None = None
    mapping: Path | None = None


def diff(wanted: Wanted) -> int:
    """Compare, and print what there is to say; write down that it was reviewed where asked to."""
    loaded_at.cache_clear()  # what was read before may have been changed since
    if why := _no_way(wanted):
        say.sorry(why)
        return COULD_NOT_RUN
    try:
        with versions.found(wanted.old, wanted.new) as both:
            return _compared(wanted, both)
    except (NoVersion, BulkError, CannotWrite, OSError) as error:
        return say.could_not(error, wanted.to)


def _no_way(wanted: Wanted) -> str:
    """Why what was asked for does not go together, with what to do; "" where it does."""
    given = {
        "--people": wanted.people,
        "--to": wanted.to,
        "--rejects": wanted.rejects,
        "--mapping": wanted.mapping,
    }
    alone = [name for name, value in given.items() if value]
    if wanted.source is None and alone:
        return f"{alone[0]} is about the people of a list: name the list after the two versions."
    if wanted.people and (wanted.output != "text" or not sys.stdout.isatty()):
        return "--people is for a screen, where nothing is kept. Use --to FILE to keep it."
    if why := inside(wanted.source, to=wanted.to, rejects=wanted.rejects):
        return why
    if wanted.reviewed_by is None:
        return ""
    if not wanted.new.is_file() or wanted.whole:
        return "A review is of one rule: name its file, and the file or revision before it."
    by = wanted.reviewed_by
    if not (by.strip() and by.isprintable() and len(by) <= _LONGEST_ROLE):
        return f"Say in which role it was reviewed, in at most {_LONGEST_ROLE} characters."
    return ""


_LONGEST_ROLE = 60  # characters


def _compared(wanted: Wanted, both: Versions) -> int:
    old, new = versions.read(both.old), versions.read(both.new)
    if old is None or new is None:
        return PROBLEMS
    today = wanted.today or clock.practice_day(clock.now())
    pairs = pairs_at(both.old, both.new)
    counted = _counted(wanted, both, pairs, today)
    reports = [_report(pair, old, new, counted) for pair in pairs]
    if wanted.output == "json":
        say.exactly(as_json(both.called, wanted.new, today, reports, inside=wanted.inside))
    else:
        _print(wanted, reports, counted, today)
        if counted is not None and not wanted.whole:
            say.line(STAYS)
        if counted is not None:
            say.stays("--format json", "prints")
    code = FINE if counted is None else tell(counted.aside)
    if wanted.reviewed_by is not None:
        return _reviewed(wanted, reports[0], today) or code
    return PROBLEMS if any(one.differs for one in reports) else code


def _report(pair: Pair, old: Loaded, new: Loaded, counted: "_Counted | None") -> Report:
    found, looks = tuple[Difference, ...](), tuple[Look, ...]()
    if pair.old is not None and pair.new is not None:
        found = differences(
            Version(pair.old, old.library.code_lists), Version(pair.new, new.library.code_lists)
        )
        looks = who_needs_to_look(found, pair.new)
    return Report(pair, found, looks, counted.told if counted else None)


@dataclass(slots=True)
class _Counted:
    """What came of a list."""

    told: Told
    aside: SetAside


def _counted(
    wanted: Wanted, both: Versions, pairs: Sequence[Pair], today: date
) -> "_Counted | None":
    """Both versions asked about everybody; None where no list was named. Raises BulkError."""
    if wanted.source is None:
        return None
    asked = asked_of_everybody(tuple(pairs))
    rules = [rule for pair in asked for rule in pair if rule is not None]
    whole, named = Sum(), dict[Change, list[str]]()
    work = Compare(both.old, both.new, today, told=wanted.people or wanted.to is not None)
    with (
        Crew(wanted.processes or 0) as crew,
        say.watching(crew),
        lines_for_owner(wanted.to) as file,
        for_owner_if(wanted.rejects) as kept,
        opened(wanted.source, needs(rules), wanted.scratch, crew, wanted.mapping) as source,
    ):
        for counted, changed in source.each(work):
            whole += counted
            file.write(map(_line, changed))
            if wanted.people:
                for person, change in changed:
                    named.setdefault(change, []).append(person)
        source.keep_rejects(kept)
        if not whole.people:
            raise nobody(wanted.source, source.aside)
        ids = frozenset(pair.id for pair in asked)
        return _Counted(Told(whole, ids, named), source.aside)


def _line(of: tuple[str, Change]) -> str:
    person, change = of
    because = [why._asdict() for why in change.because]
    row = {"person": person, **change._asdict(), "because": because}
    return msgspec.json.encode(row).decode()


def _print(
    wanted: Wanted, reports: Iterable[Report], counted: _Counted | None, today: date
) -> None:
    every = tuple(reports)
    if wanted.whole:
        print_briefly(every, today)
        return
    differing = [one for one in every if one.differs]
    for one in differing:
        print_rule(one, today)
    if not differing:
        say.line("Nothing that the two decide or say is different.")
        if counted is not None:
            people = counted.told.whole.people
            asked = (
                f"Asked about {say.count(people, 'person', 'people')}: nobody is gained or lost."
            )
            say.line(asked if people else "Nobody was asked about.")


def _reviewed(wanted: Wanted, report: Report, today: date) -> int:
    old, new = report.pair
    if not report.found or old is None or new is None or wanted.reviewed_by is None:
        say.sorry("There is no difference to review, so nothing was written down.")
        return PROBLEMS
    file = keep(wanted.new, old, new, today, wanted.reviewed_by.strip())
    say.sorry(f"{file} says that this difference was reviewed. Change the rule, and it does not.")
    return FINE
