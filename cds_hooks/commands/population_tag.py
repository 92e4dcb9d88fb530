"""``goodday population tag SOURCE``: reminders to add and to end, for a whole list, every night.

For practices whose record system asks nobody while a record is open. It writes files for a person
to look through and to use, and the list of visits with results ahead for the days to come. Nothing
is written to a record, and nothing is remembered of the night.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, PROBLEMS, say
from cds_hooks.commands.asked import Named
from cds_hooks.commands.heard import answers_of, of_others, with_pauses
from cds_hooks.commands.night_folder import SEAL, CannotUse, night_folder
from cds_hooks.commands.night_summary import Left, reminding, summary
from cds_hooks.commands.population_run import nobody, tell
from cds_hooks.commands.writing import for_owner_if, inside
from cds_hooks.population import tag_files
from cds_hooks.population.asking import HOOK, opened
from cds_hooks.population.known import Known, known
from cds_hooks.population.looked_through import FolderError, struck_out
from cds_hooks.population.night import Ended, Night
from cds_hooks.population.tagging import Add, changes
from cds_hooks.population.unasked import Unasked, unasked
from cds_hooks.settings import SettingsError
from cds_hooks.store.answers import Answers
from cds_hooks.store.kept import kept_as
from cds_hooks.store.tables import StoreError
from cds_hooks.visits import ahead, letter_rules, sorts
from fhir_adapters.bulk.chunk import Coming, Row, evaluate_chunk
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.kept import unpack
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.people import Ids, Part, SetAside, Someone
from fhir_adapters.bulk.wholes import wholes
from fhir_adapters.needs import needs
from prompts.history import History
from rules.load import load_library
from rules.outcome import Decision
from rules.record import Kind
from rules.rule import Library


class Wanted(NamedTuple):
    """What was asked for."""

    source: Path
    to: Path
    rules: Path | None = None
    store: Named | None = None  # None: nobody has ever been asked anything here
    client: str = ""  # whose people they are, where a store has those of several
    days: int = 14
    today: date | None = None
    processes: int | None = None
    scratch: Path | None = None
    rejects: Path | None = None
    mapping: Path | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """What a process does with a part. It knows of no store: who said what is looked up after."""

    rules: Path | None
    today: date
    days: int
    kinds: frozenset[Kind]  # the lists that rules read

    def __call__(self, part: Part) -> tuple["_Done", SetAside]:
        """The rows of a part, with the records that go on, and what had to be set aside of it."""
        told: list[SetAside] = []
        done = _Done([], Counter(), {})
        library = _library(self.rules)
        visits = Coming(sorts(library), self.days) if letter_rules(library) else None
        rules = library.for_hook(HOOK)
        people = self._looked_at(part.people(told), done)
        for row in evaluate_chunk(rules, people, self.today, carry=True, visits=visits):
            out = row.person in done.unasked
            done.rows.append(Row(row.person, (), row.record) if out else row)
        return done, sum(told, SetAside())

    def _looked_at(self, people: Iterable[Someone], done: "_Done") -> Iterator[Someone]:
        for someone in people:
            record = someone.record
            done.unread.update(kind for kind in record.unread if kind in self.kinds)
            if (why := unasked(record.person, self.today)) is not None:
                done.unasked[record.person.id] = why
            yield someone


class _Done(NamedTuple):
    """What comes of a part: a row for each person, of how many each list could not be read, and who
    is left out before any rule is asked.
    """

    rows: list[Row]
    unread: Counter[Kind]
    unasked: dict[str, Unasked]


@cache
def _library(folder: Path | None) -> Library:
    return load_library(folder).usable().asked()


def tag(wanted: Wanted) -> int:
    """Ask, write the files, and print what is in them."""
    if why := inside(wanted.source, rejects=wanted.rejects):
        say.sorry(why)
        return COULD_NOT_RUN
    loaded = load_library(wanted.rules)
    if say.stopped(loaded):
        return COULD_NOT_RUN
    library = _library(wanted.rules)
    if not reminding(library) and not letter_rules(library):
        say.sorry(
            "No rule that offers a reminder or a letter is in pilot or live here. Pilot one in"
            " practice.yaml, and name the practice's folder with --rules."
        )
        return COULD_NOT_RUN
    try:
        answers = answers_of(wanted.store)
    except (SettingsError, StoreError) as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    try:
        if others := of_others(answers, wanted.client):
            say.sorry(others)
            return COULD_NOT_RUN
        with night_folder(wanted.to, wanted.source) as folder:
            night, reminders, aside = _night(wanted, library, answers)
            left = Left(struck_out(wanted.to))
            add = [one for one in night.additions() if left.stays(one.person)]
            end = night.endings(reminders)
            end = [one for one in end if left.stays(one.end.person, one.end.reference)]
            lines = summary(night, library, add, end, aside, left)
            knew = known(answers, wanted.client, night.said)
            files = _files(night, library, knew, left.struck, add, end, lines)
            folder.write(files)
    except (CannotUse, FolderError) as error:
        return say.could_not(error, wanted.to)
    # Without what was said, a no may be among them.
    except (StoreError, BulkError, OSError) as error:
        told = say.could_not(error, wanted.to)
        _earlier(wanted.to)
        return told
    finally:
        if answers is not None:
            answers.close()
    for text in files["today.txt"].splitlines():
        say.line(text)
    say.line(f"Written to {wanted.to}. They say who has what: keep them as records are kept.")
    told = tell(aside)
    unsure = Unasked.UNSURE in night.unasked.values()
    return PROBLEMS if night.visits_unread or unsure or _matters(night) else told


def _earlier(folder: Path) -> None:
    """Nobody is to take for tonight's what is there from before."""
    if (folder / SEAL).exists():
        say.sorry(f"What is in {folder} is of an earlier run.")


def _night(
    wanted: Wanted, library: Library, answers: Answers | None
) -> tuple[Night, Mapping[str, list[bytes]], SetAside]:
    """Everybody, asked about once; and the reminders that are to end, whole, by their references.

    Raises StoreError, BulkError and OSError.
    """
    today = wanted.today or clock.practice_day(clock.now())
    practice = library.practice
    asked = (*library.for_hook(HOOK), *letter_rules(library))
    wants = needs(asked, practice.holds, practice.elsewhere, visits=sorts(library))
    resting: Mapping[str, date] = answers.resting(today) if answers is not None else {}
    with (
        Crew(wanted.processes or 0) as crew,
        say.watching(crew),
        for_owner_if(wanted.rejects) as kept,
        opened(wanted.source, wants, wanted.scratch, crew, wanted.mapping) as whole,
    ):
        night = Night(today, wanted.days, whole.ids)
        library = with_pauses(library, answers)
        work = _Work(wanted.rules, today, wanted.days, frozenset(wants.kinds))
        for done in whole.each(work):
            night.unread.update(done.unread)
            night.unasked |= done.unasked
            for row in done.rows:
                _take(night, row, library, _heard(answers, row, wanted.client, resting))
        whole.keep_rejects(kept)
        if not night.people:
            raise nobody(wanted.source, whole.aside)
        crew.begin("Reminders")
        return night, wholes(wanted.source, {one.reference for one in night.end}), whole.aside


def _heard(answers: Answers | None, row: Row, client: str, resting: Mapping[str, date]) -> History:
    if answers is None or not row.record:
        return History()
    return replace(answers.history(kept_as(row.person, client)), capacity=resting)


def _take(night: Night, row: Row, library: Library, history: History) -> None:
    night.people += 1
    night.visits_unread += row.visits_unread
    night.came.update((one.rule, one.decision) for one in row.came)
    if not row.record:
        return
    record = unpack(row.record)
    found = changes(record, history, library, night.today)
    visits = ahead(record, history, library, night.today, night.days, sorts(library))
    night.take(row.person, found, visits)
    if found.add or found.end:
        night.said[record.person.id] = history.said


def _matters(night: Night) -> bool:
    """Whether a list that nobody has in the source leaves a question open."""
    unsure = sum(n for (_, decision), n in night.came.items() if decision == Decision.CANNOT_TELL)
    return bool(unsure and night.unknown())


def _files(
    night: Night,
    library: Library,
    knew: Known,
    struck: frozenset[str],
    add: list[Add],
    end: list[Ended],
    lines: list[str],
) -> dict[str, str]:
    # Everything that names people as a FHIR server would know them.
    fhir = night.ids is Ids.FHIR
    adds, ends = (add, end) if fhir else ([], [])
    texts = enumerate(tag_files.transactions(adds, ends), 1)
    sent = {f"transaction-{number:03}.json": text for number, text in texts}
    manifest = tag_files.manifest(night, knew, struck, adds, ends, sent)
    if sent:
        lines = [*lines, f"Fingerprint: {tag_files.fingerprint_of(manifest)}"]
    files = {
        **sent,
        tag_files.MANIFEST: manifest,
        **({"flags.ndjson": tag_files.flags(adds, ends)} if fhir else {}),
        "emis.csv": tag_files.emis(add, night.today),
        "systmone.csv": tag_files.systmone(add, night.today),
        "to-end.csv": tag_files.endings(end),
        SEAL: "\n".join(lines) + "\n",
    }
    if letter_rules(library):
        files["results-ahead.csv"] = tag_files.results_ahead(night.coming())
    return files
