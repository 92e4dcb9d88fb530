"""A story written as a test that can be pasted into its rule file; only the answer is left open."""

from collections.abc import Iterator, Mapping

from rules.codes import Code, CodeList
from rules.people import Line, Somebody, Story
from rules.record import Kind
from rules.schema.facts import FIND


def test_text(
    story: Story, name: str, key: str, choices: tuple[str, ...], lists: Mapping[str, CodeList]
) -> str:
    """The test as text, indented to stand under ``tests:``. What to expect is not filled in."""
    lines = [f"  - name: {quoted(name)}", f"    person: {story.person.name}"]
    lines.append(f"    today: {story.today.isoformat()}")
    lines += _edits(story, lists)
    if key != "expect":
        lines.append("    expect:")
    lines.append(f"    {key}:   # {' or '.join(choices)}?")
    return "\n".join(lines)


def quoted(text: str) -> str:
    """A text as YAML reads it, whatever stands in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _edits(story: Story, lists: Mapping[str, CodeList]) -> Iterator[str]:
    """What is different from the person as they stand under ``people``."""
    was, now = story.person.written or Somebody(), story.person
    gone, changed, more = _of_lines(was.lines, now.lines)
    if gone:
        yield f"    without: [{', '.join(gone)}]"
    before = _words(was)
    words = [(name, text) for name, text in _words(now).items() if text != before.get(name)]
    booking = _booking(was, now, lists)
    if changed or words or booking:
        yield "    change:"
        for name, text in words:
            yield f"      {name}: {text}"
        for called, said in changed:
            yield f"      {called}: {_pairs(said)}"
        if booking:
            yield f"      booking: {_pairs(booking)}"
    if more:
        yield "    plus:"
        for line in more:
            yield f"      - {line.find}: {line.name}"
            for key, text in line.said.items():
                yield f"        {key}: {text}"
    if story.unavailable:
        yield f"    unavailable: [{', '.join(_unread(story.unavailable))}]"


def _words(somebody: Somebody) -> dict[str, str]:
    """What is said about a person in a word: how old, whether they have died, which language."""
    words = {"age": somebody.age, "deceased": somebody.deceased, **somebody.said}
    return {name: text for name, text in words.items() if text}


def _of_lines(
    was: list[Line], now: list[Line]
) -> tuple[list[str], list[tuple[str, dict[str, str]]], list[Line]]:
    """What to take away, what to change, and what to add, name by name."""
    gone: list[str] = []
    changed: list[tuple[str, dict[str, str]]] = []
    more: list[Line] = []
    for called in dict.fromkeys(line.called for line in (*was, *now)):
        before = [line for line in was if line.called == called]
        after = [line for line in now if line.called == called]
        same = before == after[: len(before)]
        if same:
            more += after[len(before) :]
        elif len(before) == len(after) == 1 and before[0].said.keys() <= after[0].said.keys():
            said = {k: t for k, t in after[0].said.items() if before[0].said.get(k) != t}
            changed.append((called, said))
        else:
            gone.append(called)
            more += after
    return gone, changed, more


def _booking(was: Somebody, now: Somebody, lists: Mapping[str, CodeList]) -> dict[str, str]:
    said: dict[str, str] = {}
    if now.booking_codes != was.booking_codes:
        said["codes"] = _list_of(now.booking_codes, lists)
    if now.booking.get("date") != was.booking.get("date"):
        said["date"] = now.booking.get("date", "")
    return said


def _list_of(codes: tuple[Code, ...], lists: Mapping[str, CodeList]) -> str:
    """The name of a list whose first code this is."""
    return next((n for n, each in lists.items() if each.words and codes[:1] == (each.first,)), "")


def _pairs(said: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{key}: {text}' for key, text in said.items())}}}"


def _unread(kinds: frozenset[Kind]) -> list[str]:
    """The fewest words that a story may use for lists that could not be read."""
    words: list[str] = []
    left = set(kinds)
    for word, meant in sorted(FIND.items(), key=lambda pair: -len(pair[1])):
        if meant and kinds.issuperset(meant) and left & set(meant):
            words.append(word)
            left -= set(meant)
    return words
