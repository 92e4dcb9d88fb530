"""``goodday population import SOURCE --to FOLDER``: what rules may read of everybody, as Parquet.

Every other verb about a whole list takes the folder in the place of the source, says the same of
everybody, and is done in a fraction of the time.
"""

from pathlib import Path
from typing import NamedTuple

from cds_hooks.commands import COULD_NOT_RUN, say
from cds_hooks.commands.population_run import nobody, tell
from cds_hooks.commands.writing import for_owner_if, inside
from cds_hooks.population.asking import opened, read_by
from fhir_adapters.bulk.beside import keep_beside
from fhir_adapters.bulk.book import book
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.parquet import Keeping, Manifest, finish, gathered, unfinished
from fhir_adapters.bulk.people import SetAside
from fhir_adapters.bulk.wholes import flags
from fhir_adapters.needs import Needs
from rules.load import load_library


class Wanted(NamedTuple):
    """What was asked for."""

    source: Path
    to: Path
    rules: Path | None = None
    processes: int | None = None
    scratch: Path | None = None
    rejects: Path | None = None
    mapping: Path | None = None


def keep(wanted: Wanted) -> int:
    """Read everybody, write them down, and say how many there are."""
    if why := inside(wanted.source, to=wanted.to, rejects=wanted.rejects):
        say.sorry(why)
        return COULD_NOT_RUN
    loaded = load_library(wanted.rules)
    if say.stopped(loaded):
        return COULD_NOT_RUN
    try:
        made, aside = _kept(wanted, read_by(loaded.usable()))
    except (BulkError, OSError) as error:
        return say.could_not(error, wanted.to)
    people, entries = say.count(made.people, "person", "people"), made.entries
    say.line(f"{people} and {say.count(entries, 'entry', 'entries')} are in {wanted.to}.", "bold")
    return tell(aside)


def _kept(wanted: Wanted, needs: Needs) -> tuple[Manifest, SetAside]:
    with (
        Crew(wanted.processes or 0) as crew,
        say.watching(crew),
        for_owner_if(wanted.rejects) as kept,
        unfinished(wanted.to) as folder,
        opened(wanted.source, needs, wanted.scratch, crew, wanted.mapping) as whole,
    ):
        files = [file for each in whole.each(Keeping(folder, needs), gathered) for file in each]
        whole.keep_rejects(kept)
        if not any(file.people for file in files):
            raise nobody(wanted.source, whole.aside)
        crew.begin("Appointments and reminders")
        visits, reminders = book(wanted.source, wanted.mapping), flags(wanted.source, needs)
        beside = keep_beside(folder, visits, reminders)
        made = finish(wanted.to, folder, files, needs, whole.aside, whole.ids, beside)
        return made, whole.aside
