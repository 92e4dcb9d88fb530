"""The record of a review, beside the rule: which difference was looked at, when, in which role."""

from datetime import date
from pathlib import Path

import msgspec

from cds_hooks.commands.writing import write_whole
from fhir_adapters.decode import UNREADABLE
from prompts.reviewed import Review, Since
from rules.fingerprint import fingerprint, judged_as
from rules.rule import Rule

_ENDING = ".reviewed"


def file_beside(rule: Path) -> Path:
    """Where the review of a rule is kept: beside its file, under its name."""
    return rule.with_suffix(_ENDING)


def keep(rule: Path, old: Rule, new: Rule, on: date, by: str) -> Path:
    """Write down that the difference between two versions was reviewed. Raises CannotWrite."""
    review = Review(fingerprint(old), judged_as(new), on, by)
    text = msgspec.json.format(msgspec.json.encode(review), indent=2).decode()
    file = file_beside(rule)
    write_whole(file, text + "\n")
    return file


def since_release(file: Path, rule: Rule) -> Since:
    """A rule against what was released last, and the review beside its file.

    A review that cannot be read is none: it is made again by looking again.
    """
    released = rule.care.released
    was = released.fingerprint if released is not None else ""
    try:
        review = msgspec.json.decode(file_beside(file).read_bytes(), type=Review)
    except (OSError, *UNREADABLE):
        review = None
    return Since(was, fingerprint(rule), judged_as(rule), review)
