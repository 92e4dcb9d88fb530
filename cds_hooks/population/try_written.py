"""A report of a rule on a list, as text, JSON, CSV and a page."""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

import msgspec

from cds_hooks.pages.html import style, templates
from cds_hooks.population.small_numbers import STAYS, Shown, in_digits
from cds_hooks.population.try_report import EVERYONE, WOULD, Cards, Report, Row
from rules.attrition import Sort
from rules.days import in_words

REVIEWED = "Nothing here has been reviewed by a clinical safety officer."
LEAVES = (
    "Counts up to 7 are hidden, and whatever they could be worked out from; the others are rounded"
    " to the nearest 5. A line that loses up to 7 people leaves the number as it was: what such"
    " lines lose together is taken off at the end, if it is more. Means are of rounded numbers."
)
FEW = "Groups of under 10 whom the rule is for are hidden: they mean nothing."
_HEADINGS = {
    Sort.WHO_FOR.value: "",
    Sort.WORKED_OUT.value: "",
    Sort.WHO_NOT_FOR.value: "not: ",
    Sort.LEFT_ALONE.value: "left alone: ",
}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes what begins so for a formula


def words_of(row: Row) -> str:
    """A line as it stands in a table."""
    return f"{_HEADINGS[row.sort]}{row.says}"


def table(report: Report) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The waterfall: its heads and its rows, in words and digits."""
    heads = ("", "left", "cannot tell", "meet it", "cannot tell", "only this line")
    everyone = (EVERYONE, in_digits(report.people), "", "", "", "")
    rows = [
        (
            f"  {words_of(row)}",
            in_digits(row.left),
            _unless_none(row.cannot_tell),
            in_digits(row.meets),
            _unless_none(row.unsure),
            _unless_none(row.only),
        )
        for row in report.rows
    ]
    return heads, [everyone, *rows, (WOULD, in_digits(report.prompted), "", "", "", "")]


def _unless_none(count: Shown) -> str:
    return "" if count == 0 else in_digits(count)


def of_burden(cards: Cards) -> Iterator[str]:
    """What the rules come to in surgeries, in sentences."""
    rules = "this rule" if cards.rules == 1 else f"the {cards.rules} rules read here"
    if not cards.rules:
        yield "No rule read here is asked when a record is opened, so no surgery meets a card."
        return
    yield f"If {rules} were in use, they would ask {_people(cards.asked)} something today."
    if cards.rules > 1:
        yield f"Of these, two rules or more would ask {_in_words(cards.by_several)} at once."
    if not cards.days:
        yield "The source has no appointments of these weeks, so that no surgery can be looked at."
        return
    yield (
        f"By the appointment book of {cards.days} ({_visits(cards.visits)} in"
        f" {_counted(cards.surgeries, 'surgery', 'surgeries')}), {_visits(cards.cards)}"
        f" {_have(cards.cards)} a card; {_in_words(cards.repeats)} of these"
        f" {_have(cards.repeats)} a rule that was met before."
    )
    mean = "hidden" if cards.in_a_surgery is None else str(cards.in_a_surgery)
    yield (
        f"Cards in a surgery: {mean} on average, up to {_in_words(cards.nine_in_ten)} in nine of"
        f" ten, {_in_words(cards.most)} at most. A surgery is {cards.surgery}."
    )


def _people(count: Shown) -> str:
    return _counted(count, "person", "people")


def _visits(count: Shown) -> str:
    return _counted(count, "visit", "visits")


def _counted(count: Shown, one: str, several: str) -> str:
    return f"{_in_words(count)} {one if count == 1 else several}"


def _have(count: Shown) -> str:
    return "has" if count == 1 else "have"


def _in_words(count: Shown) -> str:
    return "(hidden)" if count is None else in_digits(count)


def lines(report: Report) -> Iterator[str]:
    """What stands above every way in which it is written."""
    yield f"{report.title} (version {report.version}, {report.status})"
    as_of = in_words(date.fromisoformat(report.as_of))
    yield f"{report.practice}, as of {as_of}. {REVIEWED}"
    yield STAYS if report.true_counts else LEAVES
    yield from report.notes


def as_json(report: Report) -> str:
    """For another program; null is a number that is hidden."""
    made = {"about": list(lines(report)), "report": report}
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"


def as_csv(report: Report) -> str:
    """One number a line: in which part, of whom, at which line, and what it counts."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(("part", "of", "line", "counts", "number"))
    for says in lines(report):
        writer.writerow(("about", "", _tame(says), "", ""))
    for split in report.splits:
        writer.writerows((split.by, "", _tame(says), "", "") for says in split.sentences)
    for part, of, line, counts, number in _numbers(report):
        told = "hidden" if number is None else number
        writer.writerow((part, _tame(of), _tame(line), counts, told))
    return file.getvalue()


def _numbers(report: Report) -> Iterator[tuple[str, str, str, str, float | None]]:
    yield "waterfall", "everyone", EVERYONE, "left", report.people
    for row in report.rows:
        for name in ("left", "cannot_tell", "meets", "unsure", "only"):
            yield "waterfall", "everyone", words_of(row), name, getattr(row, name)
    yield "waterfall", "everyone", WOULD, "left", report.prompted
    for split in report.splits:
        for group in split.groups:
            for name in ("people", "eligible", "prompted"):
                yield split.by, group.name, "", name, getattr(group, name)
    for name, number in asdict(report.burden).items():
        if not isinstance(number, str):
            yield "burden", report.burden.days, report.burden.surgery, name, number


def _tame(text: str) -> str:
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def as_html(report: Report) -> str:
    """One page that needs nothing beside it."""
    heads, rows = table(report)
    return (
        templates("cds_hooks.pages", strict=True)
        .get_template("try.html")
        .render(
            report=report,
            lines=list(lines(report))[1:],
            heads=heads,
            rows=rows,
            burden=list(of_burden(report.burden)),
            digits=in_digits,
            few=FEW,
            style=style().decode(),
        )
    )
