"""The shared people as the CSV files of a practice: their diagnoses and their plans.

Written from the resources as they stand in the export, without anything of ours that reads them.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from fhir_adapters.bulk.mapping import Standing
from rules.codes import Code
from rules.record import Kind
from tests.served import Json
from tests.tables import NAMED, About, Row, a_hand, write_tables

# What a practice's mapping makes of the words for how a line stands.
STANDS: Mapping[str, Standing] = {
    "active": Standing.STANDS,
    "recurrence": Standing.STANDS,
    "resolved": Standing.OVER,
    "inactive": Standing.OVER,
    "completed": Standing.OVER,
    "revoked": Standing.NOT_DONE,
    "refuted": Standing.VOID,
    "entered-in-error": Standing.VOID,
}


def as_tables(export: Path, folder: Path) -> Path:
    """The people of an export as CSV files in a folder."""
    people = [
        About(
            one["id"],
            one["birthDate"],
            one["gender"],
            one.get("deceasedDateTime", "")[:10] or ("Yes" if one.get("deceasedBoolean") else ""),
        )
        for one in _resources(export, "Patient")
    ]
    rows = [_row(one) for kind in ("Condition", "CarePlan") for one in _resources(export, kind)]
    folder.mkdir(parents=True, exist_ok=True)
    hand = a_hand(Random(export.parent.name).choice)
    write_tables(folder, people, rows, hand, (Kind.CONDITION, Kind.CARE_PLAN))
    return folder


def _resources(export: Path, kind: str) -> Iterator[Json]:
    with gzip.open(export / f"{kind}.ndjson.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _row(one: Json) -> Row:
    is_plan = one["resourceType"] == "CarePlan"
    period = one.get("period", {})
    day = "onsetDateTime" if "onsetDateTime" in one else "recordedDate"
    begins = period["start"] if is_plan else one[day]
    ends = period.get("end", "") if is_plan else one.get("abatementDateTime", "")
    codings = [
        (coding["system"], coding["code"])
        for concept in (one["category"] if is_plan else [one["code"]])
        for coding in concept.get("coding", ())
    ]
    return Row(
        one["subject"]["reference"].rpartition("/")[2],
        Kind.CARE_PLAN if is_plan else Kind.CONDITION,
        tuple(Code(*coding) for coding in codings if coding[0] in NAMED),
        begins[:10],
        STANDS[_word(one)],
        ended=ends[:10],
    )


def _word(one: Json) -> str:
    """The word that says most of how a line stands."""
    words = [
        coding["code"]
        for name in ("verificationStatus", "clinicalStatus")
        for coding in one.get(name, {}).get("coding", ())
        if coding["code"] != "confirmed"
    ]
    return str(one["status"] if "status" in one else words[0])
