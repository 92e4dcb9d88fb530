"""``goodday visits FOLDER``: who comes in the next days, and the letters that could go ahead.

For the team, once a day. It prints who comes when, as the record system knows them, and why there
is a letter or none. With ``--to`` the letters are written as files, with a sheet for each visit on
which people write what they want of it; somebody reads each one before it is sent.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.asked import Named
from cds_hooks.commands.heard import answers_of, of_others, with_pauses
from cds_hooks.commands.writing import for_owner
from cds_hooks.pages.papers import Layout, Shown, letter_page, sheet_page
from cds_hooks.pages.pdf import NoPdf, pdf
from cds_hooks.settings import SettingsError
from cds_hooks.store.kept import kept_as
from cds_hooks.store.tables import StoreError
from cds_hooks.visits import Visit, ahead, letter_rules
from fhir_adapters.bundle import BundleError, record_from_file
from prompts.history import History
from rules.days import span_in_words
from rules.load import load_library
from rules.papers import papers_for
from rules.record import Kind, PatientRecord
from rules.rule import Library
from rules.schema.papers import english

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9-]")
_KINDS = (".json", ".json.gz")
_MAY_BE_MISSING = "Whoever it is about may come without being on this list."


class Wanted(NamedTuple):
    """What was asked for."""

    source: Path
    practice: Path | None = None
    store: Named | None = None  # None: nobody has ever been asked anything here
    client: str = ""  # whose people they are, where a store has those of several
    days: int = 14
    to: Path | None = None
    layout: Layout = "letter"
    as_pdf: bool = False
    today: date | None = None


def visits(wanted: Wanted) -> int:
    """Print the list; write the letters and sheets where somebody said where to."""
    loaded = load_library(wanted.practice)
    if say.stopped(loaded):
        return COULD_NOT_RUN
    library = loaded.library
    if not letter_rules(library):
        say.sorry(
            "No rule that offers a letter is in pilot here. Pilot results-ahead in practice.yaml,"
            " and name the practice's folder with --practice."
        )
        return COULD_NOT_RUN
    today = wanted.today or clock.practice_day(clock.now())
    files = _files(wanted.source)
    if not files:
        say.sorry(
            f"There is no record in {wanted.source}: name a bundle of one person, or a folder."
        )
        return COULD_NOT_RUN
    try:
        answers = answers_of(wanted.store)
    except (SettingsError, StoreError) as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    unread, found = 0, list[tuple[Visit, PatientRecord]]()
    try:
        if others := of_others(answers, wanted.client):
            say.sorry(others)
            return COULD_NOT_RUN
        library = with_pauses(library, answers)
        for file in say.working(files, "Records"):
            try:
                record = record_from_file(file)
            except BundleError as error:
                unread += 1
                say.sorry(f"{file.name}: {error} Whoever it is about is not on this list.")
                continue
            if Kind.APPOINTMENT in record.unread:
                unread += 1
                say.sorry(f"{file.name}: its visits could not all be read. {_MAY_BE_MISSING}")
            who = kept_as(record.person.id, wanted.client)
            history = answers.history(who) if answers is not None else History()
            found += [(one, record) for one in ahead(record, history, library, today, wanted.days)]
    except StoreError as error:  # whoever said no may be among those who would follow
        say.sorry(str(error))
        return COULD_NOT_RUN
    finally:
        if answers is not None:
            answers.close()
    found.sort(key=lambda pair: (pair[0].day, pair[0].person, pair[0].rule))
    for one, _ in found:
        _print(one)
    ready = [pair for pair in found if pair[0].letter is not None]
    say.line(
        f"{say.count(len(found), 'visit')} in {wanted.days} days,"
        f" {say.count(len(ready), 'letter')} to read"
        " and send.",
        "bold",
    )
    written = _written(found, library, wanted)
    return written or (PROBLEMS if unread else FINE)


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    if not source.is_dir():
        return []
    return sorted(one for one in source.iterdir() if one.name.endswith(_KINDS) and one.is_file())


def _print(one: Visit) -> None:
    what = f", {one.what}" if one.what else ""
    says = "letter to read and send" if one.letter is not None else f"no letter: {one.why_not}"
    say.line(f"{span_in_words(one.day)}  {one.person}{what}: {says}")


def _written(found: list[tuple[Visit, PatientRecord]], library: Library, wanted: Wanted) -> int:
    """Write the papers where they are wanted; FINE where all is well."""
    if wanted.to is None:
        return FINE
    try:
        wanted.to.mkdir(parents=True, exist_ok=True)
        for name, page in _papers(found, library, wanted.layout):
            file = wanted.to / f"{name}.{'pdf' if wanted.as_pdf else 'html'}"
            _write(file, pdf(page) if wanted.as_pdf else page)
    except NoPdf as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    except OSError:
        say.sorry(f"The folder {wanted.to} cannot be written to. Name another with --to.")
        return COULD_NOT_RUN
    say.line(f"Written to {wanted.to}. They hold what people's records hold: keep them as such.")
    return FINE


def _write(file: Path, page: bytes) -> None:
    """For whoever asked alone, as all that is about one person. Raises OSError."""
    with for_owner(file) as written:
        written.write(page)


def _papers(
    found: list[tuple[Visit, PatientRecord]], library: Library, layout: Layout
) -> Iterator[tuple[str, bytes]]:
    shown = Shown(library.practice, layout)
    for number, (one, record) in enumerate(found, 1):
        # An id comes from a record, and is no place to write to.
        name = f"{number:04}-{one.day.first}-{_NOT_IN_A_NAME.sub('_', one.person)[:64]}"
        if one.letter is not None:
            yield f"{name}-letter", letter_page(one.letter, shown)
        own = papers_for(record.person.language, library.practice.papers, english())
        yield f"{name}-sheet", sheet_page(own, shown, span_in_words(one.day))
