"""CSV says what NDJSON says: people with what a table can hold, written both ways by this file.

A table holds codes, days and values, and few words for how a line stands. So the same lines are
written as resources, and as tables of a practice: days as the United Kingdom writes them, cells in
quotation marks or not, a byte order mark or none, the ends of lines of two systems, cells with
nothing in them, two columns of codes, units beside the value or behind it.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bulk.extract import NOT_DONE, OVER, USUAL
from fhir_adapters.needs import needs_of
from fhir_adapters.read import TYPES
from fhir_adapters.systems import UK_CORE_ETHNICITY
from rules.codes import OWN, SNOMED, Code
from rules.engine import evaluate
from rules.outcome import Decision
from rules.record import Entry, Kind, PatientRecord
from tests.builders import LISTS, TODAY, Resource, a_patient, a_resource, code
from tests.generative.test_doors_agree import LIBRARY
from tests.lists import everybody
from tests.lists import ndjson as lines
from tests.strategies import DATED_BY, DAYS, IN_A_PERIOD

CODES = st.sampled_from([name for names in LISTS.values() for name in names])
ALL = needs_of({kind: [code(n) for names in LISTS.values() for n in names] for kind in Kind})
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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

HEADS = ("ID", "SNOMED", "SNOMED 2", "Local", "Local 2", "Event Date", "Value", "Unit", "Words",
         "Ended", "State")  # fmt: skip
PEOPLE = ("ID", "Date of\nBirth", "Sex", "Died", "Ethnicity")
SEXES = {"female": "F", "male": "Male", "other": "Indeterminate", "unknown": "Not known", "": ""}
STATES = {"stands": ("", "Active"), "over": ("Past", "past"), "not_done": ("Not Done",)}
ODD_WORDS = st.sampled_from(
    ["", "Cough", 'He said "no", twice', "two\nlines", "a;b|c\td", "Zo\u00eb", "'", "=1+1", " x "]
)


@dataclass
class Hand:
    """How somebody's system writes tables."""

    draw: st.DrawFn
    mark: bool
    encoding: str
    end: str
    separator: str
    quoting: Literal[0, 1, 2]  # as the csv module numbers them

    def one_of(self, *cells: str) -> str:
        return self.draw(st.sampled_from(cells))

    def day(self, text: str) -> str:
        """A day, a month or a year in one of the ways of the United Kingdom."""
        parts = [int(part) for part in text.split("-")] if text else []
        if not parts:
            return self.one_of("", " ")
        if len(parts) == 1:
            return text
        year, month = parts[:2]
        if len(parts) == 2:
            return self.one_of(f"{MONTHS[month - 1]} {year:04}", f"{month:02}/{year:04}")
        day, name = parts[2], MONTHS[month - 1]
        return self.one_of(
            f"{day:02}/{month:02}/{year}",
            f"{day}/{month}/{year}",
            f"{day:02}-{name}-{year}",
            f"{day:02} {name} {year}",
            f"{day:02}/{month:02}/{year} 09:15",
            text,
        )

    def table(self, file: Path, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        text = io.StringIO()
        text.write(self.one_of("", f"Search: everybody{self.end}{self.end}"))
        writer = csv.writer(
            text,
            delimiter=self.separator,
            lineterminator=self.end,
            quoting=self.quoting,
        )
        writer.writerow(heads)
        for row in rows:
            writer.writerow([*row, *[""] * self.draw(st.sampled_from([0, 0, 1]))])
            text.write(self.one_of("", "", self.end))
        whole = text.getvalue()
        if self.draw(st.booleans()):
            whole = whole.removesuffix(self.end)
        mark = b"\xef\xbb\xbf" if self.mark else b""
        file.write_bytes(mark + whole.encode(self.encoding))


@st.composite
def hands(draw: st.DrawFn) -> Hand:
    mark = draw(st.booleans())
    return Hand(
        draw,
        mark,
        "utf-8" if mark else draw(st.sampled_from(["utf-8", "cp1252"])),
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.sampled_from([",", ";", "\t"])),
        draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
    )


def cells(hand: Hand, number: int, line: Line) -> list[str]:
    by_system: dict[str, list[str]] = {SNOMED: ["", ""], OWN: ["", ""]}
    for place, name in enumerate(line.codes):
        by_system[code(name).system][place] = name
    beside = hand.draw(st.booleans()) or not line.unit
    state = "" if line.ended and hand.draw(st.booleans()) else hand.one_of(*STATES[line.stands])
    return [
        hand.one_of(f"p{number}", f" p{number} "),
        *by_system[SNOMED],
        *by_system[OWN],
        hand.day(line.when),
        line.value if beside else f"{line.value} {line.unit}",
        line.unit if beside else "",
        hand.draw(ODD_WORDS),
        hand.day(line.ended) if line.ended else "",
        state,
    ]


def write_tables(folder: Path, people: Sequence[Somebody], hand: Hand) -> None:
    mapping: dict[str, object] = {
        "people": {
            "file": "people.csv", "id": "ID", "born": "Date of Birth", "sex": "Sex",
            "died": "Died", "ethnic": "ethnicity",
        },
    }  # fmt: skip
    hand.table(
        folder / "people.csv",
        PEOPLE,
        (
            (f"p{n}", hand.day(one.born), SEXES[one.sex], hand.day(one.died), one.ethnic)
            for n, one in enumerate(people)
        ),
    )
    files: list[object] = []
    for kind in Kind:
        name = f"{kind.replace(' ', '-')}.csv"
        rows = [
            cells(hand, n, line)
            for n, one in enumerate(people)
            for line in one.lines
            if line.kind is kind
        ]
        hand.table(folder / name, HEADS, rows)
        systems = ("snomed", "snomed", "good-day", "good-day")
        pairs = zip(HEADS[1:5], systems, strict=True)
        files.append(
            {
                "file": name,
                "holds": [str(kind)],
                "person": "ID",
                "date": "Event Date",
                "codes": [{"column": head, "system": system} for head, system in pairs],
                "value": "Value",
                "unit": "Unit",
                "words": "Words",
                "ended": "Ended",
                "status": {
                    "column": "State",
                    "stands": ["Active"],
                    "over": ["Past"],
                    "not_done": ["Not done"],
                },
            }
        )
    mapping["files"] = files
    (folder / "mapping.yaml").write_text(json.dumps(mapping), encoding="utf-8")


# ---- the law ----------------------------------------------------------------------------------


def told(entry: Entry) -> tuple[object, ...]:
    values = [(one.number, one.unit, one.comparator) for one in entry.measured(set(entry.codes))]
    # Of a result that never came a table does not say that nobody filed it.
    filed = entry.filed if entry.status == "final" else None
    codes = tuple(sorted(entry.codes))
    return entry.kind, codes, entry.status, entry.when, entry.ends, values, entry.sure, filed


def everything(record: PatientRecord) -> Mapping[Code, list[tuple[object, ...]]]:
    return {key: sorted(map(told, found), key=repr) for key, found in record.by_code.items()}


@given(people=st.lists(a_person(), min_size=1, max_size=4), hand=hands())
def test_tables_say_of_everybody_what_resources_say(people: list[Somebody], hand: Hand) -> None:
    with TemporaryDirectory() as name:
        folders = [Path(name) / "ndjson", Path(name) / "tables"]
        for folder in folders:
            folder.mkdir()
        write_ndjson(folders[0], people)
        write_tables(folders[1], people, hand)
        (first, nothing), (second, aside) = (everybody(folder, ALL) for folder in folders)
    assert aside.first == nothing.first == ()
    assert [one.record.person.id for one in second] == [one.record.person.id for one in first]
    for resources, tables in zip(first, second, strict=True):
        assert everything(tables.record) == everything(resources.record)
        assert tables.record.unread == resources.record.unread
        assert tables[1:] == resources[1:]
        assert replace(tables.record.person, first_name="Sam") == resources.record.person
        assert decided(tables.record) == decided(resources.record)


def decided(record: PatientRecord) -> Mapping[str, Decision]:
    return {one.rule.id: one.decision for one in evaluate(LIBRARY.rules, record, (), TODAY)}
