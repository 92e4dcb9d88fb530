"""Code lists as they are published: taken whole, and found again after a spreadsheet."""

import csv
from pathlib import Path

import pytest

from rules.importing import read_codes

TRAP = "390891009"


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, dict[str, str]]:
    """Every stored list that has a code and a term, by its file."""
    lists: dict[str, dict[str, str]] = {}
    for path in sorted((shared_data / "codelists").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        if rows and set(rows[0]) == {"code", "term"}:
            lists[path.name] = {row["code"]: row["term"] for row in rows}
    assert len(lists) > 70
    return lists


def test_every_published_list_is_taken_whole_but_for_the_trap(
    shared_data: Path, published: dict[str, dict[str, str]]
) -> None:
    for name, codes in published.items():
        imported = read_codes((shared_data / "codelists" / name).read_bytes(), {})
        assert set(imported.words) == set(codes) - {TRAP}, name
        assert imported.damaged == []
        assert {aside.line for aside in imported.asides if TRAP not in aside.says} == set()


def test_every_published_code_that_a_spreadsheet_cut_off_is_found_again(
    published: dict[str, dict[str, str]],
) -> None:
    codes = {code for each in published.values() for code in each if len(code) > 15}
    assert len(codes) > 300
    for code in sorted(codes):
        cut = code[:15] + "0" * (len(code) - 15)
        imported = read_codes(f"code,term\n{cut},Tea\n".encode(), {}, repair=True)
        assert list(imported.words) == [code]
