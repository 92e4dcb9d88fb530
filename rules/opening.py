"""Opening the files of a library: each read once, and everything there is to say of its YAML."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from rules.lints import real_people
from rules.lints.around import around
from rules.lints.words import WordLists
from rules.problems import Place, Problem
from rules.reading import Reader
from rules.rule import Rule
from rules.schema.keys import HEADINGS
from rules.schema.lists import MOST_BYTES as MOST_IN_A_LIST
from rules.schema.lists import ListFile, read_list
from rules.text import MOST_BYTES as MOST_IN_A_RULE
from rules.text import Node, read_text

# Where the library's own files are, unless they are packed away in an archive.
_SHIPPED = Path(str(files("rules")))


class Opening:
    """Opens files, and puts what is wrong with them on one list of problems."""

    def __init__(self, problems: list[Problem], drafts: Mapping[str, bytes]) -> None:
        self._problems = problems
        self._drafts = drafts
        self._seen: list[tuple[str, Node]] = []  # every file that was read as nodes, by its name
        self._lists: list[ListFile] = []

    def read(
        self, path: Traversable, shown: str, most: int = MOST_IN_A_RULE
    ) -> tuple[Reader, Node | None]:
        """A file as nodes, and the reader for them; None where it cannot be read at all."""
        source = self._source(path, shown)
        if source is None:
            return Reader(self._problems), None
        reader, node = self._read(source, path, shown, most)
        if node is not None:
            self._seen.append((shown, node))
        return reader, node

    def code_list(self, path: Traversable, shown: str) -> ListFile | None:
        """A code list; one of which there was nothing to say is not read again while it stays so.

        None where it cannot be used: that has been reported.
        """
        stem = path.name.removesuffix(".yaml")
        source = self._source(path, shown)
        if source is None:
            return None
        found = _clean_list(source, shown, stem) if len(source) <= MOST_IN_A_RULE else None
        if found is None:
            reader, node = self._read(source, path, shown, MOST_IN_A_LIST)
            found = read_list(reader, node, stem) if node else None
        if found is not None:
            self._lists.append(found)
        return found

    def around(self, words: WordLists, rules: Iterable[Rule], shown: str) -> Iterator[Problem]:
        """What to think about in the words of the files of one folder, rules apart."""
        lists = [(one.at, one.codes.words.values()) for one in self._lists]
        yield from around(self._seen, lists, words, rules, shown)

    def _source(self, path: Traversable, shown: str) -> bytes | None:
        try:
            return self._drafts[shown] if shown in self._drafts else path.read_bytes()
        except OSError:
            says, hint = "The file cannot be opened.", "Look at its permissions."
            self._problems.append(Problem(Place(shown), "E14", says, hint))
            return None

    def _read(
        self, source: bytes, path: Traversable, shown: str, most: int
    ) -> tuple[Reader, Node | None]:
        ours = isinstance(path, Path) and path.is_relative_to(_SHIPPED)
        if ours and (known := _shipped(source, shown, most)) is not None:
            return _OneFile(self._problems, []), known
        node, problems = read_text(source, shown, most, HEADINGS)
        if most == MOST_IN_A_RULE:  # codes stand in lists, and may look like such numbers
            problems += real_people(source, shown)
        return _OneFile(self._problems, problems), node

    def below(
        self, root: Traversable, shown: str, skip: frozenset[str] = frozenset()
    ) -> Iterator[tuple[Traversable, str]]:
        """The files of a folder that are read; names that only look so are reported."""
        for path, name in yaml_files(root, shown, skip):
            if path.name.endswith(".yaml"):
                yield path, name
            else:
                says = f'"{path.name}" is not read: the names of rule files end in .yaml.'
                self._problems.append(Problem(Place(name), "E14", says, "Give it another name."))


def forget_shipped() -> None:
    """What reads on in place of a slip changes the nodes: read the library's own files anew."""
    _shipped.cache_clear()


@lru_cache(2048)
def _shipped(source: bytes, shown: str, most: int) -> Node | None:
    """A file of ours as nodes: every load of a practice's rules reads it. None if it is faulty."""
    node, problems = read_text(source, shown, most, HEADINGS)
    return None if problems else node


@lru_cache(512)
def _clean_list(source: bytes, shown: str, stem: str) -> ListFile | None:
    """A code list of which there is nothing to say; None for every other."""
    node, problems = read_text(source, shown, MOST_IN_A_LIST, HEADINGS)
    found = read_list(Reader(problems), node, stem) if node is not None else None
    return None if problems else found


class _OneFile(Reader):
    """A reader whose problems go into the whole list as well as its own."""

    def __init__(self, everything: list[Problem], own: list[Problem]) -> None:
        super().__init__(own)
        self._everything = everything
        everything.extend(own)

    def report(self, problem: Problem) -> None:
        super().report(problem)
        self._everything.append(problem)


def yaml_files(
    root: Traversable, shown: str, skip: frozenset[str] = frozenset()
) -> Iterator[tuple[Traversable, str]]:
    """The YAML files in a folder and below it, in the order of their names."""
    if not root.is_dir():
        return
    for path in sorted(root.iterdir(), key=lambda item: item.name):
        if path.name in skip or path.name.startswith((".", "_")):
            continue
        name = f"{shown}/{path.name}"
        if path.is_file():
            if path.name.lower().endswith((".yaml", ".yml")):
                yield path, name
        elif path.is_dir() and not (isinstance(path, Path) and path.is_symlink()):
            yield from yaml_files(path, name, skip)  # a link may lead back here
