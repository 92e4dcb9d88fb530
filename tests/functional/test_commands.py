"""The command line from outside: what a practice manager types, reads and gets as an exit code."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.builders import a_bundle, a_condition, a_patient
from tests.running import GOODDAY

LIBRARY = Path(__file__).parents[2] / "rules" / "library"
COPD_RULE = LIBRARY / "breathing" / "copd-self-management.yaml"


def goodday(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GOODDAY, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "60"},
    )


def test_checking_the_starter_library_finds_nothing() -> None:
    done = goodday("rules", "check", LIBRARY)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(
        r"^0 things to fix, 0 to think about\n[1-9]\d* answered in the files\n\Z", done.stdout, re.M
    )


@pytest.mark.long
def test_testing_the_starter_library_ends_with_how_many_are_right() -> None:
    done = goodday("rules", "test", LIBRARY)
    assert done.returncode == 0
    stories, right = done.stdout.splitlines()[-1].split(" stories, ")
    assert right == f"{stories} right"


@pytest.mark.parametrize("verb", ["check", "test"])
def test_a_path_that_is_not_there_is_one_sentence_and_exit_code_2(
    verb: str, tmp_path: Path
) -> None:
    done = goodday("rules", verb, tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stderr == f"There is no file or folder called {tmp_path / 'nowhere'}.\n"
    assert done.stdout == ""


def test_a_folder_without_rules_could_not_be_checked(tmp_path: Path) -> None:
    done = goodday("rules", "check", tmp_path)
    assert done.returncode == 2
    assert "There are no rules under" in done.stderr


def test_warnings_alone_leave_the_exit_code_at_0(tmp_path: Path) -> None:
    text = COPD_RULE.read_text(encoding="utf-8").replace("  - shared: palliative\n", "", 1)
    (tmp_path / "copd-self-management.yaml").write_text(text, encoding="utf-8")
    done = goodday("rules", "check", tmp_path)
    assert done.returncode == 0, done.stdout
    assert "[S01]" in done.stdout
    assert done.stdout.endswith("0 things to fix, 1 to think about\n1 answered in the files\n")


def test_every_slip_is_told_at_once_with_its_line_and_a_caret(tmp_path: Path) -> None:
    text = COPD_RULE.read_text(encoding="utf-8")
    text = text.replace("exclude:", "exlude:").replace("codes: copd\n", "codes: copdd\n", 1)
    path = tmp_path / "copd-self-management.yaml"
    path.write_text(text, encoding="utf-8")
    done = goodday("rules", "check", path)
    assert done.returncode == 1
    assert "[E01]" in done.stdout
    assert "[E12]" in done.stdout
    assert "Did you mean copd (COPD, 10 codes)?" in done.stdout
    lines = done.stdout.splitlines()
    shown = next(n for n, line in enumerate(lines) if "exlude:" in line and "|" in line)
    assert lines[shown + 1].index("^") == lines[shown].index("exlude")


def test_a_story_that_comes_out_otherwise_is_named_and_the_exit_code_is_1(tmp_path: Path) -> None:
    text = COPD_RULE.read_text(encoding="utf-8").replace("      17: no prompt", "      17: prompt")
    (tmp_path / "copd-self-management.yaml").write_text(text, encoding="utf-8")
    done = goodday("rules", "test", tmp_path)
    assert done.returncode == 1
    assert 'expected "prompt", got "no prompt"' in done.stdout
    assert "Age limits" in done.stdout


def test_a_rule_without_stories_is_a_failure(tmp_path: Path) -> None:
    text = COPD_RULE.read_text(encoding="utf-8")
    (tmp_path / "copd-self-management.yaml").write_text(text[: text.index("\ntoday:")])
    done = goodday("rules", "test", tmp_path)
    assert done.returncode == 1
    assert done.stdout.endswith("0 stories, 0 right\n")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "person.json"
    patient = a_patient(name="Canaryname", born="1950-01-01")
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "13645005"}]}
    copd = a_condition(code=code, onsetDateTime="2015-03-01")
    path.write_text(json.dumps(a_bundle(patient, copd)), encoding="utf-8")
    return path


def test_check_patient_says_why_in_sentences_and_names_nobody(bundle: Path) -> None:
    done = goodday(
        "rules", "check-patient", bundle, "--rule", "copd-self-management", "--today", "2026-11-21"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "as of 21 November 2026" in done.stdout
    assert "Prompt:" in done.stdout
    assert "onset 1 March 2015" in done.stdout
    assert "results-ahead" not in done.stdout
    assert "Canaryname" not in done.stdout


@pytest.mark.long  # test_commands_check_patient.py says it of a rule of its own each time
def test_check_patient_says_why_not(bundle: Path) -> None:
    done = goodday("rules", "check-patient", bundle, "--today", "2014-01-01")
    assert '"has COPD" is not so' in done.stdout


WRONG_BUNDLES = [
    pytest.param(b"", "not a FHIR bundle", id="empty"),
    pytest.param(b"{", "not a FHIR bundle", id="not JSON", marks=pytest.mark.long),
    pytest.param(
        b"\x1f\x8bnot packed", "cannot be opened", id="damaged gzip", marks=pytest.mark.long
    ),
    pytest.param(
        b'{"resourceType": "Patient", "id": "1"}',
        "not a Bundle",
        id="a patient alone",
        marks=pytest.mark.long,
    ),
    pytest.param(
        b'{"resourceType": "Bundle"}',
        "0 Patient resources",
        id="nobody in it",
        marks=pytest.mark.long,
    ),
]


@pytest.mark.parametrize(("body", "says"), WRONG_BUNDLES)
def test_a_file_that_is_not_one_persons_bundle(tmp_path: Path, body: bytes, says: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(body)
    done = goodday("rules", "check-patient", path)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unknown_rule_is_told_with_the_nearest(bundle: Path) -> None:
    done = goodday("rules", "check-patient", bundle, "--rule", "copd-selfmanagement")
    assert done.returncode == 2
    assert "Did you mean copd-self-management?" in done.stderr


def test_a_day_that_does_not_exist_is_not_taken(bundle: Path) -> None:
    done = goodday("rules", "check-patient", bundle, "--today", "2026-02-30")
    assert done.returncode == 2
    assert "year-month-day" in done.stderr


def test_check_starts_without_the_web_framework() -> None:
    done = subprocess.run(
        [Path(GOODDAY).parent / "python", "-X", "importtime", GOODDAY, "rules", "check", COPD_RULE],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    for heavy in ("fastapi", "sqlalchemy", "uvicorn", "fhir.resources"):
        assert f" {heavy}\n" not in done.stderr


def test_serving_with_a_rule_that_has_to_be_mended_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "practice.yaml").write_text("name: Ours\npilots: [no-such-rule]\n")
    done = goodday("serve", "--open", "--practice", tmp_path, "--data", tmp_path / "data")
    assert done.returncode == 1
    assert 'There is no rule called "no-such-rule".' in done.stdout


def test_a_setting_that_is_misspelt_is_refused_not_ignored(tmp_path: Path) -> None:
    done = subprocess.run(
        [GOODDAY, "serve", "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "GOODDAY_PRACTISE": "x"},
    )
    assert done.returncode == 2
    assert done.stderr.startswith("GOODDAY_PRACTISE is not a setting.")


def test_what_a_record_system_is_asked_for_is_printed_hook_by_hook() -> None:
    done = goodday("rules", "check", "--prefetch", LIBRARY)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    (view,) = [number for number, line in enumerate(lines) if line.startswith("patient-view (")]
    assert "copd-self-management" in lines[view]
    assert lines[view + 1] == "  patient: Patient/{{context.patientId}}"
    # Forty rules ask for more codes than an address holds: then it is the whole list, page by page.
    whole = "  conditions: Condition?patient={{context.patientId}}&_sort="
    assert lines[view + 2].startswith(whole)
    (book,) = [number for number, line in enumerate(lines) if line.startswith("appointment-book (")]
    assert lines[book + 2].startswith("  conditions: Condition?patient={{context.patientId}}&code=")
    assert sum(line.startswith("  conditions: ") for line in lines[view : view + 20]) == 1


def test_a_fault_of_ours_ends_with_could_not_run_and_not_as_if_something_was_found() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as nowhere:
        done = subprocess.run(
            [GOODDAY, "rules", "check", COPD_RULE],
            stdout=nowhere,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert b"No space left" in done.stderr
