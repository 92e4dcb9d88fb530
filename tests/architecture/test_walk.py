"""The walk of one request through our files (ARCHITECTURE.md 5), kept as short as it is.

A file that joins the walk has to be named here, on purpose. The order is that of the first step
into each file.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from tests.architecture.project import PACKAGES, ROOT
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, margaret
from tests.served import Surgery, piloting, surgery


class Steps:
    """Our files, in the order in which each is first stepped into, by any thread begun since."""

    def __init__(self) -> None:
        self.listening = False
        self.files: dict[str, None] = {}
        self._ours = tuple(f"{ROOT / package}/" for package in PACKAGES)

    def step(self, frame: FrameType, event: str, _what: object) -> None:
        """One call of a function, as Python's profiler reports it."""
        name = frame.f_code.co_filename
        if self.listening and event == "call" and name.startswith(self._ours):
            self.files.setdefault(str(Path(name).relative_to(ROOT)))


@contextmanager
def followed() -> Generator[Steps]:
    """Follow every thread that is begun from here on: the app's own and its workers'."""
    steps = Steps()
    threading.setprofile(steps.step)
    try:
        yield steps
    finally:
        threading.setprofile(None)


# From a request to a card, and what each file is for on the way.
TO_A_CARD = {
    "cds_hooks/refusals.py": "the net under everything",
    "cds_hooks/app.py": "the story in ten lines",
    "cds_hooks/invoke.py": "the call, read",
    "fhir_adapters/prefetch.py": "the states of each key",
    "fhir_adapters/read.py": "resources to a record",
    "rules/days.py": "dates as spans",
    "rules/record.py": "the one index",
    "cds_hooks/clock.py": "today",
    "rules/engine.py": "each rule, once",
    "rules/finding.py": "each fact, once",
    "rules/conditions.py": "all, any, none, not",
    "rules/answer.py": "answers to one answer",
    "rules/facts/__init__.py": "which look-up",
    "rules/facts/coded.py": "facts from coded entries",
    "rules/facts/person.py": "age",
    "cds_hooks/store/answers.py": "what this person said before",
    "prompts/choose.py": "at most one prompt",
    "prompts/restraint.py": "the holds, in their order",
    "prompts/history.py": "answers that count for a rule",
    "rules/rule.py": "what a rule looks at",
    "prompts/words.py": "texts, filled",
    "cds_hooks/cards.py": "our words to the specification's words",
    "fhir_adapters/drafts.py": "offers as resources",
    "cds_hooks/logs.py": "one event, without a person",
    "cds_hooks/wire.py": "the answer, spelt",
}
# The second look, which is quiet, takes no wording and drafts nothing.
TO_SILENCE = [
    name for name in TO_A_CARD if name not in ("prompts/words.py", "fhir_adapters/drafts.py")
]


@pytest.fixture
def steps() -> Generator[Steps]:
    """Follow whatever is begun from here on."""
    with followed() as steps:
        yield steps


@pytest.fixture
def here(steps: Steps, tmp_path: Path) -> Generator[Surgery]:
    """A practice that pilots both rules, followed from its start."""
    library = piloting(tmp_path / "practice", COPD_RULE, RESULTS_RULE)
    with surgery(tmp_path, library) as here:
        yield here


def test_a_request_walks_to_a_card_through_these_files_and_no_other(
    steps: Steps, here: Surgery
) -> None:
    call = here.a_call(margaret())
    steps.listening = True
    assert here.ask(call).decided(COPD_RULE) == "card"
    assert list(steps.files) == list(TO_A_CARD)


def test_a_request_walks_to_silence_through_fewer(steps: Steps, here: Surgery) -> None:
    call = here.a_call(margaret())
    assert here.ask(call).decided(COPD_RULE) == "card"
    steps.listening = True
    assert here.ask(call).decided(COPD_RULE) == "quiet"
    assert set(steps.files) == set(TO_SILENCE)
