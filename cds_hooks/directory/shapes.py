"""What both shapes of a directory share: JSON taken apart safely, and what comes of an entry."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeGuard, cast

import msgspec

from rules.days import PRACTICE_ZONE
from rules.support import NotAnEntry, Support, tidy

# What a directory sends: nothing narrower is known of it.
Json = dict[str, Any]
OURS = "good_day"  # the member with what a shape has no place for
MOST_BYTES = 20 * 1024 * 1024
_DEEPEST = 40


class NotADirectory(ValueError):
    """What cannot be read at all; says why in one sentence, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """One entry, and the same as it came: what we have no name for is not lost."""

    entry: Support
    original: Json


@dataclass(frozen=True, slots=True)
class Aside:
    """Something about one entry that somebody has to look at. ``kept``: without that, it is in."""

    where: str  # which entry: its name as far as it can be told, and its place in the list
    says: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What one text came to. ``following`` is the address of the next page, or its number."""

    found: tuple[Found, ...]
    asides: tuple[Aside, ...] = ()
    following: str | int | None = None
    shape: str = ""
    pages: int = 0  # how many there are in all, where that is said


@dataclass(frozen=True, slots=True)
class Whose:
    """What an entry is given where it does not say so itself."""

    source: str = ""
    licence: str = ""
    credits: tuple[str, ...] = ()


def decoded(body: bytes) -> object:
    """The JSON of a text. Raises NotADirectory."""
    if len(body) > MOST_BYTES:
        raise NotADirectory(f"It is larger than {MOST_BYTES // 1024 // 1024} MiB.")
    try:
        value: object = json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotADirectory("It is not JSON in UTF-8.") from None
    if _depth(value) > _DEEPEST:
        raise NotADirectory("It is nested deeper than any directory is.")
    return value


def _no_number(_text: str) -> float:
    raise ValueError


def _depth(value: object) -> int:
    level: list[object] = [value]
    for depth in range(_DEEPEST + 2):
        if not level:
            return depth
        level = [inner for one in level for inner in _inside(one)]
    return _DEEPEST + 1


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from cast("dict[str, object]", value).values()  # JSON has no other keys
    elif is_list(value):
        yield from value


def is_object(value: object) -> TypeGuard[Json]:
    """Whether it is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether it is a JSON list."""
    return isinstance(value, list)


def objects(value: object) -> list[Json]:
    """The objects of a list; none where it is no list."""
    return [one for one in value if is_object(one)] if is_list(value) else []


def text(value: Json, *names: str) -> str:
    """The first of these members that is a text with something in it."""
    found = (value.get(name) for name in names)
    return next((one for one in found if isinstance(one, str) and one.strip()), "")


def number(value: Json, name: str) -> float | None:
    """A member that is a number, or the text of one."""
    found = value.get(name)
    if isinstance(found, str):
        try:
            found = float(found)
        except ValueError:
            return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    # A whole number may be longer than any other can hold.
    return float(found) if abs(found) < 1e15 and math.isfinite(found) else None


def whole(value: Json, name: str) -> int | None:
    """A member that is a whole number."""
    found = number(value, name)
    return int(found) if found is not None and found == int(found) else None


def day(value: Json, name: str) -> date | None:
    """A member that is a date or a moment, as the day here."""
    said = text(value, name)
    try:
        if len(said) == len("2026-11-22"):
            return date.fromisoformat(said)
        at = datetime.fromisoformat(said)
        return (at.astimezone(PRACTICE_ZONE) if at.tzinfo else at).date()
    except (ValueError, OverflowError):
        return None


def entry_of(
    original: Json, read: Callable[[Json], Support], today: date
) -> tuple[Support, tuple[str, ...]]:
    """An entry, with what we wrote into it ourselves, and what had to be left out.

    Raises NotAnEntry.
    """
    entry = read(original)
    ours = original.get(OURS)
    if is_object(ours):
        try:
            given = cast("Json", msgspec.to_builtins(entry)) | ours  # of a dataclass it is one
            entry = msgspec.convert(given, Support)
        except msgspec.ValidationError:
            raise NotAnEntry(f'Its member "{OURS}" is not as we write it.') from None
    return tidy(entry, today)


def written(entry: Support, shape: Json, read: Callable[[Json], Support], today: date) -> Json:
    """A shape with whatever it has no place for in a member of ours: read, it is the entry.

    What stands in such a member already, of an earlier day, goes.
    """
    shape = {name: value for name, value in shape.items() if name != OURS}
    plainly = msgspec.to_builtins(tidy(read(shape), today)[0])
    wanted = msgspec.to_builtins(entry)
    apart = {name: wanted[name] for name in wanted if wanted[name] != plainly[name]}
    return {**shape, OURS: apart} if apart else shape


def each(listed: list[object], read: Callable[[Json], Support], today: date, shape: str) -> Page:
    """Every entry of a list; what is none is set aside, and named."""
    found: list[Found] = []
    asides: list[Aside] = []
    for place, one in enumerate(listed, 1):
        if not is_object(one):
            asides.append(Aside(f"entry {place}", "It is no object."))
            continue
        where = f"entry {place}{_named(one)}"
        try:
            entry, left_out = entry_of(one, read, today)
        except NotAnEntry as error:
            asides.append(Aside(where, str(error)))
            continue
        found.append(Found(entry, one))
        asides += [Aside(where, f"It is in, but {says}.", kept=True) for says in left_out]
    return Page(tuple(found), tuple(asides), shape=shape)


def _named(one: Mapping[str, object]) -> str:
    name = one.get("name")
    said = "".join(c for c in name if c.isprintable()).strip() if isinstance(name, str) else ""
    return f' ("{said[:60]}")' if said else ""
