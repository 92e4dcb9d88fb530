"""``goodday pause`` and ``resume`` say "done" of what is there, and of nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.live import Live, in_force
from cds_hooks.pausing import Pausing
from cds_hooks.store.answers import Answers
from cds_hooks.store.pauses import Pause
from tests.fhir_builders import COPD_RULE, RESULTS_RULE
from tests.served import NOW, piloting

SURGERY = "Two Rivers Surgery"
BECAUSE = "--because", "The group is full"


class Served:
    """A store over which a service asks two rules, and the command line beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
        self.library = piloting(folder / "practice", COPD_RULE, RESULTS_RULE)
        self.live = Live(in_force(self.library, NOW))
        self.answers = Answers(folder / "store")
        self.pausing = Pausing(self.answers, self.live, clock=lambda: self.now)
        self.pausing.start()

    def goodday(self, *words: str) -> int:
        return run([*words, "--data", str(self.folder / "store")])

    def paused(self) -> list[str]:
        return [one.what for one in self.answers.pauses()]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    one = Served(tmp_path)
    yield one
    one.pausing.stop()


def test_a_rule_that_is_asked_and_its_practice_and_everything_can_be_paused(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert served.goodday("pause", COPD_RULE, *BECAUSE) == 0
    assert served.goodday("pause", "--practice", SURGERY, *BECAUSE) == 0
    assert served.goodday("pause", "--all", *BECAUSE) == 0
    assert served.paused() == ["*", f"practice:{SURGERY}", f"rule:{COPD_RULE}"]
    assert f"Paused: the rule {COPD_RULE}." in capsys.readouterr().out


def test_a_slip_in_a_rules_name_is_told_with_what_was_meant_and_the_others_are_paused(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert served.goodday("pause", "copd-self-managment", RESULTS_RULE, *BECAUSE) == 1
    said = capsys.readouterr()
    assert "Paused: the rule copd" not in said.out
    assert "nobody asks the rule copd-self-managment" in said.err
    assert f"Did you mean {COPD_RULE}?" in said.err
    assert "goodday pause --all" in said.err
    assert served.paused() == [f"rule:{RESULTS_RULE}"]


def test_a_name_that_is_like_none_is_told_with_all_that_there_are(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert served.goodday("pause", "zebedee", *BECAUSE) == 1
    assert f"{COPD_RULE}, {RESULTS_RULE}" in capsys.readouterr().err
    assert served.goodday("pause", "--practice", "Three Rivers", *BECAUSE) == 1
    assert SURGERY in capsys.readouterr().err
    assert served.paused() == []


@pytest.mark.parametrize("verb", ["pause", "resume"])
@pytest.mark.parametrize("what", [COPD_RULE, "--all", ""])
def test_where_there_is_no_store_none_is_made(
    tmp_path: Path, verb: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [verb, *([what] if what else []), *(BECAUSE if verb == "pause" else ())]
    assert run([*words, "--data", str(tmp_path / "elsewhere")]) == 2
    assert "There is no store in" in capsys.readouterr().err
    assert not (tmp_path / "elsewhere").exists()


def test_over_a_store_that_nobody_serves_everything_can_be_paused_and_no_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Answers(tmp_path / "store").close()
    here = "--data", str(tmp_path / "store")
    assert run(["pause", COPD_RULE, *BECAUSE, *here]) == 1
    assert "Is it the store of the service that runs?" in capsys.readouterr().err
    assert run(["pause", "--all", *BECAUSE, *here]) == 0


def test_what_is_not_paused_is_not_resumed_and_what_was_meant_is_said(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    served.goodday("pause", COPD_RULE, *BECAUSE)
    served.answers.pause(Pause(f"shadow:{RESULTS_RULE}", served.now, "shown 40 times"))
    assert served.goodday("resume", "copd-self-managment") == 1
    assert f"Did you mean {COPD_RULE}?" in capsys.readouterr().err
    assert served.goodday("resume", "result-ahead") == 1
    assert f"Did you mean {RESULTS_RULE}?" in capsys.readouterr().err
    assert served.goodday("resume", COPD_RULE) == 0
    assert served.goodday("resume", RESULTS_RULE) == 0
    assert served.paused() == []


def test_of_a_pause_that_stops_no_rule_by_that_name_any_more_it_is_said(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    served.goodday("pause", COPD_RULE, *BECAUSE)
    served.answers.pause(Pause("rule:breathing-of-before", served.now, "it was too loud"))
    capsys.readouterr()
    assert served.goodday("pause") == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in told if not line.startswith(" ")] == [
        "the rule breathing-of-before", f"the rule {COPD_RULE}",
    ]  # fmt: skip
    assert told[1] == "  No service here has a rule of that name now; perhaps one that replaces it."
    assert served.goodday("resume", "breathing-of-now") == 1
    assert "by the other's name" in capsys.readouterr().err


def test_after_a_reload_it_is_the_new_rules_that_can_be_paused(served: Served) -> None:
    kept = tuple(rule for rule in served.library.rules if rule.id == COPD_RULE)
    served.live.take(in_force(replace(served.library, rules=kept), NOW))
    served.pausing.say_in_force()
    assert served.goodday("pause", RESULTS_RULE, *BECAUSE) == 1
    assert served.goodday("pause", COPD_RULE, *BECAUSE) == 0


def test_a_practice_that_nobody_has_served_for_a_day_is_forgotten_and_no_other(
    served: Served,
) -> None:
    served.answers.say_in_force("A practice of before", ["an-old-rule"], served.now)
    assert served.goodday("pause", "an-old-rule", *BECAUSE) == 0
    assert served.goodday("resume", "an-old-rule") == 0
    for _ in range(26):
        served.now += timedelta(hours=1)
        served.pausing.say_in_force()
    assert served.goodday("pause", "an-old-rule", *BECAUSE) == 1
    assert served.goodday("pause", COPD_RULE, *BECAUSE) == 0
