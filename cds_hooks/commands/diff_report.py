"""What two versions of rules differ in, and who is gained and lost: for people, and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec

from cds_hooks.commands import say
from cds_hooks.population.small_numbers import STAYS, Shown, column, shown
from rules.changes import Difference, Look, Part, same_texts
from rules.days import in_words
from rules.differing import Change, Pair, Reason, Sum
from rules.outcome import Decision


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a list; ``asked`` are the rules that a list is asked about."""

    whole: Sum
    asked: frozenset[str]
    named: Mapping[Change, Sequence[str]] = field(default_factory=dict[Change, list[str]])


@dataclass(frozen=True, slots=True)
class Report:
    """One rule: what changed in it, who needs to look, and what came of a list."""

    pair: Pair
    found: tuple[Difference, ...]
    looks: tuple[Look, ...]
    told: Told | None = None

    @property
    def groups(self) -> tuple[tuple[Change, int], ...]:
        """Whose answers changed, and how many that is."""
        return self.told.whole.of(self.pair.id) if self.told else ()

    @property
    def differs(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.found or self.groups or None in self.pair)

    @property
    def before_and_after(self) -> tuple[int, int] | None:
        """How many each version asks; None where no list was asked about."""
        if self.told is None or self.pair.id not in self.told.asked:
            return None
        return self.told.whole.before[self.pair.id], self.told.whole.after[self.pair.id]


def print_rule(one: Report, today: date) -> None:
    """Everything about one rule."""
    say.line(f"{one.pair.id}   {_versions(one.pair)}", "bold")
    for part in Part:
        found = [each for each in one.found if each.part is part]
        if found:
            say.line(part[0].upper() + part[1:])
        for each in found:
            say.line(_said(each), "red" if each.weaker else "")
    if one.found and None not in one.pair:
        print_unchanged(one.pair)
    if one.looks:
        say.line(f"Who needs to look: {_looks(one.looks)}", "bold")
    if one.told is not None:
        _print_people(one, one.told, today)
    say.line()


def print_unchanged(pair: Pair) -> None:
    """Which words are as they were, so that nobody has to look for what is not there."""
    assert pair.old is not None
    assert pair.new is not None
    same = same_texts(pair.old, pair.new)
    if same:
        say.line(f"Unchanged: {', '.join(same)}")


def _versions(pair: Pair) -> str:
    old, new = pair
    if new is None:
        return "is not there any more"
    now = f"version {new.version}, {new.status}"
    if old is None:
        return f"{now}, is new"
    was = f"version {old.version}, {old.status}"
    return was if was == now else f"{was} -> {now}"


def _said(each: Difference) -> str:
    loud = "!! " if each.weaker else "   "
    where = f"   (line {each.line}{' of the old' if each.removed else ''})" if each.line else ""
    return f"  {loud}{each.says}{where}"


def _looks(looks: Iterable[Look]) -> str:
    return ", ".join(f"{one.who} ({one.why})" for one in looks)


def _print_people(one: Report, told: Told, today: date) -> None:
    counts = one.before_and_after
    if counts is None:
        say.line("A list says nothing of it: it is not asked when a record is opened.")
        return
    people = say.count(told.whole.people, "person", "people")
    say.line(f"{people}, as of {in_words(today)}: {counts[0]} -> {counts[1]}", "bold")
    width = max((len(str(count)) for _, count in one.groups), default=1)
    heads = {change: _head(change, count) for change, count in one.groups}
    wide = max(map(len, heads.values()), default=0)
    for change, count in one.groups:
        loud, because = why(one.pair, change, count)
        line = f"  {count:>{width}} {heads[change]:<{wide}}   {'!! ' if loud else ''}{because}"
        say.line(line, "red" if loud else "")
        for person in told.named.get(change, ()):
            say.line(f"  {'':>{width}}   {person}")
    say.line("What was said before is not looked at: it quiets both alike.", "dim")


_NOW = {Decision.CANNOT_TELL: "it cannot be told now", Decision.WITHHELD: "it is withheld now"}
_BEFORE = {
    Decision.CANNOT_TELL: "could not be told before",
    Decision.WITHHELD: "withheld before",
}


def _head(change: Change, count: int) -> str:
    """What happens to a group of people."""
    if change.gained:
        before = _BEFORE.get(change.was)
        prompts = "prompts now" if count == 1 else "prompt now"
        return f"{before}, {prompts}" if before else "would GAIN the prompt"
    if change.lost:
        now = _NOW.get(change.now)
        return "would lose the prompt" + (f": {now}" if now else "")
    return f"{_BEFORE.get(change.was, 'a no before')}, {_NOW.get(change.now, 'a no now')}"


def why(pair: Pair, change: Change, count: int) -> tuple[bool, str]:
    """The lines behind it; and whether it is to be said loudly, as where nobody is left alone now.

    Of whoever is gained these are lines of the old version.
    """
    old = change.gained or (not change.lost and change.now not in _NOW)
    said = [
        _gone(pair, one, count) if change.gained and one.excludes else _line(one, old=old)
        for one in change.because
    ]
    return change.gained and any(one.excludes for one in change.because), "; ".join(said)


def _line(one: Reason, *, old: bool) -> str:
    where = f" (line {one.line}{' of the old' if old else ''})" if one.line else ""
    return f"{one.says}{where}"


def _gone(pair: Pair, one: Reason, count: int) -> str:
    """An exclusion that kept people from it and does not any more."""
    still = pair.new is not None and one.excludes in {each.name for each in pair.new.exclusions}
    became = "does not say so any more" if still else "was removed"
    return f"{_people(one.says, count)} (line {one.line} {became})"


_VERBS = {"is": "are", "has": "have", "was": "were", "does": "do", "needs": "need"}


def _people(because: str, count: int) -> str:
    """ "This person is receiving palliative care", of one, of both, of all five."""
    verb, _, rest = because.rstrip(".").removeprefix("This person ").partition(" ")
    if not because.startswith("This person "):
        return f'of {_whom(count)}: "{because}"'
    verb = verb if count == 1 else _VERBS.get(verb, verb)
    return f"{_whom(count)} {verb} {rest}"


def _whom(count: int) -> str:
    return {1: "this person", 2: "both"}.get(count, f"all {count}")


def print_briefly(every: Sequence[Report], today: date) -> None:
    """A line for each rule."""
    told = next((one.told for one in every if one.told is not None), None)
    if told is not None:
        people = say.count(told.whole.people, "person", "people")
        say.line(f"{people}, as of {in_words(today)}. {STAYS}")
    wide = max((len(one.pair.id) for one in every), default=0)
    for one in every:
        said = [_brief(one)]
        counts = one.before_and_after
        if counts is not None:
            gained = sum(count for change, count in one.groups if change.gained)
            lost = sum(count for change, count in one.groups if change.lost)
            said.append(f"{counts[0]} -> {counts[1]}")
            said += [f"{gained} gained, {lost} lost"] if gained or lost else []
        loud = any(each.weaker for each in one.found)
        said += ["!! somebody may be left alone less"] if loud else []
        say.line(f"{one.pair.id:<{wide}}   {'   '.join(said)}", "red" if loud else "")
    differing = sum(one.differs for one in every)
    say.line(f"{differing} of {say.count(len(every), 'rule')} changed", "bold")


def _brief(one: Report) -> str:
    if one.pair.old is None:
        return "is new"
    if one.pair.new is None:
        return "is not there any more"
    parts = dict.fromkeys(str(each.part) for each in one.found)
    return f"changed: {', '.join(parts)}" if parts else "the same"


def as_json(old: str, new: Path, today: date, reports: Iterable[Report], *, inside: bool) -> str:
    """The same for another program. Small numbers are left out, unless it stays ``inside``."""
    whole = {
        "old": old,
        "new": str(new),
        "today": today.isoformat(),
        "counts": "as they are" if inside else LEFT_OUT,
        "rules": [_rule(one, inside=inside) for one in reports],
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


LEFT_OUT = "7 and fewer left out, and what they could be worked out from; others to the nearest 5"


def _rule(one: Report, *, inside: bool) -> dict[str, object]:
    old, new = one.pair
    found: dict[str, object] = {
        "rule": one.pair.id,
        "old_version": old.version if old else None,
        "new_version": new.version if new else None,
        "differences": [each._asdict() for each in one.found],
        "unchanged": list(same_texts(old, new)) if old and new else [],
        "who_needs_to_look": [look._asdict() for look in one.looks],
    }
    counts = one.before_and_after
    if one.told is not None and counts is not None:
        found["people"], told = _numbers(one, one.told.whole.people, *counts, inside=inside)
        found["changes"] = [
            {**_change(one.pair, change), "people": number}
            for (change, _), number in zip(one.groups, told, strict=True)
        ]
    return found


def _numbers(
    one: Report, people: int, before: int, after: int, *, inside: bool
) -> tuple[dict[str, Shown], Sequence[Shown]]:
    """How many were asked and would be asked something, and are in each group that changed.

    Before and after are put together from what is let out of everybody's one group or another:
    whoever takes one from the other learns no more than stands there.
    """
    groups = [count for _, count in one.groups]
    if inside:
        return {"asked": people, "before": before, "after": after}, groups
    lost = [n for n, (change, _) in enumerate(one.groups) if change.lost]
    gained = [n for n, (change, _) in enumerate(one.groups) if change.gained]
    still = before - sum(groups[n] for n in lost)
    others = people - sum(groups) - still  # of whom nothing is said
    told = column((*groups, still, others), also=(len(groups) + 1,))
    kept = told[len(groups)]

    def with_these(which: Sequence[int]) -> Shown:
        return None if kept is None else kept + sum(told[n] or 0 for n in which)

    asked = {"asked": shown(people), "before": with_these(lost), "after": with_these(gained)}
    return asked, told[: len(groups)]


def _change(pair: Pair, change: Change) -> dict[str, object]:
    loud, _ = why(pair, change, 2)
    because = [one._asdict() for one in change.because]
    return {"was": change.was, "now": change.now, "loud": loud, "because": because}
