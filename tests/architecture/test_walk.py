"""The walk of one request through our files (ARCHITECTURE.md 5), kept as short as it is.

A file that joins the walk has to be named here, on purpose. The order is that of the first step
into each file.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.project import ROOT

# From a request to a card, and what each file is for on the way.
TO_A_CARD = {
    "cds_hooks/traffic.py": "how many are at work, and how long each takes",
    "cds_hooks/refusals.py": "the net under everything",
    "cds_hooks/app.py": "the story in ten lines",
    "cds_hooks/live.py": "the rules in force, read once",
    "cds_hooks/limits.py": "how much a call may hold",
    "cds_hooks/invoke.py": "the call, read",
    "cds_hooks/twice.py": "no member twice",
    "cds_hooks/contexts.py": "what the hook says of the moment",
    "fhir_adapters/prefetch.py": "the states of each key",
    "cds_hooks/fallback.py": "what was not sent, where it may be asked for",
    "fhir_adapters/whose.py": "whose data it is",
    "fhir_adapters/patient.py": "who the person is",
    "rules/days.py": "dates as spans",
    "fhir_adapters/read.py": "resources to a record",
    "fhir_adapters/coded.py": "the codes that say what an entry is",
    "rules/record.py": "the one index",
    "prompts/trying.py": "who looks, as one reference, and who has a rule that is new",
    "cds_hooks/clients/listed.py": "whose people these are",
    "cds_hooks/store/kept.py": "what somebody is known as",
    "cds_hooks/clock.py": "today",
    "rules/engine.py": "each rule, once",
    "rules/finding.py": "each fact, once",
    "rules/budget.py": "whether there is time for all",
    "rules/rule.py": "what a rule looks at, and works out",
    "rules/fact.py": "which facts those are",
    "rules/screening.py": "which rules cannot be for somebody",
    "rules/conditions.py": "all, any, none, not",
    "rules/answer.py": "answers to one answer",
    "rules/facts/__init__.py": "which look-up",
    "rules/facts/coded.py": "facts from coded entries",
    "fhir_adapters/dates.py": "which of its dates an entry is dated by",
    "rules/facts/person.py": "age",
    "cds_hooks/tally.py": "how often each rule was asked and held",
    "cds_hooks/store/answers.py": "one person, in one transaction",
    "cds_hooks/store/opening.py": "the transaction",
    "cds_hooks/store/kept_open.py": "by the one connection that stays open",
    "cds_hooks/store/sittings.py": "how many cards whoever looks has seen lately",
    "cds_hooks/store/quick.py": "its statements, as the driver takes them",
    "cds_hooks/store/keys.py": "who was erased, by a hash",
    "cds_hooks/store/remembering.py": "what was shown and said before",
    "cds_hooks/store/counting.py": "what is full, by what was counted",
    "cds_hooks/store/mutes.py": "which rules whoever looks has muted",
    "prompts/choose.py": "held, ranked, merged",
    "prompts/history.py": "answers that count for a rule",
    "prompts/restraint.py": "the steps, in their order",
    "rules/facts/offered.py": "a no that stands in the record",
    "prompts/leaving_off.py": "offers that are left off",
    "rules/under_way.py": "where an offer shows as under way",
    "prompts/elsewhere.py": "whether another system asked",
    "prompts/ranking.py": "who goes first",
    "rules/remembered.py": "what an offer is called everywhere",
    "prompts/ceilings.py": "how many cards are enough",
    "prompts/merging.py": "several rules on one card",
    "prompts/words.py": "texts, filled",
    "prompts/letter.py": "which visit it is about",
    "prompts/endings.py": "reminders that have done their work",
    "cds_hooks/cards.py": "our words to the specification's words",
    "fhir_adapters/drafts.py": "offers as resources",
    "cds_hooks/grounds.py": "what the card rests on, in codes and days",
    "rules/codes.py": "which codes a list holds",
    "prompts/prompt.py": "what a card is about",
    "rules/outcome.py": "what pressing a button answers",
    "cds_hooks/sampling.py": "who is drawn, to be judged before a rule goes live",
    "cds_hooks/store/cases.py": "by which hash",
    "rules/facts/booked.py": "whether a visit is being booked, for a rule that is judged too",
    "cds_hooks/logs.py": "one event, without a person",
    "cds_hooks/wire.py": "the answer, spelt",
    "cds_hooks/metrics.py": "what is counted",
}
# The second look, which is quiet, takes no wording and drafts nothing.
NOT_IN_SILENCE = {
    "rules/facts/booked.py",
    "rules/fact.py",
    "prompts/elsewhere.py",
    "prompts/ranking.py",
    "rules/remembered.py",
    "prompts/ceilings.py",
    "prompts/merging.py",
    "prompts/words.py",
    "prompts/letter.py",
    "fhir_adapters/drafts.py",
    "cds_hooks/grounds.py",
    "rules/codes.py",
    "prompts/prompt.py",
    "rules/outcome.py",
}


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the walk came to, and the files it went through."""
    folder: Path = tmp_path_factory.mktemp("walk")
    done = subprocess.run(
        [sys.executable, "-m", "tests.architecture.walk", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    files: dict[str, list[str]] = json.loads(done.stdout)
    return files


def test_a_request_walks_to_a_card_through_these_files_and_no_other(
    walked: dict[str, list[str]],
) -> None:
    assert walked["card"] == list(TO_A_CARD)


def test_a_request_walks_to_silence_through_fewer(walked: dict[str, list[str]]) -> None:
    assert set(walked["quiet"]) == set(TO_A_CARD) - NOT_IN_SILENCE
