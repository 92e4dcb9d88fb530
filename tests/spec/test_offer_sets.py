"""``shared/offers.yaml``: what is offered, and the codes that say what became of it."""

from collections.abc import Mapping
from textwrap import dedent

import pytest

from rules.codes import OfferSet
from rules.problems import Problem
from rules.reading import Reader
from rules.schema.lists import read_offer_sets
from rules.schema.names import Names
from rules.text import read_text
from tests.builders import LISTS, load_files

TEA = """
tea-group:
  name: The tea group
  offered: tea-group
  declined: [no-tea, cough-over]
"""


def problems(text: str) -> list[Problem]:
    return load_files({"shared/offers.yaml": dedent(text)}).problems


def read(text: str) -> tuple[Mapping[str, OfferSet], Names]:
    names = Names()
    lists = load_files({}).library.code_lists
    names.lists.update({name: lists[name] for name in LISTS})
    node, found = read_text(text.encode(), "shared/offers.yaml")
    assert node is not None
    return read_offer_sets(Reader(found), node, names), names


def test_each_state_has_its_code_lists() -> None:
    sets, names = read(TEA)
    tea = sets["tea-group"]
    assert (tea.id, tea.name) == ("tea-group", "The tea group")
    assert {state: [one.id for one in lists] for state, lists in tea.codes.items()} == {
        "offered": ["tea-group"],
        "declined": ["no-tea", "cough-over"],
    }
    assert names.faulty == set()


def test_a_good_file_has_nothing_to_say() -> None:
    assert problems(TEA) == []


def test_what_was_reported_is_known_to_be_faulty() -> None:
    sets, names = read(TEA.replace("no-tea", "no-teas"))
    assert list(sets) == ["tea-group"]  # the lists that are known are still there
    sets, names = read("tea-group: {name: Tea}\n")
    assert sets == {}
    assert names.is_faulty("offer", "tea-group")


@pytest.mark.parametrize(
    ("text", "code", "says", "line", "column"),
    [
        pytest.param(
            TEA.replace("  name: The tea group\n", ""),
            "E09", 'An offer needs "name:".', 3, 3, id="no name",
        ),
        pytest.param(
            "tea-group:\n  name: Tea\n",
            "E09", 'Offer "tea-group" has no codes: nobody could tell what became of it.', 2, 3,
            id="no codes",
        ),
        pytest.param(
            TEA.replace("declined", "refused"),
            "E01", '"refused" is not a heading I know in an offer.', 5, 3, id="no such state",
        ),
        pytest.param(
            TEA.replace("no-tea", "no-coffee"),
            "E12", 'There is no code list called "no-coffee".', 5, 14, id="no such list",
        ),
        pytest.param(
            TEA.replace("no-tea", "tea-group"),
            "E15", 'tea-group says both "offered" and "declined".', 5, 3, id="two states",
        ),
        pytest.param(
            TEA.replace("  offered: tea-group\n", "  offered:\n"),
            "E09", 'There is nothing listed under "offered" yet.', 4, 11, id="an empty state",
        ),
        pytest.param(
            TEA.replace("tea-group:\n", "Tea Group:\n"),
            "E10", '"Tea Group" cannot be a name.', 2, 1, id="a name that is none",
        ),
        pytest.param(
            "tea-group: Tea\n", "E10", 'Offer "tea-group" needs headings', 1, 12, id="no headings",
        ),
        pytest.param("- tea\n", "E10", "The list of offers needs headings", 1, 1, id="a list"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_says_why_at_its_place(
    text: str, code: str, says: str, line: int, column: int
) -> None:
    (problem,) = problems(text)
    assert problem.code == code
    assert problem.says.startswith(says)
    assert (problem.at.line, problem.at.column) == (line, column)
    assert problem.at.file.endswith("shared/offers.yaml")
