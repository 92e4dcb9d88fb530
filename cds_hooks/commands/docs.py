"""``goodday rules docs PATH --to FOLDER``: a page for every rule, for people to read and print."""

from datetime import date
from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.pages.documents import documents
from cds_hooks.pages.pdf import NoPdf, pdf
from rules.load import load_library


def docs(path: Path | None, to: Path, today: date | None, *, as_pdf: bool = False) -> int:
    """Write the pages; rules with something to fix in them are not put into words.

    With ``as_pdf`` each paper that people are handed stands beside its page as a PDF too.
    """
    if path is not None and not path.exists():
        say.sorry(f"There is no file or folder called {path}.")
        return COULD_NOT_RUN
    loaded = load_library(path)
    if say.stopped(loaded):
        return PROBLEMS
    found = documents(loaded, today or clock.practice_day(clock.now()))
    try:
        if as_pdf:
            papers = [name for name in found if name.startswith("papers/")]
            found |= {f"{name.removesuffix('.html')}.pdf": pdf(found[name]) for name in papers}
        for name, page in found.items():
            file = to / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(page)
    except NoPdf as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    except OSError:
        say.sorry(f"The folder {to} cannot be written to. Name another with --to.")
        return COULD_NOT_RUN
    rules = len(loaded.library.rules)
    say.line(f"{say.count(rules, 'rule')} written. Open {to / 'index.html'}")
    return FINE
