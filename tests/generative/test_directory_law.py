"""Directories: what is written is read back the same, whatever is in it, in both shapes."""

import json
from collections.abc import Callable, Iterable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_hooks.directory.aliss import write_aliss
from cds_hooks.directory.reading import read_directory
from cds_hooks.directory.referral import write_referral
from cds_hooks.directory.shapes import NotADirectory, Whose
from rules.support import NotAnEntry, Support, tidy
from tests.directories import TODAY, Json, anything, entries
from tests.lengths import examples

Write = Callable[[Iterable[tuple[Support, Json | None]], date], Json]
SHAPES = (pytest.param(write_aliss, id="aliss"), pytest.param(write_referral, id="referral"))


def read(document: object) -> tuple[Support, ...]:
    page = read_directory(json.dumps(document).encode(), Whose(), TODAY)
    assert not [aside for aside in page.asides if not aside.kept]
    return tuple(one.entry for one in page.found)


@pytest.mark.parametrize("write", SHAPES)
@settings(max_examples=examples(30, 100))
@given(several=st.lists(entries, max_size=3, unique_by=lambda one: one.id))
def test_what_is_exported_is_imported_the_same(write: Write, several: list[Support]) -> None:
    assert read(write([(one, None) for one in several], TODAY)) == tuple(several)


@pytest.mark.parametrize("write", SHAPES)
@settings(max_examples=examples(30, 100))
@given(one=entries, more=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_what_we_have_no_name_for_comes_out_again_as_it_came(
    write: Write, one: Support, more: Json
) -> None:
    document = write([(one, None)], TODAY)
    key = "data" if write is write_aliss else "contents"
    ours = {f"x-{name}": value for name, value in more.items()}
    document[key][0] |= ours
    page = read_directory(json.dumps(document).encode(), Whose(), TODAY)
    again = write([(found.entry, found.original) for found in page.found], TODAY)
    assert again == document


@settings(max_examples=examples(50, 300))
@given(one=anything)
def test_what_was_tidied_is_tidy(one: Support) -> None:
    try:
        once, _ = tidy(one, TODAY)
    except NotAnEntry:
        return
    assert tidy(once, TODAY) == (once, ())


_MEMBERS = """
    id name status data contents meta next service location locations categories organisation
    organization attributes taxonomy_term good_day latitude assured_date last_updated page_number
    total_pages schedules cost_options amount phones number permalink attribution
"""
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_MEMBERS.split()), inner, max_size=5)
    ),
    max_leaves=30,
)


@settings(max_examples=examples(60, 500))
@given(document=_json)
def test_whatever_comes_is_read_or_said_to_be_no_directory(document: object) -> None:
    try:
        page = read_directory(json.dumps(document).encode(), Whose(), TODAY)
    except NotADirectory:
        return
    for found in page.found:
        assert tidy(found.entry, TODAY) == (found.entry, ())


@settings(max_examples=examples(30, 300))
@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_said_to_be_no_directory(body: bytes) -> None:
    with pytest.raises(NotADirectory):
        read_directory(body + b"{", Whose(), TODAY)


@pytest.mark.parametrize("write", SHAPES)
@settings(max_examples=examples(30, 300))
@given(
    several=st.lists(entries, min_size=3, max_size=3, unique_by=lambda one: one.id),
    place=st.integers(0, 2),
    data=st.data(),
)
def test_one_spoilt_entry_is_named_or_in_and_the_others_are_all_kept(
    write: Write, several: list[Support], place: int, data: st.DataObject
) -> None:
    document = write([(one, None) for one in several], TODAY)
    listed = document["data" if write is write_aliss else "contents"]
    member = data.draw(st.sampled_from(sorted(listed[place])))
    listed[place][member] = data.draw(_json)
    page = read_directory(json.dumps(document).encode(), Whose(), TODAY)
    found = {one.entry.id for one in page.found}
    for number, one in enumerate(several):
        if number != place:
            assert one.id in found
    lost = [aside for aside in page.asides if not aside.kept]
    assert len(page.found) + len(lost) in (2, 3)  # spoilt, it may have the id of another
    assert all(aside.where.startswith(f"entry {place + 1}") for aside in page.asides)
