"""Whose line it is, in CSV files: a number is written in many ways, and nobody's line is lost."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bulk import whose
from fhir_adapters.bulk.book import book
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.people import SetAside
from fhir_adapters.needs import needs_of
from rules.record import Kind, PatientRecord
from tests.builders import code
from tests.lists import places, records

COUGH, CARE = code("cough"), code("palliative")
NEEDS = needs_of({Kind.CONDITION: [COUGH, CARE]})
MAPPING = """people: {file: people.csv, id: ID, born: Born, everybody_is: [registered, living]}
files:
  - {file: coded.csv, holds: [condition], person: ID, date: Date,
     codes: [{column: Code, system: good-day}]}
"""
# Invented; the last digit of each is right.
ANN, BEA, CEM = "999 000 0018", "9990000026", "9990000034"


def read(
    folder: Path, *whose: str, people: tuple[str, ...] = (ANN, BEA), what: str = "palliative"
) -> tuple[dict[str, PatientRecord], SetAside]:
    """Who the people are, each with a cough; and a line more about each of those named first."""
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    told = "".join(f'"{one}",1956\n' for one in people)
    (folder / "people.csv").write_text(f"ID,Born\n{told}", encoding="utf-8")
    lines = [*((one, what) for one in whose), *((one, "cough") for one in people)]
    rows = "".join(f'"{of}",{what},2020\n' for of, what in lines)
    (folder / "coded.csv").write_text(f"ID,Code,Date\n{rows}", encoding="utf-8")
    return records(folder, NEEDS)


def known(record: PatientRecord) -> bool:
    return Kind.CONDITION not in record.unread


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("9990000018", id="without spaces"),
        pytest.param("999-000-0018", id="hyphens"),
        pytest.param("9990000018.0", id="a spreadsheet's number"),
        pytest.param("999\u00a0000\u00a00018", id="spaces that do not break"),
        pytest.param(' ="9990000018"', id="kept off a spreadsheet"),
    ],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_an_nhs_number_is_the_same_however_it_is_written(
    tmp_path: Path, written: str, swapped: bool
) -> None:
    of, line = (written, ANN) if swapped else (ANN, written)
    told = of.replace('"', '""')
    found, aside = read(tmp_path, line.replace('"', '""'), people=(told, BEA))
    assert aside.count == 0
    ann, bea = sorted(found.values(), key=lambda one: CARE not in one.by_code)
    assert (set(ann.by_code), set(bea.by_code)) == ({CARE, COUGH}, {COUGH})
    # As the people file has it, for what takes the list back to the record system.
    assert ann.person.id == of.strip().removeprefix('="').removesuffix('"').replace("\u00a0", " ")


def test_a_number_that_a_spreadsheet_made_a_fraction_is_the_number(tmp_path: Path) -> None:
    found, aside = read(tmp_path, "1001.0", people=("1001", "1002"))
    assert (aside.count, set(found["1001"].by_code)) == (0, {CARE, COUGH})


@pytest.mark.parametrize(
    ("written", "people"),
    [
        pytest.param("01001", ("1001", "1002"), id="zeros in front"),
        pytest.param("1001", ("01001", "1002"), id="zeros that are lost"),
        pytest.param("ANN", ("ann", "bea"), id="capitals"),
        pytest.param("a-nn", ("a nn", "bea"), id="signs between"),
    ],
)
def test_a_line_that_may_be_somebodys_is_neither_theirs_nor_nobodys(
    tmp_path: Path, written: str, people: tuple[str, str]
) -> None:
    found, aside = read(tmp_path, written, people=people)
    assert (aside.count, places(tmp_path, aside)) == (1, ["coded.csv:2"])
    assert not known(found[people[0]])
    assert CARE not in found[people[0]].by_code
    assert known(found[people[1]])


def test_a_damaged_nhs_number_may_be_anybodys_where_everybody_has_one(tmp_path: Path) -> None:
    for number, damaged in enumerate(("9990000019", "999000001", "EMIS-77")):
        folder = tmp_path / str(number)
        folder.mkdir()
        found, aside = read(folder, damaged)
        assert (aside.count, places(folder, aside)) == (1, ["coded.csv:2"])
        assert not any(map(known, found.values()))
        assert COUGH in found[ANN].by_code


def test_lines_about_people_who_are_not_on_the_list_are_counted_and_told(tmp_path: Path) -> None:
    found, aside = read(tmp_path, CEM, CEM, "9990000042")
    assert aside.count == 3
    (fault,) = aside.first
    assert places(tmp_path, aside) == ["coded.csv:2"]
    assert fault.why.startswith("3 lines of this file are about people who are not in people.csv")
    assert all(map(known, found.values()))
    assert list(found) == [ANN, BEA]


def test_they_are_counted_whatever_the_rules_look_for(tmp_path: Path) -> None:
    _, aside = read(tmp_path, CEM, what="something-else")
    assert aside.count == 1
    assert aside.first[0].why.startswith("1 line of this file is about somebody who is not in")


@pytest.mark.parametrize("of", ["77", "EMIS-1", "9990000042"])
def test_a_file_that_is_about_nobody_on_the_list_is_a_slip_in_the_mapping(
    tmp_path: Path, of: str
) -> None:
    read(tmp_path)
    (tmp_path / "coded.csv").write_text(f"ID,Code,Date\n{of},palliative,2020\n", encoding="utf-8")
    with pytest.raises(BulkError, match=r"coded\.csv .* nobody in people\.csv.*ID"):
        records(tmp_path, NEEDS)


def test_the_same_person_twice_is_once_if_only_the_number_is_written_otherwise(
    tmp_path: Path,
) -> None:
    found, aside = read(tmp_path, people=(ANN, BEA, "9990000018"))
    assert (list(found), aside.count) == ([ANN, BEA], 0)


def test_a_visit_in_the_book_is_of_the_person_as_the_people_file_has_them(tmp_path: Path) -> None:
    read(tmp_path, people=(ANN, BEA))
    about = MAPPING.replace("condition", "appointment").replace(
        "date: Date", "date: Date, to: Code"
    )
    (tmp_path / "mapping.yaml").write_text(about, encoding="utf-8")
    rows = f"9990000018,Dr A,23/11/2026\n{BEA},Dr A,23/11/2026\n{CEM},Dr A,23/11/2026\n"
    (tmp_path / "coded.csv").write_text(f"ID,Code,Date\n{rows}", encoding="utf-8")
    assert [one.person for one in book(tmp_path)] == [ANN, BEA, CEM]


BETWEEN = st.lists(st.sampled_from(["", "", " ", "-", "\u00a0", "\u2011"]), min_size=9, max_size=9)


@given(digits=st.from_regex(r"[0-9]{10}", fullmatch=True), between=BETWEEN, end=st.booleans())
def test_ten_digits_are_one_number_whatever_stands_between_them(
    digits: str, between: list[str], end: bool
) -> None:
    text = "".join(map("".join, zip(digits, [*between, ""], strict=True))) + ".0" * end
    assert whose.key(f" {text} ") == digits


@given(*[st.text(alphabet="0123aA-. _", min_size=1, max_size=12)] * 2)
def test_two_numbers_are_one_only_if_they_have_the_same_letters_and_digits(
    one: str, other: str
) -> None:
    keys = [whose.key(text) for text in (one, other)]
    whole = [re.sub(r"\.0+\Z", "", text.strip()) for text in (one, other)]
    if keys[0] and keys[0] == keys[1]:
        first, second = ("".join(filter(str.isalnum, text)) for text in whole)
        assert first == second
    assert all(key == "" or whose.key(key) == key for key in keys)
