"""The 132 people of the shared data, through every door, against answers worked out by others.

``labels.csv`` and the oracle files say who has a condition and no active plan, and who has a plan,
as of a day that each file names. Every door has to agree with them: a bundle in a file, a prefetch
request to the served app, and lists of everybody, as bundles, as NDJSON, as CSV files, as Parquet
and on Spark. Each says which rules of the test library are true for a person, and which it cannot
tell; the served app says it by the rules that its card stands for.

CSV files are written here from the same resources: codes, days and how a line stands. No column of
theirs says that somebody died of whom no day is known. Two people are so: there a door of CSV files
cannot tell, and nowhere else.
"""

import csv
import gzip
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import PROBLEMS
from fhir_adapters.bulk.chunk import evaluate_chunk
from fhir_adapters.bulk.spark import rows as spark_rows
from fhir_adapters.bundle import record_from_file
from fhir_adapters.needs import needs
from rules.engine import evaluate
from rules.load import load_library
from rules.outcome import Decision
from rules.record import PatientRecord
from rules.rule import Library
from tests.builders import Resource
from tests.functional.shared_tables import as_tables
from tests.lists import everybody
from tests.served import FHIR_SERVER, Json, Surgery, a_call, in_pilot, prefetch_of, surgery
from tests.spark import collected, spark_in

# What pyspark leaves open is not ours.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore")]

LIBRARY = Path(__file__).parents[1] / "fixtures" / "synthea"
TOPICS = {"COPD": "copd", "ASTHMA": "asthma", "DM2": "diabetes", "HF": "heart-failure"}
PLANS = {"plan_copd": "COPD", "plan_asthma": "ASTHMA", "plan_dm": "DM2", "plan_hf": "HF"}
GAPS = {
    "R1_copd_no_plan": "COPD",
    "R7_asthma_no_plan": "ASTHMA",
    "R11_dm_no_plan": "DM2",
    "R9_hf_no_plan": "HF",
}


@dataclass(frozen=True)
class Asked:
    """A set of people and the day that its file of answers gives."""

    people: str
    day: date

    def __str__(self) -> str:
        return f"{self.people} on {self.day}"


PLAIN_2018 = Asked("open", date(2018, 6, 1))
PLAIN_2020 = Asked("open", date(2020, 6, 1))
EDITED = Asked("open-mutated", date(2022, 1, 1))
ASKED = (PLAIN_2018, PLAIN_2020, EDITED)

# For each person, the rules that are true, and those of which nobody can tell.
Decided = Mapping[str, Mapping[str, Decision]]
TOLD = (Decision.PROMPT, Decision.CANNOT_TELL)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def _library() -> Library:
    return in_pilot(load_library(LIBRARY).usable())


def through_bundle_files(patients: Path, asked: Asked) -> Decided:
    return {
        path.name.partition(".")[0]: _outcomes(record_from_file(path), asked.day)
        for path in (patients / asked.people / "bundles").glob("*.json.gz")
    }


def _outcomes(record: PatientRecord, day: date) -> Mapping[str, Decision]:
    outcomes = evaluate(_library().rules, record, (), day)
    return {one.rule.id: one.decision for one in outcomes if one.decision in TOLD}


def through_prefetch(patients: Path, asked: Asked) -> Decided:
    with TemporaryDirectory() as folder, surgery(Path(folder), _library()) as service:
        service.now = datetime(asked.day.year, asked.day.month, asked.day.day, 12, tzinfo=UTC)
        templates = service.templates()
        return {
            path.name.partition(".")[0]: _served(service, templates, path)
            for path in (patients / asked.people / "bundles").glob("*.json.gz")
        }


def _served(service: Surgery, templates: Mapping[str, str], path: Path) -> Mapping[str, Decision]:
    patient_id, resources = _as_on_a_server(json.loads(gzip.decompress(path.read_bytes())))
    call = a_call(prefetch_of(templates, resources), patient_id, fhirServer=FHIR_SERVER)
    reply = service.ask(call)
    held = {rule: one["step"] for rule, one in reply.held_back.items()}
    assert set(held.values()) <= {"cannot-tell"}, "a hold would hide what the rule decided"
    prompted = dict.fromkeys(reply.prompted, Decision.PROMPT)
    return prompted | dict.fromkeys(held, Decision.CANNOT_TELL)


def _as_on_a_server(bundle: Json) -> tuple[str, list[Resource]]:
    """The resources as a server has them: references name the Patient by id, not by urn."""
    (patient,) = (e for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    patient_id: str = patient["resource"]["id"]
    resources = [entry["resource"] for entry in bundle["entry"]]
    for resource in resources:
        subject = resource.get("subject")
        if subject and subject.get("reference") == patient["fullUrl"]:
            subject["reference"] = f"Patient/{patient_id}"
    return patient_id, resources


# ---- lists of everybody -------------------------------------------------------------------------


def _listed(folder: Path, asked: Asked, faults: int = 0) -> Decided:
    rules = _library().rules
    people, aside = everybody(folder, needs(rules))
    assert aside.count == faults
    rows = evaluate_chunk(rules, people, asked.day)
    came = {row.person: _told((one.rule, one.decision) for one in row.came) for row in rows}
    assert len(came) == len(people)
    return came


def _told(came: Iterable[tuple[str, str]]) -> Mapping[str, Decision]:
    every = {rule: Decision(decision) for rule, decision in came}
    return {rule: decision for rule, decision in every.items() if decision in TOLD}


def through_bundles(patients: Path, asked: Asked) -> Decided:
    return _listed(patients / asked.people / "bundles", asked)


def through_ndjson(patients: Path, asked: Asked) -> Decided:
    return _listed(patients / asked.people / "ndjson", asked)


def through_parquet(patients: Path, asked: Asked) -> Decided:
    with TemporaryDirectory() as folder:
        return _listed(_imported(patients / asked.people / "ndjson", Path(folder)), asked)


def _imported(source: Path, folder: Path, code: int = 0) -> Path:
    kept = folder / "kept"
    usual = ["--rules", str(LIBRARY), "--processes", "1"]
    assert run(["population", "import", str(source), "--to", str(kept), *usual]) == code
    return kept


def through_tables(patients: Path, asked: Asked) -> Decided:
    with TemporaryDirectory() as folder:
        tables = as_tables(patients / asked.people / "ndjson", Path(folder))
        return _listed(tables, asked, _undated(asked))


def through_imported_tables(patients: Path, asked: Asked) -> Decided:
    with TemporaryDirectory() as folder:
        return _listed(_imported_tables(patients, asked, Path(folder)), asked, _undated(asked))


def _imported_tables(patients: Path, asked: Asked, folder: Path) -> Path:
    tables = as_tables(patients / asked.people / "ndjson", folder / "tables")
    return _imported(tables, folder, PROBLEMS if _undated(asked) else 0)


def _undated(asked: Asked) -> int:
    """People who died, and nobody wrote down when: in a table their line is told."""
    return 2 if asked is EDITED else 0


@cache
def _on_spark(patients: Path) -> Mapping[tuple[str, Asked], Decided]:
    """Everything that is asked of Spark, in one session."""
    found: dict[tuple[str, Asked], Decided] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        spark = stack.enter_context(spark_in(folder))
        for number, asked in enumerate(ASKED):
            kept = _imported_tables(patients, asked, folder / str(number))
            sources = {SPARK: patients / asked.people / "ndjson", SPARK_OF_TABLES: kept}
            for door, source in sources.items():
                rows, aside = collected(spark_rows(spark, source, _library(), asked.day))
                assert aside == (_undated(asked) if source is kept else 0)
                found[door, asked] = {
                    who: _told((str(rule), str(decision)) for rule, _, decision, _ in came)
                    for who, came in rows.items()
                }
    return found


# ---- every door ---------------------------------------------------------------------------------

SPARK, SPARK_OF_TABLES = "Spark", "Spark, of CSV"
OF_TABLES = ("CSV", "Parquet, of CSV", SPARK_OF_TABLES)
Door = Callable[[Path, Asked], Decided]
DOORS: Mapping[str, Door] = {
    "bundle file": through_bundle_files,
    "prefetch": through_prefetch,
    "bundles": through_bundles,
    "NDJSON": through_ndjson,
    "Parquet": through_parquet,
    "CSV": through_tables,
    "Parquet, of CSV": through_imported_tables,
    SPARK: lambda patients, asked: _on_spark(patients)[SPARK, asked],
    SPARK_OF_TABLES: lambda patients, asked: _on_spark(patients)[SPARK_OF_TABLES, asked],
}
_decided: dict[tuple[str, str], Decided] = {}


def decided(door: str, patients: Path, asked: Asked) -> Decided:
    """What a door says about everybody; each door is walked through once for all tests."""
    key = (door, str(asked))
    if key not in _decided:
        _decided[key] = DOORS[door](patients, asked)
    return _decided[key]


@dataclass(frozen=True)
class Line:
    """One person, one topic, one question: what the file says, and what the door says."""

    patient: str
    topic: str
    expected: bool
    got: bool


def _gap(topic: str) -> str:
    return f"{TOPICS[topic]}-without-plan"


def _is_true(got: Decided, row: Mapping[str, str], rule: str) -> bool:
    return got[row["id"]].get(rule) is Decision.PROMPT


def labelled(patients: Path, door: str) -> Iterator[Line]:
    got = decided(door, patients, EDITED)
    for row in _rows(patients / EDITED.people / "labels.csv"):
        topic = row["topic"]
        yield Line(row["id"], topic, row["gap"] == "1", _is_true(got, row, _gap(topic)))


def oracle(patients: Path, asked: Asked, door: str, columns: Mapping[str, str]) -> Iterator[Line]:
    got = decided(door, patients, asked)
    for row in _rows(patients / asked.people / f"oracle-{asked.day}.csv"):
        for column, topic in columns.items():
            rule = f"{TOPICS[topic]}-plan-recorded" if columns is PLANS else _gap(topic)
            yield Line(row["id"], topic, row[column] == "1", _is_true(got, row, rule))


def _differing(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.got is not line.expected]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_everybody_in_the_shared_data_comes_through_the_door(
    shared_data: Path, door: str, asked: Asked
) -> None:
    listed = {
        row["id"]
        for row in _rows(shared_data / "patients" / asked.people / f"oracle-{asked.day}.csv")
    }
    assert decided(door, shared_data / "patients", asked).keys() == listed
    assert len(listed) == (49 if asked is EDITED else 83)


@pytest.mark.parametrize("door", DOORS)
def test_every_labelled_person_gets_the_answer_on_the_label(shared_data: Path, door: str) -> None:
    lines = list(labelled(shared_data / "patients", door))
    assert len(lines) == 49
    assert sum(line.expected for line in lines) == 16
    assert _differing(lines) == []


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_every_plan_column_of_an_oracle_is_met(shared_data: Path, door: str, asked: Asked) -> None:
    lines = list(oracle(shared_data / "patients", asked, door, PLANS))
    assert sum(line.expected for line in lines) > 10
    assert _differing(lines) == []


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_every_gap_column_of_an_oracle_is_met(shared_data: Path, door: str, asked: Asked) -> None:
    lines = list(oracle(shared_data / "patients", asked, door, GAPS))
    assert _differing(lines) == []


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_every_door_decides_every_rule_alike_for_everybody(
    shared_data: Path, asked: Asked, door: str
) -> None:
    patients = shared_data / "patients"
    expected = dict(decided("bundle file", patients, asked))
    if door in OF_TABLES and asked is EDITED:
        untold = {
            row["id"]: _gap(row["topic"])
            for row in _rows(patients / asked.people / "labels.csv")
            if "deceasedBoolean" in row["mutation"]
        }
        assert len(untold) == 2
        for who, rule in untold.items():
            assert rule not in expected[who]
            expected[who] = {**expected[who], rule: Decision.CANNOT_TELL}
    assert decided(door, patients, asked) == expected


def test_the_agreement_is_printed_as_a_table(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {door: list(_questions(shared_data / "patients", door)) for door in DOORS}
    rows: list[tuple[str, ...]] = [
        ("answers of", "topic", "people", "yes", *(f"agree: {door}" for door in DOORS))
    ]
    rows.append(tuple("---" for _ in rows[0]))
    for each in zip(*asked.values(), strict=True):
        for topic in TOPICS:
            about = [[line for line in lines if line.topic == topic] for _, lines in each]
            people, yes = len(about[0]), sum(line.expected for line in about[0])
            agreeing = [len(lines) - len(_differing(lines)) for lines in about]
            assert agreeing == [people] * len(DOORS)
            rows.append((each[0][0], topic, *map(str, (people, yes, *agreeing))))
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n")


def _questions(patients: Path, door: str) -> Iterator[tuple[str, list[Line]]]:
    yield "labels on 2022-01-01", list(labelled(patients, door))
    for asked in ASKED:
        yield f"plans, {asked}", list(oracle(patients, asked, door, PLANS))
        yield f"gaps, {asked}", list(oracle(patients, asked, door, GAPS))
