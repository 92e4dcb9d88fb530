"""``python -m tests.crowd``: every rule of the library asked about an invented practice.

It prints of each rule how many people it is for, how many of them are prompted, and what holds the
others back; then cards by surgery; then the same for the Synthea people where they are at hand.
"""

import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path

from cds_hooks.commands import say
from tests.crowd.asking import Seen
from tests.crowd.crowds import everybody, practice, synthea
from tests.crowd.inventing import invent
from tests.crowd.page import PEOPLE, SEED, TODAY, write
from tests.crowd.surgeries import SURGERIES, VISITS
from tests.crowd.table import CARD_HEADS, HEADS, cards, people, rows
from tests.crowd.writing import write_ndjson

SHARED = Path(__file__).parents[3] / "shared" / "data" / "patients"


def main(arguments: list[str]) -> int:
    """Print the tables, and write the page where that is asked for."""
    parser = ArgumentParser(prog="python -m tests.crowd", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, metavar="N", help="how many")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="which practice")
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY, metavar="DAY")
    parser.add_argument("--processes", type=int, default=0, metavar="N", help="0: one a processor")
    parser.add_argument("--write", action="store_true", help="rules/LIBRARY.md is written anew")
    parser.add_argument("--ndjson", type=Path, metavar="FOLDER", help="write these people, and end")
    told = parser.parse_args(arguments)
    if told.ndjson is not None:
        numbers = say.working(range(told.people), "People")
        write_ndjson(told.ndjson, (invent(told.seed, number, told.today) for number in numbers))
        return 0
    if told.write:
        if not SHARED.is_dir():
            say.sorry("The page has the Synthea people on it, and the shared data is not here.")
            return 1
        write(everybody, SHARED, told.processes)
        return 0
    invented = everybody(practice(told.seed, told.people, told.today), told.processes)
    _print(f"{told.people} invented people (seed {told.seed}) on {told.today}", invented, told.seed)
    theirs = synthea(SHARED)
    if not theirs:
        say.line("The Synthea people are not asked about: the shared data folder is not here.")
        return 0
    _print(f"{len(theirs)} Synthea people", everybody(theirs, told.processes), told.seed)
    return 0


def _print(title: str, crowd: list[Seen], seed: int) -> None:
    say.line(title, "bold")
    say.line()
    say.table(HEADS, [tuple(map(str, row)) for row in rows(crowd)])
    say.line()
    for sentence in people(crowd):
        say.line(sentence)
    if by_viewer := cards(crowd, seed):
        say.line()
        say.line(f"{SURGERIES} surgeries of {VISITS} visits")
        say.table(CARD_HEADS, by_viewer)
    say.line()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
