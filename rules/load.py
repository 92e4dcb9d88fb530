"""Reading a library: every file once, every problem at once, a practice's own names first."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from rules.lints import Answered, answered, lint
from rules.lints.c07 import replaced, topics
from rules.lints.lint import Named, Seen
from rules.lints.words import WordLists
from rules.naming import Naming
from rules.opening import Opening, forget_shipped, yaml_files
from rules.papers import ENGLISH, Papers
from rules.people import Stories
from rules.problems import NotLoadable, Place, Problem, did_you_mean
from rules.reading import Reader
from rules.remembered import hearing_others, with_same_offers
from rules.rule import SHOWN, Exclusion, Library, Practice, Rule, Status
from rules.schema.elsewhere import unknown_topics, with_successors
from rules.schema.exclusions import read_own_exclusion
from rules.schema.facts import read_facts
from rules.schema.lists import (
    MOST_BYTES,
    ListFile,
    read_messages,
    read_offer_sets,
    read_services,
)
from rules.schema.lock import LOCK, Folder, read_lock
from rules.schema.names import EVERY, Names
from rules.schema.own_words import read_words
from rules.schema.papers import read_papers
from rules.schema.people import read_people
from rules.schema.practice import read_practice
from rules.schema.rule import read_rule
from rules.starters import of_a_starter, untold
from rules.text import Block, Node

_LISTS, _SHARED, _OWN_FACTS, _PAPERS = "value-sets", "shared", "facts", "papers"
# Each may use the names of those before it.
SHARED_FILES = ("services", "offers", "messages", "facts", "exclusions", "holds", "people")
_WORDS = "words.yaml"
_NOT_RULES = frozenset({_LISTS, _SHARED, _PAPERS, "practice.yaml", _WORDS})


@dataclass
class Loaded:
    """What was read, and everything there is to say about it."""

    library: Library
    stories: dict[str, Stories] = field(default_factory=dict[str, Stories])
    problems: list[Problem] = field(default_factory=list[Problem])
    answered: list[Answered] = field(default_factory=list[Answered])
    lists: tuple[Folder, ...] = ()  # the code lists as their files have them, folder by folder
    names: Names = field(default_factory=Names)  # what files here may refer to
    starters: frozenset[str] = frozenset()  # rules of ours that are piloted by their name

    @property
    def stops(self) -> list[Problem]:
        """The problems that have to be fixed before the rules can be used."""
        return [problem for problem in self.problems if problem.stops]

    def usable(self) -> Library:
        """The library. Raises NotLoadable if anything has to be fixed first."""
        if self.stops:
            raise NotLoadable(self.stops)
        return self.library


def load_library(
    own: Path | None = None,
    today: date | None = None,
    drafts: Mapping[str, bytes] | None = None,
) -> Loaded:
    """The built-in library, and over it a folder (or one rule file) of a practice's own.

    ``drafts`` are read in place of the files that have these names in problems: what an editor
    holds and has not saved, or what a fix would come to.

    Problems are reported for every file read. With ``own`` given, only its rules are in the result,
    besides those built-in rules that its practice.yaml pilots. ``today`` is for review dates.
    """
    loading = _Loading(today, drafts or {})
    built_in = files("rules")
    root = None if own is None else own if own.is_dir() else _root_of(own)
    if root is not None and isinstance(built_in, Path) and root.samefile(built_in):
        root = None  # a rule of the library stands among the library's own lists
    roots: list[tuple[Traversable, str]] = [(built_in, "rules")]
    if root is not None:
        roots.append((root, str(root)))
    loading.shown = roots[-1][1]
    # All code lists before all shared facts: a practice's own list counts in the shared facts too.
    for folder, shown in roots:
        loading.lists_of(folder, shown)
    for folder, shown in roots:
        loading.shared_of(folder, shown)
        loading.words_of(folder, shown)
        loading.papers_of(folder, shown)
    if own is None:
        loading.rules_of(built_in.joinpath("library"), "rules/library")
        return loading.done()
    if root is not None:
        loading.practice_of(root, str(root))
    if own.is_dir():
        loading.rules_of(own, str(own))
        loading.pilots_of(built_in.joinpath("library"))
    elif own.is_file():
        loading.alone = True
        loading.root = root
        loading.rule_file(own, str(own), own.stem)
    else:
        loading.problems.append(Problem(Place(str(own)), "E14", "There is no such file or folder."))
    return loading.done()


def load_lists(folder: Path | None = None) -> Loaded:
    """The code lists of one folder alone (the built-in ones), their lock and their problems."""
    loading = _Loading(None, {})
    if folder is None:
        loading.lists_of(files("rules"), "rules")
    else:
        loading.lists_of(folder, str(folder))
    return loading.done()


def _root_of(rule_file: Path) -> Path | None:
    """The folder whose code lists and shared files a single rule file stands among."""
    for folder in rule_file.absolute().parents:
        if (folder / _LISTS).is_dir() or (folder / _SHARED).is_dir():
            return folder
    return None


class _Loading:
    def __init__(self, today: date | None, drafts: Mapping[str, bytes]) -> None:
        self.today = today
        self.names = Names()
        self.problems: list[Problem] = []
        self.opening = Opening(self.problems, drafts)
        self.rules: dict[str, Rule] = {}
        self.starters: dict[str, Place] = {}  # rules of ours that are piloted, and where it says so
        self.stories: dict[str, Stories] = {}
        self.practice = Practice("This practice")
        self.pilots: tuple[Reader, tuple[tuple[Node, Status], ...]] | None = None
        self.lists: list[Folder] = []
        self.words = WordLists()
        self.papers: dict[str, Papers] = {}  # by their languages; English comes first
        self.naming = Naming()
        self.alone = False  # one file is read, and not the rules that stand beside it
        self.root: Path | None = None
        self.shown = "rules"  # the folder whose files are looked at, as it is shown

    def done(self) -> Loaded:
        """Everything that was read, and what the lints say of it."""
        named = self._named()
        self.problems += unknown_topics(self.practice.elsewhere, named)
        for rule in self.rules.values():
            found = lint(
                Seen(
                    rule, self.stories[rule.id], self.rules, self.practice.people, self.today,
                    self.names.lists, self.words, self.practice.invented, named,
                )
            )  # fmt: skip
            at = self.starters.get(rule.id)
            self.problems += found if at is None else of_a_starter(rule, at, found)
        self.problems += self.opening.around(self.words, self.rules.values(), self.shown)
        shown = {rule.at.file for rule in self.rules.values() if rule.status in SHOWN}
        told = [
            untold(problem) if problem.at.file in shown else problem for problem in self.problems
        ]
        left, answers = answered(self.rules.values(), told)
        rules = with_same_offers(
            self._took_over(hearing_others(self.rules[rule_id], self.rules.values()))
            for rule_id in sorted(self.rules)
        )
        practice = replace(
            self.practice,
            holds=tuple(self.names.holds.values()),
            elsewhere=with_successors(self.practice.elsewhere, rules),
            papers=self.papers,
        )
        library = Library(rules, self.names.lists, practice)
        problems = sorted(set(left))
        if any(problem.stops and problem.at.file.startswith("rules/") for problem in problems):
            forget_shipped()
        return Loaded(
            library, self.stories, problems, answers, tuple(self.lists), self.names,
            frozenset(self.starters),
        )  # fmt: skip

    def _named(self) -> Named | None:
        """The rules and topics there are; files that nobody asked for are read only if needed."""
        rules = [each.name for rule in self.rules.values() for each in replaced(rule)]
        about = [each.name for rule in self.rules.values() for each in topics(rule)]
        about += [topic for one in self.practice.elsewhere for topic in one.topics]
        if not self.naming.knows(rules, about):
            self.naming.beside(yaml_files(files("rules").joinpath("library"), "rules/library"))
        if self.alone and not self.naming.knows(rules, about):
            if self.root is None:
                return None  # the file stands in no practice's folder
            self.naming.beside(yaml_files(self.root, str(self.root), _NOT_RULES))
        return self.naming.named

    def _took_over(self, rule: Rule) -> Rule:
        """A rule that knows all that it took over from: what stopped one of them stops it."""
        names: list[str] = []
        one: Rule | None = rule
        while one is not None and one.care.replaces and one.care.replaces not in names:
            names.append(one.care.replaces)
            one = self.rules.get(one.care.replaces)
        return replace(rule, care=replace(rule.care, formerly=tuple(names))) if names else rule

    def lists_of(self, root: Traversable, shown: str) -> None:
        """The code lists in a folder, and what they were locked with."""
        found: dict[str, ListFile] = {}
        for path, name in self.opening.below(root.joinpath(_LISTS), f"{shown}/{_LISTS}"):
            stem = path.name.removesuffix(".yaml")
            file = self.opening.code_list(path, name)
            if file is not None:
                codes = file.codes
                found[codes.id] = file
                known = self.names.lists.get(codes.id) if file.local else None
                self.names.lists[codes.id] = known.beside(codes) if known else codes
            if file is None or file.codes.id != stem:
                self.names.faulty.add(("list", stem))
        locked = None
        lock = root.joinpath(LOCK)
        if lock.is_file():
            reader, node = self.opening.read(lock, f"{shown}/{LOCK}", MOST_BYTES)
            locked = read_lock(reader, node) if node else None
        self.lists.append(Folder(f"{shown}/{LOCK}", found, locked))

    def shared_of(self, root: Traversable, shown: str) -> None:
        """Shared services, offers, messages, facts, exclusions and people, in this order."""
        shared = root.joinpath(_SHARED)
        for stem in SHARED_FILES:
            path = shared.joinpath(f"{stem}.yaml")
            if path.is_file():
                reader, node = self.opening.read(path, f"{shown}/{_SHARED}/{stem}.yaml")
                if not isinstance(node, Block):  # reported, and nobody knows which names it has
                    self.names.faulty.add((stem.removesuffix("s"), EVERY))
                if node is not None:
                    self._shared(stem, reader, node)
        known = {f"{stem}.yaml" for stem in SHARED_FILES}
        for path, name in yaml_files(shared, f"{shown}/{_SHARED}"):
            if path.name not in known:
                self.problems.append(
                    Problem(
                        Place(name),
                        "E01",
                        f'"{path.name}" is not a shared file I know.',
                        did_you_mean(path.name, known),
                    )
                )

    def words_of(self, root: Traversable, shown: str) -> None:
        """Words that the lints warn of; a practice's own stand beside those before them."""
        path = root.joinpath(_WORDS)
        if path.is_file():
            reader, node = self.opening.read(path, f"{shown}/{_WORDS}")
            if node is not None:
                self.words = self.words.beside(read_words(reader, node))

    def papers_of(self, root: Traversable, shown: str) -> None:
        """What letters and sheets say, by language; a practice's own texts over those of ours."""
        for path, name in self.opening.below(root.joinpath(_PAPERS), f"{shown}/{_PAPERS}"):
            tag = path.name.removesuffix(".yaml")
            english = self.papers[ENGLISH].texts if ENGLISH in self.papers else None
            reader, node = self.opening.read(path, name)
            found = read_papers(reader, node, tag, english) if node is not None else None
            if found is not None:
                known = self.papers.get(tag)
                texts = {**(known.texts if known else {}), **found.texts}
                self.papers[tag] = replace(found, texts=texts)

    def _shared(self, stem: str, reader: Reader, node: Node) -> None:
        if stem == "services":
            self.names.services |= read_services(reader, node, self.names)
        elif stem == "offers":
            self.names.offer_sets |= read_offer_sets(reader, node, self.names)
        elif stem == "messages":
            self.names.messages |= read_messages(reader, node, self.names)
        elif stem == "people":
            self.names.people |= read_people(reader, node, self.names)
        elif stem == "facts":
            self.names.facts |= read_facts(reader, node, self.names)
        elif stem == "holds":
            self._left_alone(reader, node, "hold", self.names.holds)
        else:
            self._left_alone(reader, node, "exclusion", self.names.exclusions)

    def _left_alone(
        self, reader: Reader, node: Node, sort: str, known: dict[str, Exclusion]
    ) -> None:
        """Who is left alone, by name: in the rules that name it, or (holds) in every rule."""
        block = reader.block(node, f"The list of {sort}s")
        names, pairs = self.names, dict(block.pairs) if block else {}
        if sort == "hold" and _OWN_FACTS in pairs:  # theirs alone: no rule is to lean on them
            names = names.with_facts(read_facts(reader, pairs.pop(_OWN_FACTS)[1], names))
        for key, value in pairs.values():
            inner = reader.block(value, f'{sort.capitalize()} "{key.value}"')
            found = read_own_exclusion(reader, inner, names, key.value) if inner else None
            if key.value in known:
                where = "every rule" if sort == "hold" else "every rule that names it"
                says = (
                    f'This takes the place of "{key.value}" that comes with Good Day, in {where}.'
                )
                hint = "If that is not meant, give it a name of its own."
                reader.think(key.at, "E15", says, hint)
            if found is not None:
                known[key.value] = found
            else:
                self.names.faulty.add((sort, key.value))

    def rules_of(self, root: Traversable, shown: str) -> None:
        for path, name in self.opening.below(root, shown, skip=_NOT_RULES):
            self.rule_file(path, name, path.name.removesuffix(".yaml"))

    def rule_file(self, path: Traversable, shown: str, stem: str) -> None:
        reader, node = self.opening.read(path, shown)
        found = read_rule(reader, node, stem, self.names) if node is not None else None
        self.naming.add(node, stem)
        if found is None:
            return
        rule = found.rule
        if rule.id in self.rules:
            reader.stop(
                rule.at,
                "E15",
                f'Another file has a rule called "{rule.id}".',
                "Rule names are never used twice.",
            )
            return
        self.rules[rule.id] = rule
        self.stories[rule.id] = found.stories

    def practice_of(self, root: Path, shown: str) -> None:
        """What a practice says of itself; its pilots are read once its own rules are known."""
        path = root / "practice.yaml"
        if path.is_file():
            reader, node = self.opening.read(path, f"{shown}/practice.yaml")
            block = reader.block(node, "practice.yaml") if node is not None else None
            if block is not None:
                self.practice, hosts, pilots = read_practice(reader, block, self.names)
                self.names.link_hosts = hosts or self.names.link_hosts
                self.pilots = reader, pilots

    def pilots_of(self, built_in: Traversable) -> None:
        """A practice pilots rules by naming them: its own, which meet the gates, and starters.

        Or has them in shadow.
        A file stays as it is written, and what is said of a rule is what is said of one in pilot.
        """
        if self.pilots is None:
            return
        reader, items = self.pilots
        starters = {
            path.name.removesuffix(".yaml"): (path, name)
            for path, name in yaml_files(built_in, "rules/library")
        }
        known: set[str] = set()
        for item, status in items:
            rule_id = reader.text(item)
            if rule_id is None:
                continue
            if rule_id in known and status is Status.SHADOW:
                reader.stop(item.at, "E15", f'"{rule_id}" is named twice, in shadow and besides.')
            known.add(rule_id)
            if rule_id not in self.rules and rule_id in starters:
                path, name = starters[rule_id]
                self.rule_file(path, name, rule_id)
                self.starters[rule_id] = item.at
            rule = self.rules.get(rule_id)
            if rule is None:
                if rule_id not in starters:
                    reader.stop(
                        item.at,
                        "E11",
                        f'There is no rule called "{rule_id}".',
                        did_you_mean(rule_id, {*self.rules, *starters}),
                    )
            elif rule.status is Status.RETIRED:
                be = "be piloted" if status is Status.PILOT else "be in shadow"
                reader.stop(item.at, "E10", f'"{rule_id}" is retired and cannot {be}.')
            else:
                self.rules[rule_id] = replace(rule, status=status)
