"""The journal of what was sent: what it says after a kill, and when it is not believed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.population.journal import Came, Journal, JournalError, Row, opened

AT = datetime(2026, 11, 21, 3, tzinfo=UTC)
SERVER = "https://fhir.example/r4"
CAME = st.sampled_from([one for one in Came if one is not Came.IN_THE_AIR])


def rows(path: Path) -> Mapping[str, Row]:
    with opened(path, SERVER) as journal:
        return dict(journal.rows)


def some(journal: Journal) -> None:
    journal.sending("night", {"add:a": "2027-11-21", "end:b": ""}, AT)
    journal.came("night", {"add:a": Came.MADE}, AT)


def test_what_was_written_is_read_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "data" / "journal"
    with opened(path, SERVER) as journal:
        some(journal)
    assert rows(path) == {
        "add:a": Row(Came.MADE, "night", AT, "2027-11-21"),
        "end:b": Row(Came.IN_THE_AIR, "night", AT),
    }


@given(
    steps=st.lists(st.tuples(st.sampled_from("abc"), st.none() | CAME), max_size=8),
    cut=st.integers(0, 400),
)
def test_wherever_the_plug_is_pulled_what_was_finished_counts_and_no_more(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Came | None]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal"
    states: list[tuple[int, Mapping[str, Row]]] = [(0, {})]
    with opened(path, SERVER) as journal:
        states.append((path.stat().st_size, dict(journal.rows)))
        for key, came in steps:
            if came is None:
                journal.sending("night", {key: ""}, AT)
            else:
                journal.came("night", {key: came}, AT)
            states.append((path.stat().st_size, dict(journal.rows)))
    size = max(path.stat().st_size - cut, 0)
    path.write_bytes(path.read_bytes()[:size])
    expected = [state for length, state in states if length <= size][-1]
    assert rows(path) == expected
    with opened(path, SERVER) as journal:  # and it is gone on with
        journal.sending("night", {"d": ""}, AT)
    assert rows(path) == {**expected, "d": Row(Came.IN_THE_AIR, "night", AT)}


def test_a_line_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with opened(path, SERVER) as journal:
        some(journal)
    path.write_bytes(path.read_bytes().replace(b'"sending"', b'"sendinG"'))
    with pytest.raises(JournalError, match="line 2, cannot be read"), opened(path, SERVER):
        pytest.fail("it was believed")


def test_a_journal_is_of_one_server(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    rows(path)
    with (
        pytest.raises(JournalError, match="about another server"),
        opened(path, "https://other.example/r4"),
    ):
        pytest.fail("it was taken for another's")
