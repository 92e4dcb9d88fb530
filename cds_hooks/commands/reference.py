"""``goodday rules reference``: every heading of the language, on the terminal or in a file."""

from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, say
from rules.reference import reference


def write_reference(to: Path | None) -> int:
    """Print the reference, or write it to a file."""
    if to is None:
        say.line(reference())
        return FINE
    try:
        to.write_text(reference(), encoding="utf-8", newline="\n")
    except OSError:
        say.sorry(f"{to} cannot be written. Name another file with --to.")
        return COULD_NOT_RUN
    say.line(f"Written: {to}")
    return FINE
