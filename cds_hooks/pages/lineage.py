"""Which rules look at which code lists and facts, and the other way round."""

from collections.abc import Iterable
from dataclasses import dataclass

from rules.codes import CodeList
from rules.fact import Fact, Give
from rules.load import Loaded
from rules.rule import Rule
from rules.schema.lock import lists_of


@dataclass(frozen=True, slots=True)
class UsedList:
    """A code list, and the rules that use it."""

    id: str
    title: str
    codes: tuple[tuple[str, str], ...]  # each code, and its words
    rules: tuple[Rule, ...]
    verify: tuple[tuple[str, str], ...] = ()  # words of a code, and what to look up before its use


@dataclass(frozen=True, slots=True)
class UsedFact:
    """A fact, what it looks up, and the rules that use it."""

    anchor: str
    name: str
    label: str
    looks_at: str
    lists: tuple[str, ...]
    rules: tuple[Rule, ...]


class Lineage:
    """Worked out once for all rules."""

    def __init__(self, loaded: Loaded) -> None:
        self._rules = loaded.library.rules
        self._lists = loaded.library.code_lists
        self._folders = loaded.lists
        self._used = {rule.id: lists_of(rule, self._lists.values()) for rule in self._rules}
        self._anchors = _anchors(self._rules)

    def lists(self) -> tuple[UsedList, ...]:
        """Every code list, by name; those that no rule uses are told by it."""
        return tuple(
            UsedList(
                one.id,
                one.title,
                tuple((code.code, words) for code, words in one.words.items()),
                tuple(rule for rule in self._rules if one.id in self._used[rule.id]),
                self._to_verify(one),
            )
            for _, one in sorted(self._lists.items())
        )

    def _to_verify(self, one: CodeList) -> tuple[tuple[str, str], ...]:
        """What its files say has to be looked up, of the codes that are in force."""
        files = [folder.lists[one.id] for folder in self._folders if one.id in folder.lists]
        notes = {code: note for file in files for code, note in file.verify.items()}
        return tuple((words, notes[code]) for code, words in one.words.items() if code in notes)

    def facts(self) -> tuple[UsedFact, ...]:
        """Every fact that any rule looks at, by name."""
        found = {fact: None for rule in self._rules for fact in rule.looks_at}
        used = (self._fact(fact) for fact in found)
        return tuple(sorted(used, key=lambda one: (one.name, one.anchor)))

    def lists_of(self, rule: Rule) -> tuple[UsedList, ...]:
        """The code lists that a rule uses."""
        return tuple(one for one in self.lists() if one.id in self._used[rule.id])

    def facts_of(self, rule: Rule) -> tuple[UsedFact, ...]:
        """The facts that a rule looks at, those behind its exclusions and offers among them."""
        used = (self._fact(fact) for fact in dict.fromkeys(rule.looks_at))
        return tuple(sorted(used, key=lambda one: (one.name, one.anchor)))

    def _fact(self, fact: Fact) -> UsedFact:
        return UsedFact(
            self._anchors[fact],
            fact.name,
            fact.label,
            looks_at(fact),
            tuple(one.id for one in fact.lists),
            tuple(rule for rule in self._rules if fact in rule.looks_at),
        )


def _anchors(rules: Iterable[Rule]) -> dict[Fact, str]:
    """A name for each fact that no other has: several rules may call theirs the same."""
    found: dict[Fact, str] = {}
    taken: set[str] = set()
    for rule in rules:
        for fact in rule.looks_at:
            if fact in found:
                continue
            anchor = fact.name
            while anchor in taken:
                anchor = f"{anchor}-{rule.id}" if rule.id not in anchor else f"{anchor}-2"
            taken.add(anchor)
            found[fact] = anchor
    return found


def looks_at(fact: Fact) -> str:
    """What a fact looks up, in words: condition, latest date, within 12 months."""
    said = [fact.find.replace("_", " ")]
    if fact.give is not Give.EXISTS and str(fact.give) != fact.find:
        said.append(str(fact.give))
    if fact.unit:
        said.append(f"in {fact.unit}")
    if fact.within:
        said.append(f"within {fact.within}")
    if fact.in_next:
        said.append(f"in the next {fact.in_next}")
    for word, moment in (("since", fact.since), ("before", fact.before)):
        if moment is not None:
            said.append(f"{word} {moment.label if isinstance(moment, Fact) else moment}")
    if fact.topic:
        said.append(f"on {fact.topic}")
    if fact.means:
        said.append(fact.means)
    return ", ".join(said)
