"""``goodday directory import SOURCE``: entries from a file or an address, waiting to be published.

Nothing else in Good Day asks a directory for anything.
"""

import argparse
from contextlib import closing
from datetime import date
from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.directory.fetching import Asking, Unreachable
from cds_hooks.directory.reading import each_once, read_directory
from cds_hooks.directory.shapes import MOST_BYTES, Aside, Found, NotADirectory, Page, Whose
from cds_hooks.directory.writing import came_as
from cds_hooks.store.directory import Directory
from rules.support import plain, slug

_MOST_SHOWN = 20
_MOST_PAGES = 1_000


def take_in(directory: Directory, options: argparse.Namespace, today: date, where: str) -> int:
    """Read it all, then keep it all; the exit code is 1 where an entry was set aside.

    Raises StoreError.
    """
    name = slug(options.name or "")
    if options.name and not name:
        say.sorry("The name of a directory is a few letters: --name mycity")
        return COULD_NOT_RUN
    lines: list[str] = options.attribution or []
    credits = tuple(said for line in lines if (said := plain(line)))
    whose = Whose(name, plain(options.licence or ""), credits)
    try:
        page = each_once(_read(options.source, whose, today, each=options.each))
    except (Unreachable, NotADirectory) as error:
        say.sorry(f"{options.source} cannot be imported. {error} Nothing was changed.")
        return COULD_NOT_RUN
    except OSError:
        say.sorry(f"There is no file called {options.source} that can be opened.")
        return COULD_NOT_RUN
    if any(not one.entry.licence for one in page.found):
        say.sorry(
            "It does not say under which licence its data come. Find that out, and say it:"
            ' --licence "CC BY-SA 4.0". Nothing was changed.'
        )
        return COULD_NOT_RUN
    taken = directory.take(
        ((one.entry, came_as(page.shape, one.original)) for one in page.found), today
    )
    say.line(f"{_entries(len(page.found))} read into {where}", "bold")
    say.line(f"   {len(taken.new)} new, {len(taken.changed)} changed, {len(taken.same)} as known")
    lost = [aside for aside in page.asides if not aside.kept]
    _tell("set aside", lost)
    _tell("to look at", [aside for aside in page.asides if aside.kept])
    if taken.new or taken.changed:
        say.line(
            "Nobody is shown them yet: two people publish them, with goodday directory publish."
        )
    if options.source.lower().startswith("http:"):
        say.line("It came without encryption: anybody on the way may have changed it.")
    return PROBLEMS if lost else FINE


def _entries(count: int) -> str:
    return say.count(count, "entry", "entries")


def _tell(what: str, asides: list[Aside]) -> None:
    if asides:
        say.line(f"{_entries(len(asides))} {what}:")
    for aside in asides[:_MOST_SHOWN]:
        say.line(f"   {aside.where}: {aside.says}")
    if len(asides) > _MOST_SHOWN:
        say.line(f"   and {len(asides) - _MOST_SHOWN} more")


def _read(source: str, whose: Whose, today: date, *, each: bool) -> Page:
    """All of it. Raises Unreachable, NotADirectory or OSError."""
    if "://" in source:
        return _ask(source, whose, today, each=each)
    with Path(source).open("rb") as file:
        return read_directory(file.read(MOST_BYTES + 1), whose, today)


def _ask(address: str, whose: Whose, today: date, *, each: bool) -> Page:
    with closing(Asking(address, whose, today)) as asking:
        pages = [asking.page()]
        rest = max(pages[0].pages - 1, 0) or _MOST_PAGES
        for _ in say.working(range(rest), "Asking for pages"):
            if not asking.has_more:
                break
            pages.append(asking.page())
        if asking.has_more:
            raise Unreachable(f"It has more than {rest + 1} pages.")
        found = [one for page in pages for one in page.found]
        asides = [aside for page in pages for aside in page.asides]
        if each:
            found, more = _by_themselves(asking, found)
            asides += more
    return Page(tuple(found), tuple(asides), None, pages[0].shape)


def _by_themselves(asking: Asking, listed: list[Found]) -> tuple[list[Found], list[Aside]]:
    """Each service asked for; one that is not answered stays as the list had it, and is named."""
    found: list[Found] = []
    asides: list[Aside] = []
    for one in say.working(listed, "Asking for services"):
        try:
            page = asking.one(one.entry.source_id)
        except (Unreachable, NotADirectory) as error:
            says = f"It is in as the list has it: {error}"
            asides.append(Aside(one.entry.name, says, kept=True))
            found.append(one)
            continue
        same = [other for other in page.found if other.entry.id == one.entry.id]
        found.append(same[0] if same else one)
        asides += page.asides
    return found, asides
