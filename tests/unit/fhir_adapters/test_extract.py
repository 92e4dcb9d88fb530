"""CSV files of a record system: what their cells mean, and what is set aside and never lost."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from fhir_adapters.bulk import cells
from fhir_adapters.bulk.csv_lines import records
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.people import SetAside
from fhir_adapters.bulk.source import ready
from fhir_adapters.needs import needs_of
from fhir_adapters.systems import ADDRESS
from rules.answer import Answer
from rules.codes import SNOMED, Code
from rules.days import Span
from rules.record import ENTRY_KINDS, Kind, PatientRecord

COPD = Code(SNOMED, "13645005")
NEEDS = needs_of({kind: [COPD] for kind in (*ENTRY_KINDS, Kind.MEDICATION)})
MAPPING = """people:
  file: people.csv
  id: ID
  born: Born
  died: Died
files:
  - file: coded.csv
    holds: [everything coded]
    person: ID
    codes: [{column: Code, system: snomed}]
    date: Date
    value: Value
    status: {column: Status, stands: [Active], over: [Past], declined: [Declined], void: [Wrong]}
"""
HEAD = b"ID,Code,Date,Value,Status\n"
PEOPLE = b"Report\n\nID,Born,Died\nann,03/04/1956,\nbea,1960,\n"


def read(
    folder: Path, coded: bytes, mapping: str = MAPPING, people: bytes = PEOPLE
) -> tuple[dict[str, PatientRecord], SetAside]:
    (folder / "mapping.yaml").write_text(mapping)
    (folder / "people.csv").write_bytes(people)
    (folder / "coded.csv").write_bytes(coded)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    with Crew(1) as crew:
        found = ready(folder, NEEDS, scratch, crew)
    told: list[SetAside] = []
    everybody = [one.record for part in found.parts for one in part.people(told)]
    return {one.person.id: one for one in everybody}, sum(told, found.aside)


def rejects(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (folder / "scratch" / "rejects").glob("*"))


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        pytest.param("03-Mar-2026", (2026, 3, 3), (2026, 3, 3), id="EMIS"),
        pytest.param("03 Mar 2026", (2026, 3, 3), (2026, 3, 3), id="SystmOne"),
        pytest.param("04/03/2026 10:15", (2026, 3, 4), (2026, 3, 4), id="day before month"),
        pytest.param("2026-03-04", (2026, 3, 4), (2026, 3, 4), id="year first"),
        pytest.param("Mar 2026", (2026, 3, 1), (2026, 3, 31), id="a month"),
    ],
)
def test_a_day_is_read_as_the_united_kingdom_writes_it(
    cell: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    assert cells.day(cell) == Span(date(*first), date(*last))


@pytest.mark.parametrize("cell", ["03/04/26", "03/13/2026", "30/02/2026", "46084", "soon"])
def test_what_is_no_day_for_certain_is_not_used(cell: str) -> None:
    with pytest.raises(cells.Unusable):
        cells.day(cell)


@pytest.mark.parametrize(
    ("cell", "number", "sign", "unit"),
    [("58", "58", "", ""), (">90", "90", ">", ""), ("58 mmol/mol", "58", "", "mmol/mol")],
)
def test_a_value_keeps_its_sign_and_unit(cell: str, number: str, sign: str, unit: str) -> None:
    found = cells.measured(cell, "", frozenset())
    assert found is not None
    assert (found.number, found.comparator, found.unit) == (Decimal(number), sign, unit)


FORM = "https://practice.example/fhir/Questionnaire/before-your-review"


@pytest.mark.parametrize("cell", [FORM, f"{FORM}|2.1"])
def test_a_form_is_known_by_its_address_however_long_with_its_version_and_without(
    cell: str,
) -> None:
    assert cells.codes(ADDRESS, cell) == tuple(
        Code(ADDRESS, name) for name in dict.fromkeys((FORM, cell))
    )
    with pytest.raises(cells.Unusable):
        cells.codes(SNOMED, FORM)


@pytest.mark.parametrize("cell", ["140/85", "5,4", "3-5", "about 7"])
def test_a_value_that_may_be_two_has_no_number(cell: str) -> None:
    found = cells.measured(cell, "", frozenset())
    assert found is not None
    assert found.number is None


def test_a_line_stands_in_the_lists_of_its_file_and_what_no_file_holds_is_unknown(
    tmp_path: Path,
) -> None:
    found, aside = read(tmp_path, HEAD + b"ann,13645005,03/03/2020,58,Active\n")
    kinds = {entry.kind for entry in found["ann"].by_code[COPD]}
    assert kinds == {Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE, Kind.REFERRAL}
    assert Kind.MEDICATION in found["ann"].unread
    assert not kinds & set(found["ann"].unread)
    assert found["bea"].by_code == {}
    assert found["ann"].person.died is Answer.NO
    assert aside.count == 0


@pytest.mark.parametrize(
    ("word", "statuses"),
    [
        ("Past", {"resolved", "final", "completed"}),
        ("Declined", {"not-done"}),
        ("Wrong", set[str]()),
        ("Nobody knows", {"unclear"}),
    ],
)
def test_a_status_is_heard(tmp_path: Path, word: str, statuses: set[str]) -> None:
    found, _ = read(tmp_path, HEAD + f"ann,13645005,2020,,{word}\n".encode())
    assert {entry.status for entry in found["ann"].by_code.get(COPD, ())} == statuses


@pytest.mark.parametrize(
    ("line", "everybody"),
    [
        pytest.param(b"ann,1.3645E+7,2020,,\n", False, id="a code through a spreadsheet"),
        pytest.param(b"ann,13645006,2020,,\n", False, id="a wrong check digit"),
        pytest.param(b"ann,13645005;13645005,2020,,\n", False, id="two codes in one cell"),
        pytest.param(b"ann,13645005,03/03/20,,\n", False, id="a year of two digits"),
        pytest.param(b",13645005,2020,,\n", True, id="nobody's"),
        pytest.param(b"ann,13645005,2020\n", True, id="cells are missing"),
        pytest.param(b'ann,"13645005,2020,,\n', True, id="a quotation mark that is not closed"),
        pytest.param(b"ann,\x00,2020,,\n", True, id="a NUL"),
        pytest.param(b"ann,\x81,2020,,\n", True, id="no encoding"),
        pytest.param(b"ann,13645005,2020,," + b"a" * 10_000_000 + b"\n", True, id="10 MB unquoted"),
        pytest.param(b'ann,13645005,2020,,"' + b"a" * 10_000_000 + b'"\n', True, id="10 MB quoted"),
        pytest.param(b"ann,13645005" + b",2020" * 100_000 + b"\n", True, id="100,000 columns"),
        pytest.param(b"ann,13645005,2020,,\rann,,2020,,\n", True, id="a CR in its middle"),
        pytest.param("ann,13645005,2020,,\n".encode("utf-16-be"), True, id="of UTF-16"),
    ],
)
def test_what_cannot_be_used_costs_its_lists_and_no_other_line(
    tmp_path: Path, line: bytes, everybody: bool
) -> None:
    found, aside = read(tmp_path, HEAD + line + b"bea,13645005,2021,,\n")
    assert aside.count == 1
    assert aside.first[0].place.endswith("coded.csv:2")
    assert Kind.CONDITION in found["ann"].unread
    assert (Kind.CONDITION in found["bea"].unread) is everybody
    assert COPD in found["bea"].by_code
    assert rejects(tmp_path) == line


@pytest.mark.parametrize(
    ("lines", "place", "asked"),
    [
        pytest.param(b"cem,32/01/1956,\n", 6, True, id="a birth on no day"),
        pytest.param(b"cem,1956,soon\n", 6, True, id="a death on no day"),
        pytest.param(b"cem,1956,\ncem,1957,\n", 7, False, id="two people with one number"),
        pytest.param(b"cem\n", 6, False, id="cells are missing"),
        pytest.param(b"cem\xff\x81,1956,\n", 6, False, id="no encoding"),
    ],
)
def test_what_cannot_be_used_of_who_somebody_is_is_kept_apart_and_told_by_its_place(
    tmp_path: Path, lines: bytes, place: int, asked: bool
) -> None:
    found, aside = read(tmp_path, HEAD + b"bea,13645005,2021,,\n", people=PEOPLE + lines)
    assert [fault.place for fault in aside.first] == [f"{tmp_path / 'people.csv'}:{place}"]
    assert (aside.count, aside.people) == (1, not asked)
    assert set(found) == {"ann", "bea"} | ({"cem"} if asked else set())
    assert rejects(tmp_path) == lines.splitlines(keepends=True)[-1]


def test_five_thousand_random_lines_are_each_read_or_told(tmp_path: Path) -> None:
    rng = Random(7)
    letters = b'",;\n\r\t\x00\xe9\xff=+-@12345abc '
    noise = b"".join(bytes(rng.choices(letters, k=30)) + b"\n" for _ in range(5_000))
    path = tmp_path / "noise.csv"
    path.write_bytes(noise + b"the,end\n")
    last = list(records(path, ","))[-1]
    assert last.cells[-1] == "end" or last.why
    assert last.line <= noise.count(b"\n") + 1


@pytest.mark.parametrize(
    ("slip", "instead", "says"),
    [
        ("born: Born", "birth: Born", "birth"),
        ("system: snomed", "system: snomd", "snomd"),
        ("holds: [everything coded]", "holds: [everything]", "everything"),
        ("file: coded.csv", "file: ../coded.csv", "name alone"),
        ("column: Code", "column: Coed", "coed"),
    ],
)
def test_a_slip_in_the_mapping_is_told(tmp_path: Path, slip: str, instead: str, says: str) -> None:
    with pytest.raises(BulkError, match="(?i)" + says):
        read(tmp_path, HEAD, MAPPING.replace(slip, instead))


@pytest.mark.parametrize("cell", ["cough;wheeze", "cough,wheeze", "cough|wheeze", "cough wheeze"])
@pytest.mark.parametrize("system", ["good-day", "emis", "ctv3"])
def test_a_cell_with_several_local_codes_is_told_and_not_taken_for_another_code(
    tmp_path: Path, cell: str, system: str
) -> None:
    mapping = MAPPING.replace("system: snomed", f"system: {system}")
    found, aside = read(tmp_path, HEAD + f'ann,"{cell}",2020,,\n'.encode(), mapping)
    assert (aside.count, Kind.CONDITION in found["ann"].unread) == (1, True)
    assert Kind.CONDITION not in found["bea"].unread


UNREAD_HEADINGS: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "UTF-16": (lambda text: text.decode().encode("utf-16"), "is UTF-16"),
    "UTF-16 without its mark": (lambda text: text.decode().encode("utf-16-le"), "is UTF-16"),
    "the other way round": (lambda text: text.decode().encode("utf-16-be"), "is UTF-16"),
    "CR alone": (lambda text: text.replace(b"\n", b"\r"), "csv:1  .*carriage return"),
    "a NUL": (lambda text: text[:20] + b"\0" + text[20:], "csv:1  .*NUL"),
    "a quotation mark": (lambda text: b'"' + text, "csv:1  .*quotation mark"),
    "60,000 columns": (lambda text: b"x," * 60_000 + text, "csv:1  .*longer"),
    "nothing": (lambda _: b"", "ID is missing"),
}


@pytest.mark.parametrize(("spoilt", "says"), UNREAD_HEADINGS.values(), ids=UNREAD_HEADINGS)
def test_a_table_in_which_no_headings_can_be_read_is_told_with_the_line_that_cannot(
    tmp_path: Path, spoilt: Callable[[bytes], bytes], says: str
) -> None:
    with pytest.raises(BulkError, match=says):
        read(tmp_path, spoilt(HEAD + b"ann,13645005,2020,,\n"))


def test_lines_end_in_either_way_and_letters_come_as_windows_or_the_web_have_them(
    tmp_path: Path,
) -> None:
    mapping = MAPPING.replace("value: Value", "value: Value\n    words: Words")
    head = HEAD.replace(b"\n", b",Words\r\n")
    for mark, encoding in ((b"", "cp1252"), (b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8")):
        ann, bea = (f"{who},13645005,2020,,,Zo\xeb".encode(encoding) for who in ("ann", "bea"))
        found, aside = read(tmp_path, mark + head + ann + b"\r\n" + bea + b"\n", mapping)
        assert aside.count == 0
        for record in found.values():
            assert [entry.words for entry in record.by_code[COPD]] == ["Zo\xeb"] * 4


def test_a_quotation_mark_that_never_ends_swallows_no_line_behind_it(tmp_path: Path) -> None:
    behind = b"bea,13645005,2020,,\n" * 3_000
    found, aside = read(tmp_path, HEAD + b'ann,13645005,2020,,"\n' + behind)
    assert (aside.count, aside.first[0].place[-5:]) == (1, "csv:2")
    assert len(found["bea"].by_code[COPD]) == 4
    assert Kind.CONDITION in found["ann"].unread


def test_a_line_above_the_headings_is_told_and_what_a_report_begins_with_is_not(
    tmp_path: Path,
) -> None:
    """A table that was sorted by hand has its headings among the lines."""
    report = b"Search,,,,\nRun on 3,,03/03/2026,,\nPractice,A12,03/03/2026,,\n"
    line = b"1001,13645005,2020,,\n"
    assert read(tmp_path, report + HEAD)[1].count == 0
    found, aside = read(tmp_path, report + line + HEAD)
    assert (aside.count, aside.first[0].place[-5:]) == (1, "csv:4")
    assert rejects(tmp_path) == line
    assert all(Kind.CONDITION in record.unread for record in found.values())
    people = b"1001,03/04/1956,\nID,Born,Died\nann,1956,\n"
    assert read(tmp_path, HEAD, people=people)[1].people == 1
