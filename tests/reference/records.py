"""Strategies: records as they may be, odd, doubtful and half unread, where a rule looks."""

from datetime import date

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.reference.calendar import ago, ahead
from tests.reference.record import Line, Person, Record, Remark, Value
from tests.reference.rule_texts import EDGES, LENGTHS, Asked
from tests.reference.statuses import COUNT, DO_NOT

_FILED = st.sampled_from(["yes", "no", "cannot tell"])
_ANSWERS = st.sampled_from(["yes", "no", "no", "cannot tell"])
_LENGTH = st.sampled_from(LENGTHS)
_CUT = st.sampled_from([10, 10, 10, 7, 4])
_MEASURED = {
    "mmol/mol": ("47", "58", "59", "58.0", "75"),
    "%": ("6.5", "7.5", "7.45", "9"),
    "percent": ("7.5",),
    "kg": ("70", "70.1"),
    "[stone_av]": ("10", "11"),
    "lb": ("140",),
    "g": ("70000", "70"),
    "m": ("1.7",),
    "cm": ("170",),
    "level": ("2", "3"),
    "": ("3", "58"),
    "mg": ("58",),
}


def _near(day: date, days: int) -> str:
    number = min(max(day.toordinal() + days, 1), date.max.toordinal())
    return date.fromordinal(number).isoformat()


def _dates(today: date) -> SearchStrategy[str]:
    """Days at the edges of windows and beside them, and the months and years they lie in."""
    edges = st.one_of(
        _LENGTH.map(lambda length: ago(length, today)),
        _LENGTH.map(lambda length: ago(length, today)),
        st.sampled_from(EDGES).map(date.fromisoformat),
        st.sampled_from(["0 days", "1 month", "12 months"]).map(lambda each: ahead(each, today)),
    )
    return st.builds(
        lambda day, days, length: _near(day, days)[:length],
        edges,
        st.sampled_from([0, 0, -1, 1, -20, 20]),
        _CUT,
    )


@st.composite
def _value(draw: st.DrawFn) -> Value:
    unit = draw(st.sampled_from(["mmol/mol", "mmol/mol", "%", "%", "kg", *_MEASURED]))
    comparator = draw(st.sampled_from(["", "", "", ">", ">=", "<", "<=", "ad"]))
    return Value(draw(st.sampled_from(_MEASURED[unit])), unit, comparator)


@st.composite
def _line(draw: st.DrawFn, asked: Asked) -> Line:
    list_ = draw(st.sampled_from([*asked.lists, *asked.lists, "observation", "condition"]))
    valid = st.sampled_from(sorted(COUNT[list_]))
    status = draw(
        st.one_of(
            valid, valid, valid, valid,
            st.sampled_from(sorted(DO_NOT[list_])),
            st.sampled_from(["", "unknown", "something-else"]),
        )
    )  # fmt: skip
    codes = st.sampled_from([*asked.codes, *asked.codes, "cough-over"])
    dates = _dates(asked.today)
    values: tuple[Value, ...] = ()
    if list_ == "observation":
        values = tuple(draw(st.lists(_value(), min_size=0, max_size=2)))
    if list_ == "procedure" and draw(st.booleans()):
        return Line(list_, ("coughing",), draw(st.sampled_from(["not-done", "completed"])),
                    draw(st.just("") | dates), answer=draw(st.sampled_from(["", "declined",
                    "not-now"])))  # fmt: skip
    return Line(
        list=list_,
        codes=tuple(draw(st.lists(codes, min_size=1, max_size=2, unique=True))),
        status=status,
        date=draw(st.one_of(dates, dates, dates, st.just(""))),
        end=draw(st.just("") | dates),
        confirmed=draw(st.sampled_from([True] * 5 + [False])),
        filed=draw(_FILED) if list_ == "observation" else "cannot tell",
        values=values,
    )


@st.composite
def _people(draw: st.DrawFn, today: date) -> Person:
    years = st.sampled_from(["17 years", "18 years", "40 years", "60 years", "61 years"])
    born = st.builds(
        lambda length, days, cut: _near(ago(length, today), days)[:cut],
        years, st.sampled_from([0, -1, 1, 100]), _CUT,
    )  # fmt: skip
    return Person(
        born=draw(st.one_of(born, born, born, st.sampled_from(["", "2004-02-29"]))),
        died=draw(_ANSWERS),
        died_on=draw(st.just("") | st.just("") | _dates(today)),
        sex=draw(st.sampled_from(["female", "male", "unknown", ""])),
        language=draw(st.sampled_from(["en", "en-gb", "pl", ""])),
        needs_interpreter=draw(_ANSWERS),
        registered_here=draw(_ANSWERS),
    )


@st.composite
def records(draw: st.DrawFn, asked: Asked) -> Record:
    """A record in which there may be something of what the rule looks for."""
    lines = tuple(draw(st.lists(_line(asked), max_size=5)))
    unread: frozenset[str] = frozenset()
    if draw(st.sampled_from([False, False, True])):
        unread = frozenset(draw(st.lists(st.sampled_from(
            [*asked.lists, "condition", "procedure"]), max_size=2)))  # fmt: skip
        if draw(st.booleans()):  # nothing of it was read; else only its first page was
            lines = tuple(line for line in lines if line.list not in unread)
    dates = _dates(asked.today)
    booking = st.builds(
        lambda code, status, day: Line("appointment", (code,), status, day),
        st.sampled_from(["visit", "visit", "cough"]),
        st.sampled_from(["proposed", "booked", "cancelled", "noshow"]),
        st.one_of(dates, dates, st.just("")),
    )
    remark = st.builds(
        Remark,
        st.sampled_from(["coughing", "wheezing"]),
        st.sampled_from(["declined", "not_now", "shown", "accepted"]),
        dates.filter(lambda text: len(text) == 10),
    )
    return Record(
        person=draw(_people(asked.today)),
        lines=lines,
        unread=unread,
        said=tuple(draw(st.lists(remark, max_size=2))) if "topic" in asked.facts else (),
        booking=tuple(draw(st.lists(booking, max_size=2)))
        if "this_app" in asked.facts else (),
    )  # fmt: skip
