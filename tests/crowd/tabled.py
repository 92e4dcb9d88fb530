"""An invented person in tables, and what of them no table says.

A table does not say that a diagnosis is a guess, that somebody is in hospital still, who filed a
result, when a person wants to be asked again, nor two values of one reading. ``sayable`` is the
person without all that; everything else is said both ways.
"""

from collections.abc import Iterator

from fhir_adapters.bulk.mapping import Standing
from fhir_adapters.read import KINDS
from rules.codes import SNOMED, SYSTEMS, Code
from tests.crowd.person import Coded, Invented, Line
from tests.crowd.writing import LOWER, UPPER
from tests.tables import About, Row

_NAMED = frozenset(SYSTEMS.values())  # a mapping names no other
_VOID = ("entered-in-error", "refuted")
_STANDS = ("", "active", "booked", "finished")
_OVER = ("resolved", "completed", "inactive")
_NOT_DONE = ("not-done", "rejected", "cancelled")


def sayable(person: Invented) -> Invented:
    """What tables can say of somebody. Who has nothing else on their record stays as they are."""
    left_out = {place: kind for kind, place in person.unread.items()}
    lines: list[Line] = []
    unread: dict[str, int] = {}
    for place, line in enumerate(person.lines):
        said = list(_sayable(line))
        if place in left_out and said:
            unread[left_out[place]] = len(lines)
        lines += said
    return person._replace(lines=tuple(lines), unread=unread, filed=frozenset())


def _sayable(line: Line) -> Iterator[Line]:
    if line.code.system not in _NAMED:
        return
    line = line._replace(ask_again=None)
    if line.what == "pressure" and line.value is not None:  # two readings, a line each
        for (code, words), value in ((UPPER, line.value), (LOWER, float(line.unit))):
            reading = line._replace(what=words, code=Coded(SNOMED, code, words))
            yield reading._replace(value=value, unit="mm[Hg]")
        return
    if line.doubt == "unconfirmed":
        line = line._replace(doubt="")
    if line.answer == "not-now":
        line = line._replace(answer="declined")
    yield line._replace(status=_SAYABLE.get((line.kind, line.status), line.status))


# What a line has in place of a status that no word of a mapping stands for.
_SAYABLE = {
    ("Condition", "inactive"): "resolved",
    ("Condition", "remission"): "resolved",
    ("Goal", "cancelled"): "completed",
    ("Encounter", "in-progress"): "finished",
    ("Observation", "preliminary"): "",
    ("Appointment", "proposed"): "cancelled",
}


def about(person: Invented) -> About:
    """The line of who they are."""
    days = {"day": 10, "month": 7, "year": 4}[person.born_told]
    return About(
        person.key,
        person.born.isoformat()[:days],
        person.sex,
        person.died.isoformat() if person.died is not None else "",
        language=person.language if person.language != "en" else "",
        interpreter="Yes" if person.needs_interpreter else "",
    )


def rows(person: Invented) -> Iterator[Row]:
    """The lines of their record; of a list of which something was left out one is damaged."""
    left_out = set(person.unread.values())
    for place, line in enumerate(person.lines):
        codes = [line.code, *([line.reason] if line.reason is not None else [])]
        row = Row(
            person.key,
            KINDS[line.kind],
            tuple(Code(one.system, one.code) for one in codes),
            line.written,
            _standing(line),
            str(line.value) if line.value is not None else "",
            line.unit,
            line.ends.isoformat() if line.ends is not None else "",
        )
        yield row
        if place in left_out:
            yield Row(person.key, row.kind, (), damaged=True)


def _standing(line: Line) -> Standing:
    if line.doubt in _VOID:
        return Standing.VOID
    if line.answer:
        return Standing.DECLINED
    if line.status in _NOT_DONE:
        return Standing.NOT_DONE
    if line.status in _OVER:
        return Standing.OVER
    assert line.status in _STANDS, f"no table says {line.status}"
    return Standing.STANDS
