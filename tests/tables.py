"""People in the tables of a record system: what a line of one can say, as several systems write it.

A table has codes, days and values, and few words for how a line stands: days as the United Kingdom
writes them, cells in quotation marks or not, a byte order mark or none, the ends of lines of two
systems, units beside the value or behind it. Whoever picks decides which.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from fhir_adapters.bulk.mapping import Standing
from rules.codes import SNOMED, SYSTEMS, Code
from rules.record import Entry, Kind, PatientRecord

T = TypeVar("T")

NAMED: Mapping[str, str] = {address: name for name, address in SYSTEMS.items()}  # for a mapping
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SEXES = {"female": "F", "male": "Male", "other": "Indeterminate", "unknown": "Not known", "": ""}
STATES: Mapping[Standing, tuple[str, ...]] = {
    Standing.STANDS: ("Active", "active"),
    Standing.OVER: ("Past", "past"),
    Standing.NOT_DONE: ("Not Done",),
    Standing.DECLINED: ("Declined", "DECLINED"),
    Standing.VOID: ("Wrong",),
    Standing.UNCLEAR: ("Nobody Knows",),
}
ODD_WORDS = (
    "", "Cough", 'He said "no", twice', "two\nlines", "a;b|c\td", "Zo\u00eb", "'", "=1+1", " x ",
)  # fmt: skip
ROUNDED = "1.23E+15"  # a code, after a spreadsheet


@dataclass(frozen=True)
class About:
    """A line of who people are. Days are written as FHIR has them; "" where nobody said."""

    id: str
    born: str
    sex: str = ""
    died: str = ""  # or other words, which say no day
    ethnic: str = ""
    language: str = ""  # its tag
    interpreter: str = ""  # Yes, No


@dataclass(frozen=True)
class Row:
    """A line of somebody's record. Days as above."""

    person: str
    kind: Kind
    codes: tuple[Code, ...]
    when: str = ""
    stands: Standing = Standing.STANDS
    value: str = ""
    unit: str = ""
    ended: str = ""
    damaged: bool = False  # its first code went through a spreadsheet


class Pick(Protocol):
    """Picks one of several: a die, or hypothesis."""

    def __call__(self, of: Sequence[T], /) -> T:
        """One of them."""
        ...


@dataclass(frozen=True)
class Hand:
    """How somebody's system writes tables."""

    pick: Pick
    mark: bool
    encoding: str
    end: str
    separator: str
    quoting: Literal[0, 1, 2]  # as the csv module numbers them

    def day(self, text: str) -> str:
        """A day, a month or a year in one of the ways of the United Kingdom; else the words."""
        if not text[:4].isdigit():
            return text or self.pick(("", " "))
        parts = [int(part) for part in text.split("-")]
        if len(parts) == 1:
            return text
        year, month = parts[:2]
        if len(parts) == 2:
            return self.pick((f"{MONTHS[month - 1]} {year:04}", f"{month:02}/{year:04}"))
        day, name = parts[2], MONTHS[month - 1]
        return self.pick(
            (
                f"{day:02}/{month:02}/{year}",
                f"{day}/{month}/{year}",
                f"{day:02}-{name}-{year}",
                f"{day:02} {name} {year}",
                f"{day:02}/{month:02}/{year} 09:15",
                text,
            )
        )

    def table(self, file: Path, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """One file."""
        text = io.StringIO()
        text.write(self.pick(("", f"Search: everybody{self.end}{self.end}")))
        writer = csv.writer(
            text,
            delimiter=self.separator,
            lineterminator=self.end,
            quoting=self.quoting,
        )
        writer.writerow(heads)
        for row in rows:
            writer.writerow([*row, *[""] * self.pick((0, 0, 1))])
            text.write(self.pick(("", "", self.end)))
        whole = text.getvalue()
        if self.pick((False, True)):
            whole = whole.removesuffix(self.end)
        mark = b"\xef\xbb\xbf" if self.mark else b""
        file.write_bytes(mark + whole.encode(self.encoding))


def a_hand(pick: Pick) -> Hand:
    """Some system or other."""
    mark = pick((False, True))
    return Hand(
        pick,
        mark,
        "utf-8" if mark else pick(("utf-8", "cp1252")),
        pick(("\n", "\r\n")),
        pick((",", ";", "\t")),
        pick((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)),
    )


def write_tables(
    folder: Path,
    people: Sequence[About],
    rows: Iterable[Row],
    hand: Hand,
    kinds: Iterable[Kind] = Kind,
) -> None:
    """An extract with its mapping: a table of people, and one for each of these lists."""
    of: dict[Kind, list[Row]] = {kind: [] for kind in kinds}
    for row in rows:
        of[row.kind].append(row)
    folder.mkdir(exist_ok=True)
    languages = dict.fromkeys(one.language for one in people if one.language)
    heads = ("ID", "Date of\nBirth", "Sex", "Died", "Ethnicity", "Main Language", "Interpreter")
    hand.table(folder / "people.csv", heads, (_who(hand, one) for one in people))
    mapping = {
        "people": {
            "file": "people.csv", "id": "ID", "born": "Date of Birth", "sex": "Sex",
            "died": "Died", "ethnic": "ethnicity", "interpreter": "Interpreter",
            "language": {
                "column": "main language", **{tag: [_spoken(tag)] for tag in languages}
            },
        },
        "files": [_table(folder, kind, found, hand) for kind, found in of.items()],
    }  # fmt: skip
    (folder / "mapping.yaml").write_text(json.dumps(mapping), encoding="utf-8")


def _who(hand: Hand, one: About) -> list[str]:
    spoken = _spoken(one.language) if one.language else ""
    days = hand.day(one.born), hand.day(one.died)
    return [one.id, days[0], SEXES[one.sex], days[1], one.ethnic, spoken, one.interpreter]


def _spoken(tag: str) -> str:
    return f"Main spoken language {tag.upper()}"


def _table(folder: Path, kind: Kind, rows: Sequence[Row], hand: Hand) -> Mapping[str, object]:
    """One file, with a column for each code that one of its lines has of a system."""
    widest = {SNOMED: 1}
    for row in rows:
        for system in {code.system for code in row.codes}:
            has = sum(code.system == system for code in row.codes)
            widest[system] = max(widest.get(system, 0), has)
    columns = {f"{NAMED[s]} {n}": s for s, count in widest.items() for n in range(1, count + 1)}
    name = f"{kind.replace(' ', '-')}.csv"
    heads = ("ID", *columns, "Event Date", "Value", "Unit", "Words", "Ended", "State")
    hand.table(folder / name, heads, (_cells(hand, row, widest) for row in rows))
    return {
        "file": name,
        "holds": [str(kind)],
        "person": "ID",
        "date": "Event Date",
        "codes": [{"column": head, "system": NAMED[s]} for head, s in columns.items()],
        "value": "Value",
        "unit": "Unit",
        "words": "Words",
        "ended": "Ended",
        "status": {
            "column": "State",
            "stands": ["Active"],
            "over": ["Past"],
            "not_done": ["Not done"],
            "declined": ["Declined"],
            "void": ["Wrong"],
        },
    }


def _cells(hand: Hand, row: Row, widest: Mapping[str, int]) -> list[str]:
    coded: list[str] = []
    for system, count in widest.items():
        found = [code.code for code in row.codes if code.system == system]
        coded += [*found, *[""] * (count - len(found))]
    if row.damaged:
        coded[0] = ROUNDED
    beside = hand.pick((False, True)) or not row.unit
    # A cell with nothing in it says that a line stands, or where it has an end, that it is over.
    plain = Standing.OVER if row.ended else Standing.STANDS
    states = (*STATES[row.stands], *[""] * (row.stands is plain))
    return [
        hand.pick((row.person, f" {row.person} ")),
        *coded,
        hand.day(row.when),
        row.value if beside else f"{row.value} {row.unit}",
        row.unit if beside else "",
        hand.pick(ODD_WORDS),
        hand.day(row.ended),
        hand.pick(states),
    ]


def what_a_table_says(record: PatientRecord) -> Mapping[Code, list[tuple[object, ...]]]:
    """Of everything on a record all that a table says too, by code, in an order of its own."""
    return {key: sorted(map(_told, found), key=repr) for key, found in record.by_code.items()}


def _told(entry: Entry) -> tuple[object, ...]:
    values = [(one.number, one.unit, one.comparator) for one in entry.measured(set(entry.codes))]
    # Of a result that never came a table does not say that nobody filed it.
    filed = entry.filed if entry.status == "final" else None
    codes = tuple(sorted(entry.codes))
    said = entry.kind, codes, entry.status, entry.answer, entry.when, entry.ends
    return *said, values, entry.sure, filed
