"""The tests in a rule file, read: one story each, or one for each row."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from rules.people import REPLIES, Somebody, Stories, Story
from rules.problems import did_you_mean
from rules.reading import Reader
from rules.record import Kind
from rules.rule import Exclusion
from rules.schema.facts import FIND
from rules.schema.names import EVERY, Names
from rules.schema.people import ReadingPeople
from rules.schema.written import written
from rules.text import Block, Node, Text

EXPECTATIONS = ("prompt", "no prompt", "excluded", "quiet", "cannot tell")
_TEST_KEYS = (
    "name", "person", "plus", "without", "change", "vary", "rows", "unavailable", "today",
    "expect", "because", "offers", "summary_has", "known_gap",
)  # fmt: skip
# What a row may say besides: prompt with "start small".
_WITH_WORDS = re.compile(r"(.*\S)\s+with(?:\s+(.*))?")


def read_stories(
    reader: Reader, block: Block, names: Names, exclusions: Iterable[Exclusion] = ()
) -> Stories:
    """All tests of a rule file; tests with rows become one story for each row.

    A story may say that one of these exclusions decides, a fact, or an answer.
    """
    sound = not any(problem.stops for problem in reader.problems)
    tests = block.pairs.get("tests")
    there = tests is not None and tests[1] != Text("", tests[1].at)
    today = reader.get(block, "today", reader.day)
    if not there:
        reader.think(
            block.at,
            "T00",
            "There are no tests, so nobody can trust this rule yet.",
            "Add people: and tests:.",
        )
    elif tests is not None and "today" not in block.pairs:
        reader.stop(
            tests[0].at,
            "E09",
            'Tests need a day: add "today:" above them.',
            "For example today: 2026-11-21.",
        )
    # Where the day is missing, that is reported; the rest is read as if it were some other day.
    reading = ReadingPeople(reader, names, today or date(2026, 11, 21))
    if "people" in block.pairs:
        reading.read(block.pairs["people"][1])
        _no_bookings_without_booking(reader, block)
    if tests is None or not there:
        return ()
    items = reader.listed(tests[1], '"tests"')
    stories = tuple(story for item in items for story in _story(reading, item))
    if sound:  # a name that is missing because of a slip is told where that stands
        own = {each.name for each in exclusions}
        _known_deciders(reader, items, {*names.facts, *names.exclusions, *own})
    return stories


# What leaves people alone and is no answer.
_HELD = ("most", "quiet", "answers", "elsewhere")


def _known_deciders(reader: Reader, tests: Iterable[Node], names: Iterable[str]) -> None:
    """What a story says decides has to be there, else it can never come out so."""
    known = {*names, *REPLIES, *_HELD}
    for test in tests:
        node = (
            test.pairs["because"][1] if isinstance(test, Block) and "because" in test.pairs else 0
        )
        if isinstance(node, Text) and node.value and node.value not in known:
            says = f'No fact, exclusion or answer here is called "{node.value}".'
            hint = did_you_mean(node.value, known) or "Name what decides, as the rule calls it."
            reader.stop(node.at, "E11", says, hint)


_BOOKING_HOOK = "appointment-book"


def _no_bookings_without_booking(reader: Reader, block: Block) -> None:
    """Only a rule that is asked while somebody books can see the booking."""
    hook = block.pairs.get("hook")
    asked = {each.text.value.strip() for each in written(hook[1])} if hook else {_BOOKING_HOOK}
    people = block.pairs["people"][1]
    if _BOOKING_HOOK in asked or not isinstance(people, Block):
        return
    for _, somebody in people.pairs.values():
        if isinstance(somebody, Block) and "booking" in somebody.pairs:
            reader.think(
                somebody.pairs["booking"][0].at,
                "E10",
                f"Nobody is booking anything at {' or '.join(sorted(asked))}.",
                f"Add {_BOOKING_HOOK} to hook:, or take the booking out.",
            )


def _story(reading: ReadingPeople, node: Node) -> list[Story]:
    reader = reading.reader
    block = reader.block(node, "A test")
    if block is None:
        return []
    reader.keys(block, "a test", _TEST_KEYS, needed=("name", "person"))
    rows = _has_rows(reader, block)
    name = reader.get(block, "name", reader.prose)
    person = _person(reading, block)
    today = reader.get(block, "today", reader.day) or reading.today
    if person is not None:
        _edit(reading, block, person)
    story = Story(
        name=name or "",
        person=person or Somebody(),
        today=today,
        at=block.at,
        expect=reader.get(block, "expect", lambda n: _expectation(reader, n)) or "",
        because=reader.get(block, "because", reader.text) or "",
        offers=_offers(reader, block),
        summary_has=reader.get(block, "summary_has", reader.text) or "",
        unavailable=_unavailable(reader, block),
        known_gap=reader.get(block, "known_gap", reader.yes_no) or False,
    )
    if name is None or person is None:
        return []
    return _rows(reading, block, story) if rows else [story] if story.expect else []


def _has_rows(reader: Reader, block: Block) -> bool:
    """Whether a test varies something; it has rows then, and else one expectation."""
    vary, rows, expect = (block.pairs.get(key) for key in ("vary", "rows", "expect"))
    if vary is None and rows is None and expect is None:
        reader.stop(block.at, "E09", 'A test needs "expect:".')
    elif vary is not None and rows is None:
        reader.stop(vary[0].at, "E09", 'A test that varies something needs "rows:".')
    elif rows is not None and vary is None:
        reader.stop(rows[0].at, "E09", 'Rows need "vary:", which says what is varied.')
    elif rows is not None and expect is not None:
        reader.stop(
            expect[0].at, "E10", 'Each row says what to expect, so "expect:" is one too many.'
        )
    return vary is not None and rows is not None


def _person(reading: ReadingPeople, block: Block) -> Somebody | None:
    name = reading.reader.get(block, "person", reading.reader.text)
    if name is None:
        return None
    if name in reading.people:
        return reading.people[name].copy()
    at, shared = block.pairs["person"][1].at, reading.names.people
    if name in shared:
        ahead = next((each for each in shared[name].lines if reading.is_said_ahead(each)), None)
        if ahead is None:
            return shared[name].copy()
        says = f'"{ahead.called}" of {name} in shared/people.yaml is still to come on this day.'
        reading.reader.stop(at, "E10", says, "Nobody has said anything yet on a day to come.")
    elif name not in reading.faulty and EVERY not in reading.faulty:
        says = f'Nobody under people is called "{name}".'
        reading.reader.stop(at, "E11", says, did_you_mean(name, {*reading.people, *shared}))
    return None


def _expectation(reader: Reader, node: Node) -> str | None:
    word = reader.text(node)
    if word is None or word in EXPECTATIONS:
        return word
    hint = did_you_mean(word, EXPECTATIONS)
    if word.startswith("prompt with "):
        hint = 'Write "expect: prompt", and the words under "summary_has:".'
    reader.stop(node.at, "E10", f'"{word}" is not something to expect.', hint)
    return None


def _row(reader: Reader, node: Node, story: Story) -> tuple[str | None, str]:
    """What one row expects, and the words that its summary is to have."""
    found = _WITH_WORDS.fullmatch(node.value) if isinstance(node, Text) else None
    if found is None:
        return _expectation(reader, node), story.summary_has
    expect, words = found[1], found[2] or ""
    quoted = len(words) > 2 and words[0] == words[-1] == '"'
    if expect in EXPECTATIONS and expect != "prompt":
        says = f'Only a prompt has a summary, so "{expect}" cannot come with words.'
        reader.stop(node.at, "E10", says, f"Type: {expect}")
    elif expect != "prompt":
        _expectation(reader, Text(expect, node.at))
    elif not quoted or '"' in words[1:-1]:
        says = "The words that the summary is to have stand in double quotes."
        reader.stop(node.at, "E10", says, 'For example: prompt with "start small"')
    elif story.summary_has:
        says = 'This row says what the summary has, so "summary_has:" is one too many.'
        reader.stop(node.at, "E10", says, "Take out the one or the other.")
    else:
        return expect, words[1:-1]
    return None, ""


def _offers(reader: Reader, block: Block) -> tuple[str, ...] | None:
    if "offers" not in block.pairs:
        return None
    items = reader.items(block.pairs["offers"][1], '"offers"')
    return tuple(word for item in items if (word := reader.text(item)) is not None)


def _edit(reading: ReadingPeople, block: Block, person: Somebody) -> None:
    reader = reading.reader
    if "without" in block.pairs:
        for item in reader.listed(block.pairs["without"][1], '"without"'):
            reading.without(person, item)
    if "change" in block.pairs and (changes := reader.block(block.pairs["change"][1], '"change"')):
        for key, value in changes.pairs.values():
            reading.change(person, key, value)
    if "plus" in block.pairs:
        for item in reader.listed(block.pairs["plus"][1], '"plus"'):
            line = reading.line(item)
            if line is not None:
                person.lines.append(line)


def _rows(reading: ReadingPeople, block: Block, story: Story) -> list[Story]:
    reader = reading.reader
    vary_node = block.pairs["vary"][1]
    vary = reader.text(vary_node)
    rows = reader.block(block.pairs["rows"][1], '"rows"')
    if vary is None or rows is None:
        return []
    if not rows.pairs:
        reader.stop(rows.at, "E09", 'There is nothing listed under "rows" yet.')
    stories: list[Story] = []
    for value, expect_node in rows.pairs.values():
        expect, summary_has = _row(reader, expect_node, story)
        varied = story.person.copy()
        called, _, key = vary.rpartition(" ")
        if vary in ("age", "deceased"):
            reading.set(varied, vary, value)
        else:
            reading.change_one(varied, Text(called or vary, vary_node.at), key, vary_node.at, value)
        if expect is not None:
            name = f"{story.name} ({vary} {value.value})"
            own = replace(story, name=name, person=varied, at=value.at, expect=expect)
            stories.append(replace(own, summary_has=summary_has))
    return stories


def _unavailable(reader: Reader, block: Block) -> frozenset[Kind]:
    kinds: set[Kind] = set()
    if "unavailable" in block.pairs:
        for item in reader.listed(block.pairs["unavailable"][1], '"unavailable"'):
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
