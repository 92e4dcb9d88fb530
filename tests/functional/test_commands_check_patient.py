"""`goodday rules check-patient`: why, why not, when next, and what would change it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.store.answers import Answers, Button, Issued, Met
from rules.record import Reply
from tests.builders import (
    PILOTED,
    Resource,
    a_bundle,
    a_condition,
    a_patient,
    a_resource,
    rule_text,
    write_folder,
)

FACTS = """
    has_cough: {find: condition, codes: cough, label: has a cough}
    had_tea: {find: procedure, codes: tea-group, within: 10 months, label: had tea}
"""
WHEN = "{all: [has_cough, {age: {at_least: 18}}, {not: had_tea}]}"

SHOWN = {**PILOTED, "review_by": "2027-11-21"}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "practice"
    text = rule_text(facts=FACTS, when=WHEN, **SHOWN)
    other = rule_text(id="chatting", title="Chatting", quiet="{topic: chatting}", **SHOWN)
    draft = rule_text(id="drafting", quiet="{topic: drafting}")
    files = {"coughing.yaml": text, "chatting.yaml": other, "drafting.yaml": draft}
    practice = "name: Ours\npilots: [coughing, chatting]\n"
    write_folder(folder, {**files, "practice.yaml": practice})
    return folder


def a_file(folder: Path, *resources: Resource, born: str = "1966-01-01") -> Path:
    path = folder / "person.json"
    cough = a_condition("cough", id="secret-id", onsetDateTime="2020-03-01")
    patient = a_patient(name="Canaryname", born=born)
    path.write_text(json.dumps(a_bundle(patient, cough, *resources)), encoding="utf-8")
    return path


def ask(bundle: Path, rules: Path, *more: str) -> list[str]:
    usual = ["--rules", str(rules), "--rule", "coughing", "--today", "2026-11-21"]
    return ["rules", "check-patient", str(bundle), *usual, *more]


TEA = a_resource("Procedure", "tea-group", status="completed", performedDateTime="2026-07-21")


def test_a_prompt_is_explained_line_by_line(
    tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ask(a_file(tmp_path), rules)) == 0
    said = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines == [
        "Somebody with a cough may like the tea group (version 1, pilot) as of 21 November 2026",
        "Prompt: everything that the rule asks for is so, and nobody is left alone by it.",
        "",
        "Who it is for",
        "yes has a cough condition, onset 1 March 2020, active, cough [cough]",
        "yes age at least 18 60",
        "yes not: had tea none recorded [tea-group]",
        "Who it is not for",
        "no This person is receiving palliative care none recorded [palliative-care]",
        "Left alone",
        "no nothing that was said before holds today answers given before were not looked up:"
        " name their folder with --data",
        "",
        "What would change the answer",
        "on 22 November 2027 it changes: in shadow",
        "",
        "1 entry read",
        "",
    ]


def test_it_says_when_next_what_would_change_it_and_who_speaks_instead(
    tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ask(a_file(tmp_path, TEA), rules)) == 0
    said = capsys.readouterr().out
    assert 'No prompt: "had tea" is so (procedure, performed 21 July 2026' in said
    assert "  on 22 May 2027 it changes: prompt\n" in said
    assert "  if no procedure from tea-group were recorded in the last 10 months\n" in said
    assert "  another rule speaks already: chatting\n" in said
    assert "drafting" not in said  # a draft speaks to nobody
    assert "2 entries read" in said


def test_a_change_that_is_not_yet_a_prompt_is_followed_to_the_prompt(
    tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ahead = {**TEA, "performedDateTime": "2026-11-25"}
    assert run(ask(a_file(tmp_path, ahead), rules)) == 0
    said = capsys.readouterr().out
    assert "on 25 November 2026 it changes: no prompt; and on 26 September 2027: prompt" in said


def test_nobody_is_named(tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for output in ("text", "json"):
        run(ask(a_file(tmp_path, TEA), rules, "--format", output))
        said = capsys.readouterr().out
        assert "Canaryname" not in said
        assert "secret-id" not in said
        assert "test-person" not in said
        assert "1966" not in said


def test_what_could_be_put_right_in_the_record_is_told_with_the_entry(
    tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    undated = a_resource("Procedure", "tea-group", status="completed")
    old = a_condition("cough", onsetDateTime="2015", recordedDate="2024-05-03")
    bundle = a_file(tmp_path, undated, old)
    assert run(ask(bundle, rules)) == 0
    note = "had tea: an entry has no date: procedure, no date, completed, tea-group"
    said = capsys.readouterr().out
    assert f"What could be put right in the record\n  {note}\n" in said
    assert "condition, onset 2015 (recorded 3 May 2024), active, cough" in said
    run(ask(bundle, rules, "--format", "json"))
    assert json.loads(capsys.readouterr().out)["rules"][0]["data_quality"] == [note]


def test_what_could_not_be_read_is_told(
    tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_file(tmp_path)
    bundle = json.loads(path.read_text(encoding="utf-8"))
    bundle["link"] = [{"relation": "next", "url": "http://example.org/2"}]
    path.write_text(json.dumps(bundle), encoding="utf-8")
    run(ask(path, rules))
    said = capsys.readouterr().out
    assert "?    " in said
    assert "Not read: " in said
    assert "(the bundle is one page of several)" in said


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A practice's folder in which somebody said no."""
    folder = tmp_path / "answers"
    store = Answers(folder)
    shown = datetime(2026, 6, 10, 9, tzinfo=UTC)
    no = Button("no", Reply.DECLINED, ("coughing",))
    card = Issued("card", "test-person", "s", "h", ("coughing",), ("coughing",), shown, (no,))
    store.issue(card)
    assert store.hear([Met("card", shown, suggestion="no")], shown) == 1
    store.close()
    return folder


def test_what_the_practice_knows_shows_as_a_quiet_period(
    tmp_path: Path, rules: Path, answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ask(a_file(tmp_path), rules, "--data", str(answers))) == 0
    said = capsys.readouterr().out
    until = 'Quiet until 10 June 2027: the person said "no, thank you" on 10 June 2026'
    assert f"\n{until}.\n" in said
    assert f"Left alone\n  yes  {until}\n" in said
    assert "  on 10 June 2027 the quiet period ends: prompt\n" in said
    assert "  another rule speaks already: chatting\n" in said


def test_a_quiet_period_shows_where_the_rule_would_not_prompt_either(
    tmp_path: Path, rules: Path, answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ask(a_file(tmp_path, TEA), rules, "--data", str(answers)))
    said = capsys.readouterr().out
    assert "No prompt: " in said
    assert "Left alone\n  yes  Quiet until 10 June 2027" in said


def test_json_says_the_same(
    tmp_path: Path, rules: Path, answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ask(a_file(tmp_path), rules, "--data", str(answers), "--format", "json"))
    said = json.loads(capsys.readouterr().out)
    assert (said["asked_on"], said["entries_read"], said["not_read"]) == ("2026-11-21", 1, {})
    (rule,) = said["rules"]
    assert (rule["rule"], rule["decision"]) == ("coughing", "quiet")
    assert rule["quiet_until"] == "2027-06-10"
    assert rule["when_next"] == {"on": "2027-06-10", "becomes": "prompt", "prompts_on": None}
    assert rule["speaking_already"] == ["chatting"]
    assert rule["who_for"][0] == {
        "answer": "yes",
        "says": "has a cough",
        "rests_on": "condition, onset 1 March 2020, active, cough",
        "code_lists": ["cough"],
        "depth": 1,
    }
    assert [line["answer"] for line in rule["left_alone"]] == ["yes"]


def test_all_rules_are_explained_where_none_is_named(
    tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = str(a_file(tmp_path))
    run(["rules", "explain", bundle, "--rules", str(rules), "--format", "json"])
    said = json.loads(capsys.readouterr().out)
    assert [rule["rule"] for rule in said["rules"]] == ["chatting", "coughing", "drafting"]


def test_a_folder_without_answers_is_not_taken_for_nobody_having_answered(
    tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere"
    assert run(ask(a_file(tmp_path), rules, "--data", str(nowhere))) == 2
    assert capsys.readouterr().err == (
        f"There are no answers in {nowhere}. Name the folder that serve was given.\n"
    )
    assert not nowhere.exists()


def test_a_store_that_is_none_is_one_sentence(
    tmp_path: Path, rules: Path, answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in answers.iterdir():
        file.write_bytes(b"this is no store, and long enough to be seen as none" * 40)
    assert run(ask(a_file(tmp_path), rules, "--data", str(answers))) == 2
    assert capsys.readouterr().err.count("\n") == 1
