"""Laws of rule files: whatever stands in one, it is read whole or reported, never half silent."""

import random
import re
from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml import YAMLError, safe_load

from rules.load import Loaded
from rules.problems import Problem
from tests.builders import load_files, rule_text
from tests.lengths import every

# Reading a folder takes some milliseconds; no file may take seconds.
PATIENT = settings(
    max_examples=max(settings().max_examples // 4, 20), deadline=timedelta(seconds=5)
)

_LIBRARY = files("rules").joinpath("library")
SHIPPED = {
    "copd-self-management": _LIBRARY.joinpath("breathing/copd-self-management.yaml").read_text(),
    "results-ahead": _LIBRARY.joinpath("around-the-visit/results-ahead.yaml").read_text(),
}
GOOD = {"coughing": rule_text(), **SHIPPED}

# Words of the parser, of Python and of tempers; house style has none of them (RULES 7).
NEVER = re.compile(
    r"mapping values|scanner|parser|token|found|expected <|while |Traceback|Error|None|NoneType"
    r"|invalid|illegal|null\b|you forgot|\bdict\b|object at|Mark\(|/rules/",
)


def load(text: str | bytes, name: str = "coughing") -> Loaded:
    return load_files({f"{name}.yaml": text})


def check_places(source: bytes, problems: list[Problem]) -> None:
    """Every problem has a place inside the file."""
    lines = source.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for problem in problems:
        assert 1 <= problem.at.line <= len(lines), problem
        line = lines[problem.at.line - 1].decode("utf-8", "replace").removesuffix("\r")
        assert 1 <= problem.at.column <= len(line) + 1, problem
        assert problem.says, problem
        assert "\n" not in str(problem)


@PATIENT
@given(source=st.binary(max_size=400))
def test_any_bytes_are_read_or_reported(source: bytes) -> None:
    loaded = load(source)
    check_places(source, loaded.problems)
    assert loaded.stops or loaded.library.rules


# What means something to YAML, what people paste, and what looks like a rule.
_PIECES = st.sampled_from(
    [
        "\n", "\n  ", "\n- ", ": ", ":", "- ", "#", " #", "|", ">", "{", "}", "[", "]", ",", "&a",
        "*a", "!", "!!python/object:os.system", "%", "@", "`", "'", '"', "\t", "\u00a0", "\u2028",
        "\u2013", "\u202e", "\ufeff", "\r", "\x0b", "\x00", "---\n", "...\n", "? ", "<<: ", "~",
        "null", "yes", "no", "0123", "1e3", "2026-02-30", "facts", "when", "card", "cough", "age",
        "format: 1\n", "id: coughing\n", "é", "李", "🫖", "\ud7ff", "<first_name>", "<b>",
    ]
)  # fmt: skip


@PATIENT
@given(text=st.lists(_PIECES | st.text(max_size=3), max_size=60).map("".join))
def test_any_text_is_read_or_reported(text: str) -> None:
    try:
        source = text.encode()
    except UnicodeEncodeError:  # half a character cannot stand in a file
        return
    loaded = load(source)
    check_places(source, loaded.problems)
    assert loaded.stops or loaded.library.rules


@PATIENT
@given(
    name=st.sampled_from(sorted(GOOD)),
    pieces=st.lists(st.tuples(st.integers(0, 10_000), _PIECES), min_size=1, max_size=3),
)
def test_a_good_file_with_something_pasted_into_it(
    name: str, pieces: list[tuple[int, str]]
) -> None:
    text = GOOD[name]
    for place, piece in pieces:
        place %= len(text) + 1
        text = text[:place] + piece + text[place:]
    source = text.encode()
    loaded = load(source, name)
    check_places(source, loaded.problems)
    assert loaded.stops or loaded.library.rules


def _lines(change: Callable[[list[str], int, int], None]) -> Callable[[str, int, int], str]:
    def changed(text: str, first: int, second: int) -> str:
        lines = text.split("\n")
        change(lines, first % len(lines), second % len(lines))
        return "\n".join(lines)

    return changed


def _delete(lines: list[str], first: int, _: int) -> None:
    del lines[first]


def _repeat(lines: list[str], first: int, _: int) -> None:
    lines.insert(first, lines[first])


def _indent(lines: list[str], first: int, second: int) -> None:
    lines[first] = " " * (1 + second % 4) + lines[first]


def _dedent(lines: list[str], first: int, second: int) -> None:
    lines[first] = lines[first][1 + second % 4 :]


def _swap(lines: list[str], first: int, second: int) -> None:
    lines[first], lines[second] = lines[second], lines[first]


def _move(lines: list[str], first: int, second: int) -> None:
    lines.insert(second, lines.pop(first))


_INSTEAD = ("", "[]", "{}", "[a, b]", "{a: b}", "[[a]]", "{a: {}}", "- x", "no", "12", '""', "|")


def _other_value(lines: list[str], first: int, second: int) -> None:
    heading, colon, _ = lines[first].partition(":")
    lines[first] = f"{heading}{colon} {_INSTEAD[second % len(_INSTEAD)]}"


def _bare_value(lines: list[str], first: int, _: int) -> None:
    lines[first] = lines[first].replace(":", "", 1)


_CHANGES = [_delete, _repeat, _indent, _dedent, _swap, _move, _other_value, _bare_value]


def _size(node: object) -> int:
    if isinstance(node, list | dict):
        return len(cast("list[object]", node))  # of whatever
    return int(bool(node))


def check_whole(text: str, name: str, loaded: Loaded) -> None:
    """What loads without a complaint has every part that is in the file, counted another way."""
    (rule,) = loaded.library.rules
    read = cast("dict[str, object]", safe_load(text))  # it has been loaded as a rule
    assert rule.id == name
    for key, found in (
        ("facts", rule.facts),
        ("exclude", rule.exclusions),
        ("offers", rule.offers),
        ("evidence", rule.care.evidence),
        ("not_for", rule.care.not_for),
    ):
        assert len(found) == _size(read.get(key)), key
    assert len(loaded.stories[name]) >= _size(read.get("tests"))
    card = cast("dict[str, object]", read["card"])  # and so has its card
    assert bool(rule.card.words.detail.parts) == bool(card.get("detail"))


@PATIENT
@given(
    name=st.sampled_from(sorted(GOOD)),
    change=st.sampled_from(_CHANGES),
    first=st.integers(0, 10_000),
    second=st.integers(0, 10_000),
)
def test_a_good_file_with_its_lines_disturbed_is_whole_or_reported(
    name: str, change: Callable[[list[str], int, int], None], first: int, second: int
) -> None:
    text = _lines(change)(GOOD[name], first, second)
    loaded = load(text, name)
    check_places(text.encode(), loaded.problems)
    for problem in loaded.problems:
        assert not NEVER.search(problem.says + problem.hint), problem
    if not loaded.stops:
        check_whole(text, name, loaded)


# Every heading of ours in the shipped rules: where it stands and how it is written.
_HEADING = re.compile(r"^ *(?:- )?([a-z_]+):(?= |$)")


def _own_name(lines: list[str], number: int) -> bool:
    """Whether a heading is a name that the author chose: a fact or a person."""
    indent = len(lines[number]) - len(lines[number].lstrip(" "))
    above = next((line for line in reversed(lines[:number]) if line and line[0] not in " -#"), "")
    return indent == 2 and above.rstrip() in ("facts:", "people:")


def _headings() -> list[tuple[str, int, str]]:
    """One of each heading at each depth of each file: its file, its line and how it is written."""
    found: dict[tuple[str, str], tuple[str, int, str]] = {}
    for name, text in GOOD.items():
        lines = text.split("\n")
        for number, line in enumerate(lines):
            heading = _HEADING.match(line)
            if heading and not _own_name(lines, number):
                found.setdefault((name, heading[0]), (name, number, heading[1]))
    return list(found.values())


def _misspelt(word: str, how: random.Random) -> str:
    place = how.randrange(1, len(word)) if len(word) > 1 else 0
    doubled = word[:place] + word[place - 1] + word[place:]
    return doubled if len(word) < 4 or how.random() < 0.5 else word[:place] + word[place + 1 :]


@pytest.mark.parametrize(("name", "number", "word"), every(4, _headings()))
def test_a_misspelt_heading_is_always_reported_once_where_it_stands(
    name: str, number: int, word: str
) -> None:
    lines = GOOD[name].split("\n")
    wrong = _misspelt(word, random.Random(number))
    lines[number] = lines[number].replace(f"{word}:", f"{wrong}:", 1)
    (problem,) = load("\n".join(lines), name).problems
    assert problem.stops
    assert problem.at.line == number + 1
    assert wrong in problem.says


@PATIENT
@given(name=st.sampled_from(sorted(GOOD)), end=st.integers(0, 10_000))
def test_half_a_file_is_whole_or_reported(name: str, end: int) -> None:
    text = GOOD[name][: end % len(GOOD[name])]
    loaded = load(text, name)
    check_places(text.encode(), loaded.problems)
    if not loaded.stops:
        check_whole(text, name, loaded)


def test_the_other_way_of_counting_reads_what_we_read() -> None:
    for name, text in GOOD.items():
        check_whole(text, name, load(text, name))
    with pytest.raises(YAMLError):
        safe_load("a: [")
