"""The invented people and the tests in a rule file, read."""

import copy
from datetime import date

from rules.people import REPLIES, USUAL, Line, Somebody, Stories, Story, day_meant
from rules.problems import Place, did_you_mean
from rules.reading import Reader
from rules.record import Kind
from rules.schema.facts import FIND
from rules.schema.lists import read_codes
from rules.schema.names import Names
from rules.text import Block, Node, Text

EXPECTATIONS = ("prompt", "no prompt", "excluded", "quiet", "cannot tell")
_LINE_KEYS = ("date", "status", "end", "filed")
_PERSON_KEYS = ("about", "age", "deceased", "record", "booking")
_TEST_KEYS = (
    "name", "person", "plus", "without", "change", "vary", "rows", "unavailable", "today",
    "expect", "because", "offers", "summary_has",
)  # fmt: skip


class _Reading:
    """Reads the people and tests of one file."""

    def __init__(self, reader: Reader, names: Names, today: date) -> None:
        self.reader = reader
        self.names = names
        self.today = today
        self.people: dict[str, Somebody] = {}

    def somebody(self, node: Node) -> Somebody | None:
        reader = self.reader
        block = reader.block(node, "A person")
        if block is None:
            return None
        reader.keys(block, "a person", _PERSON_KEYS, needed=("about",))
        person = Somebody(about=reader.get(block, "about", reader.prose) or "")
        if "age" in block.pairs:
            person.age = (
                str(age) if (age := reader.whole(block.pairs["age"][1])) is not None else ""
            )
        if "deceased" in block.pairs and reader.yes_no(block.pairs["deceased"][1]):
            person.deceased = "yes"
        if "record" in block.pairs:
            person.lines = self.lines(block.pairs["record"][1])
        if "booking" in block.pairs:
            self.book(person, block.pairs["booking"][1])
        return person

    def book(self, person: Somebody, node: Node) -> None:
        block = self.reader.block(node, "A booking")
        if block is None:
            return
        self.reader.keys(block, "a booking", ("codes", "date"))
        if "codes" in block.pairs:
            lists = read_codes(self.reader, block, "codes", self.names)
            person.booking_codes = (lists[0].first,) if lists else ()
        if "date" in block.pairs and (when := self.time(block.pairs["date"][1])):
            person.booking["date"] = when
        person.booking.setdefault("is", "made")

    def time(self, node: Node) -> str | None:
        value = self.reader.text(node)
        if value is not None and day_meant(value, self.today) is None:
            self.reader.stop(
                node.at,
                "E08",
                f'"{value}" is not a date I can use in a story.',
                "Write 2026-05-31, 2026-05, 2026, 4 months ago, in 6 days or today.",
            )
            return None
        return value

    def lines(self, node: Node) -> list[Line]:
        found = (self.line(item) for item in self.reader.items(node, "The record"))
        return [line for line in found if line is not None]

    def line(self, node: Node) -> Line | None:
        reader = self.reader
        block = reader.block(node, "Each line of a record")
        if block is None:
            return None
        kinds = [key for key in block.pairs if key in USUAL or key == "outcome"]
        if len(kinds) != 1:
            first = next(iter(block.pairs), "")
            reader.stop(
                block.at,
                "E10",
                "A line of a record says what it is and which code list: condition: copd.",
                "" if kinds else did_you_mean(first, [*USUAL, "outcome"]),
            )
            return None
        find = kinds[0]
        name_node = block.pairs[find][1]
        name = reader.text(name_node)
        if name is None:
            return None
        line = Line(find, name, block.at)
        own = ("topic", "date", "ask_again") if find == "outcome" else _LINE_KEYS
        needed = ("topic", "date") if find == "outcome" else ()
        reader.keys(
            block, f"a line about {find}", (find, *own), later=frozenset({"value"}), needed=needed
        )
        if find == "outcome":
            if name not in REPLIES:
                reader.stop(
                    name_node.at, "E10", f'"{name}" is not an answer.', did_you_mean(name, REPLIES)
                )
                return None
        else:
            lists = read_codes(reader, block, find, self.names)
            if not lists:
                return None
            line.codes = (lists[0].first,)
        for key in own:
            if key in block.pairs and (value := self.value(key, block.pairs[key][1])) is not None:
                line.said[key] = value
        if needed and not all(key in line.said for key in needed):
            return None
        return line

    def value(self, key: str, node: Node) -> str | None:
        return self.time(node) if key in ("date", "end", "ask_again") else self.reader.text(node)

    def change(self, person: Somebody, called: str, key: str, value: str, at: Place) -> None:
        """Change one thing that is there; what is not there cannot be changed."""
        if called in ("age", "deceased"):
            setattr(person, called, value)
            return
        if called == "booking":
            if not person.booking:
                self.reader.stop(at, "T06", "This person is not booking anything.")
            elif key == "codes":
                found = self.names.lists.get(value)
                if found is None:
                    self.reader.stop(
                        at,
                        "E12",
                        f'There is no code list called "{value}".',
                        did_you_mean(value, self.names.lists),
                    )
                else:
                    person.booking_codes = (found.first,)
            else:
                person.booking[key] = value
            return
        matching = [line for line in person.lines if line.called == called]
        if not matching:
            known = {line.called for line in person.lines} | {"age", "booking"}
            self.reader.stop(
                at, "T06", f'This person has no "{called}" to change.', did_you_mean(called, known)
            )
        for line in matching:
            line.said[key] = value


def read_stories(reader: Reader, block: Block, names: Names) -> Stories:
    """All tests of a rule file; tests with rows become one story for each row."""
    if "tests" not in block.pairs:
        reader.think(
            block.at,
            "T00",
            "There are no tests, so nobody can trust this rule yet.",
            "Add people: and tests:.",
        )
        return ()
    today = reader.get(block, "today", reader.day)
    if today is None:
        if "today" not in block.pairs:
            reader.stop(
                block.pairs["tests"][0].at,
                "E09",
                'Tests need a day: add "today:" above them.',
                "For example today: 2026-11-21.",
            )
        return ()
    reading = _Reading(reader, names, today)
    if "people" in block.pairs:
        people = reader.block(block.pairs["people"][1], "people")
        for key, value in people.pairs.values() if people else ():
            somebody = reading.somebody(value)
            if somebody is not None:
                reading.people[key.value] = somebody
    stories: list[Story] = []
    for item in reader.items(block.pairs["tests"][1], '"tests"'):
        stories += _story(reading, item)
    return tuple(stories)


def _story(reading: _Reading, node: Node) -> list[Story]:
    reader = reading.reader
    block = reader.block(node, "A test")
    if block is None:
        return []
    rows = "vary" in block.pairs
    reader.keys(
        block,
        "a test",
        _TEST_KEYS,
        later=frozenset({"known_gap"}),
        needed=("name", "person", *(("rows",) if rows else ("expect",))),
    )
    name = reader.get(block, "name", reader.prose)
    person_name = reader.get(block, "person", reader.text)
    if name is None or person_name is None:
        return []
    if person_name not in reading.people:
        reader.stop(
            block.pairs["person"][1].at,
            "E11",
            f'Nobody under people is called "{person_name}".',
            did_you_mean(person_name, reading.people),
        )
        return []
    person = copy.deepcopy(reading.people[person_name])
    today = reader.get(block, "today", reader.day) or reading.today
    _edit(reading, block, person)
    expect = reader.get(block, "expect", lambda n: _expectation(reader, n)) or ""
    offers = None
    if "offers" in block.pairs:
        offers = tuple(
            filter(
                None, (reader.text(i) for i in reader.items(block.pairs["offers"][1], '"offers"'))
            )
        )
    story = Story(
        name=name,
        person=person,
        today=today,
        at=block.at,
        expect=expect,
        because=reader.get(block, "because", reader.text) or "",
        offers=offers,
        summary_has=reader.get(block, "summary_has", reader.text) or "",
        unavailable=_unavailable(reader, block),
    )
    return _rows(reading, block, story) if rows else [story] if expect else []


def _expectation(reader: Reader, node: Node) -> str | None:
    word = reader.text(node)
    if word is None or word in EXPECTATIONS:
        return word
    reader.stop(
        node.at, "E10", f'"{word}" is not something to expect.', did_you_mean(word, EXPECTATIONS)
    )
    return None


def _edit(reading: _Reading, block: Block, person: Somebody) -> None:
    reader = reading.reader
    if "without" in block.pairs:
        for item in reader.items(block.pairs["without"][1], '"without"'):
            called = reader.text(item)
            if called is None:
                continue
            kept = [line for line in person.lines if line.called != called]
            if len(kept) == len(person.lines):
                reader.stop(
                    item.at,
                    "T06",
                    f'This person has no "{called}" to take away.',
                    did_you_mean(called, [line.called for line in person.lines]),
                )
            person.lines = kept
    if "change" in block.pairs and (changes := reader.block(block.pairs["change"][1], '"change"')):
        for key, value in changes.pairs.values():
            if isinstance(value, Text):
                reading.change(person, key.value, key.value, value.value, key.at)
                continue
            for inner_key, inner in (
                b.pairs.values() if (b := reader.block(value, "A change")) else ()
            ):
                changed = reading.value(inner_key.value, inner)
                if changed is not None:
                    reading.change(person, key.value, inner_key.value, changed, key.at)
    if "plus" in block.pairs:
        for item in reader.items(block.pairs["plus"][1], '"plus"'):
            line = reading.line(item)
            if line is not None:
                person.lines.append(line)


def _rows(reading: _Reading, block: Block, story: Story) -> list[Story]:
    reader = reading.reader
    vary = reader.get(block, "vary", reader.text) or ""
    called, _, key = vary.rpartition(" ")
    rows = reader.block(block.pairs["rows"][1], '"rows"') if "rows" in block.pairs else None
    stories: list[Story] = []
    for value, expect_node in rows.pairs.values() if rows else ():
        expect = _expectation(reader, expect_node)
        if key in ("date", "end") and reading.time(value) is None:
            continue
        varied = copy.deepcopy(story.person)
        reading.change(varied, called or vary, key, value.value, block.pairs["vary"][1].at)
        if expect is not None:
            stories.append(
                Story(
                    f"{story.name} ({vary} {value.value})",
                    varied,
                    story.today,
                    value.at,
                    expect,
                    story.because,
                    story.offers,
                    story.summary_has,
                    story.unavailable,
                )
            )
    return stories


def _unavailable(reader: Reader, block: Block) -> frozenset[Kind]:
    kinds: set[Kind] = set()
    if "unavailable" in block.pairs:
        for item in reader.items(block.pairs["unavailable"][1], '"unavailable"'):
            word = reader.text(item)
            if word is not None and FIND.get(word):
                kinds |= set(FIND[word])
            elif word is not None:
                reader.stop(
                    item.at,
                    "E10",
                    f'"{word}" is not a list that can be unavailable.',
                    did_you_mean(word, [w for w, k in FIND.items() if k]),
                )
    return frozenset(kinds)
