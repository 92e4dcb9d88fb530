"""People near a story: one line more or less, a date at a window's edge, a birthday, a list unread.

What is changed comes from what a rule asks about, so that a change can make a difference.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from prompts.edges import days_beside, found_as, states_of, values_beside, whole_numbers
from rules.codes import Code, CodeList
from rules.days import Duration
from rules.fact import (
    Compare,
    Computed,
    Condition,
    Fact,
    IsTrue,
    Labelled,
    Not,
    Test,
)
from rules.people import Line, Story
from rules.problems import Place
from rules.record import Kind, Reply
from rules.rule import Rule

_HERE = Place("suggested")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to a story, in words; None where there is nothing that it could change."""

    says: str
    made: Callable[[Story], Story | None]
    facts: tuple[str, ...] = ()  # the names of the facts that it is about


def edits(rule: Rule, story: Story, lists: Mapping[str, CodeList]) -> tuple[Edit, ...]:
    """Everything that may be changed about a story so that it matters to a rule, each change once.

    A change that several facts would ask for is about all of them.
    """
    found: dict[str, Edit] = {}
    for edit in _edits(rule, story, lists):
        same = found.get(edit.says, edit)
        found[edit.says] = replace(same, facts=tuple(dict.fromkeys((*same.facts, *edit.facts))))
    return tuple(found.values())


def _edits(rule: Rule, story: Story, lists: Mapping[str, CodeList]) -> Iterator[Edit]:
    tests = _tests_of(rule)
    for fact in rule.looks_at:
        asked = tests.get(fact.name, ())
        if fact.find == "age":
            yield from _ages(asked)
        elif fact.find == "deceased":
            for word, says in _OF_A_DEATH.items():
                yield Edit(says, _died(word), (fact.name,))
        elif fact.find == "this_appointment":
            yield from _bookings(fact, asked, story, lists)
        elif fact.find == "outcome":
            yield from _answers(
                fact.topic, fact.replies or frozenset(Reply), days_beside(fact, asked, story)
            )
        elif fact.find in _WORDS_ABOUT:
            yield from _words_about(fact, asked)
        elif fact.find == "today":
            yield from _todays(fact, asked, story)
        elif fact.kinds:
            yield from _lines(fact, asked, story, lists)
        if fact.kinds:
            yield Edit(f"{fact.find} could not be read", _unread(fact.kinds), (fact.name,))
    yield from _quiet(rule, story, lists)


def _tests_of(rule: Rule) -> dict[str, tuple[Test, ...]]:
    """The comparisons that each fact is held against, by the fact's name."""
    found: dict[str, tuple[Test, ...]] = {}
    ahead: list[Condition] = [rule.when, *(e.condition for e in rule.exclusions)]
    ahead += [v.condition for v in rule.card.variants]
    ahead += [o.condition for o in rule.offers if o.condition is not None]
    while ahead:
        condition = ahead.pop()
        match condition:
            case Compare(fact, tests):
                found[fact.name] = (*found.get(fact.name, ()), *tests)
            case Not(part) | Labelled(_, part):
                ahead.append(part)
            case IsTrue() | Computed():
                pass
            case _:
                ahead.extend(condition.parts)
    return found


# ---- the person -----------------------------------------------------------------------------


_OF_A_DEATH = {
    "yes": "recorded as having died",
    "unknown": "of whom nobody can tell whether they have died",
}


def _died(word: str) -> Callable[[Story], Story | None]:
    def made(story: Story) -> Story | None:
        if story.person.deceased == word:
            return None
        return replace(story, person=replace(story.person, deceased=word))

    return made


def _aged(age: int) -> Callable[[Story], Story | None]:
    def made(story: Story) -> Story | None:
        if story.person.age == str(age):
            return None
        return replace(story, person=replace(story.person, age=str(age)))

    return made


def _ages(tests: tuple[Test, ...]) -> Iterator[Edit]:
    for number in whole_numbers(tests):
        if 0 <= number <= 120:
            yield Edit(f"aged {number}", _aged(number), ("age",))


# What a story may say about a person in a word, by the name of the built-in fact.
_WORDS_ABOUT: Mapping[str, tuple[str, ...]] = {
    "sex": ("female", "male", "other", "unknown"),
    "language": ("en", "pl"),
    "needs_interpreter": ("yes", "no"),
    "registered_here": ("no", "yes"),
}


def _words_about(fact: Fact, tests: tuple[Test, ...]) -> Iterator[Edit]:
    words = {word for test in tests if isinstance(test.value, frozenset) for word in test.value}
    for word in dict.fromkeys((*sorted(words), *_WORDS_ABOUT[fact.find])):

        def made(story: Story, word: str = word) -> Story | None:
            if story.person.said.get(fact.find) == word:
                return None
            said = {**story.person.said, fact.find: word}
            return replace(story, person=replace(story.person, said=said))

        yield Edit(f"{fact.find} {word}", made, (fact.name,))


def _todays(fact: Fact, tests: tuple[Test, ...], story: Story) -> Iterator[Edit]:
    for text in days_beside(fact, tests, story)[2:]:
        if len(text) == len("2026-11-21"):
            made = _on(date.fromisoformat(text))
            yield Edit(f"on {text}", made, (fact.name,))


def _on(day: date) -> Callable[[Story], Story]:
    return lambda story: replace(story, today=day)


def _unread(kinds: tuple[Kind, ...]) -> Callable[[Story], Story | None]:
    def made(story: Story) -> Story | None:
        missing = story.unavailable | frozenset(kinds)
        return None if missing == story.unavailable else replace(story, unavailable=missing)

    return made


# ---- lines of the record --------------------------------------------------------------------


def _lines(
    fact: Fact, tests: tuple[Test, ...], story: Story, lists: Mapping[str, CodeList]
) -> Iterator[Edit]:
    about = (fact.name,)
    days = days_beside(fact, tests, story)
    states = states_of(fact)
    values = tuple(values_beside(tests))
    find = found_as(fact)
    for name in _named(fact.codes, lists):
        for said in _said_of_lines(fact, days, states, values):
            line = Line(find, name, _HERE, (lists[name].first,), said)
            yield Edit(f"plus {_line_says(line)}", _plus(line), about)
    for name in _named(fact.ended_by, lists):
        for said in _said_of_lines(fact, days, (), ()):
            line = Line("entry", name, _HERE, (lists[name].first,), said)
            yield Edit(f"plus {_line_says(line)}", _plus(line), about)
    for line in story.person.lines:
        if line.codes and line.codes[0] in fact.codes | fact.ended_by:
            yield Edit(f"without {line.called}", _without(line), about)
            yield from _changes(line, "date", days, about)
            if "end" in line.said:  # what lasted is as recent as its end
                yield from _changes(line, "end", days, about)
            yield from _changes(line, "status", states, about)
            yield from _changes(line, "value", values, about)
            if fact.filed is not None:
                yield from _changes(line, "filed", ("yes", "no"), about)


def _said_of_lines(
    fact: Fact, days: tuple[str, ...], states: tuple[str, ...], values: tuple[str, ...]
) -> Iterator[dict[str, str]]:
    """What may be said of a new line: a month old and usual, or with one thing special."""
    usual = {"date": days[0]}
    if fact.filed is not None:
        usual["filed"] = "yes"
    if values:
        usual["value"] = values[0]
    yield usual
    for day in days[1:]:
        yield {**usual, "date": day}
    yield {key: text for key, text in usual.items() if key != "date"}
    for status in states:
        yield {**usual, "status": status}
    for value in values[1:]:
        yield {**usual, "value": value}
    if fact.filed is not None:
        yield {**usual, "filed": "no"}
        for status in states:
            yield {**usual, "filed": "no", "status": status}
        yield {key: text for key, text in usual.items() if key != "filed"}


def _named(codes: frozenset[Code], lists: Mapping[str, CodeList]) -> list[str]:
    """The lists that a story can name to mean one of these codes."""
    return sorted(name for name, each in lists.items() if each.words and each.first in codes)


def _plus(line: Line) -> Callable[[Story], Story]:
    def made(story: Story) -> Story:
        person = replace(story.person, lines=[*story.person.lines, line])
        return replace(story, person=person)

    return made


def _without(line: Line) -> Callable[[Story], Story | None]:
    def made(story: Story) -> Story | None:
        kept = [each for each in story.person.lines if each.called != line.called]
        if len(kept) == len(story.person.lines):
            return None
        return replace(story, person=replace(story.person, lines=kept))

    return made


def _changes(
    line: Line, key: str, values: tuple[str, ...], about: tuple[str, ...]
) -> Iterator[Edit]:
    for value in values:
        if line.said.get(key) == value:
            continue

        def made(story: Story, value: str = value) -> Story | None:
            """A test changes every line that it calls by one name."""
            changed = [
                replace(each, said={**each.said, key: value})
                if each.called == line.called
                else each
                for each in story.person.lines
            ]
            if all(each.called != line.called for each in changed):
                return None
            return replace(story, person=replace(story.person, lines=changed))

        yield Edit(f"{line.called} with {key} {value}", made, about)


def _line_says(line: Line) -> str:
    said = (text if key == "date" else f"{key} {text}" for key, text in line.said.items())
    return f"{line.called} ({', '.join(said) or 'no date'})"


def _bookings(
    fact: Fact, tests: tuple[Test, ...], story: Story, lists: Mapping[str, CodeList]
) -> Iterator[Edit]:
    for day in days_beside(fact, tests, story):

        def on(story: Story, day: str = day) -> Story | None:
            if not story.person.booking:
                return None
            booking = {**story.person.booking, "date": day}
            return replace(story, person=replace(story.person, booking=booking))

        yield Edit(f"booking on {day}", on, (fact.name,))
    for name, each in lists.items():

        def of(story: Story, each: CodeList = each) -> Story | None:
            if not story.person.booking or story.person.booking_codes == (each.first,):
                return None
            return replace(story, person=replace(story.person, booking_codes=(each.first,)))

        if each.words:
            yield Edit(f"booking of {name}", of, (fact.name,))


# ---- answers --------------------------------------------------------------------------------


def _quiet(rule: Rule, story: Story, lists: Mapping[str, CodeList]) -> Iterator[Edit]:
    today = story.today
    for topic in sorted(rule.quiet.topics):
        for reply in Reply:
            period = rule.quiet.periods.get(reply)
            days = [Duration(1, "day").before(today)]
            if period is not None:
                days += [period.before(today), period.before(today) + timedelta(days=1)]
            texts = tuple(day.isoformat() for day in days)
            yield from _answers(topic, frozenset({reply}), texts)
    month = Duration(1, "month").before(today).isoformat()
    codes = rule.quiet.declined_codes | rule.offer_codes
    for name in _named(codes, lists):
        for said in ({"date": month, "status": "not-done"}, {"date": month}):
            line = Line("procedure", name, _HERE, (lists[name].first,), said)
            yield Edit(f"plus {_line_says(line)}", _plus(line))
    yield Edit("procedure could not be read", _unread((Kind.PROCEDURE,)))
    if rule.quiet.most is not None:
        yield from _often(rule.quiet.topic, rule.quiet.most, today)


def _answers(topic: str, replies: Iterable[Reply], days: Iterable[str]) -> Iterator[Edit]:
    for reply in sorted(replies):
        for day in days:
            yield Edit(f"said {reply} to {topic} on {day}", _plus(_answer(topic, reply, day)))


def _answer(topic: str, reply: Reply, day: str) -> Line:
    return Line("outcome", str(reply).replace(" ", "_"), _HERE, (), {"topic": topic, "date": day})


def _often(topic: str, most: tuple[int, Duration], today: date) -> Iterator[Edit]:
    """The card was shown as often as it may be, evenly over the time, and nobody answered."""
    times, length = most
    start = length.before(today)
    days = [start + (today - start) * n // (times + 1) for n in range(1, times + 1)]

    def made(story: Story) -> Story:
        shown = [_answer(topic, Reply.SHOWN, day.isoformat()) for day in days]
        return replace(story, person=replace(story.person, lines=[*story.person.lines, *shown]))

    yield Edit(f"shown {times} times since {start.isoformat()}", made)
