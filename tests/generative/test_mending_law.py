"""Laws of mending: twice is once, a clean file stays as it is, and nothing gets worse."""

from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.load import load_library
from rules.mending import edited, mend
from rules.problems import Edit, Place, Problem
from tests.builders import rule_text, write_folder

PATIENT = settings(
    max_examples=max(settings().max_examples // 4, 20), deadline=timedelta(seconds=20)
)
_LIBRARY = files("rules").joinpath("library")
GOOD = {
    "coughing": rule_text(),
    "copd-self-management": _LIBRARY.joinpath("breathing/copd-self-management.yaml").read_text(),
}
Check = Callable[[str], list[Problem]]

# What people paste and mistype: most of it can be mended, some of it cannot.
_SLIPS = st.sampled_from(
    [
        ("    ", "\t"), ("  ", "\u00a0\u00a0"), ("- ", "-"), ("- ", "\u2013 "), ("- ", "\u2022"),
        (": ", ":"), (": ", " : "), (":\n", "\n"), (" months", "months"), ("12 months", "1 yr"),
        ("exclude:", "Exclude:"), ("facts:", "fatcs:"), ("card:", "crad:"), (": ", ": \u201c"),
        (" ", "\u200b"), ("\n", "\r\n"), (": ", ": '"), (": ", ': "'), ("expect", "Expect"),
        ("What", "What: "), ("What", "#1 what"), ("- ", "* "), ("2026-11-21", "21/11/2026"),
        ("prompt", "Prompt"), (": ", ": > "), (": ", ": @"), (" ago", ""), ("\n", "\n\n"),
        ("\n  ", "\n   "), ("{", "{{"), ("when:", "when: &a"), ("quiet:", "quite:"), (" ", "\t"),
    ]
)  # fmt: skip
_PASTED = st.sampled_from(
    ["\t", "\u00a0", "\u2013", "- ", ": ", "#", "'", '"', "{", "]", "\n", "\u201c", "|", "&", "é"]
)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    write_folder(folder, {})
    return folder


def check_of(folder: Path, name: str) -> tuple[str, Check]:
    """What a file is called in problems, and what there is to say about a draft of it."""
    (folder / f"{name}.yaml").touch()
    shown = f"{folder}/{name}.yaml"

    def check(draft: str) -> list[Problem]:
        loaded = load_library(folder, None, {shown: draft.encode()})
        return [problem for problem in loaded.problems if problem.at.file == shown]

    return shown, check


def stops(problems: list[Problem]) -> set[tuple[str, str]]:
    return {(problem.code, problem.says) for problem in problems if problem.stops}


def hold_the_laws(text: str, folder: Path, name: str) -> None:
    shown, check = check_of(folder, name)
    for other in folder.glob("*.yaml"):
        if other.name != f"{name}.yaml":
            other.unlink()
    before = check(text)
    lines = text.split("\n")
    for problem in before:
        line = lines[problem.at.line - 1]
        assert 1 <= problem.at.column <= len(line) + 1
        assert 1 <= problem.width <= max(len(line) + 1 - problem.at.column + 1, 1)
    after = mend(text, shown, check)
    assert list(after.left) == check(after.text)
    assert mend(after.text, shown, check).text == after.text
    if not any(problem.fix for problem in before):
        assert after.text == text
    if after.text == text:
        assert after.fixed == ()
    else:
        assert after.fixed
    if not stops(before):
        assert not stops(list(after.left))


@PATIENT
@given(
    name=st.sampled_from(sorted(GOOD)),
    slips=st.lists(st.tuples(_SLIPS, st.integers(0, 10_000)), min_size=1, max_size=3),
)
def test_a_good_file_with_slips_in_it(
    practice: Path, name: str, slips: list[tuple[tuple[str, str], int]]
) -> None:
    text = GOOD[name]
    for (old, new), which in slips:
        parts = text.split(old)
        if len(parts) > 1:
            cut = which % (len(parts) - 1) + 1
            text = old.join(parts[:cut]) + new + old.join(parts[cut:])
    hold_the_laws(text, practice, name)


@pytest.mark.long
@PATIENT
@given(
    name=st.sampled_from(sorted(GOOD)),
    pieces=st.lists(st.tuples(st.integers(0, 10_000), _PASTED), min_size=1, max_size=3),
)
def test_a_good_file_with_something_pasted_into_it(
    practice: Path, name: str, pieces: list[tuple[int, str]]
) -> None:
    text = GOOD[name]
    for place, piece in pieces:
        place %= len(text) + 1
        text = text[:place] + piece + text[place:]
    hold_the_laws(text, practice, name)


@PATIENT
@example("{")
@given(text=st.lists(_PASTED | st.sampled_from(["a", "facts", "  "]), max_size=30).map("".join))
def test_any_text(practice: Path, text: str) -> None:
    hold_the_laws(text, practice, "coughing")


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_clean_file_is_left_as_it_is(practice: Path, name: str) -> None:
    shown, check = check_of(practice, name)
    after = mend(GOOD[name], shown, check)
    assert (after.text, after.fixed) == (GOOD[name], ())


def test_of_two_edits_of_the_same_place_the_first_is_made() -> None:
    edits = [Edit(1, 2, 1, 4, "x"), Edit(1, 3, 1, 5, "y"), Edit(2, 1, 2, 1, "z")]
    assert edited("abcde\nf", edits) == "axde\nzf"


def test_a_fix_that_makes_something_worse_is_not_taken() -> None:
    at = Place("a.yaml")
    worse = Problem(at, "E10", "one thing", fix=(Edit(1, 1, 1, 2, "y"),))

    def check(draft: str) -> list[Problem]:
        return [worse] if draft == "x" else [Problem(at, "E10", "another thing")]

    assert mend("x", "a.yaml", check).text == "x"
