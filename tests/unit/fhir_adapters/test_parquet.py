"""A list kept as Parquet: the same records come out, and what is not whole is never half read."""

import json
import stat
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.parquet import FORMAT, gathered
from fhir_adapters.bulk.people import Fault, SetAside, Someone
from fhir_adapters.needs import Needs, needs_of
from rules.codes import Code
from rules.days import Span
from rules.elsewhere import FAMILY
from rules.record import Entry, Kind, Measurement, PatientRecord, Person
from tests.builders import a_record, code, entry
from tests.kept import Some, keep, opened, read
from tests.strategies import ANSWERS, SPANS, entries, records

COUGH, WHEEZE = code("cough"), code("wheeze")
NEEDS = needs_of({kind: [COUGH, WHEEZE] for kind in (Kind.CONDITION, Kind.PROCEDURE)})
AGAIN = "goodday population import again"


def somebody(who: str = "ann", *lines: Entry) -> Someone:
    return Someone(a_record(*lines, person=Person(who)))


def told(record: PatientRecord) -> dict[Code, list[dict[str, object]]]:
    """Everything that rules find under each code, in the order in which they find it."""
    return {each: [*map(parts, record.by_code[each])] for each in record.by_code}


def parts(one: Entry) -> dict[str, object]:
    """All that an entry says but what people wrote, which is not kept.

    Not its bytes: what was measured has a set of codes, and two sets that are the same need not be
    written in one order.
    """
    return {name: said for name, said in one._asdict().items() if name != "written"}


# ---- the law: out comes what went in ------------------------------------------------------------

PERSONS = st.builds(
    Person,
    id=st.text(max_size=9),
    birth=st.none() | SPANS | st.just(Span(date.min, date.max)),
    died=ANSWERS,
    died_on=st.none() | SPANS,
    sex=st.sampled_from(["", "female", "unknown"]),
    language=st.sampled_from(["", "pl", "en-gb"]),
    needs_interpreter=ANSWERS,
    registered_here=ANSWERS,
)
VALUES = st.builds(
    Measurement,
    st.none() | st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from(["%", ""]),
    codes=st.none() | st.frozensets(st.sampled_from([COUGH, WHEEZE])),
)
# Systems as they are damaged on their way, with what parts a system from its code in them.
CODES = st.builds(
    Code, st.sampled_from(["a", "a|b", "a\\", "\\|", "", "|"]), st.text("a|\\", max_size=4)
)


@st.composite
def lines(draw: st.DrawFn) -> Entry:
    """An entry with any code there is, and with values."""
    line, codes = draw(entries()), tuple(draw(st.lists(CODES, max_size=2, unique=True)))
    values = draw(st.lists(st.tuples(st.text(max_size=3), VALUES), max_size=2))
    return line._replace(codes=codes or line.codes, values=tuple(values))


PEOPLE = st.builds(
    Someone, records(lines(), PERSONS), st.sampled_from(["", "A", "Z"]), st.sampled_from(["", "1"])
)
# Every code there is: what begins with nothing.
EVERYTHING = needs_of({kind: [] for kind in Kind}, {kind: [Code("", "")] for kind in Kind})


@given(everybody=st.lists(PEOPLE, max_size=4))
def test_what_rules_may_read_comes_out_as_it_went_in(everybody: list[Someone]) -> None:
    with TemporaryDirectory() as folder:
        keep(Path(folder), EVERYTHING, Some(everybody))
        found = read(Path(folder), EVERYTHING)
    assert len(found) == len(everybody)
    for before, after in zip(everybody, found, strict=True):
        assert after.record.person == replace(before.record.person, first_name="")
        assert told(after.record) == told(before.record)
        assert after.record.size == before.record.size
        for each in before.record.by_code:
            assert after.record.count_of(each) == before.record.count_of(each)
        assert after.record.unread == before.record.unread
        assert [*map(parts, after.record.booking)] == [*map(parts, before.record.booking)]
        assert after[1:] == before[1:]


def test_entries_stand_under_each_code_in_the_order_they_had(tmp_path: Path) -> None:
    lines = [
        entry(Kind.CONDITION, "cough", date="2020"),
        entry(Kind.CONDITION, "wheeze", date="2021"),
        entry(Kind.CONDITION, "cough", "wheeze", date="2022"),
    ]
    keep(tmp_path, NEEDS, Some([somebody("ann", *lines)]))
    (one,) = read(tmp_path, NEEDS)
    assert told(one.record) == told(a_record(*lines))


def test_somebody_with_very_many_codes_has_them_all(tmp_path: Path) -> None:
    codes = [Code("http://example.org", str(number)) for number in range(40)]
    lines = [entry(Kind.CONDITION)._replace(codes=(one, codes[0])) for one in codes[1:]]
    keep(tmp_path, EVERYTHING, Some([somebody("ann", *lines), somebody("zoe", *lines[:2])]))
    for one, its in zip(read(tmp_path, EVERYTHING), (lines, lines[:2]), strict=True):
        assert told(one.record) == told(a_record(*its))
        assert one.record.count_of(codes[0]) == len(its)
        assert one.record.by_code.get(Code("", "0")) is None


def test_what_no_rule_may_read_is_left_out_and_its_list_is_unknown(tmp_path: Path) -> None:
    other = entry(Kind.CONDITION, "tea")
    elsewhere = entry(Kind.GOAL, "cough")
    keep(tmp_path, NEEDS, Some([somebody("ann", other, elsewhere, entry(Kind.CONDITION, "cough"))]))
    (one,) = read(tmp_path, NEEDS)
    assert [*told(one.record)] == [COUGH]
    assert one.record.size == 1
    assert one.record.unread == {
        kind: "it was not asked for" for kind in Kind if kind not in NEEDS.kinds
    }


def test_nobody_is_named_in_it(tmp_path: Path) -> None:
    person = Person("ann", first_name="Canary")
    keep(tmp_path, NEEDS, Some([Someone(a_record(person=person))]))
    assert all(b"Canary" not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_long_part_is_read_in_groups_and_each_person_once(tmp_path: Path) -> None:
    names = [f"{number:05}" for number in range(2100)]
    keep(tmp_path, NEEDS, Some([somebody(name) for name in names]), Some([]), Some([somebody("z")]))
    parts = opened(tmp_path, NEEDS).parts
    sizes = [len(list(part.people([]))) for part in parts]
    assert (sizes, len([*tmp_path.glob("*.parquet")])) == ([1000, 1000, 100, 1], 2)
    assert [one.record.person.id for one in read(tmp_path, NEEDS)] == [*names, "z"]


def test_the_parts_of_an_entry_are_in_the_order_that_this_format_has() -> None:
    """In another order what was imported before would be read wrongly: that is another FORMAT."""
    assert FORMAT == 4
    assert [one._fields for one in (Entry, Measurement, Span, Code)] == [
        (
            "kind", "codes", "status", "when", "dated_by", "recorded", "ends", "words", "reference",
            "sure", "filed", "values", "answer", "ask_again", "line", "written",
        ),
        ("number", "unit", "comparator", "shown", "codes", "usual"),
        ("first", "last"),
        ("system", "code"),
    ]  # fmt: skip


# ---- the folder ---------------------------------------------------------------------------------


def test_only_whoever_imported_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "list"
    keep(folder, NEEDS, Some([somebody()]))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {file.name[-5:]: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert set(modes.values()) == {0o600}


def test_the_same_people_give_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        keep(tmp_path / name, NEEDS, Some([somebody("ann", entry(Kind.CONDITION, "cough"))]))
    held = [{f.name: f.read_bytes() for f in (tmp_path / name).iterdir()} for name in "ab"]
    assert held[0] == held[1]


def test_an_import_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    keep(tmp_path, NEEDS, Some([somebody("ann")]), Some([somebody("bea")]))
    keep(tmp_path, NEEDS, Some([somebody("cem")]))
    assert [one.record.person.id for one in read(tmp_path, NEEDS)] == ["cem"]
    assert len(list(tmp_path.iterdir())) == 2


def test_an_import_that_breaks_off_leaves_the_one_before_in_force(tmp_path: Path) -> None:
    keep(tmp_path, NEEDS, Some([somebody("ann")]))
    with pytest.raises(BulkError):
        keep(tmp_path, NEEDS, Some([somebody("bea")]), Some([somebody("cem")], breaks_off=True))
    assert [one.record.person.id for one in read(tmp_path, NEEDS)] == ["ann"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("left", [".unfinished-x1/7.parquet", "00001-0123456789abcdef.parquet"])
def test_what_was_ended_from_outside_is_told_and_cleared_by_the_next(
    tmp_path: Path, left: str
) -> None:
    (tmp_path / left).parent.mkdir(exist_ok=True)
    (tmp_path / left).write_bytes(b"half")
    with pytest.raises(BulkError, match=rf"was not finished; run {AGAIN}"):
        opened(tmp_path, NEEDS)
    keep(tmp_path, NEEDS, Some([somebody()]))
    assert len(read(tmp_path, NEEDS)) == 1
    assert not (tmp_path / left).exists()


@pytest.mark.parametrize("name", ["Patient.ndjson", "manifest.json", "letters"])
def test_nothing_is_imported_among_other_things(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(BulkError, match="has other things in it"):
        keep(tmp_path, NEEDS, Some([somebody()]))
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_manifest_of_somebody_elses_does_not_make_an_export_ours(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"output": []}', encoding="utf-8")
    (tmp_path / "Patient.ndjson").write_text('{"resourceType": "Patient"}\n', encoding="utf-8")
    assert len(opened(tmp_path, NEEDS).parts) == 1


def a_list(folder: Path) -> Path:
    keep(folder, NEEDS, Some([somebody("ann", entry(Kind.CONDITION, "cough"))]))
    return next(folder.glob("*.parquet"))


def test_a_file_that_is_gone_or_cut_off_is_told(tmp_path: Path) -> None:
    file = a_list(tmp_path)
    whole = file.read_bytes()
    for damaged in (whole[:-1], b""):
        file.write_bytes(damaged)
        with pytest.raises(BulkError, match=rf"missing or damaged; run {AGAIN}"):
            opened(tmp_path, NEEDS)
    file.unlink()
    with pytest.raises(BulkError, match=rf"missing or damaged; run {AGAIN}"):
        opened(tmp_path, NEEDS)


def test_no_byte_can_change_and_nobody_notice(tmp_path: Path) -> None:
    file = a_list(tmp_path)
    whole = file.read_bytes()
    assert len(read(tmp_path, NEEDS)) == 1
    for at in (*range(0, len(whole), 97), len(whole) - 1):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with pytest.raises(BulkError, match=rf"missing or damaged; run {AGAIN}"):
            read(tmp_path, NEEDS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 99}, "written by another version"),
        ({"files": 1}, "cannot be read"),
        ({"kinds": ["horoscope"]}, "cannot be read"),
    ],
)
def test_a_manifest_that_is_not_understood_is_told(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    a_list(tmp_path)
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_bytes()) | change), encoding="utf-8")
    with pytest.raises(BulkError, match=rf"{says}.*; run {AGAIN}"):
        opened(tmp_path, NEEDS)


def test_half_a_manifest_is_told(tmp_path: Path) -> None:
    a_list(tmp_path)
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:-40])
    with pytest.raises(BulkError, match=rf"cannot be read; run {AGAIN}"):
        opened(tmp_path, NEEDS)


def test_a_manifest_in_which_one_figure_changed_is_told(tmp_path: Path) -> None:
    """As a disk changes it, or a hand: fewer groups are fewer people, and nobody would know."""
    keep(tmp_path, NEEDS, Some([somebody("ann")]))
    manifest = tmp_path / "manifest.json"
    whole = manifest.read_text(encoding="utf-8")
    for spoilt in (whole.replace('"groups": 1', '"groups": 0'), whole.replace("cough", "couch")):
        assert spoilt != whole
        manifest.write_text(spoilt, encoding="utf-8")
        with pytest.raises(BulkError, match=rf"json is damaged; run {AGAIN}"):
            opened(tmp_path, NEEDS)


# ---- what the rules read, and what was kept -----------------------------------------------------


def test_rules_that_read_less_than_was_kept_may_be_asked(tmp_path: Path) -> None:
    a_list(tmp_path)
    (one,) = read(tmp_path, needs_of({Kind.CONDITION: [COUGH]}))
    assert COUGH in one.record.by_code


@pytest.mark.parametrize(
    ("needs", "says"),
    [
        (needs_of({Kind.GOAL: [COUGH]}), "the list of goal entries"),
        (needs_of({Kind.CONDITION: [code("tea")]}), "the code tea"),
        (needs_of({}, {Kind.CONDITION: [COUGH]}), rf"the code cough\{FAMILY}"),
    ],
    ids=["another list", "another code", "a family of codes"],
)
def test_rules_that_read_more_are_told_to_import_again(
    tmp_path: Path, needs: Needs, says: str
) -> None:
    a_list(tmp_path)
    with pytest.raises(BulkError, match=rf"not kept in .*{says} for one; run {AGAIN}"):
        opened(tmp_path, needs)


def test_a_family_that_was_kept_has_every_code_and_family_that_begins_so(tmp_path: Path) -> None:
    family = needs_of({}, {Kind.CONDITION: [Code(COUGH.system, "co")]})
    keep(tmp_path, family, Some([somebody("ann", entry(Kind.CONDITION, "cough"))]))
    for narrower in needs_of({Kind.CONDITION: [COUGH]}), needs_of({}, {Kind.CONDITION: [COUGH]}):
        (one,) = read(tmp_path, narrower)
        assert COUGH in one.record.by_code


def test_what_was_set_aside_is_told_whenever_the_list_is_read(tmp_path: Path) -> None:
    aside = SetAside(3, (Fault("Goal.ndjson:2", "This line"),), 1, {Kind.GOAL: "not whole"})
    keep(tmp_path, NEEDS, Some([somebody()], aside), Some([], SetAside(1)))
    assert opened(tmp_path, NEEDS).aside == aside + SetAside(1)


def test_without_pyarrow_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_list(tmp_path / "list")
    for module in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(BulkError, match=r"extra called population: pip install 'goodday\[popul"):
        opened(tmp_path / "list", NEEDS)
    with pytest.raises(BulkError, match=r"extra called population: pip install 'goodday\[popul"):
        keep(tmp_path / "new", NEEDS, Some([somebody()]))
    assert not (tmp_path / "new").exists()


@given(st.integers(0, 200), st.integers(0, 3))
def test_of_a_long_list_some_parts_become_one_file_and_nobody_is_left_out(
    parts: int, people: int
) -> None:
    each = [Some([somebody(f"{part}-{one}") for one in range(people)]) for part in range(parts)]
    taken = gathered(each)
    aside: list[SetAside] = []
    found = [one for part in taken for one in part.people(aside)]
    assert found == [one for part in each for one in part.everybody]
    assert len(aside) == parts  # what was set aside of each of them is told
    assert min(parts, 16) <= len(taken) <= max(31, (parts + 1) // 2)
