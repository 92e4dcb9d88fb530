"""``goodday papers``: how hard every letter, sheet and invitation is to read."""

import re
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from rules.schema.papers import english
from tests.spec.test_papers import WELSH

_ROW = re.compile(r"(?P<names>\S.*?)  +(?P<words>\d+)  +(?P<first>-|\d+)  +(?P<second>-|\d+)")


def typed(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    """The exit code, and what was said on either side."""
    code = run(["papers", *more])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


def rows(out: str) -> dict[str, tuple[str, str, str]]:
    """Each row of the tables by its names: words, and the age by each formula."""
    found = [_ROW.fullmatch(line) for line in out.splitlines()]
    return {
        " ".join(one["names"].split()): (one["words"], one["first"], one["second"])
        for one in found
        if one is not None
    }


def test_each_paper_and_each_text_is_for_readers_of_eleven_or_below(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = typed(capsys, "--each")
    found = rows(out)
    assert (code, err) == (FINE, "")
    assert {f"{name} English" for name in english().texts} <= found.keys()
    papers = [name for name in found if name.endswith((" A4", " large print", " easy read"))]
    assert len(papers) == 10
    for name, (words, *ages) in found.items():
        for age in ages:
            assert (age == "-") is (int(words) < 5), name
            assert age == "-" or 5 <= int(age) <= 11, name
    assert all("-" not in found[name] for name in papers)


def test_easy_read_is_never_harder_than_the_plain_paper(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = rows(typed(capsys)[1])
    for name, (_, *ages) in found.items():
        if name.endswith(" A4"):
            easier = found[f"{name.removesuffix('A4')}easy read"][1:]
            assert max(map(int, easier)) <= max(map(int, ages)), name
            assert int(found[f"{name.removesuffix('A4')}easy read"][0]) < int(found[name][0])


def test_a_hard_text_of_a_practice_is_named_and_so_is_every_paper_that_says_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hard = (
        "Notwithstanding the aforementioned particularities, individuals are encouraged to"
        " communicate any apprehension concerning laboratory investigations immediately."
    )
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers/en.yaml").write_text(
        f'language: English\ntexts: {{worried: "{hard}"}}\n', encoding="utf-8"
    )
    code, out, err = typed(capsys, str(tmp_path), "--each")
    assert code == PROBLEMS
    assert "For readers older than 11: worried, English." in err
    assert int(rows(out)["worried English"][1]) > 20
    assert "stop, English" not in err


def test_a_language_without_a_formula_has_a_dash_and_is_on_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers/cy.yaml").write_text(WELSH, encoding="utf-8")
    code, out, _ = typed(capsys, str(tmp_path), "--each")
    found = rows(out)
    assert code == FINE
    assert found["visit Welsh"] == ("4", "-", "-")
    assert found["A sheet to prepare a visit Welsh A4"][1:] == ("-", "-")


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = typed(capsys, str(tmp_path / "nowhere"))
    assert (code, out) == (COULD_NOT_RUN, "")
    assert "There is no folder called" in err
