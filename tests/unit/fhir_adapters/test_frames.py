"""What sorting leaves in a bucket is there again when it is read, line by line and in its order."""

from io import BytesIO
from typing import BinaryIO

from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bulk.buckets import Buckets, Portion
from fhir_adapters.bulk.frames import Frame, Lots, Source, codes_of, framed, text_of
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
            lots.of(person).add(Frame(person, kind, line=number), codes, text + b"\n")
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
            (each[1].source.begins, each[0].line, each[0].person, each[0].kind, codes_of(each),
             text_of(each))
            for each in framed(held, portion)
        ]  # fmt: skip
        assert found == [line for line in wrote if portion.has(line[2])]
        read += len(found)
    assert read == len(wrote)


def test_what_is_read_of_a_portion_holds_nothing_of_the_others() -> None:
    held = written([("a", None, (), b"x" * 50), ("b", None, (), b"y" * 20_000)], [])
    portion = next(one for one in map(Portion, range(9), [9] * 9) if one.has("a"))
    assert not portion.has("b")
    ((_, lot, _),) = framed(held, portion)
    assert len(lot.texts) == 51
