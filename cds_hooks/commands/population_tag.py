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
from cds_hooks.commands.population_run import nobody, tell
from cds_hooks.commands.writing import for_owner
from cds_hooks.population import tag_files
from cds_hooks.population.asking import HOOK, opened
from cds_hooks.population.night import Ended, Night
from cds_hooks.population.tagging import Add, changes
from cds_hooks.settings import SettingsError
from cds_hooks.store.answers import Answers
from cds_hooks.store.kept import kept_as
from cds_hooks.store.tables import StoreError
from cds_hooks.visits import ahead, letter_rules, sorts
from fhir_adapters.bulk.chunk import Coming, Row, evaluate_chunk
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.kept import unpack
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.people import Part, SetAside, Someone
from fhir_adapters.bulk.wholes import wholes
from fhir_adapters.needs import needs
from prompts.history import History
from rules.days import in_words
from rules.load import load_library
from rules.outcome import Decision
from rules.record import Kind
from rules.rule import Library, OfferKind, Rule


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
        done = _Done([], Counter())
        library = _library(self.rules)
        visits = Coming(sorts(library), self.days) if letter_rules(library) else None
        rules = library.for_hook(HOOK)
        people = self._looked_at(part.people(told), done.unread)
        done.rows.extend(evaluate_chunk(rules, people, self.today, carry=True, visits=visits))
        return done, sum(told, SetAside())

    def _looked_at(self, people: Iterable[Someone], unread: Counter[Kind]) -> Iterator[Someone]:
        for someone in people:
            unread.update(kind for kind in someone.record.unread if kind in self.kinds)
            yield someone


class _Done(NamedTuple):
    """What comes of a part: a row for each person, and of how many each list could not be read."""

    rows: list[Row]
    unread: Counter[Kind]


@cache
def _library(folder: Path | None) -> Library:
    return load_library(folder).usable().asked()


def tag(wanted: Wanted) -> int:
    """Ask, write the files, and print what is in them."""
    loaded = load_library(wanted.rules)
    if say.stopped(loaded):
        return COULD_NOT_RUN
    library = _library(wanted.rules)
    if not _reminding(library) and not letter_rules(library):
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
            night, aside = _night(wanted, library, answers)
            add = night.additions()
            end = night.endings(wholes(wanted.source, {one.reference for one in night.end}))
            summary = _summary(night, library, add, end, aside)
            files = _files(night, library, wanted.client, add, end, summary)
            folder.write(files)
    except CannotUse as error:
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
    return PROBLEMS if night.visits_unread or _matters(night) else told


def _earlier(folder: Path) -> None:
    """Nobody is to take for tonight's what is there from before."""
    if (folder / SEAL).exists():
        say.sorry(f"What is in {folder} is of an earlier run.")


def _night(wanted: Wanted, library: Library, answers: Answers | None) -> tuple[Night, SetAside]:
    """Everybody, asked about once. Raises StoreError, BulkError and OSError."""
    today = wanted.today or clock.practice_day(clock.now())
    practice = library.practice
    asked = (*library.for_hook(HOOK), *letter_rules(library))
    wants = needs(asked, practice.holds, practice.elsewhere, visits=sorts(library))
    resting: Mapping[str, date] = answers.resting(today) if answers is not None else {}
    night = Night(today, wanted.days)
    with (
        Crew(wanted.processes or 0) as crew,
        opened(wanted.source, wants, wanted.scratch, crew, wanted.mapping) as whole,
    ):
        library = with_pauses(library, answers)
        work = _Work(wanted.rules, today, wanted.days, frozenset(wants.kinds))
        for done in whole.each(work, say.people):
            night.unread.update(done.unread)
            for row in done.rows:
                _take(night, row, library, _heard(answers, row, wanted.client, resting))
        if wanted.rejects is not None:
            with for_owner(wanted.rejects) as kept:
                whole.keep_rejects(kept)
        if not night.people:
            raise nobody(wanted.source, whole.aside)
        return night, whole.aside


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
    night.take(found, visits)


def _reminding(library: Library) -> list[Rule]:
    return [
        rule
        for rule in library.shown().for_hook(HOOK)
        if any(offer.kind is OfferKind.TAG for offer in rule.offers)
    ]


def _summary(
    night: Night, library: Library, add: list[Add], end: list[Ended], aside: SetAside
) -> list[str]:
    """What is in the folder, in numbers: nobody is named."""
    people = say.count(night.people, "person", "people")
    by_hand = sum(1 for one in end if one.flag is None)
    lines = [
        f"{people}, asked about on {in_words(night.today)}.",
        f"{say.count(len(add), 'reminder')} to add, {len(end)} to end, {by_hand} of them by hand.",
    ]
    for rule in _reminding(library):
        held = sum(number for (name, _), number in night.held.items() if name == rule.id)
        unsure = night.came[rule.id, str(Decision.CANNOT_TELL)]
        numbers = (
            f"{sum(1 for one in add if one.rule.id == rule.id)} to add",
            f"{sum(1 for one in end if one.end.rule.id == rule.id)} to end",
            f"{held} held back",
            f"{unsure} cannot tell",
        )
        lines.append(f"  {rule.id}: {', '.join(numbers)}")
        why = sorted(f"{step} {n}" for (name, step), n in night.held.items() if name == rule.id)
        if why:
            lines.append(f"    held back by: {', '.join(why)}")
    if letter_rules(library):
        letters = sum(1 for one in night.visits if one.letter is not None)
        lines.append(
            f"{say.count(len(night.visits), 'visit')} in {night.days} days,"
            f" {say.count(letters, 'letter')} that could go ahead."
        )
    if night.visits_unread:
        lines.append(
            f"Of {say.count(night.visits_unread, 'person', 'people')} the visits could not all be"
            " read: they may come without being on the list."
        )
    if aside.count:
        lines.append(
            f"{say.count(aside.count, 'line')} set aside, unread;"
            f" {aside.people} of them people who were not asked about at all."
        )
    lines += (
        f"The list of {kind} entries is unknown for everybody: it is not in the source, or could"
        " not be read. What a rule looks for in it cannot be told."
        for kind in night.unknown()
    )
    lines.append("Nothing was written to a record. A person looks through it before it is used.")
    return lines


def _matters(night: Night) -> bool:
    """Whether a list that nobody has in the source leaves a question open."""
    unsure = sum(n for (_, decision), n in night.came.items() if decision == Decision.CANNOT_TELL)
    return bool(unsure and night.unknown())


def _files(
    night: Night,
    library: Library,
    client: str,
    add: list[Add],
    end: list[Ended],
    summary: list[str],
) -> dict[str, str]:
    texts = enumerate(tag_files.transactions(add, end), 1)
    sent = {f"transaction-{number:03}.json": text for number, text in texts}
    manifest = tag_files.manifest(night, client, add, end, sent)
    if sent:
        summary = [*summary, f"Fingerprint: {tag_files.fingerprint_of(manifest)}"]
    files = {
        **sent,
        tag_files.MANIFEST: manifest,
        "flags.ndjson": tag_files.flags(add, end),
        "emis.csv": tag_files.emis(add, night.today),
        "systmone.csv": tag_files.systmone(add, night.today),
        "to-end.csv": tag_files.endings(end),
        SEAL: "\n".join(summary) + "\n",
    }
    if letter_rules(library):
        files["results-ahead.csv"] = tag_files.results_ahead(night.coming())
    return files
