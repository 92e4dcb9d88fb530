"""What a crowd came to, as a table: by rule, then by card and surgery."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rules.rule import Purpose
from tests.crowd.asking import (
    CANNOT_TELL,
    EXCLUDED,
    HELD,
    PROMPTED,
    VIEWERS,
    WITHHELD,
    Seen,
    library,
)
from tests.crowd.surgeries import SURGERIES, VISITS, surgeries

HEADS = ("rule", "for", "prompted", "held, and by what", "excluded, and why", "cannot tell")
CARD_HEADS = (
    "who looks",
    "cards, mean",
    "middle",
    "9 in 10 have at most",
    "most",
    "ceiling met",
    "without it",
)


class Row(NamedTuple):
    """One rule. ``for_`` is of how many it is true, whether or not they are left in peace."""

    rule: str
    for_: int
    prompted: int
    held: str
    excluded: str
    cannot_tell: int


def rows(crowd: Iterable[Seen]) -> list[Row]:
    """Every rule there is, the one that prompts most people first."""
    ended = {rule.id: Counter[str]() for rule in library().rules}
    for one in crowd:
        for rule, where in one.ended.items():
            ended[rule][where] += 1
    nets = {rule.id for rule in library().rules if rule.purpose is Purpose.SAFETY_NET}
    found = [_row(rule, counts, rule in nets) for rule, counts in ended.items()]
    return sorted(found, key=lambda row: (-row.prompted, -row.for_, row.rule))


def _row(rule: str, ended: Counter[str], net: bool) -> Row:
    unsure = ended[CANNOT_TELL] + ended[WITHHELD]
    return Row(
        f"{rule} (safety net)" if net else rule,
        ended.total() - unsure,
        ended[PROMPTED],
        _why(ended, HELD),
        _why(ended, EXCLUDED),
        unsure,
    )


def _why(ended: Counter[str], begins: str) -> str:
    counts = {name: count for name, count in ended.items() if name.startswith(begins)}
    if not counts:
        return "0"
    by_size = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    why = ", ".join(f"{name.removeprefix(begins)} {count}" for name, count in by_size)
    return f"{sum(counts.values())}: {why}"


def people(crowd: Sequence[Seen]) -> list[str]:
    """What it comes to by person, in sentences."""
    on_card = Counter(len(one.speaks) for one in crowd if one.speaks)
    with_card, several = on_card.total(), sum(n for size, n in on_card.items() if size > 1)
    visits = sum(one.visit for one in crowd)
    booked = sum(bool(one.booked) for one in crowd)
    return [
        f"{_of(with_card, len(crowd))} have a card when somebody looks; for"
        f" {_of(several, with_card)} of these two rules or more speak on it"
        f" ({_sizes(on_card)}).",
        f"{visits} have a visit in the next four weeks; {_of(booked, visits)} of them have a card"
        " for it.",
    ]


def _sizes(on_card: Counter[int]) -> str:
    return ", ".join(f"{size} rules: {on_card[size]}" for size in sorted(on_card) if size > 1)


def _of(number: int, whole: int) -> str:
    share = f" ({100 * number / whole:.1f}%)" if whole else ""
    return f"{number} of {whole}{share}"


def cards(crowd: Sequence[Seen], seed: int) -> list[tuple[str, ...]]:
    """Cards in a surgery, a row for each of those who may look."""
    found = surgeries(crowd, seed)
    return [
        (
            viewer,
            f"{found[viewer].mean:.1f}",
            str(found[viewer].middle),
            str(found[viewer].nine_in_ten),
            str(found[viewer].most),
            f"{found[viewer].full} of {SURGERIES}",
            f"{found[viewer].otherwise:.1f}",
        )
        for viewer in VIEWERS
        if viewer in found
    ]


def markdown(crowd: Sequence[Seen], seed: int, *, only_found: bool = False) -> str:
    """Both tables and the sentences between them.

    With ``only_found`` a rule that found nobody has no line, and no surgeries are drawn.
    """
    found = [row for row in rows(crowd) if row.for_ or row.cannot_tell or not only_found]
    by_rule = [tuple(map(str, row)) for row in found]
    text = [_table(HEADS, by_rule), *people(crowd)]
    if not only_found and (by_viewer := cards(crowd, seed)):
        text += [f"{SURGERIES} surgeries of {VISITS} visits:", _table(CARD_HEADS, by_viewer)]
    return "\n\n".join(text) + "\n"


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    every = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in every)
