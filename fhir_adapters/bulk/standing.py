"""What sorting left in a bucket, as one record per person.

What stands there twice, or is too much, is found while the bucket is read. An entry is made when a
rule asks for it, and until then nothing is looked at but ids and codes.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from fhir_adapters.bulk.buckets import MOST_OF_ONE, TOO_MUCH
from fhir_adapters.bulk.frames import Frame, Framed, Lot, split, text_of
from fhir_adapters.bulk.people import SET_ASIDE, Fault, SetAside, Someone
from fhir_adapters.bulk.rejects import Rejects
from fhir_adapters.decode import read_resource
from fhir_adapters.patient import ethnic_category, person
from fhir_adapters.read import entry
from rules.codes import Code
from rules.record import Entry, Kind, PatientRecord, Person, Unopened

_TWICE = "an entry stands in it twice, and not the same"
_TWO_PATIENTS = "Two Patient entries that are not the same have one id."
_TWO_ENTRIES = "Two entries that are not the same have one id."

_NOT_KEPT = Rejects(None, "")


def everybody(
    portion: Iterable[Framed],
    unread: Mapping[Kind, str],
    told: list[SetAside],
    rejects: Rejects = _NOT_KEPT,
) -> Iterator[Someone]:
    """Whoever is in a portion, by their identifiers; ``unread`` are the lists unknown of everybody.

    What had to be set aside is added to ``told``, and its lines are kept in ``rejects``.
    """
    patients: dict[str, bytes | None] = {}
    found: dict[str, _Lines] = {}
    for frame, lot, at in portion:
        if frame.kind is None and frame.filed is None:
            set_aside = _patient(frame, lot, at, patients)
        else:
            lines = found.get(frame.person)
            if lines is None:
                lines = found[frame.person] = _Lines()
            set_aside = lines.take(frame, lot, at)
        for one in set_aside:
            told.append(one.told())
            rejects.keep(text_of(one.line))
    for patient_id in sorted(patients):
        told_once = patients[patient_id]
        lines = found.pop(patient_id, _NO_LINES)  # not held for longer than they are asked about
        if told_once is not None:
            patient = read_resource(told_once)
            yield Someone(lines.record(person(patient), unread), ethnic_category(patient))


class Aside(NamedTuple):
    """A line that is set aside, by itself, and why; and how many people with it."""

    line: Framed
    why: str
    people: int = 0

    def told(self) -> SetAside:
        """The same, for whoever counts."""
        frame, lot, _ = self.line
        return SetAside(1, (Fault(lot.source.place(frame.lines[0]), self.why),), self.people)


class _Lines:
    """What stands in a bucket about one person."""

    def __init__(self) -> None:
        self.frames: list[Framed] = []
        self.ids: dict[Kind, set[str]] = {}  # of everything in them
        self.missing: dict[Kind, str] = {}
        self.filed: set[str] = set()
        self.size = 0  # bytes
        # Every line by itself, by kind and id, once that has to be looked at: nearly nobody's is.
        self.each: dict[tuple[Kind, str], Framed | None] | None = None  # None: two, not the same

    def take(self, frame: Frame, lot: Lot, at: int) -> Sequence[Aside]:
        """Some lines more. What cannot be kept costs its list, and is set aside."""
        kind = frame.kind
        if kind is None:
            self.filed.update(frame.filed or ())
        elif frame.why:
            self.missing[kind] = frame.why
        elif self.each is None and self._counted_in(frame, kind):
            self.frames.append((frame, lot, at))
        else:
            return self._each(frame, lot, at, kind)
        return ()

    def _counted_in(self, frame: Frame, kind: Kind) -> bool:
        """Count its lines in, and say whether they have ids of their own and are not too much."""
        known = self.ids.get(kind)
        if known is None:
            known = self.ids[kind] = set()
        before = len(known)
        known.update(frame.ids)
        self.size += sum(frame.sizes)
        return len(known) - before == len(frame.ids) and self.size <= MOST_OF_ONE

    def _each(self, frame: Frame, lot: Lot, at: int, kind: Kind) -> Sequence[Aside]:
        """The same, line by line."""
        aside: list[Aside] = []
        if self.each is None:
            before, self.frames = self.frames, []
            self.each, self.size = {}, 0
            for one in before:
                aside += self.take(*one)
        for one in split(frame, lot, at):
            alone = one[0]
            name = kind, alone.ids[0] or f" {len(self.each):09}"
            if name in self.each:
                first = self.each[name]
                if first is None or text_of(first) != text_of(one):  # twice the same is once
                    self.each[name] = None  # nobody knows which of them holds
                    self.missing.setdefault(kind, _TWICE)
                    aside.append(Aside(one, _TWO_ENTRIES))
                continue
            self.size += alone.sizes[0]
            if self.size <= MOST_OF_ONE:
                self.each[name] = one
            else:
                self.missing.setdefault(kind, SET_ASIDE)
                aside.append(Aside(one, TOO_MUCH))
        return aside

    def record(self, who: Person, unread: Mapping[Kind, str]) -> PatientRecord:
        """Their record, its entries made when they are asked for."""
        frames = self.frames
        if self.each is not None:
            frames = [one for one in self.each.values() if one is not None]
        places: dict[Code, _Places] = {}
        number = 0
        firsts: list[int] = []  # the number of the first line of each frame
        for frame, lot, _ in frames:
            for code in lot.codes[frame.codes]:
                if code not in places:
                    places[code] = _Places()
                places[code].add(frame, number)
            firsts.append(number)
            number += len(frame.ids)

        def make(number: int) -> Entry:
            place = bisect_right(firsts, number) - 1
            one = frames[place]
            frame, lot, _ = one
            resource = read_resource(text_of(one, number - firsts[place]))
            assert frame.kind is not None  # or it would not be kept
            return entry(resource, frame.kind, lot.codes[frame.codes], self.filed)

        return PatientRecord(who, Unopened(places, make), {**unread, **self.missing})


class _Places:
    """The numbers of the entries of one code, by their types and ids: the same order whichever
    file came first. They are put in it if they are asked for.
    """

    __slots__ = ("_frames", "_size")

    def __init__(self) -> None:
        self._frames: list[tuple[Frame, int]] = []
        self._size = 0

    def add(self, frame: Frame, number: int) -> None:
        """The lines of a frame, numbered from there on."""
        self._frames.append((frame, number))
        self._size += len(frame.ids)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[int]:
        each = [
            (frame.kind or "", name, number)
            for frame, first in self._frames
            for number, name in enumerate(frame.ids, first)
        ]
        return (number for _, _, number in sorted(each))


_NO_LINES = _Lines()


def _patient(frame: Frame, lot: Lot, at: int, patients: dict[str, bytes | None]) -> Sequence[Aside]:
    """Keep somebody, unless there are two of that name: nobody is asked about either then."""
    aside: list[Aside] = []
    for one in split(frame, lot, at):  # one, unless it stands there twice
        text = text_of(one)
        before = patients.setdefault(frame.person, text)
        if before is not None and before != text:
            patients[frame.person] = None
            aside.append(Aside(one, _TWO_PATIENTS, people=1))
    return aside
