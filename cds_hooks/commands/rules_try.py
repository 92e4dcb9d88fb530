"""``goodday rules try RULE SOURCE``: how many of a list a rule would prompt for, line by line.

It prints true counts, for whoever may open the records anyway. What is written to a file has small
numbers hidden unless it is to stay inside the practice. A small report is left beside the rule,
which ``goodday rules release --to pilot`` asks for.
"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, say, tried
from cds_hooks.commands.population_run import nobody, tell
from cds_hooks.commands.writing import CannotWrite, check_place, for_owner_if, inside, write_whole
from cds_hooks.population.asking import opened
from cds_hooks.population.burden import Burden, burden
from cds_hooks.population.small_numbers import LEAST, in_digits, shown
from cds_hooks.population.try_report import About, Report, Split, report
from cds_hooks.population.try_written import (
    FEW,
    as_csv,
    as_html,
    as_json,
    lines,
    of_burden,
    table,
)
from cds_hooks.population.trying import (
    Found,
    Trial,
    all_lines,
    is_for_bookings,
    loaded_at,
    needed,
    together,
)
from fhir_adapters.bulk.book import book
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.people import SetAside
from rules.attrition import Tally
from rules.load import Loaded
from rules.rule import Library, Rule

_WRITTEN: Mapping[str, Callable[[Report], str]] = {
    ".json": as_json,
    ".csv": as_csv,
    ".html": as_html,
}
_BOOKING = "It is asked as if the next visit within 28 days was being booked."


class Wanted(NamedTuple):
    """What was asked for."""

    rule: str
    source: Path
    rules: Path | None = None
    today: date | None = None
    processes: int | None = None
    scratch: Path | None = None
    rejects: Path | None = None
    mapping: Path | None = None
    to: Path | None = None
    inside: bool = False
    keep: bool = True


def run(wanted: Wanted) -> int:
    """Try it, print what came of it, and write what is to be written."""
    if wanted.to is not None and wanted.to.suffix not in _WRITTEN:
        say.sorry(f"{wanted.to} ends in none of {', '.join(_WRITTEN)}: by that the report is made.")
        return COULD_NOT_RUN
    if wanted.inside and wanted.to is None:
        say.sorry("--inside is about what is written: name a file with --to.")
        return COULD_NOT_RUN
    if why := inside(wanted.source, to=wanted.to, rejects=wanted.rejects):
        say.sorry(why)
        return COULD_NOT_RUN
    file = _file(wanted)
    path = wanted.rules or file
    loaded_at.cache_clear()  # files may have changed since this process read them
    loaded = loaded_at(path)
    if say.stopped(loaded):
        return COULD_NOT_RUN
    rule = _named(loaded, wanted.rule, file)
    if rule is None:
        say.sorry(f"There is no rule {wanted.rule} in {path or 'the library'}: name one by its id.")
        return COULD_NOT_RUN
    day = clock.practice_day(clock.now())
    try:
        if wanted.to is not None:
            check_place(wanted.to)
        asked = _ask(wanted, rule, loaded.library, wanted.today or day)
    except (BulkError, CannotWrite, OSError) as error:
        return say.could_not(error, wanted.to)
    made = [asked.report(true_counts=true_counts) for true_counts in (True, False)]
    _print(made[0])
    say.stays("--to FILE", "writes")
    try:
        if wanted.to is not None:
            text = _WRITTEN[wanted.to.suffix](made[0 if wanted.inside else 1])
            write_whole(wanted.to, text, 0o600 if wanted.inside else 0o644)
            say.line(f"Written: {wanted.to}")
        if wanted.keep and path is not None:
            _keep(rule, made[1], day)
    except CannotWrite as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    return tell(asked.aside)


class _Asked(NamedTuple):
    """What came of the run."""

    rule: Rule
    practice: str
    found: Found
    cards: Burden
    today: date
    aside: SetAside

    def report(self, *, true_counts: bool) -> Report:
        """The numbers, true or made safe to leave the practice."""
        notes = [_BOOKING] if is_for_bookings(self.rule) else []
        if self.aside.count:
            told = _how_many(self.aside.count, true_counts=true_counts)
            notes.append(f"Of the source {told} set aside, as it could not be used.")
        about = About(self.rule, all_lines(self.rule), self.practice, self.today, tuple(notes))
        return report(about, self.found, self.cards, true_counts=true_counts)


def _how_many(things: int, *, true_counts: bool) -> str:
    """Of things that were set aside, which are people where everybody has a file."""
    if true_counts:
        return say.count(things, "thing was", "things were")
    told = shown(things)
    return f"up to {LEAST - 1} things were" if told is None else f"about {told:,} things were"


def _named(loaded: Loaded, name: str, file: Path | None) -> Rule | None:
    """The rule of a file, or of a name."""
    for rule in loaded.library.rules:
        if file is None and rule.id == name:
            return rule
        if file is not None and Path(rule.at.file).is_file() and file.samefile(rule.at.file):
            return rule
    return None


def _ask(wanted: Wanted, rule: Rule, library: Library, today: date) -> _Asked:
    """Count everybody. Raises BulkError and OSError."""
    practice, others = library.practice, together(library)
    found = Found(Tally(len(all_lines(rule))))
    trial = Trial(wanted.rules or _file(wanted), rule.id, today)
    with (
        Crew(wanted.processes or 0) as crew,
        say.watching(crew),
        for_owner_if(wanted.rejects) as kept,
        opened(wanted.source, needed(rule, library), wanted.scratch, crew, wanted.mapping) as whole,
    ):
        for part in whole.each(trial):
            found += part
        whole.keep_rejects(kept)
        if not found.whole.people:
            raise nobody(wanted.source, whole.aside)
        crew.begin("Appointments")
        cards = burden(others, found.asked, book(wanted.source, wanted.mapping), today)
        return _Asked(rule, practice.name, found, cards, today, whole.aside)


def _file(wanted: Wanted) -> Path | None:
    """The file of the rule, where it was named by that."""
    return Path(wanted.rule) if Path(wanted.rule).is_file() else None


def _print(made: Report) -> None:
    first, *others = lines(made)
    say.line(first, "bold")
    for one in others:
        say.line(one)
    say.line()
    say.table(*table(made))
    say.line()
    for split in made.splits:
        _print_split(split)
    if made.splits:
        say.line(FEW)
        say.line()
    for sentence in of_burden(made.burden):
        say.line(sentence)


def _print_split(split: Split) -> None:
    rows = [
        (group.name, *map(in_digits, (group.people, group.eligible, group.prompted)))
        for group in split.groups
    ]
    say.table((f"By {split.by}", "people", "it is for", "prompted"), rows)
    for sentence in split.sentences:
        say.line(sentence)
    say.line()


def _keep(rule: Rule, made: Report, day: date) -> None:
    """Leave the small report beside the rule. Raises CannotWrite."""
    beside = tried.place_of(Path(rule.at.file), rule.id)
    if made.people is None:
        say.line(f"With under {LEAST} people no report is kept beside the rule.")
    elif Path(rule.at.file).is_file():
        tried.keep(beside, rule, made, day)
        say.line(f"Kept for goodday rules release: {beside}")
