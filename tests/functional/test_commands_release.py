"""`goodday rules release`: gates listed, the difference shown, and only then a file changed."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from cds_hooks import clock
from cds_hooks.cli import run
from cds_hooks.store.answers import Answers
from cds_hooks.store.cases import Case, Sort, Verdict
from cds_hooks.store.counting import Event
from rules.care import Released
from rules.days import in_words
from rules.fingerprint import judged_as
from rules.load import load_library
from rules.rule import Rule
from tests.builders import released_text, rule_text, write_folder

DECIDED = (
    "{cycle: 1, aim: More are asked, measure: yes or no, started: 2026-11-01,"
    " result: Six of nine said yes, decision: adopt}"
)
SIGNED = "{signed_off_by: Anne Example, signed_off_on: 2026-11-20, for_version: 1}"
CARE = {
    "pdsa": DECIDED,
    "evidence": "\n- {claim: Tea helps, source: A trial}",
    # The day on which it is released is today, and no review is more than a year away.
    "review_by": str(clock.practice_day(clock.now()) + timedelta(days=300)),
}


def made(folder: Path, **headings: str | None) -> Path:
    write_folder(folder, {"coughing.yaml": rule_text(**headings)})
    return folder / "coughing.yaml"


def release(file: Path, to: str, *more: str) -> int:
    return run(["rules", "release", str(file), "--to", to, *more])


def test_every_gate_is_listed_met_or_not_and_nothing_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path, **CARE)
    before = file.read_bytes()
    assert release(file, "pilot", "--yes") == 1
    said = capsys.readouterr().out
    gates = [line for line in said.splitlines() if line.startswith(("met ", "not met "))]
    assert len(gates) == 9
    assert any(line.startswith("not met  It has not been tried on a list") for line in gates)
    assert "gates to pilot are met." in said
    assert said.endswith("Nothing was changed.\n")
    assert file.read_bytes() == before


def test_what_a_pilot_would_be_stopped_by_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path, **CARE, exclude=None)
    assert release(file, "pilot", "--yes") == 1
    said = capsys.readouterr().out
    assert "stop this rule in pilot. Mend what is listed below." in said
    assert "[S01]" in said


def test_a_draft_that_is_retired_gets_a_new_version_and_keeps_its_comments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path, version="3  # of May")
    file.chmod(0o640)
    assert release(file, "retired", "--yes") == 0
    said = capsys.readouterr().out
    text = file.read_text(encoding="utf-8")
    assert "version: 4  # of May" in text
    assert "status: retired" in text
    assert "-status: draft" in said
    assert "+status: retired" in said
    assert said.endswith("coughing is version 4, in retired.\n")
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_rule_in_pilot_goes_back_to_draft_as_a_new_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path, status="pilot", **CARE)
    assert release(file, "draft", "--yes") == 0
    assert "nobody is shown its card" in capsys.readouterr().out
    text = file.read_text(encoding="utf-8")
    assert "version: 2" in text
    assert "status: draft" in text


def test_a_draft_goes_into_shadow_once_its_stories_are_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path)
    assert release(file, "shadow", "--yes") == 0
    assert "2 of 2 gates to shadow are met." in capsys.readouterr().out
    assert "status: shadow" in file.read_text(encoding="utf-8")
    assert release(file, "live", "--yes") == 1
    assert "A rule in shadow is piloted before it is live." in capsys.readouterr().err


def test_what_is_released_has_a_fingerprint_and_the_same_one_while_it_is_the_same(
    tmp_path: Path,
) -> None:
    file = made(tmp_path, status="pilot", **CARE)
    assert release(file, "draft", "--yes") == 0
    first = released(file)
    assert (first.version, first.on) == (2, clock.practice_day(clock.now()))
    file.write_text(file.read_text(encoding="utf-8").replace("owner: The test", "owner: A test"))
    assert release(file, "retired", "--yes") == 0
    assert released(file) == replace(first, version=3)


def test_an_offer_that_was_renamed_has_to_say_so_before_it_is_released_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offers = "\n- tag: {label: Ask, code: ask-later, words: Ask}"
    file = made(tmp_path, status="pilot", offers=offers, **CARE)
    assert release(file, "shadow", "--yes") == 0
    assert released(file).offers == ("tag:ask-later",)
    text = file.read_text(encoding="utf-8").replace("code: ask-later", "code: ask-in-winter")
    file.write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert release(file, "pilot") == 1
    said = capsys.readouterr().out
    assert "[S13]" in said
    assert 'type under it: also_known_as: ["ask-later"]' in " ".join(said.split())
    text = text.replace("ask-in-winter,", 'ask-in-winter, also_known_as: ["ask-later"],')
    file.write_text(text, encoding="utf-8")
    release(file, "pilot")
    assert "[S13]" not in capsys.readouterr().out
    assert release(file, "draft", "--yes") == 0
    assert released(file).offers == ("tag:ask-in-winter", "tag:ask-later")


def test_an_offer_that_is_another_one_is_said_to_be_so_until_it_is_released(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path, offers="\n- tag: {label: Ask, code: ask-later, words: Ask}")
    assert release(file, "shadow", "--yes") == 0
    text = file.read_text(encoding="utf-8").replace("code: ask-later", "code: ask-in-winter")
    file.write_text(f"{text}\nallow: {{S13: It is about the winter}}\n", encoding="utf-8")
    capsys.readouterr()
    release(file, "pilot")
    assert "[S13]" not in capsys.readouterr().out
    assert release(file, "draft", "--yes") == 0
    assert released(file).offers == ("tag:ask-in-winter",)


def released(file: Path) -> Released:
    """What a file keeps of its release."""
    (rule,) = load_library(file).library.rules
    assert rule.care.released is not None
    return rule.care.released


@pytest.mark.parametrize("status", ["pilot", "live"])
def test_a_rule_that_was_changed_may_stay_where_it_is_as_a_new_version(
    tmp_path: Path, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path)
    text = released_text(**CARE, status=status, safety=SIGNED)
    file.write_text(text, encoding="utf-8")
    assert release(file, status, "--yes") == 1
    assert capsys.readouterr().err == f"This rule is in {status} already.\n"
    file.write_text(text.replace("ordinary days", "good days"), encoding="utf-8")
    assert release(file, status, "--yes") == 1
    said = capsys.readouterr().out
    assert f"gates to {status} are met." in said
    assert "[G04]" not in said  # as it would be released, it is what is released
    if status == "live":
        assert "The safety of version 1 is signed off, and it would become version 2." in said


def test_a_sign_off_of_a_version_before_is_said_not_to_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path, **CARE, status="pilot", safety=SIGNED)
    assert release(file, "draft", "--yes") == 0
    said = capsys.readouterr().out
    assert (
        "The safety of version 1 is signed off, and this is not it:"
        " version 2 needs a sign-off of its own before it is live."
    ) in said


def test_without_a_yes_nothing_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path)
    before = file.read_bytes()
    assert release(file, "retired") == 1
    assert "add --yes" in capsys.readouterr().out
    assert file.read_bytes() == before


def test_a_mark_at_the_start_of_the_file_is_kept(tmp_path: Path) -> None:
    file = made(tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert release(file, "retired", "--yes") == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfformat: 1")


def test_a_way_that_there_is_not_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release(made(tmp_path), "live", "--yes") == 1
    assert capsys.readouterr().err == "A draft is piloted before it is live. Use --to pilot.\n"


def test_a_rule_that_cannot_be_read_is_mended_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release(made(tmp_path, when="has_fever"), "retired", "--yes") == 1
    assert "[E11]" in capsys.readouterr().out


def live_gate(file: Path, capsys: pytest.CaptureFixture[str], *named: str) -> str:
    """What the gate about counts says to a rule on its way to live."""
    assert release(file, "live", "--yes", *named) == 1
    said = capsys.readouterr().out.splitlines()
    (found,) = [line for line in said if "asked" in line or "There is no store" in line]
    return found


def test_what_pilot_counted_is_looked_up_in_the_store_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path / "rules", **CARE, status="pilot", safety=SIGNED)
    assert live_gate(file, capsys) == (
        "not met  No store is named, so nobody knows how often it was asked. Give --data or --store"
        " as goodday serve has it."
    )
    nowhere = tmp_path / "nowhere"
    assert live_gate(file, capsys, "--data", str(nowhere)).startswith(
        f"not met  There is no store in {nowhere}. Name its folder with --data. Give --data or"
    )
    assert not nowhere.exists()
    store, today = tmp_path / "store", clock.practice_day(clock.now())
    answers = Answers(store)
    for ago in range(14):
        day = today - timedelta(days=ago)
        answers.count(Counter({Event(day, "coughing", "", "looked"): 8}))
        answers.count(Counter({Event(day, "coughing", "", "shown" if ago % 2 else "shadow"): 2}))
    assert live_gate(file, capsys, "--data", str(store)) == (
        "not met  In 180 days of shadow or pilot it was asked on 14 days, 112 times, and spoke, or"
        " would have, 28 times; 14 days, 100 times and 30 are meant, or 60 days if it is for few."
        " Leave it in shadow or pilot until then."
    )
    answers.count(Counter({Event(today, "coughing", "", "held:pilot"): 2}))
    assert live_gate(file, capsys, "--data", str(store)).startswith("met      In 180 days")
    # Once it says when it was released as it is, the days before say nothing of it.
    text = released_text(**CARE, status="pilot", safety=SIGNED)
    since = today - timedelta(days=4)
    since_then = text.replace('"}', f'", on: {since}}}')
    file.write_text(since_then, encoding="utf-8")
    said = live_gate(file, capsys, "--data", str(store))
    assert f"Since {in_words(since)}, when it was released as it is, it was asked on 5 days" in said
    file.write_text(since_then.replace("ordinary days", "good days"), encoding="utf-8")
    assert "Since it was changed nobody has asked it" in live_gate(
        file, capsys, "--data", str(store)
    )
    # Of a live rule that was changed, what was counted since it went live says nothing.
    text = released_text(**CARE, status="live", safety=SIGNED)
    text = text.replace('"}', f'", on: {today - timedelta(days=3)}}}')
    file.write_text(text.replace("ordinary days", "good days"), encoding="utf-8")
    assert "on 10 days, 80 times" in live_gate(file, capsys, "--data", str(store))
    answers.close()


def judged_gate(file: Path, capsys: pytest.CaptureFixture[str], *named: str) -> str:
    """What the gate about judging says to a rule on its way to live."""
    assert release(file, "live", "--yes", *named) == 1
    said = capsys.readouterr().out.splitlines()
    gates = [line for line in said if line.startswith(("met ", "not met "))]
    (found,) = [gate for gate in gates if "a clinician" in gate]
    return found


def judge(answers: Answers, rule: Rule, sort: Sort, number: int, wrong: int = 0) -> None:
    """So many people are drawn and judged, some of them wrong."""
    version, cases = judged_as(rule), answers.cases()
    for one in range(number):
        who = f"{one:032x}"
        case = Case(rule.id, version, sort, who, f"{sort}-{one}", date(2026, 11, 21))
        cases.keep([case], [])
        verdict = Verdict.WRONG if one < wrong else Verdict.RIGHT
        assert cases.judge((rule.id, version, sort, who), verdict, date(2026, 11, 21))


@pytest.mark.long
def test_what_a_clinician_judged_is_looked_up_in_the_store_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path / "rules", **CARE, status="pilot", safety=SIGNED)
    assert judged_gate(file, capsys) == (
        "not met  No store is named, so nobody knows what a clinician judged of it. Give --data or"
        " --store as goodday serve has it."
    )
    nowhere = ("--data", str(tmp_path / "nowhere"))
    assert judged_gate(file, capsys, *nowhere).startswith(
        "not met  What a clinician judged of it cannot be looked up either. Give --data or"
    )
    store = tmp_path / "store"
    answers = Answers(store)
    named = ("--data", str(store))
    assert judged_gate(file, capsys, *named) == (
        "not met  Judged by a clinician: 0 of 30 for whom it would be shown, and 0 of 30 for whom"
        " it would not. In shadow or pilot, have a clinician judge 30 of each at /judging, at most"
        " 1 of them wrong; or, after 60 days, everybody there was and none wrong."
    )
    (rule,) = load_library(file).library.rules
    judge(answers, rule, "shown", 30, wrong=1)
    assert "30 of 30 for whom it would be shown, and 0 of 30" in judged_gate(file, capsys, *named)
    judge(answers, rule, "silent", 30)
    assert judged_gate(file, capsys, *named) == (
        "met      Judged by a clinician: 30 of 30 for whom it would be shown, and 30 of 30 for whom"
        " it would not. Wrong: 1 and 0. 1 wrong of 30: the true share of wrong ones may still be up"
        " to about 15 in a hundred. 0 wrong of 30: the true share of wrong ones may still be up to"
        " about one in ten."
    )
    # Where it stands changes nothing; what it says does.
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("owner: The test", "owner: A test"), encoding="utf-8")
    assert judged_gate(file, capsys, *named).startswith("met ")
    file.write_text(text.replace("ordinary days", "good days"), encoding="utf-8")
    assert "0 of 30 for whom it would be shown" in judged_gate(file, capsys, *named)
    file.write_text(text, encoding="utf-8")
    assert judged_gate(file, capsys, *named).startswith("met ")
    answers.close()


def test_a_store_of_another_key_opens_no_gate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path / "rules", **CARE, status="pilot", safety=SIGNED)
    store = tmp_path / "store"
    Answers(store).close()
    (store / "store.key").unlink()
    said = judged_gate(file, capsys, "--data", str(store))
    assert said.startswith("not met  What a clinician judged of it cannot be looked up either.")


def test_the_store_is_not_opened_where_its_counts_do_not_matter(tmp_path: Path) -> None:
    assert release(made(tmp_path), "shadow", "--yes", "--data", str(tmp_path / "nowhere")) == 0
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("name", [".", "nothing.yaml", "value-sets/cough.yaml"])
def test_what_is_not_one_rule_cannot_be_moved(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path)
    assert release(tmp_path / name, "retired", "--yes") == 2
    assert "name the file of one rule" in capsys.readouterr().err


def test_a_file_that_cannot_be_changed_in_its_text_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(tmp_path, status="|\ndraft")
    before = file.read_bytes()
    assert release(file, "retired", "--yes") == 2
    assert "Write status: retired yourself." in capsys.readouterr().err
    assert file.read_bytes() == before
