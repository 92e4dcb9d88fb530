"""What sorting leaves in a bucket is there again when it is read, line by line and in its order."""

from io import BytesIO
from typing import BinaryIO

from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bulk.buckets import Buckets, Portion
from fhir_adapters.bulk.frames import Frame, Lots, Source, framed, split, text_of
from rules.codes import Code
from rules.record import Kind

SETS = ((), (Code("a", "1"),), (Code("a", "1"), Code("b", "2")), (Code("a", "12"),))
LINES = st.lists(
    st.tuples(
        st.sampled_from("abcdefg"),
        st.sampled_from([None, Kind.CONDITION, Kind.ENCOUNTER]),
        st.sampled_from(SETS),
        st.one_of(st.binary(max_size=40), st.integers(1, 60_000).map(lambda size: b"x" * size)),
    ),
    max_size=40,
)
Line = tuple[str, Kind | None, tuple[Code, ...], bytes]


def written(lines: list[Line], more: list[Line]) -> BytesIO:
    """One bucket with lines of two sources in it, each numbered."""
    held = BytesIO()

    def opened(_what: str) -> BinaryIO:
        return held

    lots = Lots(Buckets(1, opened))
    for place, some in enumerate((lines, more)):
        lots.begin(Source(f"{place:02}", place))
        for number, (person, kind, codes, text) in enumerate(some):
            lots.of(person).keep(person, kind, codes, f"{number}", number, text + b"\n")
            if not number % 7:
                lots.of(person).add(Frame(person, Kind.TAG, "why"))
    lots.write()
    held.seek(0)
    return held


@given(LINES, LINES, st.integers(1, 3))
def test_every_line_comes_back_with_its_codes_its_source_and_its_resource(
    lines: list[Line], more: list[Line], of: int
) -> None:
    held = written(lines, more)
    wrote = [
        (place, number, *line)
        for place, some in enumerate((lines, more))
        for number, line in enumerate(some)
    ]
    read = 0
    for portion in (Portion(number, of) for number in range(of)):
        held.seek(0)
        found = [
            (lot.source.begins, alone.lines[0], alone.person, alone.kind,
             lot.codes[alone.codes], text_of((alone, lot, at)), text_of(one, number))
            for one in framed(held, portion)
            for number, (alone, lot, at) in enumerate(split(*one))
        ]  # fmt: skip
        assert found == [(*line, line[-1]) for line in wrote if portion.has(line[2])]
        read += len(found)
    assert read == len(wrote)


def test_what_is_read_of_a_portion_holds_nothing_of_the_others() -> None:
    held = written([("a", None, (), b"x" * 50), ("b", None, (), b"y" * 20_000)], [])
    portion = next(one for one in map(Portion, range(9), [9] * 9) if one.has("a"))
    assert not portion.has("b")
    assert [len(lot.texts) for frame, lot, _ in framed(held, portion) if frame.ids] == [51]


def test_lines_that_are_all_unlike_come_back_too_however_many() -> None:
    unlike: list[Line] = [
        (person, Kind.CONDITION, codes, b"x") for person in "abc" for codes in SETS
    ]
    lines = unlike * 300
    found = [
        (alone.person, alone.kind, lot.codes[alone.codes], text_of((alone, lot, at)))
        for one in framed(written(lines, []), Portion())
        for alone, lot, at in split(*one)
    ]
    assert found == lines
