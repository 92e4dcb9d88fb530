"""Groups of people, to ask whether a rule reaches everybody alike. Never groups of staff."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from cds_hooks.population.categories import OTHERWISE, UNTOLD, ethnic_category, tenth
from cds_hooks.population.small_numbers import Shown
from fhir_adapters.bulk.people import Someone
from rules.answer import NO, YES
from rules.credits import LANGUAGES
from rules.days import age

# What people are told apart by, in the order in which it is shown.
BY: tuple[str, ...] = (
    "age", "sex", "ethnic category", "language", "interpreter", "deprivation",
)  # fmt: skip
_BANDS = ((0, 17), (18, 39), (40, 59), (60, 79), (80, 200))
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_LAST = {OTHERWISE: 1, UNTOLD: 2}
_MORE = 10  # percent of a group more than of the rest: so much is worth a sentence
_LEAST_LOST = 5  # people; fewer lost at a line are chance


def groups_of(someone: Someone, today: date) -> tuple[tuple[str, str], ...]:
    """The group that a person is in, for each of ``BY``."""
    person = someone.record.person
    interpreter = {YES: "needs one", NO: "needs none"}.get(person.needs_interpreter, UNTOLD)
    values = (
        _band(someone, today),
        person.sex or UNTOLD,
        ethnic_category(someone.ethnic),
        _language(person.language),
        interpreter,
        tenth(someone.deprived),
    )
    return tuple(zip(BY, values, strict=True))


def _language(written: str) -> str:
    language = written.strip().casefold().partition("-")[0]
    named = {**LANGUAGES, "en": "English", "": UNTOLD}.get(language)
    return named or (language if _LANGUAGE.fullmatch(language) else OTHERWISE)


def _band(someone: Someone, today: date) -> str:
    birth = someone.record.person.birth
    if birth is None:
        return UNTOLD
    least, most = age(birth, today)
    for first, last in _BANDS:
        if first <= least and most <= last:
            return f"{first} to {last}" if last < _BANDS[-1][1] else f"{first} or over"
    return UNTOLD  # a year of birth may leave it open


def in_order(names: Sequence[str]) -> list[str]:
    """Groups in the order of their names, numbers by their size, what is no group last."""

    def key(name: str) -> tuple[int, int, str]:
        number = next((int(word) for word in name.replace(",", "").split() if word.isdigit()), 0)
        return _LAST.get(name, 0), number, name

    return sorted(names, key=key)


def lost_elsewhere(
    group: Sequence[int],
    rest: Sequence[int],
    base: tuple[int, int],
    see: Callable[[int], Shown],
) -> tuple[int, int] | None:
    """The line at which most of a group are lost, and of the rest, where those are not the same.

    ``group`` and ``rest`` are how many each line loses after the first, and ``base`` how many of
    both meet the first. Nothing is told that could not be read from numbers as ``see`` shows them.
    """
    ours, theirs = _shares(group, base[0], see), _shares(rest, base[1], see)
    if not ours or not theirs:
        return None
    mine = max(ours, key=lambda line: ours[line])
    other = max(theirs, key=lambda line: theirs[line])
    if mine == other or ours[mine] < theirs.get(mine, 0) + _MORE:
        return None
    return mine, other


def _shares(lost: Sequence[int], base: int, see: Callable[[int], Shown]) -> dict[int, int]:
    """What percent each line loses of those who meet the first; only where that can be told."""
    return dict(_each_share(lost, see(base), see))


def _each_share(
    lost: Sequence[int], base: Shown, see: Callable[[int], Shown]
) -> Iterator[tuple[int, int]]:
    for line, count in enumerate(lost):
        told = see(count)
        if base and told is not None and count >= _LEAST_LOST:
            yield line, round(100 * told / base)
