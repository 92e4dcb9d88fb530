"""Harmful and damaged files: told in a sentence, with a place, and never read any further."""

import pytest

from rules.mending import mend
from rules.text import MOST_BYTES, read_text
from tests.builders import load_files, rule_text
from tests.gallery.hostile import HOSTILE
from tests.gallery.test_gallery import NEVER

each_file = pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)


@each_file
def test_a_hostile_file_is_not_read_and_says_where(source: bytes) -> None:
    loaded = load_files({"hostile.yaml": source})
    assert loaded.library.rules == ()
    lines = source.count(b"\n") + 1
    assert loaded.stops
    for problem in loaded.stops:
        assert problem.at.file.endswith("/hostile.yaml")
        assert 1 <= problem.at.line <= lines
        assert not NEVER.search(problem.says + problem.hint)
        assert len(problem.says) < 300


def test_a_file_may_be_as_large_as_the_limit_and_not_a_byte_larger() -> None:
    text = rule_text()
    full = text + "#" * (MOST_BYTES - len(text) - 1) + "\n"
    assert read_text(full.encode(), "a.yaml")[1] == []
    _, (problem,) = read_text((full + "\n").encode(), "a.yaml")
    assert problem.code == "E14"


def test_twenty_steps_deep_is_read_and_one_more_is_not() -> None:
    deep = "".join(f"{' ' * n}a:\n" for n in range(19)) + " " * 19 + "a: b\n"
    assert read_text(deep.encode(), "a.yaml")[1] == []
    deeper = "".join(f"{' ' * n}a:\n" for n in range(20)) + " " * 20 + "a: b\n"
    _, (problem,) = read_text(deeper.encode(), "a.yaml")
    assert (problem.code, problem.at.line) == ("E14", 21)


@pytest.mark.long
@pytest.mark.parametrize(
    "name", ["a special space on every line", "curly quotation marks without an end"]
)
def test_a_hostile_file_is_mended_or_left_alone(name: str) -> None:
    text = HOSTILE[name].decode()[:6000]
    after = mend(text, "a.yaml", lambda draft: read_text(draft.encode(), "a.yaml")[1])
    assert len(after.text) <= len(text)
    assert mend(after.text, "a.yaml", lambda d: read_text(d.encode(), "a.yaml")[1]).fixed == ()


# RULES 3.1: what a loader would turn into something else is text until a heading asks for more.
TRAPS = [
    pytest.param("no", id="a country or a no"),
    pytest.param("on", id="a switch"),
    pytest.param("1.10", id="a version that loses its nought"),
    pytest.param("0800123456", id="a telephone number"),
    pytest.param("0123", id="a number of eights"),
    pytest.param("12:30", id="a time, or minutes"),
    pytest.param("1e3", id="a thousand"),
    pytest.param("2026-11-21", id="a date"),
    pytest.param("~", id="nothing"),
    pytest.param("null", id="nothing in words"),
    pytest.param("0x1f", id="a number of sixteens"),
    pytest.param("999011011000230107", id="a number too long for a browser"),
    pytest.param(".inf", id="no end"),
    pytest.param("1_000", id="a number with an underscore"),
    pytest.param("=", id="a sign"),
    pytest.param("<<", id="two signs"),
]


@pytest.mark.parametrize("text", TRAPS)
def test_what_looks_like_something_else_stays_text(text: str) -> None:
    loaded = load_files({"coughing.yaml": rule_text(owner=text)})
    assert loaded.problems == []
    assert loaded.library.rules[0].owner == text


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        pytest.param("version", "1.10", id="a version is a whole number"),
        pytest.param("version", "0x1f", id="in figures of ten"),
        pytest.param("version", "1_000", id="without underscores"),
        pytest.param("version", "1e3", id="written out"),
        pytest.param("format", "~", id="and there"),
        pytest.param("review_by", "2027-02-30", id="a day is one that there is"),
        pytest.param("review_by", "2027-1-3", id="written in full"),
    ],
)
def test_what_a_heading_asks_for_is_told_where_it_stands(heading: str, value: str) -> None:
    text = rule_text(**{heading: value})
    (problem,) = load_files({"coughing.yaml": text}).stops
    line = text.split("\n")[problem.at.line - 1]
    assert line == f"{heading}: {value}"
    assert line[problem.at.column - 1 :] == value
    assert problem.width == len(value)


@pytest.mark.long
def test_a_folder_of_hostile_files_is_told_of_all_at_once() -> None:
    named = {f"hostile-{n}.yaml": source for n, source in enumerate(HOSTILE.values())}
    told = {problem.at.file.rpartition("/")[2] for problem in load_files(named).stops}
    assert told == set(named)
