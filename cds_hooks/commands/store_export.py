"""``goodday store export``: everything that is kept of one person, to be given to them."""

import json
import os
from datetime import datetime
from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.noted import note
from cds_hooks.store import people
from cds_hooks.store.opening import Place


def export(
    place: Place, person: str, to: Path | None, now: datetime, *, with_comments: bool
) -> int:
    """Write it as JSON, once it is in the audit; a file is for its owner alone. StoreError."""
    found = people.export(place, person, with_comments=with_comments)
    if found is None:
        say.sorry("Nothing is kept of this person. With several clients, name theirs by --client.")
        return PROBLEMS
    text = json.dumps(found, indent=2)
    note(place, "export", person, "with comments" if with_comments else "", now)
    if to is None:
        say.exactly(text)
        return FINE
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
    except OSError:
        say.sorry(f"{to} is there already, or cannot be written. Name another file with --to.")
        return COULD_NOT_RUN
    say.line(f"Written to {to}. It is about one person: give it to nobody else.")
    return FINE
