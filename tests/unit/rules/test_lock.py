"""S10: a list that is not locked, that changed, or that nobody looked at again in time."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from rules.load import load_library, load_lists
from rules.problems import Problem
from rules.schema.lock import list_problems, lists_in_use, lock_text
from tests.builders import TODAY, list_text, rule_text, write_folder

COUGH = ("cough", "dry-cough")


def a_practice(folder: Path, status: str = "pilot", files: Mapping[str, str] | None = None) -> Path:
    """A folder with one rule, its lists locked, and then these files over it."""
    text = rule_text(status=status, people=None, tests=None, exclude=None)
    write_folder(folder, {"coughing.yaml": text})
    (folder / "value-sets.lock").write_text(lock_text(load_lists(folder).lists[0].lists))
    for name, changed in (files or {}).items():
        (folder / name).write_text(changed)
    return folder


def found(folder: Path, today: date = TODAY) -> list[Problem]:
    loaded = load_library(folder)
    assert [stop for stop in loaded.stops if "value-sets" in stop.at.file] == []
    own = {name for each in loaded.lists[1:] for name in each.lists}
    return list_problems(loaded.lists, lists_in_use(loaded.library), today, own)


def test_lists_that_are_as_they_were_locked_have_nothing_to_say(tmp_path: Path) -> None:
    assert found(a_practice(tmp_path)) == []


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        pytest.param(("cough", "dry-cough", "wet-cough"), "3 codes; it was locked with 2 (1 more).",
                     id="a code more"),
        pytest.param(("cough",), "1 code; it was locked with 2 (1 fewer).", id="a code fewer"),
        pytest.param(("cough", "wet-cough"), "2 codes; it was locked with 2 (as many, but others).",
                     id="another code"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("status", "stops"), [("draft", False), ("pilot", True), ("retired", False)]
)
def test_a_list_that_changed_stops_a_rule_that_people_rely_on(
    tmp_path: Path, codes: tuple[str, ...], says: str, status: str, stops: bool
) -> None:
    changed = {"value-sets/cough.yaml": list_text("cough", codes)}
    (problem,) = found(a_practice(tmp_path, status, changed))
    assert problem.says == f'The code list "cough" has {says}'
    assert problem.hint == f"Look at its codes, then lock them: goodday rules lock {tmp_path}"
    assert (problem.code, problem.stops) == ("S10", stops)
    assert problem.at.file == f"{tmp_path}/value-sets/cough.yaml"


def test_the_order_the_words_and_the_title_of_a_list_may_change(tmp_path: Path) -> None:
    text = list_text("cough", reversed(COUGH)).replace("words: cough", "words: A cough")
    assert found(a_practice(tmp_path, files={"value-sets/cough.yaml": text})) == []


def test_a_list_that_no_rule_uses_is_only_to_think_about(tmp_path: Path) -> None:
    changed = {"value-sets/wheeze.yaml": list_text("wheeze", ("wheeze", "whistle"))}
    (problem,) = found(a_practice(tmp_path, files=changed))
    assert not problem.stops


@pytest.mark.parametrize("name", ["cough", "tea-group"])
def test_lists_that_a_rule_asks_about_or_writes_are_in_use(tmp_path: Path, name: str) -> None:
    loaded = load_library(a_practice(tmp_path, "draft"))
    assert lists_in_use(loaded.library)[name] is False


def test_lists_that_say_no_or_end_something_are_in_use(tmp_path: Path) -> None:
    text = rule_text(
        facts="{has_cough: {find: condition, codes: cough, ended_by: cough-over}}",
        quiet="{topic: coughing, declined_codes: no-tea}",
        status="pilot",
        people=None, tests=None, exclude=None,
    )  # fmt: skip
    used = lists_in_use(load_library(a_practice(tmp_path, files={"coughing.yaml": text})).library)
    assert used["cough-over"] is used["no-tea"] is True
    assert "wheeze" not in used


def test_without_a_lock_each_list_is_not_locked(tmp_path: Path) -> None:
    (a_practice(tmp_path) / "value-sets.lock").unlink()
    problems = found(tmp_path)
    assert len(problems) == 7
    assert {problem.at.file for problem in problems if problem.stops} == {
        f"{tmp_path}/value-sets/cough.yaml",
        f"{tmp_path}/value-sets/tea-group.yaml",
    }
    assert problems[0].says == (
        'The code list "blow-test" is not locked: it could change and nobody would see it.'
    )


@pytest.mark.parametrize(("day", "count"), [(date(2026, 11, 20), 0), (date(2026, 11, 22), 1)])
def test_a_list_is_looked_at_again_by_its_day(tmp_path: Path, day: date, count: int) -> None:
    text = list_text("cough", COUGH) + "review_by: 2026-11-21\n"
    problems = found(a_practice(tmp_path, files={"value-sets/cough.yaml": text}), day)
    assert len(problems) == count
    assert found(tmp_path, date(2026, 11, 21)) == []
    for problem in problems:
        assert problem.says == 'The review date of the code list "cough", 2026-11-21, has passed.'
        assert problem.stops


@pytest.mark.parametrize(("day", "count"), [(date(2027, 11, 21), 0), (date(2027, 11, 22), 1)])
def test_where_no_day_is_said_it_is_looked_at_again_after_twelve_months(
    tmp_path: Path, day: date, count: int
) -> None:
    folder = a_practice(tmp_path)  # its lists were all reviewed on 21 November 2026
    problems = [each for each in found(folder, day) if "cough.yaml" in each.at.file]
    assert [each.says for each in problems] == count * [
        'Nobody has looked at the code list "cough" for more than 12 months.'
    ]
    assert all(each.stops and each.hint for each in problems)


def test_a_list_may_say_another_day_than_twelve_months_on(tmp_path: Path) -> None:
    text = list_text("cough", COUGH) + "review_by: 2028-11-21\n"
    folder = a_practice(tmp_path, files={"value-sets/cough.yaml": text})
    problems = found(folder, date(2028, 11, 21))
    assert not [each for each in problems if "cough.yaml" in each.at.file]


def test_a_list_that_is_gone_and_still_locked_is_told_at_its_line(tmp_path: Path) -> None:
    (a_practice(tmp_path) / "value-sets/wheeze.yaml").unlink()
    (problem,) = found(tmp_path)
    assert problem.says == '"wheeze" is locked, and there is no such list here any more.'
    assert problem.at.file == f"{tmp_path}/value-sets.lock"
    text = (tmp_path / "value-sets.lock").read_text().splitlines()
    assert text[problem.at.line - 1] == "  wheeze:"


def test_a_practices_own_list_has_its_own_lock_beside_the_built_in_one(tmp_path: Path) -> None:
    local = list_text("copd", ["ours"], extra="local: yes\n")
    folder = a_practice(tmp_path, files={"value-sets/copd.yaml": local})
    (problem,) = found(folder)
    assert problem.says.startswith('The code list "copd" is not locked')
    (folder / "value-sets.lock").write_text(lock_text(load_lists(folder).lists[0].lists))
    assert "count: 1\n" in (folder / "value-sets.lock").read_text().partition("copd:")[2]
    assert found(folder) == []


@pytest.mark.parametrize(("extra", "count"), [("", 0), ("local: yes\n", 1)])
def test_a_built_in_list_speaks_unless_another_took_its_place(
    tmp_path: Path, extra: str, count: int
) -> None:
    text = rule_text(
        facts="{has_cough: {find: condition, codes: copd}}", people=None, tests=None, exclude=None
    )
    ours = list_text("copd", ["ours"], extra=extra)
    folder = a_practice(tmp_path, files={"coughing.yaml": text, "value-sets/copd.yaml": ours})
    long_after = found(folder, date(2030, 1, 1))
    assert sum(problem.at.file == "rules/value-sets/copd.yaml" for problem in long_after) == count


@pytest.mark.parametrize(
    ("lock", "says"),
    [
        pytest.param("format: 2\nlists: {}\n", "Only format 1 is known here.", id="format"),
        pytest.param("format: 1\n", 'The lock needs "lists:".', id="no lists"),
        pytest.param(
            "format: 1\nlists: {a: {count: 1, sha256: x, reviewed: y, source: z}}\n",
            "This is not a fingerprint: those have 64 of the characters 0 to 9 and a to f.",
            id="a fingerprint that is none",
        ),
        pytest.param(
            "format: 1\nlists: {a: {count: 1}}\n", 'A locked list needs "reviewed:".', id="missing"
        ),
        pytest.param("<<<<<<< ours\n", "The lock needs headings", id="after a merge"),
    ],
)
def test_a_lock_that_cannot_be_read_is_told_at_its_place(
    tmp_path: Path, lock: str, says: str
) -> None:
    loaded = load_library(a_practice(tmp_path, files={"value-sets.lock": lock}))
    stops = [stop for stop in loaded.stops if stop.at.file == f"{tmp_path}/value-sets.lock"]
    assert stops[0].says.startswith(says)
