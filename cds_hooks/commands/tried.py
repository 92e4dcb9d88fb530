"""The report that a try leaves beside its rule: no people, small numbers hidden, and what it is of.

``goodday rules release --to pilot`` asks for one that is of the rule as it is, and not too old.
"""

from datetime import date
from pathlib import Path

import msgspec

from cds_hooks.commands.writing import write_whole
from cds_hooks.population.try_report import Report
from cds_hooks.population.try_written import lines
from fhir_adapters.decode import UNREADABLE
from prompts.gates import Tried
from rules.fingerprint import judged_as
from rules.rule import Rule

FOLDER = "tried"


class _Line(msgspec.Struct):
    line: str
    left: int | None


class _Kept(msgspec.Struct):
    rule: str
    judged_as: str
    tried_on: date
    about: list[str]
    people: int | None
    waterfall: list[_Line]
    prompted: int | None


def place_of(rule: Path, rule_id: str) -> Path:
    """Where the report of a rule stands, by the rule's own file."""
    return rule.parent / FOLDER / f"{rule_id}.json"


def keep(file: Path, rule: Rule, report: Report, on: date) -> None:
    """Leave a report. Raises ValueError for true counts, and CannotWrite."""
    if report.true_counts:
        raise ValueError("What is kept beside a rule may be handed on.")
    kept = _Kept(
        rule=rule.id,
        judged_as=judged_as(rule),
        tried_on=on,
        about=list(lines(report)),
        people=report.people,
        waterfall=[_Line(row.says, row.left) for row in report.rows],
        prompted=report.prompted,
    )
    write_whole(file, msgspec.json.format(msgspec.json.encode(kept), indent=2).decode() + "\n")


def kept(file: Path, rule: Rule) -> Tried | None:
    """When a rule was last tried, and whether as it is; None where no report can be read."""
    try:
        found = msgspec.json.decode(file.read_bytes(), type=_Kept)
    except (OSError, *UNREADABLE):
        return None
    return Tried(found.tried_on, same=(found.rule, found.judged_as) == (rule.id, judged_as(rule)))
