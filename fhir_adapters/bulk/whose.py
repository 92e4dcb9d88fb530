"""Whose a line of an extract is: a person's number is written in many ways, and may be damaged.

An NHS number is the same with spaces, hyphens or a spreadsheet's .0, and nothing else is taken for
the same. What differs only in zeros in front, capitals or signs may be somebody's, and may be
somebody else's.
"""

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path

from fhir_adapters.bulk import cells
from fhir_adapters.bulk.buckets import parts_of

KNOWN = "known"  # in place of a bucket's number: whom the people file names

_BETWEEN = re.compile(r"[\s\u2010-\u2015\u2212-]")
_NHS = re.compile(r"(\d{10})(?:\.0+)?", re.ASCII)
_FRACTION = re.compile(r"(\d+)\.0+", re.ASCII)


@lru_cache(1 << 16)
def key(cell: str) -> str:
    """The number in a cell, however it is written; "" where it may be anybody's."""
    text = cells.plain(cell)
    if found := _NHS.fullmatch(_BETWEEN.sub("", text)) or _FRACTION.fullmatch(text):
        text = found[1]
    return text if cells.names_somebody(text) else ""


def written(cell: str) -> str:
    """The number in a cell as it stands there, to be taken back to where it came from."""
    text = cells.plain(cell)
    return text if text.isprintable() else " ".join(text.split())


def is_nhs_number(text: str) -> bool:
    """Whether the last of ten digits is what the nine before it make it (NHS Data Dictionary)."""
    if not (_NHS.fullmatch(text) and len(text) == 10):
        return False
    check = -sum(int(digit) * (10 - place) for place, digit in enumerate(text[:9])) % 11
    return int(text[9]) == check


class Known:
    """Everybody in the people file, by their keys."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = frozenset(keys)

    @classmethod
    def kept(cls, folder: Path) -> "Known":
        """Those whom the people file had, once it is sorted."""
        text = b"".join(path.read_bytes() for path in parts_of(folder, KNOWN))
        return cls(text.decode().splitlines())

    def may_be(self, key: str) -> tuple[str, ...]:
        """Whose it may be, of those who have another number."""
        return self._alike.get(_loosely(key), ())

    @cached_property
    def have_nhs_numbers(self) -> bool:
        """Whether everybody has one, so that anything else is a damaged one."""
        return bool(self.keys) and all(map(is_nhs_number, self.keys))

    @cached_property
    def _alike(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for one in self.keys:
            loosely = _loosely(one)
            found[loosely] = (*found.get(loosely, ()), one)
        return found


def _loosely(key: str) -> str:
    return "".join(filter(str.isalnum, key.casefold())).lstrip("0")
