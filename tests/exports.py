"""Invented people as an export of a record system, and a rule that is tried on them."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from cds_hooks.cli import run
from fhir_adapters.read import TYPES
from tests.builders import (
    TODAY,
    Resource,
    a_condition,
    a_patient,
    a_resource,
    rule_text,
    write_folder,
)

PALLIATIVE = "103735009"
COUGHING = {"when": "\nall:\n  - has_cough\n  - age: {at_least: 18}"}
SNEEZING = {
    "id": "sneezing",
    "facts": "\nhas_wheeze: {find: condition, codes: wheeze, label: has a wheeze}",
    "when": "has_wheeze",
    "quiet": "{topic: sneezing}",
    "tests": None,
    "people": None,
    "today": None,
}
ADULT, CHILD = "1966-01-01", "2016-01-01"


class Crowd:
    """Invented people for an export, each with a number."""

    def __init__(self) -> None:
        self.found: dict[str, list[Resource]] = {"Patient": []}

    def add(self, count: int, *codes: str, born: str = ADULT, **patient: object) -> range:
        """So many people with these conditions, and their numbers."""
        first = len(self.found["Patient"])
        for number in range(first, first + count):
            self.found["Patient"].append({**a_patient(f"p{number}", born=born), **patient})
            self.put("Condition", *({**a_condition(code), **about(number)} for code in codes))
        return range(first, first + count)

    def put(self, kind: str, *resources: Resource) -> None:
        """Some entries more."""
        self.found.setdefault(kind, []).extend(resources)

    def visits(self, numbers: Iterable[int], day: date, to: str) -> None:
        """They come on a day."""
        for number in numbers:
            made = a_resource("Appointment", "visit", of=f"p{number}", status="booked")
            who = [{"actor": {"reference": f"Patient/p{number}"}}, {"actor": {"reference": to}}]
            self.put("Appointment", {**made, "start": day.isoformat(), "participant": who})

    def write(self, folder: Path) -> Path:
        """As an export: a file for each type, empty where there is nothing."""
        folder.mkdir()
        for kind in ("Patient", *TYPES.values()):
            lines = (json.dumps(one) + "\n" for one in self.found.get(kind, ()))
            (folder / f"{kind}.ndjson").write_text("".join(lines), encoding="utf-8")
        return folder


def about(number: int) -> Resource:
    return {"subject": {"reference": f"Patient/p{number}"}}


def a_crowd() -> Crowd:
    """52 people: 40 with a cough, of whom 3 are children and 2 receive palliative care."""
    crowd = Crowd()
    crowd.add(12)
    crowd.add(30, "cough", gender="female")
    crowd.add(5, "cough", gender="male")
    crowd.add(3, "cough", born=CHILD, gender="male")
    crowd.add(2, "cough", PALLIATIVE, gender="female")
    return crowd


def a_practice(folder: Path) -> Path:
    """A practice's folder with two rules."""
    write_folder(
        folder,
        {"coughing.yaml": rule_text(**COUGHING), "sneezing.yaml": rule_text(**SNEEZING)},
    )
    return folder


def tried(practice: Path, source: Path, *more: str) -> int:
    asked = ["rules", "try", "coughing", str(source), "--rules", str(practice)]
    return run([*asked, "--today", TODAY.isoformat(), "--processes", "1", *more])
