"""One run over a list, by itself in a process: what it cost, as one line of JSON.

``floor`` decodes every line that the run reads into the type that it reads it into, and does
nothing else. ``run`` asks the rules as ``goodday population run`` does, and ``beside`` does both,
piece by piece: no machine is as fast at one minute as at the next. So ``turns`` asks about a short
list again and again, from the disk, while it asks about a long one. ``kept`` asks all rules about
an import.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from cds_hooks.population.asking import HOOK, opened, read_by, wanted_by
from fhir_adapters.bulk.chunk import evaluate_chunk
from fhir_adapters.bulk.files import Piece, end_of
from fhir_adapters.bulk.local import Crew, R, T
from fhir_adapters.bulk.ndjson import open_folder
from fhir_adapters.bulk.parquet import Keeping, finish, gathered, unfinished
from fhir_adapters.bulk.people import Part, SetAside
from fhir_adapters.bulk.sorting import Task
from fhir_adapters.elements import Resource
from rules.load import load_library
from rules.rule import Library, Rule
from tests.crowd.page import TODAY


class Cost(msgspec.Struct):
    """What it cost. ``cpu`` and ``peak`` (MB) are of this process and those that it began."""

    people: int
    came: int  # what rules came to, of all of them: alike by however many processes
    read: int  # bytes
    cpu: float  # seconds, all processes together, without what was run beside it
    floor: float  # seconds
    wall: float
    peak: float  # of the process that had most
    short: float = 0.0  # seconds a person of the short list beside it


def once(what: str, source: Path, *told: str) -> Cost:
    """One run in a process of its own."""
    (done,) = at_once(1, what, source, *told)
    return done


def at_once(times: int, what: str, source: Path, *told: str) -> list[Cost]:
    """The same run so many times, all at the same time. Raises CalledProcessError."""
    command = [sys.executable, "-m", _SELF, what, str(source), *told]
    begun = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(times)]
    said = [one.communicate()[0] for one in begun]
    for one in begun:
        if one.returncode:
            raise subprocess.CalledProcessError(one.returncode, command)
    return [msgspec.json.decode(one, type=Cost) for one in said]


class _Asked(NamedTuple):
    people: int
    came: int


@dataclass(frozen=True, slots=True)
class _Asking:
    rules: tuple[Rule, ...]
    today: date

    def __call__(self, part: Part) -> tuple[_Asked, SetAside]:
        """How many people are in a part, and what came of it, once all are asked about."""
        told: list[SetAside] = []
        came = [len(row.came) for row in evaluate_chunk(self.rules, part.people(told), self.today)]
        return _Asked(len(came), sum(came)), sum(told, SetAside())


# Rules do not travel: forked processes find here what was here when their crew began.
_ASKING: list[_Asking] = []


def run(source: Path, library: Library, crew: Crew) -> _Asked:
    """Ask about everybody, and say how many they are and what came of it."""
    needs = read_by(library) if _asking().rules == library.rules else wanted_by(library)
    with crew, opened(source, needs, None, crew) as whole:
        people, came = zip(*whole.each(_ask), strict=True)
        return _Asked(sum(people), sum(came))


def _ask(part: Part) -> tuple[_Asked, SetAside]:
    return _asking()(part)


def _asking() -> _Asking:
    (one,) = _ASKING
    return one


def floor(source: Path, library: Library) -> int:
    """Decode what the run would read, and say how many bytes those are."""
    with TemporaryDirectory() as scratch:
        tasks = open_folder(source, wanted_by(library)).tasks(Path(scratch))
    return sum(decoded(task.piece) for task in tasks)


def decoded(piece: Piece) -> int:
    """Decode the lines of a piece, and say how many bytes those are."""
    decode = msgspec.json.Decoder(Resource).decode
    with piece.path.open("rb", 1 << 20) as file:
        at = 0
        if piece.start:
            file.seek(piece.start - 1)
            at = piece.start - 1 + len(file.readline())
        began, end = at, end_of(piece)
        for line in file:
            if at >= end:
                break
            at += len(line)
            decode(line)
    return at - began


class Beside(Crew):
    """One process that decodes each piece before it is sorted, and counts apart what that costs."""

    def __init__(self) -> None:
        super().__init__(1)
        self.floor, self.read = 0.0, 0

    def each(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """What comes of each task, in the order of the tasks."""
        for task in tasks:
            if isinstance(task, Task):
                began = _cpu()
                self.read += decoded(task.piece)
                self.floor += _cpu() - began
            yield work(task)


class Turns(Crew):
    """One process that asks about a short list again each time that it has worked for as long."""

    def __init__(self, short: Path) -> None:
        super().__init__(1)
        self._short = short
        self._cost, self._people, self._until = 0.0, 0, 0.0
        self.beside = 0.0  # seconds that are not the long list's: Python's start is among them

    @property
    def a_person(self) -> float:
        """Seconds for a person of the short list, without the start."""
        return self._cost / self._people

    def each(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """What comes of each task, in the order of the tasks."""
        for task in tasks:
            if _cpu() >= self._until:
                before = _cpu()
                let_go(self._short)
                short = once("run", self._short)
                after = _cpu()
                self._cost += short.cpu
                self._people += short.people
                self.beside += after - before
                self._until = after + (after - before)
            yield work(task)


def let_go(folder: Path) -> None:
    """Have a list come from the disk again, as one does that is longer than memory.

    To read what the kernel still has in memory takes a twentieth off a run.
    """
    for path in folder.rglob("*"):
        if path.is_file() and hasattr(os, "posix_fadvise"):
            with path.open("rb") as file:
                os.fsync(file.fileno())  # or what is not on the disk yet would stay
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def keep(source: Path, to: Path, library: Library) -> int:
    """Import a list, and say how many people are in it."""
    needs = read_by(library)
    with (
        Crew(1) as crew,
        unfinished(to) as inside,
        opened(source, needs, None, crew) as whole,
    ):
        files = [one for some in whole.each(Keeping(inside, needs), gathered) for one in some]
        return finish(to, inside, files, needs, whole.aside, whole.ids).people


def main() -> int:
    """Do it once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("floor", "run", "beside", "turns", "kept", "import"))
    parser.add_argument("source", type=Path)
    parser.add_argument("--to", type=Path, default=Path("kept"))
    parser.add_argument("--short", type=Path, help="the list to take turns with")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--rules", type=Path, help="a practice's rules, in place of the library")
    told = parser.parse_args()
    # Where Good Day alone is installed there is no numpy. It takes a seventh of a second to import,
    # and pyarrow does so wherever Spark's tools have brought it.
    sys.modules["numpy"] = None  # type: ignore[assignment] # - as Python says that it is not there
    library = load_library(told.rules).usable()
    people = came = read = 0
    floor_cpu = short_cpu = short_each = 0.0
    began, cpu = time.perf_counter(), _cpu()
    rules = library.rules if told.what == "kept" else library.for_hook(HOOK)
    _ASKING.append(_Asking(rules, TODAY))  # before any crew begins
    match told.what:
        case "floor":
            read = floor(told.source, library)
        case "run" | "kept":
            people, came = run(told.source, library, Crew(told.processes))
        case "beside":
            crew = Beside()
            people, came = run(told.source, library, crew)
            floor_cpu, read = crew.floor, crew.read
        case "turns":
            turns = Turns(told.short)
            people, came = run(told.source, library, turns)
            short_cpu, short_each = turns.beside, turns.a_person
        case _:
            people = keep(told.source, told.to, library)
    wall = time.perf_counter() - began
    used = _cpu() - cpu - floor_cpu - short_cpu
    cost = Cost(people, came, read, used, floor_cpu, wall, _peak(), short_each)
    sys.stdout.buffer.write(msgspec.json.encode(cost))
    return 0


def _cpu() -> float:
    return sum(used.ru_utime + used.ru_stime for used in (resource.getrusage(who) for who in _BOTH))


def _peak() -> float:
    return max(resource.getrusage(who).ru_maxrss for who in _BOTH) / 1024


_SELF = "tests.benchmarks.one_run"  # also where it is __main__
_BOTH = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)

if __name__ == "__main__":
    sys.exit(main())
