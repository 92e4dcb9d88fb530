"""``goodday lists`` and ``goodday rules lock`` as they are typed: said, written, exit code."""

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from cds_hooks import clock
from cds_hooks.cli import run
from rules.load import load_lists
from tests.builders import TODAY, list_text, rule_text, write_folder

TABLE = """code,term
13645005,Lungs that are short of breath
1187911000000100,Care plan agreed
130365016,Pulse
390891009,Plan given
87433001,Emphysema
87433001,Emphysema again
"""

Goodday = Callable[..., tuple[int, str, str]]


@pytest.fixture
def goodday(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Goodday:
    """The command line: its exit code, what it says, and what it is sorry about."""

    def the_day_of_these_tests(_moment: datetime) -> date:
        return TODAY

    monkeypatch.setattr(clock, "practice_day", the_day_of_these_tests)

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        done = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return done, said.out, said.err

    return command


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "COPD register.csv"
    path.write_text(TABLE)
    return path


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_importing_writes_the_list_and_says_what_is_not_in_it(
    goodday: Goodday, table: Path, tmp_path: Path
) -> None:
    done, said, sorry = goodday("lists", "import", table, "--to", tmp_path / "ours")
    assert (done, sorry) == (1, "")
    assert (
        said
        == f"""2 codes in {tmp_path}/ours/value-sets/copd-register.yaml
   such as: Lungs that are short of breath; Emphysema
1 code damaged by a spreadsheet, left out:
   line 3: 1187911000000100 is 1187911000000105
   Look at them. With --repair, those with one possible code are put right.
2 rows set aside:
   line 4: 130365016 is a description (one wording), not a concept. \
EMIS shows both: C = concept, D = description. Use the C number.
   line 5: 390891009 is a known trap: it is COPD monitoring, not a self-management plan, \
though several public lists say so. \
For a COPD self-management plan that was given, 391131001 is meant.
1 row not needed:
   line 7: 87433001 is already on line 6.
Read the words through: some official ones hurt, and people may see them.
Then lock the list: goodday rules lock {tmp_path}/ours
"""
    )


def test_the_list_that_is_written_can_be_read_and_says_where_it_is_from(
    goodday: Goodday, table: Path, tmp_path: Path
) -> None:
    done, _, _ = goodday(
        "lists", "import", table, "--to", tmp_path, "--name", "copd-ours", "--repair",
        "--title", "COPD: ours", "--source", "The practice manager", "--local",
    )  # fmt: skip
    assert done == 1
    assert (tmp_path / "value-sets/copd-ours.yaml").read_text() == (
        "id: copd-ours\n"
        'title: "COPD: ours"\n'
        'source: "The practice manager (COPD register.csv, saved on 21 November 2026)"\n'
        "reviewed: 2026-11-21\n"
        "review_by: 2027-11-21\n"
        "local: yes\n"
        "codes:\n"
        '  - code: "13645005"\n'
        '    words: "Lungs that are short of breath"\n'
        '  - code: "1187911000000105"\n'
        '    words: "Care plan agreed"\n'
        '  - code: "87433001"\n'
        '    words: "Emphysema"\n'
    )
    assert load_lists(tmp_path).problems == []


def test_a_list_without_anything_lost_is_fine(goodday: Goodday, tmp_path: Path) -> None:
    (tmp_path / "copd.csv").write_text("code,term\n13645005,COPD\n13645005,COPD\n")
    done, said, _ = goodday("lists", "import", tmp_path / "copd.csv", "--to", tmp_path)
    assert done == 0
    assert "1 code in " in said


def test_the_folder_value_sets_itself_may_be_named(goodday: Goodday, tmp_path: Path) -> None:
    (tmp_path / "copd.csv").write_text("code,term\n13645005,COPD\n")
    goodday("lists", "import", tmp_path / "copd.csv", "--to", tmp_path / "value-sets")
    assert files(tmp_path) == ["copd.csv", "copd.yaml"]


def test_a_list_is_not_written_over_without_being_asked(
    goodday: Goodday, table: Path, tmp_path: Path
) -> None:
    write_folder(tmp_path, {"value-sets/copd.yaml": list_text("copd", ["ours"])})
    before = (tmp_path / "value-sets/copd.yaml").read_text()
    done, said, sorry = goodday("lists", "import", table, "--name", "copd", "--to", tmp_path)
    assert (done, said) == (2, "")
    assert sorry.startswith("There is a list called copd already: ")
    assert "--replace" in sorry
    assert (tmp_path / "value-sets/copd.yaml").read_text() == before


def test_writing_a_list_anew_says_what_is_different_and_keeps_words_made_plain(
    goodday: Goodday, table: Path, tmp_path: Path
) -> None:
    old = """id: copd
title: Ours
source: x
owner: Sam Invented, practice manager
note: Look twice.
reviewed: 2020-01-01
local: yes
codes:
  - {code: "13645005", words: COPD}
  - {code: "313296004", words: Mild COPD}
"""
    write_folder(tmp_path, {"value-sets/copd.yaml": old})
    _, said, _ = goodday("lists", "import", table, "--name", "copd", "--to", tmp_path, "--replace")
    assert (
        "   1 code added, 1 taken away\n   + 87433001 Emphysema\n   - 313296004 Mild COPD\n" in said
    )
    file = load_lists(tmp_path).lists[0].lists["copd"]
    assert list(file.codes.words.values()) == ["COPD", "Emphysema"]
    assert (file.codes.title, file.owner, file.note) == (
        "Ours", "Sam Invented, practice manager", "Look twice.",
    )  # fmt: skip
    assert file.local
    assert file.reviewed == TODAY


@pytest.mark.parametrize(("local", "told"), [([], True), (["--local"], False)])
def test_taking_the_place_of_a_built_in_list_is_said(
    goodday: Goodday, table: Path, tmp_path: Path, local: list[str], told: bool
) -> None:
    _, said, _ = goodday("lists", "import", table, "--name", "copd", "--to", tmp_path, *local)
    assert ("There is a built-in list called copd too: this one takes its place." in said) is told


@pytest.mark.parametrize(
    ("content", "place", "says"),
    [
        (b"code,term\n13645005,\xe9\n", 2, "This line has characters that are not UTF-8."),
        (b"code,term\n13645005,a,b\n", 2, "This line has 3 columns; the headings have 2."),
        (b"PK\x03\x04\x00", 1, "This line has a control character, which no list of codes has."),
        (b"", 1, "The file is empty."),
    ],
)
def test_a_file_that_cannot_be_trusted_leaves_everything_as_it_was(
    goodday: Goodday, tmp_path: Path, content: bytes, place: int, says: str
) -> None:
    path = tmp_path / "copd.csv"
    path.write_bytes(content)
    done, said, sorry = goodday("lists", "import", path, "--to", tmp_path / "ours")
    assert done == 1
    assert said.startswith(f"{path}:{place}  {says}\n   ")
    assert sorry == "Nothing was written: the file has to be mended first.\n"
    assert files(tmp_path) == ["copd.csv"]


def test_a_file_of_which_no_code_can_be_taken_writes_nothing(
    goodday: Goodday, tmp_path: Path
) -> None:
    (tmp_path / "read.csv").write_text("code,term\nH3...,COPD\n")
    done, said, sorry = goodday("lists", "import", tmp_path / "read.csv", "--to", tmp_path)
    assert done == 1
    assert "line 2: H3... is not a SNOMED code" in said
    assert sorry == "No code could be taken from the file, so nothing was written.\n"
    assert files(tmp_path) == ["read.csv"]


def test_a_title_that_no_file_can_have_writes_nothing(
    goodday: Goodday, table: Path, tmp_path: Path
) -> None:
    done, _, sorry = goodday("lists", "import", table, "--to", tmp_path, "--title", "a\u202eb")
    assert (done, sorry.endswith("Nothing was written.\n")) == (1, True)
    assert files(tmp_path) == ["COPD register.csv"]


def test_a_refset_without_words_says_which_it_is_and_what_to_write_in(
    goodday: Goodday, tmp_path: Path
) -> None:
    (tmp_path / "release.txt").write_text(
        "refsetId\tactive\treferencedComponentId\n"
        "999011571000230107\t1\t13645005\n999011571000230107\t1\t251070002\n"
        "999011571000230107\t1\t703138006\n"
        "999011571000230107\t0\t313296004\n999009131000230100\t1\t941201000000103\n"
    )
    done, said, _ = goodday(
        "lists", "import", tmp_path / "release.txt", "--refset", "999011571000230107",
        "--name", "tea", "--to", tmp_path,
    )  # fmt: skip
    assert done == 0
    assert "   such as: COPD; Code 251070002 (the file has no words for it)" in said
    assert "   To know: 703138006 means type 2 diabetes in remission.\n" in said
    assert "   1 code came without words: write them in.\n" in said
    assert "1 row not needed:\n   line 5: 313296004 is not active.\n" in said
    file = load_lists(tmp_path).lists[0].lists["tea"]
    assert file.source == "release.txt, saved on 21 November 2026, refset 999011571000230107"


def test_a_code_that_was_put_right_is_named(goodday: Goodday, table: Path, tmp_path: Path) -> None:
    _, said, _ = goodday("lists", "import", table, "--to", tmp_path, "--repair")
    assert "1 code put right:\n   line 3: 1187911000000100 is 1187911000000105\n" in said


def test_a_damaged_code_that_may_be_several_is_only_shown(goodday: Goodday, tmp_path: Path) -> None:
    (tmp_path / "tea.csv").write_text("code,term\n13645005,COPD\n123456789012345000,Tea\n")
    done, said, _ = goodday("lists", "import", tmp_path / "tea.csv", "--to", tmp_path, "--repair")
    assert done == 1
    assert "line 3: 123456789012345000 may have been 12345678901234500" in said
    assert "Look at them." not in said


@pytest.mark.parametrize("name", ["COPD", "../copd", "copd.yaml", "1-copd", "copd--x"])
def test_a_name_that_no_list_can_have(
    goodday: Goodday, table: Path, tmp_path: Path, name: str
) -> None:
    done, _, sorry = goodday("lists", "import", table, "--to", tmp_path, "--name", name)
    assert done == 2
    assert sorry.startswith(f'"{name}" cannot be the name of a list.')
    assert files(tmp_path) == ["COPD register.csv"]


def test_a_file_that_is_not_there(goodday: Goodday, tmp_path: Path) -> None:
    done, _, sorry = goodday("lists", "import", tmp_path / "nowhere.csv", "--to", tmp_path)
    assert (done, sorry) == (
        2, f"There is no file called {tmp_path / 'nowhere.csv'} that can be opened.\n",
    )  # fmt: skip


def test_a_folder_that_cannot_be_written_to(goodday: Goodday, table: Path, tmp_path: Path) -> None:
    (tmp_path / "ours").write_text("a file where the folder would be")
    done, _, sorry = goodday("lists", "import", table, "--to", tmp_path / "ours")
    assert done == 2
    assert sorry.startswith(f"{tmp_path}/ours/value-sets/copd-register.yaml cannot be written.")


def test_many_rows_that_are_set_aside_are_counted_and_not_all_shown(
    goodday: Goodday, tmp_path: Path
) -> None:
    (tmp_path / "tea.csv").write_text("code,term\n13645005,COPD\n" + "H3,Tea\n" * 100)
    _, said, _ = goodday("lists", "import", tmp_path / "tea.csv", "--to", tmp_path)
    assert "100 rows set aside:\n   line 3: H3 is not" in said
    assert "   line 22: " in said
    assert "   line 23: " not in said
    assert "   and 80 more\n" in said


def a_practice(folder: Path) -> Path:
    text = rule_text(people=None, tests=None, exclude=None)
    local = list_text("copd", ["ours"], extra="local: yes\n")
    write_folder(folder, {"coughing.yaml": text, "value-sets/copd.yaml": local})
    return folder


def test_showing_lists_says_what_is_in_them_and_who_uses_them(
    goodday: Goodday, tmp_path: Path
) -> None:
    done, said, _ = goodday("lists", "show", a_practice(tmp_path))
    assert done == 0
    shown = said.splitlines()
    assert shown[shown.index("cough   2 codes   cough") + 1 :][:2] == [
        f"   reviewed 21 November 2026, again by 21 November 2027   in {tmp_path}",
        "   used by coughing",
    ]
    assert "copd   10 codes   COPD" in shown
    assert "copd   1 code, the practice's own   copd" in shown
    assert "   used by no rule" in shown
    assert shown[-1].endswith(" code lists")


def test_showing_the_built_in_lists_needs_no_path(goodday: Goodday) -> None:
    done, said, _ = goodday("lists", "show")
    assert done == 0
    assert "   used by copd-self-management" in said


def test_checking_lists_says_what_importing_them_would_say(
    goodday: Goodday, tmp_path: Path
) -> None:
    codes = '  - {code: "703138006", words: In remission}\n  - {code: "44054006", words: Type 2}\n'
    head = "id: dm\ntitle: dm\nsource: x\nreviewed: 2026-11-21\ncodes:\n"
    write_folder(tmp_path, {"value-sets/dm.yaml": head + codes})
    done, said, _ = goodday("lists", "check", tmp_path)
    assert done == 0
    assert [line for line in said.splitlines() if line.startswith("To know: ")] == [
        "To know: in dm, 703138006 means type 2 diabetes in remission.",
        "To know: in dm, 1 of the 2 say that something is over"
        " (resolved, in remission, no longer).",
    ]


@pytest.mark.parametrize("verb", ["show", "check"])
def test_a_path_that_is_not_there_is_one_sentence(
    goodday: Goodday, tmp_path: Path, verb: str
) -> None:
    done, said, sorry = goodday("lists", verb, tmp_path / "nowhere")
    assert (done, said) == (2, "")
    assert sorry == f"There is no file or folder called {tmp_path / 'nowhere'}.\n"


def test_lists_are_locked_and_then_a_change_is_seen(goodday: Goodday, tmp_path: Path) -> None:
    folder = a_practice(tmp_path)
    _, said, _ = goodday("rules", "check", folder)
    assert "[S10]" in said
    done, said, _ = goodday("rules", "lock", folder)
    assert done == 0
    assert "cough   2 codes, locked for the first time\n" in said
    assert said.endswith(f"8 code lists locked in {folder / 'value-sets.lock'}\n")
    done, said, _ = goodday("rules", "check", folder)
    assert (done, "[S10]" in said) == (0, False)
    (folder / "value-sets/cough.yaml").write_text(list_text("cough", ["cough"]))
    (folder / "value-sets/wheeze.yaml").unlink()
    for verb in ("lists", "rules"):
        _, said, _ = goodday(verb, "check", folder)
        assert "1 code; it was locked with 2 (1 fewer)" in said
    _, said, _ = goodday("rules", "lock", folder)
    assert said.splitlines()[:2] == ["cough   2 codes before, 1 now", "wheeze   no longer here"]


def test_checking_one_rule_speaks_only_of_the_lists_that_it_uses(
    goodday: Goodday, tmp_path: Path
) -> None:
    _, said, _ = goodday("rules", "check", a_practice(tmp_path) / "coughing.yaml")
    assert 'The code list "cough" is not locked' in said
    assert 'The code list "wheeze" is not locked' not in said


def test_a_lock_that_was_spoilt_is_written_anew(goodday: Goodday, tmp_path: Path) -> None:
    folder = a_practice(tmp_path)
    (folder / "value-sets.lock").write_text("<<<<<<< ours")
    assert goodday("rules", "check", folder)[0] == 1
    assert goodday("rules", "lock", folder)[0] == 0
    assert goodday("rules", "check", folder)[0] == 0


def test_lists_that_have_to_be_mended_are_not_locked(goodday: Goodday, tmp_path: Path) -> None:
    folder = a_practice(tmp_path)
    text = "id: cough\ntitle: x\nsource: x\nreviewed: 2026-11-21\ncodes:\n"
    (folder / "value-sets/cough.yaml").write_text(text + '  - {code: "13645006", words: x}\n')
    done, said, sorry = goodday("rules", "lock", folder)
    assert done == 1
    assert "[E21]" in said
    assert sorry == "The lists are not locked: mend these first.\n"
    assert not (folder / "value-sets.lock").exists()


def test_a_folder_without_lists_has_nothing_to_lock(goodday: Goodday, tmp_path: Path) -> None:
    done, _, sorry = goodday("rules", "lock", tmp_path)
    assert done == 2
    assert sorry.startswith(f"There is no folder called value-sets in {tmp_path}")


def test_a_lock_that_cannot_be_written_says_so(goodday: Goodday, tmp_path: Path) -> None:
    folder = a_practice(tmp_path)
    (folder / "value-sets.lock").mkdir()
    done, _, sorry = goodday("rules", "lock", folder)
    assert done == 2
    assert sorry.startswith(f"{folder}/value-sets.lock cannot be written.")
    assert not [name for name in os.listdir(folder) if name.startswith(".")]
