"""People as rows of Parquet, and back: one row is one person, without their name.

What rules have to know of everybody stands in columns of its own, and the entries beside it as they
were packed: most rules are shut by the codes alone, and few entries are ever unpacked. The words of
``kinds`` and ``days`` are for data teams; nothing here reads them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

from fhir_adapters.bulk.files import arrow
from fhir_adapters.bulk.kept import pack_entry, unopened
from fhir_adapters.bulk.people import NOT_ASKED_FOR, Someone
from fhir_adapters.needs import Needs
from rules.answer import Answer
from rules.codes import Code
from rules.days import Span
from rules.record import Entry, Kind, PatientRecord, Person

MISSING = "A list that is kept as Parquet"

# Everything that is read back. Lists of codes come as numbers into one dictionary.
READ = (
    "id", "birth_first", "birth_last", "sex", "language", "needs_interpreter", "registered_here",
    "died", "died_first", "died_last", "ethnic", "deprived", "unread", "codes", "places",
    "entries", "booking",
)  # fmt: skip
AS_NUMBERS = ("unread.key_value.key", "unread.key_value.value", "codes.list.element")
# What many people have in common; no two entries are the same, and few ids and places.
REPEATED = (
    *AS_NUMBERS, "birth_first", "birth_last", "sex", "language", "needs_interpreter",
    "registered_here", "died", "died_first", "died_last", "ethnic", "deprived",
    "kinds.list.element", "days.list.element",
)  # fmt: skip

# Any: what is in a column is of every sort, and pyarrow checks it against the schema.
Row = dict[str, Any]
_EPOCH = date(1970, 1, 1).toordinal()


def schema() -> Any:  # Any: pyarrow is untyped
    """The columns and their types. Raises BulkError where pyarrow is not installed."""
    pa = arrow("pyarrow", MISSING)
    text, day, number = pa.string(), pa.date32(), pa.int32()
    return pa.schema(
        {
            "id": text,
            "birth_first": day,  # the days that the birth may have been on
            "birth_last": day,
            "sex": text,
            "language": text,
            "needs_interpreter": text,  # yes, no, cannot tell
            "registered_here": text,
            "died": text,
            "died_first": day,
            "died_last": day,
            "ethnic": text,
            "deprived": text,
            "unread": pa.map_(text, text),  # a list that is not known to be whole, and why
            "codes": pa.list_(text),  # system|code, each once
            "places": pa.list_(pa.list_(number)),  # and which entries have it, counted from 0
            "kinds": pa.list_(text),  # for each entry, its list
            "days": pa.list_(day),  # and its day; none where that is not one known day
            "entries": pa.list_(pa.binary()),  # and all of it
            "booking": pa.list_(pa.binary()),
        }
    )


def row(someone: Someone, needs: Needs) -> Row:
    """One person with what these rules may read of them, as a row."""
    record = someone.record
    person = record.person
    entries, places = _kept(record, needs)
    unread = {kind: NOT_ASKED_FOR for kind in Kind if kind not in needs.kinds} | dict(record.unread)
    return {
        "id": person.id,
        **_days("birth", person.birth),
        "sex": person.sex,
        "language": person.language,
        "needs_interpreter": str(person.needs_interpreter),
        "registered_here": str(person.registered_here),
        "died": str(person.died),
        **_days("died", person.died_on),
        "ethnic": someone.ethnic,
        "deprived": someone.deprived,
        "unread": [(str(kind), unread[kind]) for kind in sorted(unread)],
        "codes": [_text(code) for code in places],
        "places": list(places.values()),
        "kinds": [str(entry.kind) for entry in entries],
        "days": [_day(entry.when) for entry in entries],
        "entries": [pack_entry(entry) for entry in entries],
        "booking": [pack_entry(entry) for entry in record.booking],
    }


def _kept(record: PatientRecord, needs: Needs) -> tuple[list[Entry], dict[Code, list[int]]]:
    """The entries that these rules may read, and for each code which of them have it, in order."""
    codes, kinds = needs.codes, frozenset(needs.kinds)
    numbers: dict[int, int] = {}
    entries: list[Entry] = []
    places: dict[Code, list[int]] = {}
    for code in record.by_code:
        if code.code not in codes:
            continue
        for entry in record.by_code[code]:
            if entry.kind not in kinds:
                continue
            number = numbers.setdefault(id(entry), len(entries))
            if number == len(entries):
                entries.append(entry)
            places.setdefault(code, []).append(number)
    return entries, places


def _days(name: str, span: Span | None) -> Row:
    return {
        f"{name}_first": span and span.first,
        f"{name}_last": span and span.last,
    }


def _day(span: Span | None) -> date | None:
    return span.first if span is not None and span.exact else None


def _text(code: Code) -> str:
    """ "system|code"; a bar in the system, where none belongs, is marked."""
    system = code.system
    if "|" in system or "\\" in system:
        system = system.replace("\\", "\\\\").replace("|", "\\|")
    return f"{system}|{code.code}"


@lru_cache(maxsize=1 << 16)  # as many codes as rules ask for, and then some
def _code(text: str) -> Code:
    system, _, code = text.partition("|")
    if "\\" not in system:
        return Code(system, code)
    system, at = "", 0
    while text[at] != "|":
        at += text[at] == "\\"
        system += text[at]
        at += 1
    return Code(system, text[at + 1 :])


def people(batch: Any) -> Iterator[Someone]:  # Any: pyarrow is untyped
    """Everybody in some rows. Their entries are unpacked when a rule asks for them."""
    told = {name: batch.column(name) for name in READ}
    plain = {name: told[name].to_pylist() for name in _PLAIN}
    birth, died = _spans(told, "birth"), _spans(told, "died")
    codes, places = told["codes"], told["places"]
    every_code: list[Code] = [_code(text) for text in codes.values.dictionary.to_pylist()]
    in_order = list(map(every_code.__getitem__, codes.values.indices.to_pylist()))
    starts: list[int] = codes.offsets.to_pylist()
    lists: list[int] = places.offsets.to_pylist()
    begins, numbers = _integers(places.values.offsets), _integers(places.values.values)
    packed, firsts = _bytes(told["entries"].values), told["entries"].offsets.to_pylist()
    booked, bookings = _bytes(told["booking"].values), told["booking"].offsets.to_pylist()
    unread = _unread(told["unread"])
    for at in range(batch.num_rows):
        first, last = lists[at], lists[at + 1]  # of the lists of numbers, one for each code
        yield Someone(
            unopened(
                Person(
                    id=plain["id"][at],
                    birth=birth[at],
                    died=_ANSWERS[plain["died"][at]],
                    died_on=died[at],
                    sex=plain["sex"][at],
                    language=plain["language"][at],
                    needs_interpreter=_ANSWERS[plain["needs_interpreter"][at]],
                    registered_here=_ANSWERS[plain["registered_here"][at]],
                ),
                _NumbersByCode(
                    in_order[starts[at] : starts[at + 1]], begins[first : last + 1], numbers
                ),
                begins[last] - begins[first],
                partial(packed, firsts[at]),
                unread[at],
                [booked(0, number) for number in range(bookings[at], bookings[at + 1])],
            ),
            plain["ethnic"][at],
            plain["deprived"][at],
        )


_PLAIN = (
    "id", "sex", "language", "needs_interpreter", "registered_here", "died", "ethnic", "deprived",
)  # fmt: skip
_ANSWERS: Mapping[str, Answer] = {str(answer): answer for answer in Answer}


class _NumbersByCode(Mapping[Code, memoryview]):
    """For each code the numbers of the entries that have it, as they lie in memory."""

    __slots__ = ("_begins", "_codes", "_numbers", "_places")

    def __init__(self, codes: Sequence[Code], begins: memoryview, numbers: memoryview) -> None:
        """``begins`` says of each code, and of what comes after the last, where it begins."""
        self._codes, self._begins, self._numbers = codes, begins, numbers
        self._places: dict[Code, int] | None = None

    def __getitem__(self, code: Code) -> memoryview:
        """Raises KeyError where no entry has it."""
        if self._places is None:  # of most people no code is asked for
            self._places = {each: at for at, each in enumerate(self._codes)}
        at = self._places[code]
        return self._numbers[self._begins[at] : self._begins[at + 1]]

    def __iter__(self) -> Iterator[Code]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)


def _integers(column: Any) -> memoryview:  # Any: pyarrow is untyped
    """Whole numbers of 32 bits, as they lie in memory."""
    _, data = column.buffers()
    every = memoryview(data or b"").cast("i")  # numbers in place of bytes
    return every[column.offset : column.offset + len(column)]


def _bytes(column: Any) -> Callable[[int, int], memoryview]:  # Any: pyarrow is untyped
    """Gives what stands so many behind the first of somebody's, as it lies in memory."""
    _, ends, data = column.buffers()
    every = memoryview(ends or b"").cast("i")  # numbers in place of bytes
    begins, whole = every[column.offset :], memoryview(data or b"")

    def give(first: int, number: int) -> memoryview:
        at = first + number
        return whole[begins[at] : begins[at + 1]]

    return give


def _spans(told: Mapping[str, Any], name: str) -> Sequence[Span | None]:  # Any: pyarrow is untyped
    number = arrow("pyarrow", MISSING).int32()
    firsts, lasts = (told[f"{name}_{end}"].view(number).to_pylist() for end in ("first", "last"))
    both = zip(firsts, lasts, strict=True)
    return [None if first is None else _span(first, last) for first, last in both]


@lru_cache(maxsize=1 << 16)  # births of a hundred years, and deaths
def _span(first: int, last: int) -> Span:
    return Span(date.fromordinal(_EPOCH + first), date.fromordinal(_EPOCH + last))


def _unread(column: Any) -> Sequence[Mapping[Kind, str]]:  # Any: pyarrow is untyped
    """For each row what could not be read: most have the same, and share it."""
    kinds = [Kind(text) for text in column.keys.dictionary.to_pylist()]
    whys = column.items.dictionary.to_pylist()
    keys, items = column.keys.indices.to_pylist(), column.items.indices.to_pylist()
    starts = column.offsets.to_pylist()
    seen: dict[tuple[int, ...], Mapping[Kind, str]] = {}
    found: list[Mapping[Kind, str]] = []
    for start, end in pairwise(starts):
        same = (*keys[start:end], *items[start:end])
        if same not in seen:
            pairs = zip(keys[start:end], items[start:end], strict=True)
            seen[same] = {kinds[kind]: whys[why] for kind, why in pairs}
        found.append(seen[same])
    return found
