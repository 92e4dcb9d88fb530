"""Tables and bars: plain where they are piped."""

import pytest

from cds_hooks.commands import say


def test_a_table_lines_its_columns_up(capsys: pytest.CaptureFixture[str]) -> None:
    say.table(("rule", "stories"), [("a-long-name", "3"), ("b", "120")])
    assert (
        capsys.readouterr().out
        == "rule         stories\na-long-name        3\nb                120\n"
    )


def test_a_table_without_rows_is_its_heads(capsys: pytest.CaptureFixture[str]) -> None:
    say.table(("rule", "stories"), [])
    assert capsys.readouterr().out == "rule  stories\n"


def test_long_words_are_folded_and_their_numbers_stay_on_the_screen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say.table(("line", "left"), [("  not: " + "a reason " * 20, "12"), ("last", "3")])
    first, second, *others = capsys.readouterr().out.splitlines()
    assert first.endswith("  left")
    assert second.startswith("  not: a reason")
    assert second.endswith("    12")
    assert max(map(len, (first, second, *others))) <= 80
    assert all(more.startswith("    ") and more.strip()[0] in "ar" for more in others[:-1])
    assert " ".join(f"{second[:-4]} {' '.join(others[:-1])}".split()).count("a reason") == 20
    assert others[-1].split() == ["last", "3"]


def test_work_that_nobody_watches_shows_no_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(say, "_PATIENCE", -1.0)
    assert list(say.working([1, 2, 3], "Counting")) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")


def test_work_on_a_terminal_shows_a_bar_once_it_takes_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # what rich takes for a terminal
    monkeypatch.setenv("TERM", "xterm")
    assert list(say.working([1, 2], "Counting")) == [1, 2]
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(say, "_PATIENCE", -1.0)
    assert list(say.working([1, 2], "Counting")) == [1, 2]
    assert "Counting" in capsys.readouterr().err
