"""Laws of code lists: no damage passes unseen, nothing is half read, what is written comes back."""

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.codes import (
    LONGEST_WORDS,
    OWN,
    SNOMED,
    Code,
    CodeList,
    before_a_spreadsheet,
    check_digit_for,
    check_digit_is_right,
    snomed_problem,
)
from rules.importing import NotImportable, read_codes
from rules.problems import Place
from rules.reading import Reader
from rules.schema.lists import ListFile, list_text, read_list
from rules.schema.lock import fingerprint, lock_text, read_lock
from rules.text import read_text
from tests.builders import load_files

DIGITS = st.text("0123456789", min_size=1, max_size=17)


def _whole(body: str) -> str:
    return body + check_digit_for(body)


SHORT = st.integers(1, 10**9).map(lambda item: _whole(f"{item:03d}00"))
# With a namespace, as the codes of the United Kingdom have it: these are the long ones.
LONG = st.builds(
    "{}{}10".format,
    st.integers(1, 10**8 - 1),
    st.sampled_from(["1000000", "1000006", "1000119", "1000230"]),
).map(_whole)
CONCEPTS = (SHORT | LONG).filter(lambda code: snomed_problem(code, "words") is None)
# What can be printed, and has single spaces inside alone.
WORDS = (
    (st.text(max_size=30) | st.just("é" * LONGEST_WORDS))
    .map(lambda text: " ".join("".join(c for c in text if c.isprintable()).split()))
    .filter(bool)
)
LISTS: st.SearchStrategy[Mapping[str, str]] = st.dictionaries(
    CONCEPTS, WORDS, min_size=1, max_size=4
)


@given(body=DIGITS, place=st.integers(0, 17), digit=st.sampled_from("0123456789"))
def test_every_single_wrong_digit_is_caught(body: str, place: int, digit: str) -> None:
    code = _whole(body)
    place %= len(code)
    wrong = code[:place] + digit + code[place + 1 :]
    assert check_digit_is_right(wrong) is (wrong == code)


@given(body=DIGITS, place=st.integers(0, 16))
def test_every_two_neighbours_that_are_swapped_are_caught(body: str, place: int) -> None:
    code = _whole(body)
    place %= len(code) - 1
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert check_digit_is_right(swapped) is (swapped == code)


@given(body=DIGITS)
def test_one_check_digit_fits_and_no_other(body: str) -> None:
    assert [d for d in "0123456789" if check_digit_is_right(body + d)] == [check_digit_for(body)]


@given(code=LONG.filter(lambda code: len(code) > 15))
def test_what_a_spreadsheet_cut_off_is_found_again_or_was_never_lost(code: str) -> None:
    cut = code[:15] + "0" * (len(code) - 15)
    assert cut == code or snomed_problem(cut) is not None
    assert before_a_spreadsheet(cut) == (code,)


@given(code=LONG.filter(lambda code: len(code) > 15))
def test_what_a_floating_point_number_lost_is_never_made_another_code(code: str) -> None:
    shown = f"{float(code):.17g}" if len(code) > 17 else str(int(float(code)))
    if "e" not in shown:
        assert before_a_spreadsheet(shown) in ((), (code,))


def _csv(codes: Mapping[str, str], separator: str, ends: str) -> bytes:
    out = StringIO()
    table = csv.writer(out, delimiter=separator, lineterminator=ends)
    table.writerow(["code", "term"])
    table.writerows(codes.items())
    return out.getvalue().encode()


@given(
    codes=LISTS,
    separator=st.sampled_from([",", ";", "|"]),
    ends=st.sampled_from(["\n", "\r\n"]),
    bom=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_a_table_that_was_written_is_read_back_the_same(
    codes: Mapping[str, str], separator: str, ends: str, bom: bytes
) -> None:
    imported = read_codes(bom + _csv(codes, separator, ends), {})
    assert list(imported.words.items()) == list(codes.items())
    assert (imported.asides, imported.damaged, imported.repaired) == ([], [], [])


def _file(codes: Mapping[str, str], title: str = "Tea", day: date | None = None) -> ListFile:
    """A list of these codes and one of our own; without a day, nobody ever looked at it."""
    words = {Code(SNOMED, code): said for code, said in codes.items()} | {Code(OWN, "tea"): "Tea"}
    local = day is None
    codes_of_it = CodeList("tea", title, words)
    return ListFile(codes_of_it, Place("tea"), title, title, title, day, day, local)


@given(codes=LISTS, title=WORDS, day=st.none() | st.dates())
def test_a_list_that_was_written_is_read_back_the_same(
    codes: Mapping[str, str], title: str, day: date | None
) -> None:
    written = _file(codes, title, day)
    node, problems = read_text(list_text(written).encode(), "tea.yaml")
    assert node is not None
    read = read_list(Reader(problems), node, "tea")
    nobody = ['A code list needs "reviewed:".'] if day is None else []
    assert [problem.says for problem in problems] == nobody
    assert read is not None
    assert (read.reviewed, read.review_by, read.local) == (day, day, day is None)
    assert list(read.codes.words.items()) == list(written.codes.words.items())
    assert (read.codes.title, read.source, read.owner, read.note) == (title,) * 4
    assert fingerprint(read.codes) == fingerprint(written.codes)


@given(codes=LISTS)
def test_a_lock_says_the_same_of_the_same_codes_in_any_order(codes: Mapping[str, str]) -> None:
    there, back = _file(codes), _file(dict(reversed([*codes.items()])))
    assert lock_text({"tea": there}) == lock_text({"tea": back})
    node, problems = read_text(lock_text({"tea": there}).encode(), "value-sets.lock")
    assert node is not None
    locked = read_lock(Reader(problems), node)
    assert problems == []
    assert locked is not None
    assert locked["tea"].sha256 == fingerprint(back.codes)
    assert locked["tea"].count == len(codes) + 1


@given(codes=LISTS, one=CONCEPTS)
def test_a_list_with_another_code_has_another_fingerprint(
    codes: Mapping[str, str], one: str
) -> None:
    more = {**codes, one: "tea"}
    same = fingerprint(_file(codes).codes) == fingerprint(_file(more).codes)
    assert same is (one in codes)


def _read_or_reported(source: bytes, *, repair: bool) -> None:
    try:
        imported = read_codes(source, {"13645005": "COPD"}, repair=repair)
    except NotImportable as error:
        lines = source.count(b"\n") + source.count(b"\r") + 1
        for fault in error.faults:
            assert 1 <= fault.line <= lines
            assert fault.says
            assert fault.hint
        return
    assert all(snomed_problem(code, words) is None for code, words in imported.words.items())
    node, problems = read_text(list_text(_file(imported.words, day=date.min)).encode(), "tea.yaml")
    if imported.words:
        assert node is not None
        assert read_list(Reader(problems), node, "tea") is not None
        assert problems == []


@given(source=st.binary(max_size=200), repair=st.booleans())
def test_any_bytes_are_a_list_or_a_clear_sentence(source: bytes, repair: bool) -> None:
    _read_or_reported(source, repair=repair)


_PIECES = st.sampled_from(
    [
        "code,term\n", "code;term\n", "refsetId\treferencedComponentId\tactive\n", "13645005",
        "1187911000000100", "9.99011E+17", "999011571000230000", "130365016", "390891009", "=", "'",
        '"', '""', ",", ";", "\t", "|", "\n", "\r\n", "\r", "\x00", "\ufeff", "\u00a0", "\u2028",
        "\u202e", "\x85", "\x0b", "é", "🫖", "COPD", "ratio", "251944000", "0", "1", "e", ".0",
    ]
)  # fmt: skip


@settings(max_examples=max(settings().max_examples, 100))
@given(
    head=st.sampled_from(["", "code,term\n", "active\tcode\tterm\n", "\ufeffcode;words\r\n"]),
    pieces=st.lists(_PIECES | st.text(max_size=3), max_size=40).map("".join),
    repair=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-16", "latin-1"]),
)
def test_any_table_is_a_list_or_a_clear_sentence(
    head: str, pieces: str, repair: bool, encoding: str
) -> None:
    _read_or_reported((head + pieces).encode(encoding, "replace"), repair=repair)


_LIKE_YAML = st.lists(
    st.sampled_from(
        [
            "tea:\n", "  name: Tea\n", "  offered: cough\n", "  declined: [no-tea, cough]\n",
            "  text: Come\n", "  text: <b>\n", "format: 1\n", "lists:\n", "  tea:\n",
            "    count: 1\n", "    sha256: x\n", "- ", "{", "[", "id: tea\n", "codes:\n",
            "local: yes\n", ": ", "#", '"',
        ]
    )
    | st.text(max_size=3),
    max_size=20,
).map("".join)  # fmt: skip


@settings(max_examples=max(settings().max_examples // 4, 20))
@given(
    name=st.sampled_from(
        ["shared/offers.yaml", "shared/messages.yaml", "value-sets/tea.yaml", "value-sets.lock"]
    ),
    text=_LIKE_YAML,
)
def test_whatever_stands_in_a_file_beside_the_rules_is_read_or_reported_at_its_place(
    name: str, text: str
) -> None:
    loaded = load_files({name: text.encode("utf-8", "replace")})
    for problem in loaded.problems:
        assert problem.at.file.endswith(name)
        assert 1 <= problem.at.line <= len(text.split("\n"))
        assert "None" not in str(problem)


@pytest.mark.parametrize("line", ["", "    ", "lists: []", "lists:\n  tea: 3", "format: 2"])
def test_a_lock_that_was_spoilt_is_reported(line: str) -> None:
    node, problems = read_text(f"format: 1\n{line}\n".encode(), "value-sets.lock")
    if node is not None:
        read_lock(Reader(problems), node)
    assert problems
