"""CSV says what NDJSON says: people with what a table can hold, drawn by hypothesis.

The same lines are written as resources by this file, and as tables by ``tests/tables.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bulk.extract import NOT_DONE, OVER, USUAL
from fhir_adapters.bulk.mapping import Standing
from fhir_adapters.needs import needs_of
from fhir_adapters.read import TYPES
from fhir_adapters.systems import UK_CORE_ETHNICITY
from rules.engine import evaluate
from rules.outcome import Decision
from rules.record import Kind, PatientRecord
from tests.builders import LISTS, TODAY, Resource, a_patient, a_resource, code
from tests.generative.test_doors_agree import LIBRARY
from tests.lists import everybody
from tests.lists import ndjson as lines
from tests.strategies import DATED_BY, DAYS, IN_A_PERIOD
from tests.tables import About, Hand, Row, a_hand, what_a_table_says, write_tables

T = TypeVar("T")

CODES = st.sampled_from([name for names in LISTS.values() for name in names])
ALL = needs_of({kind: [code(n) for names in LISTS.values() for n in names] for kind in Kind})


@dataclass(frozen=True)
class Line:
    """One line of somebody's record, of which a table can say all."""

    kind: Kind
    codes: tuple[str, ...]
    when: str  # a day, a month or a year, as FHIR has them; "" where nobody wrote it down
    stands: str  # stands, over, not_done
    value: str = ""
    unit: str = ""
    ended: str = ""


@dataclass(frozen=True)
class Somebody:
    """A person, and what is on their record."""

    born: str
    sex: str
    died: str
    ethnic: str
    lines: tuple[Line, ...]


@st.composite
def a_line(draw: st.DrawFn) -> Line:
    kind = draw(st.sampled_from(Kind))
    standings = ["stands", "stands", *["over"] * (kind in OVER), *["not_done"] * (kind in NOT_DONE)]
    stands = draw(st.sampled_from(standings))
    has_value = kind is Kind.OBSERVATION and draw(st.booleans())
    value = f"{draw(st.integers(0, 999))}{draw(st.sampled_from(['', '.5', '.25']))}"
    return Line(
        kind,
        tuple(sorted(draw(st.lists(CODES, min_size=1, max_size=2, unique=True)))),
        draw(TEXTS | st.just("")),
        stands,
        value if has_value else "",
        draw(st.sampled_from(["", "%", "mmol/mol"])) if has_value else "",
        draw(TEXTS | st.just("")) if kind is Kind.CONDITION and stands == "over" else "",
    )


# Days of four digits' years: a table has no other.
def _told(day: date, length: int) -> str:
    return day.isoformat()[:length]


TEXTS = st.builds(
    _told,
    DAYS.filter(lambda day: day.year >= 1000),
    st.sampled_from([10, 10, 10, 7, 4]),
)


@st.composite
def a_person(draw: st.DrawFn) -> Somebody:
    return Somebody(
        draw(TEXTS),
        draw(st.sampled_from(["female", "male", "other", "unknown", ""])),
        draw(st.just("") | st.just("") | TEXTS),
        draw(st.sampled_from(["", "A", "Z"])),
        tuple(draw(st.lists(a_line(), max_size=6, unique=True))),
    )


# ---- as resources -----------------------------------------------------------------------------


def patient(number: int, one: Somebody) -> Resource:
    made: Resource = {**a_patient(f"p{number}", born=one.born)}
    if one.sex:
        made["gender"] = one.sex
    if one.died:
        made["deceasedDateTime"] = one.died
    if one.ethnic:
        concept = {"coding": [{"code": one.ethnic}]}
        made["extension"] = [{"url": UK_CORE_ETHNICITY, "valueCodeableConcept": concept}]
    return made


def resource(name: str, number: int, line: Line) -> Resource:
    """The line as the list of its kind has it."""
    status = {"over": OVER, "not_done": NOT_DONE}.get(line.stands, USUAL).get(line.kind, "")
    made = a_resource(TYPES[line.kind], *line.codes, of=f"p{number}", id=name)
    if line.kind is Kind.CONDITION:
        made["clinicalStatus"] = {"coding": [{"code": status}]}
    else:
        made["lifecycleStatus" if line.kind is Kind.GOAL else "status"] = status
    if line.when and TYPES[line.kind] in IN_A_PERIOD:
        made["period"] = {"start": line.when}
    elif line.when:
        made[DATED_BY[TYPES[line.kind]]] = line.when
    if line.value:
        figure = float(line.value) if "." in line.value else int(line.value)
        made["valueQuantity"] = {"value": figure, "unit": line.unit}
    if line.ended:
        made["abatementDateTime"] = line.ended
    return made


def write_ndjson(folder: Path, people: Sequence[Somebody]) -> None:
    found: dict[str, list[Resource]] = {kind: [] for kind in ("Patient", *TYPES.values())}
    for number, one in enumerate(people):
        found["Patient"].append(patient(number, one))
        for place, line in enumerate(one.lines):
            found[TYPES[line.kind]].append(resource(f"{number}-{place}", number, line))
    for kind, resources in found.items():
        (folder / f"{kind}.ndjson").write_bytes(lines(resources))


# ---- as tables --------------------------------------------------------------------------------


@st.composite
def hands(draw: st.DrawFn) -> Hand:
    def pick(of: Sequence[T]) -> T:
        return draw(st.sampled_from(of))

    return a_hand(pick)


def about(number: int, one: Somebody) -> About:
    return About(f"p{number}", one.born, one.sex, one.died, one.ethnic)


def row(number: int, line: Line) -> Row:
    return Row(
        f"p{number}",
        line.kind,
        tuple(map(code, line.codes)),
        line.when,
        Standing(line.stands),
        line.value,
        line.unit,
        line.ended,
    )


# ---- the law ----------------------------------------------------------------------------------


@given(people=st.lists(a_person(), min_size=1, max_size=4), hand=hands())
def test_tables_say_of_everybody_what_resources_say(people: list[Somebody], hand: Hand) -> None:
    with TemporaryDirectory() as name:
        folders = [Path(name) / "ndjson", Path(name) / "tables"]
        for folder in folders:
            folder.mkdir()
        write_ndjson(folders[0], people)
        rows = [row(number, line) for number, one in enumerate(people) for line in one.lines]
        write_tables(folders[1], [about(*one) for one in enumerate(people)], rows, hand)
        (first, nothing), (second, aside) = (everybody(folder, ALL) for folder in folders)
    assert aside.first == nothing.first == ()
    assert [one.record.person.id for one in second] == [one.record.person.id for one in first]
    for resources, tables in zip(first, second, strict=True):
        assert what_a_table_says(tables.record) == what_a_table_says(resources.record)
        assert tables.record.unread == resources.record.unread
        assert tables[1:] == resources[1:]
        assert replace(tables.record.person, first_name="Sam") == resources.record.person
        assert decided(tables.record) == decided(resources.record)


def decided(record: PatientRecord) -> Mapping[str, Decision]:
    return {one.rule.id: one.decision for one in evaluate(LIBRARY.rules, record, (), TODAY)}
