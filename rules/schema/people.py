"""The invented people of a rule file, and what a test may change about them, read."""

from collections.abc import Iterable
from datetime import date

from rules.facts.statuses import STATUSES
from rules.people import REPLIES, USUAL, Line, Somebody, day_meant, measurement
from rules.problems import Place, did_you_mean, nearest, surely
from rules.reading import Reader
from rules.schema.key import check, words_of
from rules.schema.key import names as key_names
from rules.schema.lists import read_codes
from rules.schema.names import Names
from rules.schema.story_keys import BOOKING, LINE, OUTCOME_LINE, PERSON
from rules.text import Block, Node, Text

_LINE_KEYS = key_names(LINE)
_OUTCOME_KEYS = key_names(OUTCOME_LINE)
_BOOKING_KEYS = key_names(BOOKING)
# What may be said of the person, besides the record.
_ABOUT = ("age", "sex", "language", "needs_interpreter", "registered_here", "deceased")
# What a story may say of a line besides what its list can have: that it is void, or unknown.
# Of these a story may say when they ended; of other lines nothing depends on it.
_LASTING = frozenset({"tag", "care_plan", "encounter", "procedure", "entry", "observation"})
_ANY_STATUS = frozenset({"entered-in-error", "unknown"})


_MEASURED = frozenset({"value", "filed"})
_GOES_WITH = {
    "value": "what was measured stands in an observation",
    "filed": "a clinician files results, which are observations",
    "end": "what lasts for a while is a tag, care_plan, encounter, procedure or observation",
}


def keys_of(find: str) -> tuple[str, ...]:
    """What can be said of a line of this sort; whatever else would change no answer."""
    if find == "outcome":
        return _OUTCOME_KEYS
    without = frozenset[str]() if find == "observation" else _MEASURED
    without |= frozenset[str]() if find in _LASTING else {"end"}
    return tuple(key for key in _LINE_KEYS if key not in without)


def _a(find: str) -> str:
    return f"{'an' if find[0] in 'aeiou' else 'a'} {find.replace('_', ' ')}"


# The day of shared people is that of the rule; until then only "in 3 months" is known to be ahead.
_LATE = date(5000, 1, 1)


def read_people(reader: Reader, node: Node, names: Names) -> dict[str, Somebody]:
    """shared/people.yaml: people whom the stories of several rules are about, by name."""
    reading = ReadingPeople(reader, names, _LATE)
    reading.read(node)
    names.faulty |= {("people", name) for name in reading.faulty}
    return reading.people


class ReadingPeople:
    """Reads the people of one file, and the changes that its tests make to them."""

    def __init__(self, reader: Reader, names: Names, today: date) -> None:
        self.reader = reader
        self.names = names
        self.today = today
        self.people: dict[str, Somebody] = {}
        # People and lines that were reported where they are written.
        self.faulty: set[str] = {name for sort, name in names.faulty if sort == "people"}

    def read(self, node: Node) -> None:
        """Everybody under ``people:``."""
        block = self.reader.block(node, "people")
        for key, value in block.pairs.values() if block else ():
            somebody = self.somebody(value)
            if somebody is None:
                self.faulty.add(key.value)
            else:
                somebody.written, somebody.name = somebody.copy(), key.value
                self.people[key.value] = somebody

    def somebody(self, node: Node) -> Somebody | None:
        """One invented person."""
        reader = self.reader
        block = reader.block(node, "A person")
        if block is None:
            return None
        check(reader, block, "a person", PERSON)
        person = Somebody(about=reader.get(block, "about", reader.prose) or "")
        for key in _ABOUT:
            if key in block.pairs:
                self.set(person, key, block.pairs[key][1])
        if "record" in block.pairs:
            person.lines = self.lines(block.pairs["record"][1])
        if "booking" in block.pairs:
            self.book(person, block.pairs["booking"][1])
        return person

    def set(self, person: Somebody, key: str, node: Node) -> None:
        """Something about the person that stands outside the record's lists."""
        if key == "age":
            age = self.reader.whole(node)
            person.age = "" if age is None else str(age)
        elif key == "deceased":
            unknown = isinstance(node, Text) and node.value.strip() == "unknown"
            said = "unknown" if unknown else "yes" if self.reader.yes_no(node) else ""
            person.deceased = said
        elif key in ("sex", "language"):
            words = {word: word for word in words_of(PERSON, key)}
            known = self.reader.one_of(node, words, key) if words else self.reader.text(node)
            person.said[key] = known or ""
        else:
            answer = self.reader.yes_no(node)
            person.said[key] = "" if answer is None else "yes" if answer else "no"

    def book(self, person: Somebody, node: Node) -> None:
        """The booking that somebody is making."""
        block = self.reader.block(node, "A booking")
        if block is None:
            return
        self.reader.keys(block, "a booking", _BOOKING_KEYS)
        if "codes" in block.pairs:
            lists = read_codes(self.reader, block, "codes", self.names)
            person.booking_codes = (lists[0].first,) if lists else ()
        if "date" in block.pairs and (when := self.time(block.pairs["date"][1])):
            person.booking["date"] = when
        person.booking.setdefault("is", "made")

    def time(self, node: Node) -> str | None:
        """A date as stories write it."""
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
        """The lines of a record."""
        found = (self.line(item) for item in self.reader.items(node, "The record"))
        return [line for line in found if line is not None]

    def line(self, node: Node) -> Line | None:
        """One line: ``condition: copd`` and what is said about it."""
        reader = self.reader
        block = reader.block(node, "Each line of a record")
        find = None if block is None else self.find(block)
        if block is None or find is None:
            return None
        name_node = block.pairs[find][1]
        name = reader.text(name_node)
        if name is None:
            return None
        line = Line(find, name, block.at)
        own = keys_of(find)
        needed = ("topic", "date") if find == "outcome" else ()
        table = OUTCOME_LINE if find == "outcome" else LINE
        no_effect = (
            frozenset(_LINE_KEYS) - frozenset(own) if find != "outcome" else frozenset[str]()
        )
        for key in no_effect & block.pairs.keys():
            at = block.pairs[key][0].at
            says = f'"{key}" changes nothing about {_a(find)}: {_GOES_WITH[key]}.'
            reader.stop(at, "E10", says, "Take it out.")
        check(reader, block, f"a line about {find}", table, besides=(find,))
        if find == "outcome":
            if name not in REPLIES:
                says = f'"{name}" is not an answer.'
                reader.stop(name_node.at, "E10", says, did_you_mean(name, REPLIES))
        else:
            lists = read_codes(reader, block, find, self.names)
            line.codes = (lists[0].first,) if lists else ()
        for key in own:
            if key in block.pairs and (value := self.value(find, key, block.pairs[key][1])):
                line.said[key] = value
        if find == "outcome" and self.is_ahead(line):
            says = "Nobody has said anything on a day that is still to come."
            reader.stop(block.pairs["date"][1].at, "E10", says, "Write a day up to today.")
            return None
        if all(key in line.said for key in needed) and (line.codes or name in REPLIES):
            return line
        self.faulty.add(line.called)
        return None

    def is_ahead(self, line: Line) -> bool:
        """Whether a line is dated after the day of the tests."""
        when = day_meant(line.said.get("date", ""), self.today)
        return when is not None and when.first > self.today

    def is_said_ahead(self, line: Line) -> bool:
        """Whether a line is an answer that is dated after the day of the tests."""
        return line.find == "outcome" and self.is_ahead(line)

    def find(self, block: Block) -> str | None:
        """What a line is about; a misspelt word is read on as the one that is meant."""
        known = (*USUAL, "outcome")
        kinds = [key for key in block.pairs if key in known]
        other = [key for key in block.pairs if key not in (*_LINE_KEYS, *_OUTCOME_KEYS)]
        if not kinds and len(other) == 1 and nearest(other[0], known):
            meant = self.reader.misspelt(block, other[0], "a line of a record", known)
            kinds = [meant] if meant else []
        elif len(kinds) != 1:
            self.reader.stop(
                block.at,
                "E10",
                "A line of a record says what it is and which code list: condition: copd.",
            )
        return kinds[0] if len(kinds) == 1 else None

    def value(self, find: str, key: str, node: Node) -> str | None:
        """What is said about a line under one heading."""
        if key in ("date", "end", "ask_again"):
            return self.time(node)
        if key == "filed":
            filed = self.reader.yes_no(node)
            return None if filed is None else "yes" if filed else "no"
        if key == "topic":
            return self.reader.name(node)
        if key == "value":
            return self.measured(node)
        word = self.reader.text(node)
        known = {w for side in STATUSES[USUAL[find][0]] for w in side if w} | _ANY_STATUS
        if word is not None and word not in known:
            says = f'"{word}" is not a status that this line can have.'
            self.reader.stop(node.at, "E10", says, did_you_mean(word, known))
            return None
        return word

    def measured(self, node: Node) -> str | None:
        """A measured value: a number, perhaps with a comparator, and any unit, known or not."""
        value = self.reader.text(node)
        if value is not None and measurement(value) is None:
            self.reader.stop(
                node.at,
                "E10",
                f'"{value}" is not a measured value.',
                "Type a number and its unit: value: 58 mmol/mol",
            )
            return None
        return value

    def without(self, person: Somebody, node: Node) -> None:
        """Take one line away that is there."""
        called = self.reader.text(node)
        if called is None:
            return
        kept = [line for line in person.lines if line.called != called]
        if len(kept) == len(person.lines) and called not in self.faulty:
            self.reader.stop(
                node.at,
                "T06",
                f'This person has no "{called}" to take away.',
                did_you_mean(called, [line.called for line in person.lines]),
            )
        person.lines = kept

    def change(self, person: Somebody, called: Text, node: Node) -> None:
        """Change what is there: ``age: 17`` or ``condition copd: {status: resolved}``."""
        if called.value in _ABOUT:
            self.set(person, called.value, node)
        elif isinstance(node, Text):
            self.reader.stop(
                node.at,
                "E10",
                f'Say what to change about "{called.value}".',
                f"For example {called.value}: {{status: {node.value or 'resolved'}}}",
            )
        elif (block := self.reader.block(node, "A change")) is not None:
            for key, value in tuple(block.pairs.values()):
                self.change_one(person, called, key.value, key.at, value)

    def change_one(self, person: Somebody, called: Text, key: str, at: Place, node: Node) -> None:
        """Change one thing about a line or the booking; what is not there cannot be changed."""
        if called.value == "booking":
            self.rebook(person, called.at, key, at, node)
            return
        matching = [line for line in person.lines if line.called == called.value]
        if not matching:
            known = {line.called for line in person.lines} | {*_ABOUT, "booking"}
            says = f'This person has no "{called.value}" to change.'
            close = surely(called.value, known)
            file = called.at.file
            hint = f"Did you mean {close}?" if close else _on_record(person.lines, file)
            more = ("As written, the story would pass without testing anything.",)
            if called.value not in self.faulty:
                self.reader.stop(called.at, "T06", says, hint, more)
            return
        find = matching[0].find
        known_keys = keys_of(find)
        if self.is_key(key, at, called.value, known_keys):
            value = self.value(find, key, node)
            for line in matching:
                line.said[key] = value or line.said.get(key, "")

    def rebook(self, person: Somebody, called_at: Place, key: str, at: Place, node: Node) -> None:
        """Change the booking that somebody is making."""
        if not person.booking:
            self.reader.stop(called_at, "T06", "This person is not booking anything.")
        elif not self.is_key(key, at, "booking", _BOOKING_KEYS):
            return
        elif key == "date":
            person.booking["date"] = self.time(node) or ""
        else:
            place = Block({"codes": (Text("codes", at), node)}, at)
            lists = read_codes(self.reader, place, "codes", self.names)
            person.booking_codes = (lists[0].first,) if lists else ()

    def is_key(self, key: str, at: Place, called: str, known: tuple[str, ...]) -> bool:
        """Whether this is something that can be said about a line; reported where it is not."""
        if key not in known:
            says = f'"{key}" cannot be changed about "{called}".'
            self.reader.stop(at, "E01", says, did_you_mean(key, known))
        return key in known


def _on_record(lines: Iterable[Line], file: str) -> str:
    places = (
        (line, f"line {line.at.line}{'' if line.at.file == file else ' of shared/people.yaml'}")
        for line in lines
    )
    said = ", ".join(f"{line.called} ({place})" for line, place in places)
    return f"On the record: {said}." if said else "There is nothing on the record."
