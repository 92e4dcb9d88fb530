"""``goodday population run SOURCE``: every rule asked about everybody on a list.

It prints how many people each rule would prompt for, how many it is not for after all, and of how
many it cannot be told. Nothing is remembered and nothing is written to a record. What a practice
has heard before is not looked at: ``goodday population tag`` does that.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.writing import for_owner_if, inside, lines_for_owner
from cds_hooks.population.asking import HOOK, opened, wanted_by
from fhir_adapters.bulk.chunk import Row, evaluate_chunk
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.people import Part, SetAside, Totals
from fhir_adapters.bulk.spark import rows, totals, written
from fhir_adapters.bulk.spark_session import session
from rules.load import load_library
from rules.outcome import Decision
from rules.rule import Library

EMBEDDED, SPARK = "embedded", "spark"


class Wanted(NamedTuple):
    """What was asked for."""

    source: Path
    rules: Path | None = None
    today: date | None = None
    processes: int | None = None
    scratch: Path | None = None
    rejects: Path | None = None
    to: Path | None = None
    mapping: Path | None = None
    engine: str = EMBEDDED
    master: str | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """What a process does with a part: it goes there as it is, and the rules are read there."""

    rules: Path | None
    today: date

    def __call__(self, part: Part) -> tuple[list[Row], SetAside]:
        """The rows of a part, and what had to be set aside of it."""
        told: list[SetAside] = []
        rules = _library(self.rules).for_hook(HOOK)
        found = list(evaluate_chunk(rules, part.people(told), self.today))
        return found, sum(told, SetAside())


@cache
def _library(folder: Path | None) -> Library:
    return load_library(folder).usable()


def run(wanted: Wanted) -> int:
    """Ask, print the table, and write the rows where somebody said where to."""
    if why := inside(wanted.source, to=wanted.to, rejects=wanted.rejects):
        say.sorry(why)
        return COULD_NOT_RUN
    loaded = load_library(wanted.rules)
    if say.stopped(loaded):
        return COULD_NOT_RUN
    today = wanted.today or clock.practice_day(clock.now())
    library = _library(wanted.rules)
    try:
        ask = _on_spark if wanted.engine == SPARK else _here
        found = ask(wanted, library, today)
        if not found.people:
            raise nobody(wanted.source, found.aside)
    except (BulkError, OSError) as error:
        return say.could_not(error, wanted.to)
    _print(library, found.people, found.came)
    return tell(found.aside)


def _on_spark(wanted: Wanted, library: Library, today: date) -> Totals:
    if wanted.mapping is not None or wanted.rejects is not None:
        option = "--rejects" if wanted.mapping is None else "--mapping"
        raise BulkError(f"--engine spark takes no {option}; leave one of the two out.")
    master = wanted.master or f"local[{wanted.processes or '*'}]"
    with say.progress() as watch, session(master, wanted.scratch, watch) as spark:
        found = rows(spark, wanted.source, library, today, HOOK)
        return totals(found if wanted.to is None else written(found, wanted.to))


def _here(wanted: Wanted, library: Library, today: date) -> Totals:
    if wanted.master is not None:
        raise BulkError("--master says where Spark is; it goes with --engine spark.")
    came: Counter[tuple[str, str]] = Counter()
    people = 0
    with (
        Crew(wanted.processes or 0) as crew,
        say.watching(crew),
        lines_for_owner(wanted.to) as file,
        for_owner_if(wanted.rejects) as kept,
        opened(wanted.source, wanted_by(library), wanted.scratch, crew, wanted.mapping) as whole,
    ):
        for some in whole.each(_Work(wanted.rules, today)):
            people += len(some)
            came.update((one.rule, one.decision) for row in some for one in row.came)
            file.write(map(_line, some))
        whole.keep_rejects(kept)
        return Totals(people, came, whole.aside)


def _line(row: Row) -> str:
    came = [
        {"rule": one.rule, "version": one.version, "decision": one.decision, "because": one.because}
        for one in row.came
    ]
    return msgspec.json.encode({"person": row.person, "came": came}).decode()


def _print(library: Library, people: int, came: Mapping[tuple[str, str], int]) -> None:
    say.line(say.count(people, "person").replace("persons", "people"), "bold")
    rows: list[tuple[str, ...]] = []
    for rule in library.for_hook(HOOK):
        each = [came.get((rule.id, str(decision)), 0) for decision in _SHOWN]
        if any(each):
            rows.append((rule.id, *map(str, each)))
    if rows:
        say.table(_HEADS, rows)
    else:
        say.line("No rule is for anybody on this list.")


_SHOWN = (Decision.PROMPT, Decision.EXCLUDED, Decision.CANNOT_TELL, Decision.WITHHELD)
_HEADS = ("Rule", "prompt", "excluded", "cannot tell", "withheld")


def tell(aside: SetAside) -> int:
    """What was set aside, each of the first by its place; FINE where nothing was."""
    for kind, why in sorted(aside.unread.items()):
        say.sorry(f"The list of {kind} entries is unknown for everybody: {why}.")
    for fault in aside.first:
        say.sorry(f"{fault.place}  {fault.why}")
    if aside.count > len(aside.first):
        say.sorry(f"and {aside.count - len(aside.first)} more.")
    if aside.people:
        say.sorry(f"{aside.people} of them are people who were not asked about at all.")
    if aside.others:
        say.sorry("More people may be in what was set aside: they were not asked about.")
    return PROBLEMS if aside.count else FINE


def nobody(source: Path, aside: SetAside) -> BulkError:
    """What there is to say where nobody could be asked about; what was set aside is told first."""
    tell(aside)
    return BulkError(f"{source} has nobody in it who could be asked about.")
