"""What the columns of an extract mean: one YAML file, written once for each search of a practice.

A record system gives tables, and no table says which of FHIR's lists it answers for. The mapping
does. What no file answers for is unknown, and never empty.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from fhir_adapters.bulk.files import BulkError
from rules.codes import SYSTEMS
from rules.problems import Problem
from rules.reading import Reader
from rules.record import Kind
from rules.text import Block, Node, read_text

T = TypeVar("T")

NAME = "mapping.yaml"
EVERYTHING_CODED = "everything coded"
_EVERYTHING = (Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE, Kind.REFERRAL)


class Standing(StrEnum):
    """What a status says of a line; a word that the mapping does not have is UNCLEAR."""

    STANDS = "stands"
    OVER = "over"
    NOT_DONE = "not_done"
    DECLINED = "declined"
    VOID = "void"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Worded:
    """A column whose words mean something: each word, in small letters, and what it means."""

    column: str
    means: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """Where it stands who the people are. A column that is "" or None is not in the extract."""

    file: str
    id: str
    born: str
    sex: str = ""
    ethnic: str = ""
    deprived: str = ""
    died: str = ""
    language: Worded | None = None
    interpreter: Worded | None = None
    registered: Worded | None = None
    all_registered: bool = False
    all_living: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings that have to be there."""
        worded = [one.column for one in (self.language, self.interpreter, self.registered) if one]
        plain = (self.id, self.born, self.sex, self.ethnic, self.deprived, self.died)
        return tuple(dict.fromkeys(filter(None, (*plain, *worded))))


@dataclass(frozen=True, slots=True)
class CodedFile:
    """Lines of the record, and the lists that they answer for."""

    file: str
    kinds: tuple[Kind, ...]
    person: str
    codes: tuple[tuple[str, str], ...]  # (column, system)
    date: str
    value: str = ""
    unit: str = ""
    words: str = ""
    ended: str = ""
    to: str = ""  # of appointments: the clinician or clinic
    status: Worded | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings that have to be there."""
        status = self.status.column if self.status else ""
        coded = [column for column, _ in self.codes]
        plain = (self.person, *coded, self.date, self.value, self.unit, self.words, self.ended)
        plain = (*plain, self.to)
        return tuple(dict.fromkeys(filter(None, (*plain, status))))


@dataclass(frozen=True, slots=True)
class Columns:
    """A whole mapping."""

    people: PeopleFile
    files: tuple[CodedFile, ...]


def read_mapping(path: Path) -> Columns:
    """The mapping in a file. Raises BulkError with every problem in it, each with its place."""
    try:
        source = path.read_bytes()
    except OSError:
        raise BulkError(f"{path} cannot be opened; name the mapping that there is.") from None
    node, problems = read_text(source, str(path), headings=_HEADINGS)
    reading = _Mapping(Reader(problems))
    found = reading.whole(node) if node is not None else None
    stops = [problem for problem in problems if problem.stops]
    if found is None or stops:
        raise BulkError("\n".join(map(_told, sorted(stops))))
    return found


def _told(problem: Problem) -> str:
    return "\n".join([str(problem), *(f"    {line}" for line in problem.more)])


_PEOPLE = (
    "file", "id", "born", "sex", "ethnic", "deprived", "died", "language", "interpreter",
    "registered", "everybody_is",
)  # fmt: skip
_FILE = (
    "file", "holds", "person", "codes", "date", "value", "unit", "words", "ended", "to",
    "status",
)  # fmt: skip
_STATUS = tuple(str(one) for one in Standing if one is not Standing.UNCLEAR)
_YES: tuple[str, ...] = ("y", "yes", "true", "1")
_NO: tuple[str, ...] = ("n", "no", "false", "0")
_HEADINGS = frozenset({*_PEOPLE, *_FILE, *_STATUS, "people", "files", "column", "system"})


class _Mapping:
    """Nodes to a mapping; every problem is the reader's."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def whole(self, node: Node) -> Columns | None:
        reader = self.reader
        block = reader.block(node, "A mapping")
        if block is None:
            return None
        reader.keys(block, "a mapping", ("people", "files"), needed=("people", "files"))
        people = reader.get(block, "people", self._people)
        pair = block.pairs.get("files")
        nodes = reader.listed(pair[1], '"files"') if pair else ()
        files = [self._file(one) for one in nodes]
        if people is None or not files or None in files:
            return None
        return Columns(people, tuple(one for one in files if one is not None))

    def _people(self, node: Node) -> PeopleFile | None:
        reader = self.reader
        block = reader.block(node, "people")
        if block is None:
            return None
        reader.keys(block, "people", _PEOPLE, needed=("file", "id", "born"))
        file, who, born = self._name(block), self._text(block, "id"), self._text(block, "born")
        sure = set(self._listed(block, "everybody_is", self._sure))
        if not (file and who and born):
            return None
        return PeopleFile(
            file, who, born,
            sex=self._text(block, "sex"),
            ethnic=self._text(block, "ethnic"),
            deprived=self._text(block, "deprived"),
            died=self._text(block, "died"),
            language=reader.get(block, "language", lambda n: self._worded(n, "language", None)),
            interpreter=reader.get(block, "interpreter", lambda n: self._yes_no(n, "interpreter")),
            registered=reader.get(block, "registered", lambda n: self._yes_no(n, "registered")),
            all_registered="registered" in sure,
            all_living="living" in sure,
        )  # fmt: skip

    def _file(self, node: Node) -> CodedFile | None:
        reader = self.reader
        block = reader.block(node, "A file")
        if block is None:
            return None
        needed = ("file", "holds", "person", "codes", "date")
        reader.keys(block, "a file", _FILE, needed=needed)
        file, person, date = (
            self._name(block), self._text(block, "person"), self._text(block, "date")
        )  # fmt: skip
        kinds = [kind for some in self._listed(block, "holds", self._kinds) for kind in some]
        codes = self._listed(block, "codes", self._code)
        if not (file and person and date and kinds and codes):
            return None
        return CodedFile(
            file, tuple(dict.fromkeys(kinds)), person, tuple(codes), date,
            value=self._text(block, "value"),
            unit=self._text(block, "unit"),
            words=self._text(block, "words"),
            ended=self._text(block, "ended"),
            to=self._text(block, "to"),
            status=reader.get(block, "status", lambda n: self._worded(n, "status", _STATUS)),
        )  # fmt: skip

    def _text(self, block: Block, key: str) -> str:
        return self.reader.get(block, key, self.reader.text) or ""

    def _name(self, block: Block) -> str:
        """A file of the folder itself: what lies elsewhere was not named by whoever runs this."""
        name = self._text(block, "file")
        if "/" in name or "\\" in name or name in (".", ".."):
            at = block.pairs["file"][1].at
            says = "A file of the folder is named here by its name alone."
            self.reader.stop(at, "E10", says, "Put the file into the folder.")
            return ""
        return name

    def _listed(self, block: Block, key: str, read: Callable[[Node], T | None]) -> list[T]:
        pair = block.pairs.get(key)
        if pair is None:
            return []
        found = [read(one) for one in self.reader.listed(pair[1], f'"{key}"')]
        return [one for one in found if one is not None]

    def _sure(self, node: Node) -> str | None:
        words = {one: one for one in ("registered", "living")}
        return self.reader.one_of(node, words, "everybody_is")

    def _kinds(self, node: Node) -> tuple[Kind, ...] | None:
        known = {str(kind): (kind,) for kind in Kind} | {EVERYTHING_CODED: _EVERYTHING}
        return self.reader.one_of(node, known, "what a file holds")

    def _code(self, node: Node) -> tuple[str, str] | None:
        reader = self.reader
        block = reader.block(node, "A column of codes")
        if block is None:
            return None
        keys = ("column", "system")
        reader.keys(block, "a column of codes", keys, needed=keys)
        column = self._text(block, "column")
        system = reader.get(block, "system", lambda n: reader.one_of(n, SYSTEMS, "a system"))
        return (column, system) if column and system else None

    def _yes_no(self, node: Node, of: str) -> Worded | None:
        """A column of yes and no: in plain words, or in those that are listed."""
        if not isinstance(node, Block):
            column = self.reader.text(node)
            plain = dict.fromkeys(_YES, "yes") | dict.fromkeys(_NO, "no")
            return Worded(column, plain) if column else None
        return self._worded(node, of, ("yes", "no"))

    def _worded(self, node: Node, of: str, known: tuple[str, ...] | None) -> Worded | None:
        """A column, and under each meaning the words for it. ``known`` None: any meaning."""
        reader = self.reader
        block = reader.block(node, of)
        if block is None:
            return None
        meanings = known if known is not None else tuple(block.pairs)
        reader.keys(block, of, ("column", *meanings), needed=("column",))
        means: dict[str, str] = {}
        for name in meanings:
            if name == "column" or name not in block.pairs:
                continue
            for one in reader.listed(block.pairs[name][1], f'"{name}"'):
                word = (reader.text(one) or "").casefold()
                if means.get(word, name) != name:
                    says = f'"{word}" stands under "{means[word]}" and "{name}".'
                    reader.stop(one.at, "E15", says, "A word means one thing.")
                means[word] = name
        column = self._text(block, "column")
        return Worded(column, means) if column else None
