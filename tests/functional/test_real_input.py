"""The 132 people of the shared data, through every door, against answers worked out by others.

``labels.csv`` and the oracle files say who has a condition and no active plan, and who has a plan,
as of a day that each file names. Three doors have to agree with them: a bundle in a file, a
prefetch request to the served app, and a folder of NDJSON. Each says which rules of the test
library are true for a person; the served app says it by the rules that its card stands for.
"""

import csv
import gzip
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fhir_adapters.bulk.ndjson import records
from fhir_adapters.bundle import record_from_file
from fhir_adapters.needs import needs
from rules.engine import evaluate
from rules.load import load_library
from rules.outcome import Decision
from rules.record import PatientRecord
from rules.rule import Library
from tests.builders import Resource
from tests.served import FHIR_SERVER, Json, Surgery, a_call, in_pilot, prefetch_of, surgery

pytestmark = pytest.mark.long

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

# For each person, the rules that are true.
Decided = Mapping[str, frozenset[str]]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def _library() -> Library:
    return in_pilot(load_library(LIBRARY).usable())


def _true(record: PatientRecord, day: date) -> frozenset[str]:
    outcomes = evaluate(_library().rules, record, (), day)
    return frozenset(o.rule.id for o in outcomes if o.decision is Decision.PROMPT)


def through_bundle_files(patients: Path, asked: Asked) -> Decided:
    return {
        path.name.partition(".")[0]: _true(record_from_file(path), asked.day)
        for path in (patients / asked.people / "bundles").glob("*.json.gz")
    }


def through_ndjson(patients: Path, asked: Asked) -> Decided:
    everybody = records(patients / asked.people / "ndjson", needs(_library().rules))
    return {record.person.id: _true(record, asked.day) for record in everybody}


def through_prefetch(patients: Path, asked: Asked) -> Decided:
    with TemporaryDirectory() as folder, surgery(Path(folder), _library()) as service:
        service.now = datetime(asked.day.year, asked.day.month, asked.day.day, 12, tzinfo=UTC)
        templates = service.templates()
        return {
            path.name.partition(".")[0]: _served(service, templates, path)
            for path in (patients / asked.people / "bundles").glob("*.json.gz")
        }


def _served(service: Surgery, templates: Mapping[str, str], path: Path) -> frozenset[str]:
    patient_id, resources = _as_on_a_server(json.loads(gzip.decompress(path.read_bytes())))
    call = a_call(prefetch_of(templates, resources), patient_id, fhirServer=FHIR_SERVER)
    reply = service.ask(call)
    held = [one["step"] for one in reply.held_back.values()]
    assert set(held) <= {"cannot-tell"}, "a hold would hide what the rule decided"
    return reply.prompted


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


Door = Callable[[Path, Asked], Decided]
DOORS: Mapping[str, Door] = {
    "bundle file": through_bundle_files,
    "prefetch": through_prefetch,
    "NDJSON": through_ndjson,
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


def labelled(patients: Path, door: str) -> Iterator[Line]:
    got = decided(door, patients, EDITED)
    for row in _rows(patients / EDITED.people / "labels.csv"):
        topic = row["topic"]
        yield Line(row["id"], topic, row["gap"] == "1", _gap(topic) in got[row["id"]])


def oracle(patients: Path, asked: Asked, door: str, columns: Mapping[str, str]) -> Iterator[Line]:
    got = decided(door, patients, asked)
    for row in _rows(patients / asked.people / f"oracle-{asked.day}.csv"):
        for column, topic in columns.items():
            rule = f"{TOPICS[topic]}-plan-recorded" if columns is PLANS else _gap(topic)
            yield Line(row["id"], topic, row[column] == "1", rule in got[row["id"]])


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


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_the_three_doors_decide_every_rule_alike_for_everybody(
    shared_data: Path, asked: Asked
) -> None:
    patients = shared_data / "patients"
    bundle, prefetch, ndjson = (decided(door, patients, asked) for door in DOORS)
    assert bundle == prefetch == ndjson


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
