"""A start asks what a reload asks: what a reload keeps out is not served after a restart either."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from cds_hooks import reloading
from cds_hooks.commands import PROBLEMS, serve
from cds_hooks.live import InForce
from rules.people import Stories
from tests.builders import ENOUGH_TOLD, PILOTED, rule_text, write_folder

TOLD = ENOUGH_TOLD.replace("coughing", "cough")


def started(folder: Path, tests: str) -> int:
    """The exit code of a start over a practice that pilots one rule with these stories."""
    rule = rule_text(id="cough", quiet="{topic: cough}", tests=tests, **PILOTED)
    practice = "name: A test\ninvented: yes\npilots: [cough]\n"
    write_folder(folder / "practice", {"cough.yaml": rule, "practice.yaml": practice})
    return serve.serve(practice=folder / "practice", data=folder / "data", open=True, port=0)


@pytest.fixture(autouse=True)
def nothing_is_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_host: str, _port: int) -> None:
        pytest.fail("it began to listen")

    monkeypatch.setattr(serve, "listen", nowhere)


def test_a_rule_whose_story_comes_out_otherwise_is_not_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = started(tmp_path, TOLD.replace("expect: prompt", "expect: no prompt", 1))
    (says,) = capsys.readouterr().err.splitlines()
    assert code == PROBLEMS
    assert says.startswith("cough, line ")
    assert says.endswith(": a story comes out otherwise.")


def test_a_rule_whose_people_get_no_answer_is_not_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_fault(rules: InForce, stories: Mapping[str, Stories]) -> list[str]:
        assert stories
        return [rule.id for rule in rules.library.rules]

    monkeypatch.setattr(reloading, "canaries", at_fault)
    assert started(tmp_path, TOLD) == PROBLEMS
    assert capsys.readouterr().err == "cough: a call about its stories is not answered.\n"
