"""``goodday conformance``: exit codes, reports, and one sentence where it cannot run."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from cds_hooks.cli import run
from cds_hooks.conformance.requirements import REQUIREMENTS
from tests.conformance_kit.doorkeeper import ISSUER
from tests.conformance_kit.serving import KID, key


@pytest.fixture
def pem(tmp_path: Path) -> str:
    """The key of the client that the service knows, in a file."""
    file = tmp_path / "key.pem"
    file.write_bytes(key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(file)


def conformance(*arguments: str) -> int:
    return run(["conformance", *arguments])


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        pytest.param("right", (), 0, id="nothing is found"),
        pytest.param("an-answer-sent-as-text", (), 1, id="a MUST is not met"),
        pytest.param("every-origin", (), 0, id="a SHOULD is not met"),
        pytest.param("every-origin", ("--strict",), 1, id="a SHOULD is not met, and counts"),
    ],
)
def test_the_exit_code_says_whether_something_was_found(
    wrong: str, name: str, options: tuple[str, ...], code: int
) -> None:
    assert conformance(f"{wrong}/{name}", "--service", "orders", *options) == code


def test_a_report_has_every_requirement_once_with_what_became_of_it(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    conformance(f"{wrong}/right/cds-services", "--service", "orders")
    printed = capsys.readouterr().out
    lines = [line.split() for line in printed.splitlines() if line.startswith("  ")]
    told = [words for words in lines if words[0] in REQUIREMENTS]
    assert [words[0] for words in told] == list(REQUIREMENTS)
    assert {" ".join(words[2:4]) if words[2] == "not" else words[2] for words in told} == {
        "passed",
        "not tried",
    }


def test_a_report_for_programs_says_where_and_what(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conformance(f"{wrong}/every-card", "--service", "gaps", "--format", "json") == 1
    report = json.loads(capsys.readouterr().out)
    by_id = {one["id"]: one for one in report["results"]}
    assert list(by_id) == list(REQUIREMENTS)
    assert by_id["C1"]["status"] == "found"
    assert by_id["C1"]["found"][0]["says"] == "the summary has 140 characters"
    assert by_id["A2"]["status"] == "not tried"
    assert by_id["A2"]["why"] == "No key was given (--key, --issuer, --kid)."
    assert report["services"] == [{"id": "gaps", "hook": "patient-view"}]


def test_a_report_can_be_written_to_a_file(
    wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.html"
    options = ("--service", "orders", "--format", "html", "--to", str(file))
    assert conformance(f"{wrong}/right", *options) == 0
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert f"Written to {file}" in capsys.readouterr().out.replace("\n", " ")


def test_a_key_signs_every_call(wrong: str, pem: str) -> None:
    signing = ("--key", pem, "--issuer", ISSUER, "--kid", KID, "--service", "orders")
    assert conformance(f"{wrong}/right-with-tokens", *signing) == 0
    assert conformance(f"{wrong}/a-shared-secret", *signing) == 1


def test_what_keeps_it_from_running_is_said_in_a_sentence(
    wrong: str, pem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = tmp_path / "nobody.json"
    nobody.write_text("{}", encoding="utf-8")
    for arguments, says in (
        (("fhir.example",), "Write it with http:// or https:// before it."),
        (("http://127.0.0.1:1",), "Nothing answers at http://127.0.0.1:1."),
        (("http://[::1",), "is no web address."),
        ((f"{wrong}/right", "--service", "none"), "lists no service called none."),
        ((f"{wrong}/right-with-tokens",), "wants a token (401 came)."),
        ((f"{wrong}/discovery-in-the-open",), "wants a token (401 came)."),
        ((f"{wrong}/right", "--key", pem), "give --issuer, and --kid"),
        ((f"{wrong}/right", "--key", str(nobody)), "is not one JWK, nor a PEM file."),
        ((f"{wrong}/right", "--key", str(tmp_path / "none")), "cannot be read."),
        ((f"{wrong}/right", "--patient", str(nobody)), "with one Patient that has an id."),
        (
            (f"{wrong}/right", "--service", "orders", "--format", "html", "--to", str(tmp_path)),
            "cannot be written. Name another file with --to.",
        ),
        (
            (f"{wrong}/right-with-tokens", "--key", pem, "--issuer", "x", "--kid", KID),
            "does not take this key's tokens: 401 came.",
        ),
    ):
        assert conformance(*arguments) == 2, arguments
        said = capsys.readouterr()
        assert says in said.err
        assert said.err.count("\n") == 1
        assert said.out == ""


def test_a_service_that_answers_nothing_was_not_examined(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conformance(f"{wrong}/a-FHIR-server-needed", "--service", "gaps") == 2
    said = capsys.readouterr()
    assert "so next to nothing could be tried." in said.err
    assert "Q1  MUST   not tried" in said.out


def test_a_service_that_was_busy_is_told_of(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert conformance(f"{wrong}/busy", "--service", "orders") == 0
    assert "The service said 429" in capsys.readouterr().out
