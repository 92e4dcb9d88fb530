"""Code lists, services, offer sets and messages: value-sets/*.yaml and what shared/ has of them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from rules.codes import (
    ADDRESS,
    LONGEST_WORDS,
    SNOMED,
    SYSTEMS,
    Code,
    CodeList,
    OfferSet,
    snomed_problem,
)
from rules.days import Duration
from rules.hygiene import quoted
from rules.opposites import parts_of_name, without_not
from rules.problems import Place, surely
from rules.reading import Reader
from rules.rule import Message, Service
from rules.schema.file_keys import CODE, CODE_LIST, MESSAGE, OFFER_SET, SERVICE
from rules.schema.key import check
from rules.schema.names import Names
from rules.schema.wording import plain_words, read_plain
from rules.schema.words import MEASURES, STATES
from rules.support import KINDS
from rules.text import Block, Node, Text

_REVIEWED_EVERY = Duration(12, "month")  # CONTENT 1.5, trap 10
_MEASURES = {word: word for word in MEASURES}
_KINDS = {kind: kind for kind in KINDS}
MOST_BYTES = 1024 * 1024  # some ten thousand codes


@dataclass(frozen=True, slots=True, eq=False)
class ListFile:
    """A code list as its file has it, with what people said about it."""

    codes: CodeList
    at: Place
    source: str = ""
    owner: str = ""
    note: str = ""
    reviewed: date | None = None
    review_by: date | None = None  # where none is said, 12 months after it was reviewed
    local: bool = False  # a practice's own, which stands beside a built-in one of the same name
    verify: Mapping[Code, str] = field(default_factory=dict[Code, str])  # before a code is used

    @property
    def due(self) -> date | None:
        """The day by which somebody looks at it again: 12 months on, where no other is said."""
        if self.review_by is None and self.reviewed is not None:
            return _REVIEWED_EVERY.after(self.reviewed)
        return self.review_by


def read_list(reader: Reader, node: Node, stem: str) -> ListFile | None:
    """One code list. Codes are checked digit by digit; what is grade C needs a ``verify`` note."""
    block = reader.block(node, "A code list")
    if block is None:
        return None
    check(reader, block, "a code list", CODE_LIST)
    name = reader.get(block, "id", reader.name)
    title = reader.get(block, "title", reader.prose)
    source, owner, note = (
        reader.get(block, key, reader.prose) or "" for key in ("source", "owner", "note")
    )
    reviewed, review_by = (reader.get(block, key, reader.day) for key in ("reviewed", "review_by"))
    local, wants = (reader.get(block, k, reader.yes_no) or False for k in ("local", "wants_yours"))
    measures = reader.get(block, "measures", lambda n: reader.one_of(n, _MEASURES, "measures"))
    if name is not None and name != stem:
        reader.stop(
            block.pairs["id"][1].at,
            "E15",
            f'The list is called "{name}" and its file "{stem}".',
            "Give both the same name.",
        )
    words: dict[Code, str] = {}
    verify: dict[Code, str] = {}
    if "codes" in block.pairs:
        for item in reader.listed(block.pairs["codes"][1], '"codes"'):
            _read_code(reader, item, words, verify)
    if name is None or title is None or not words:
        return None  # each has been reported
    codes = CodeList(name, title, words, measures or "", wants)
    return ListFile(codes, block.at, source, owner, note, reviewed, review_by, local, verify)


def _read_code(
    reader: Reader, node: Node, words: dict[Code, str], to_verify: dict[Code, str]
) -> None:
    block = reader.block(node, "Each code")
    if block is None:
        return
    check(reader, block, "a code", CODE)
    value = reader.get(block, "code", reader.text)
    system: str | None = SNOMED
    if "system" in block.pairs:
        system = read_system(reader, block.pairs["system"][1])
    plain = reader.get(block, "words", reader.prose)
    if plain is not None and len(plain) > LONGEST_WORDS:
        reader.stop(
            block.pairs["words"][1].at,
            "E10",
            f"These words are {len(plain)} characters long; {LONGEST_WORDS} are the most.",
            "Say it in fewer words.",
        )
    grade = reader.get(block, "grade", reader.text)
    verify = reader.get(block, "verify", reader.prose)
    if value is None or system is None:
        return
    at = block.pairs["code"][1].at
    if system == SNOMED and (flaw := snomed_problem(value, plain or "")):
        reader.stop(at, *flaw)
        return
    if grade is not None and grade not in ("A", "B", "C"):
        reader.stop(
            block.pairs["grade"][1].at,
            "E10",
            f'"{grade}" is not a grade: A, B or C.',
            "A trap (X) can never be used.",
        )
    if grade == "C" and verify is None:
        reader.stop(
            at,
            "E09",
            "A grade C code needs a verify: note saying what to look up before it is used.",
        )
    key = Code(system, value)
    if key in words:
        reader.stop(at, "E15", f"{value} is already in this list.")
    elif plain is not None:
        words[key] = plain
        if verify is not None:
            to_verify[key] = verify


def read_system(reader: Reader, node: Node) -> str | None:
    """A name that we know, or the address of a system as records have it: it is compared whole."""
    if isinstance(node, Text) and ADDRESS.fullmatch(node.value.strip()):
        return node.value.strip()
    return reader.one_of(node, SYSTEMS, "systems")


def read_services(reader: Reader, node: Node, names: Names) -> dict[str, Service]:
    """Where referrals go: name by name, what it is called and the code a referral carries."""

    def one(name: str, block: Block) -> Service | None:
        check(reader, block, "a service", SERVICE)
        called = reader.get(block, "name", lambda n: read_plain(reader, n))
        about = reader.get(block, "about", reader.prose)
        lists = read_codes(reader, block, "codes", names)
        if not called or not lists:
            return None
        former, themes = (
            tuple(read_names(reader, block, key)) for key in ("also_known_as", "themes")
        )
        kinds = tuple(_kinds(reader, block))
        return Service(name, called, lists[0].first, about or "", former, themes, kinds)

    return _named(reader, node, names, "service", one)


def _kinds(reader: Reader, block: Block) -> Iterator[str]:
    """The sorts of thing that a service looks for in the directory of local support."""
    for item in reader.items(block.pairs["kinds"][1], '"kinds"') if "kinds" in block.pairs else ():
        if kind := reader.one_of(item, _KINDS, "kinds"):
            yield kind
    if "kinds" in block.pairs and "themes" not in block.pairs:
        reader.stop(
            block.pairs["kinds"][0].at,
            "E09",
            'Without "themes:" nothing is looked for in the directory, of whatever sort.',
            more=("Add a line that starts with themes:",),
        )


def read_names(reader: Reader, block: Block, key: str) -> Iterator[str]:
    """One or more names under a heading; none where it is not there."""
    for item in reader.items(block.pairs[key][1], f'"{key}"') if key in block.pairs else ():
        if name := reader.name(item):
            yield name


def read_offer_sets(reader: Reader, node: Node, names: Names) -> dict[str, OfferSet]:
    """What practices offer: for each state of an offer, the code lists that say so."""

    def one(name: str, block: Block) -> OfferSet | None:
        check(reader, block, "an offer", OFFER_SET)
        called = reader.get(block, "name", lambda n: read_plain(reader, n))
        states = {state: read_codes(reader, block, state, names) for state in STATES}
        codes = {state: lists for state, lists in states.items() if lists}
        if not any(state in block.pairs for state in STATES):
            says = f'Offer "{name}" has no codes: nobody could tell what became of it.'
            reader.stop(
                block.at, "E09", says, f"Name code lists under one of: {', '.join(STATES)}."
            )
        elif _says_two_things(reader, block, codes):
            return None
        return OfferSet(name, called, codes) if called and codes else None

    return _named(reader, node, names, "offer", one)


def _says_two_things(reader: Reader, block: Block, codes: dict[str, tuple[CodeList, ...]]) -> bool:
    states: dict[Code, str] = {}
    for state, lists in codes.items():
        for code in (code for each in lists for code in each.words):
            other = states.setdefault(code, state)
            if other != state:
                reader.stop(
                    block.pairs[state][0].at,
                    "E15",
                    f'{code.code} says both "{other}" and "{state}".',
                    "A code can say one of them. Take it out of one of the lists.",
                )
                return True
    return False


def read_messages(reader: Reader, node: Node, names: Names) -> dict[str, Message]:
    """The texts that can be sent to people. They are plain: no links, pictures or HTML."""

    def one(name: str, block: Block) -> Message | None:
        check(reader, block, "a message", MESSAGE)
        called = reader.get(block, "name", lambda n: read_plain(reader, n))
        text = reader.get(block, "text", reader.prose)
        # A message is no card: a mail address to write to may stand in it.
        said = text and text.replace("@", " ")
        if said is not None and not plain_words(reader, block.pairs["text"][1], said):
            return None
        return Message(name, called, text) if called and text else None

    return _named(reader, node, names, "message", one)


def list_text(file: ListFile) -> str:
    """A code list as its file has it: what ``read_list`` reads back the same, grades apart."""
    systems = {address: name for name, address in SYSTEMS.items()}  # others by their address
    heads = {"id": file.codes.id, "title": quoted(file.codes.title), "source": quoted(file.source)}
    if file.owner:
        heads["owner"] = quoted(file.owner)
    if file.reviewed is not None:
        heads["reviewed"] = file.reviewed.isoformat()
    if file.review_by is not None:
        heads["review_by"] = file.review_by.isoformat()
    if file.local:
        heads["local"] = "yes"
    if file.note:
        heads["note"] = quoted(file.note)
    lines = [*(f"{key}: {value}" for key, value in heads.items()), "codes:"]
    for code, words in file.codes.words.items():
        lines += [f"  - code: {quoted(code.code)}", f"    words: {quoted(words)}"]
        if code.system != SNOMED:
            lines.append(f"    system: {systems.get(code.system, code.system)}")
    return "\n".join(lines) + "\n"


_T = TypeVar("_T")


def _named(
    reader: Reader, node: Node, names: Names, sort: str, one: Callable[[str, Block], _T | None]
) -> dict[str, _T]:
    """Names, each with headings of its own. What was reported is known to be faulty."""
    found: dict[str, _T] = {}
    block = reader.block(node, f"The list of {sort}s")
    for key, value in block.pairs.values() if block else ():
        inner = reader.block(value, f'{sort.capitalize()} "{key.value}"')
        made = one(key.value, inner) if inner is not None else None
        if reader.name(key) and made is not None:
            found[key.value] = made
        else:
            names.faulty.add((sort, key.value))
    return found


def read_codes(reader: Reader, block: Block, key: str, names: Names) -> tuple[CodeList, ...]:
    """The code lists named under a heading; unknown names are reported with the nearest."""
    if key not in block.pairs:
        return ()
    found: list[CodeList] = []
    for item in reader.listed(block.pairs[key][1], f'"{key}"'):
        name = reader.text(item)
        if name is None:
            continue
        if name in names.lists:
            found.append(names.lists[name])
        elif not names.is_faulty("list", name):
            several = [piece for piece in re.split(r"[,;]\s*|\s+(?:and|or)\s+", name) if piece]
            typed = f"[{', '.join(several)}]" if set(several) <= names.lists.keys() else ""
            reader.stop(
                item.at,
                "E12",
                f'There is no code list called "{name}".',
                f"Several lists stand in brackets: {typed}" if typed else _nearest(name, names),
                () if typed or surely(name, names.lists) else _new_list(name),
                reader.instead(item, typed) if typed else (),
            )
    return tuple(found)


def _nearest(name: str, names: Names) -> str:
    """The list that is clearly closest; or those all of whose words are in what was written."""
    words = set(parts_of_name(name))
    within = [known for known in sorted(names.lists) if words.issuperset(parts_of_name(known))]
    close = surely(name, names.lists)
    found = [close] if close else [] if without_not(name) else within
    hint = ""
    if found:
        lists = (names.lists[each] for each in found[:3])
        hint = f"Did you mean {' or '.join(_described(one) for one in lists)}? "
    return hint + "To see them all: goodday lists show"


def _described(one: CodeList) -> str:
    codes = "1 code" if len(one.words) == 1 else f"{len(one.words)} codes"
    return f"{one.id} ({one.title}, {codes})"


def _new_list(name: str) -> tuple[str, ...]:
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return (
        (f"To make a new list: goodday rules new list {words}",)
        if re.search("[a-z]", words)
        else ()
    )
