"""Two versions of rules asked about everybody on a list, in as many processes as are wanted."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from cds_hooks.population.asking import HOOK
from fhir_adapters.bulk.people import Part, SetAside
from rules.differing import Change, Pair, Sum, count, paired
from rules.load import Loaded, load_library
from rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Compare:
    """What a process does with a part: it goes there as it is, and the rules are read there.

    ``told`` is whether it is to say of whom, and not only of how many.
    """

    old: Path
    new: Path
    today: date
    told: bool = False

    def __call__(self, part: Part) -> tuple[tuple[Sum, list[tuple[str, Change]]], SetAside]:
        """What came of the people of a part, whose answers changed, and what was set aside."""
        aside: list[SetAside] = []
        whole = Sum()
        named: list[tuple[str, Change]] = []
        pairs = asked_of_everybody(pairs_at(self.old, self.new))
        for someone in part.people(aside):
            changed = count(pairs, someone.record, self.today, whole)
            if self.told:
                named += [(someone.record.person.id, change) for change in changed]
        return (whole, named), sum(aside, SetAside())


@cache
def loaded_at(path: Path) -> Loaded:
    """The rules of one version, read once in each process, which has what was read before it."""
    return load_library(path)


def pairs_at(old: Path, new: Path) -> tuple[Pair, ...]:
    """The rules of two versions, each with itself; two files are one rule, whatever its name."""
    was, now = loaded_at(old).library.rules, loaded_at(new).library.rules
    if new.is_file() and was and now:
        return (Pair(was[0], now[0]),)
    return paired(was, now)


def asked_of_everybody(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """Those that are asked whenever a record is opened, as a list is asked about, in each version.

    One that was asked at another moment counts as not there.
    """
    held = (Pair(_held(pair.old), _held(pair.new)) for pair in pairs)
    return tuple(pair for pair in held if pair.old is not None or pair.new is not None)


def _held(rule: Rule | None) -> Rule | None:
    return rule if rule is not None and HOOK in rule.hooks else None
