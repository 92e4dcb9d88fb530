"""The practices that these tests call, each a whole app over a store of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.rule import Library
from tests.builders import PILOTED, load_files, rule_text
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, a_booking, leroy, margaret
from tests.served import BOOK, Json, Surgery, piloting, surgery

LEROY = "\nleroy: {about: has COPD, age: 70, record: [{condition: copd, date: 2020-03-01}]}"
TOLD = """
- {{name: Leroy, person: leroy, expect: prompt}}
- name: Receiving palliative care
  person: leroy
  plus: [{{condition: palliative-care, date: 1 month ago}}]
  expect: excluded
  because: palliative
- name: Said no
  person: leroy
  plus: [{{outcome: declined, topic: {topic}, date: 1 month ago}}]
  expect: quiet
"""


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Both rules that we ship, in pilot."""
    return piloting(tmp_path_factory.mktemp("practice"), COPD_RULE, RESULTS_RULE)


@pytest.fixture
def service(tmp_path: Path, library: Library) -> Iterator[Surgery]:
    """A practice that pilots both rules, where nobody was asked anything yet."""
    with surgery(tmp_path, library) as open_now:
        yield open_now


@pytest.fixture(scope="session")
def all_day(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[Surgery]:
    """One practice for all tests in which nobody gets a card, so that nothing is remembered."""
    with surgery(tmp_path_factory.mktemp("all-day"), library) as open_now:
        yield open_now


@pytest.fixture
def trusting(tmp_path: Path, library: Library) -> Iterator[Surgery]:
    """The same, for a client that is known to mean "empty" by null."""
    with surgery(tmp_path, library, null_means="empty") as open_now:
        yield open_now


@pytest.fixture
def two_topics(tmp_path: Path) -> Iterator[Surgery]:
    """A practice with two rules of its own for the same people, each on a topic of its own."""
    copd = "\nhas_copd:\n  find: condition\n  codes: copd\n"
    rules = {
        f"{name}.yaml": rule_text(
            id=name, facts=copd, when="has_copd", people=LEROY,
            quiet=f"{{topic: {name}}}", offers=offers,
            tests=TOLD.format(topic=name), **PILOTED,
        )
        for name, offers in (
            ("cough", "\n- refer:\n    label: Refer to the tea group\n    service: tea-group\n"),
            ("wheeze", "\n- record_offer:\n    label: Record it\n    codes: tea-group\n"),
        )
    }  # fmt: skip
    rules["practice.yaml"] = "name: A test\ninvented: yes\npilots: [cough, wheeze]\n"
    with surgery(tmp_path, load_files(rules).usable()) as open_now:
        yield open_now


@pytest.fixture
def call(all_day: Surgery) -> Json:
    """A whole request about Margaret."""
    return all_day.a_call(margaret())


@pytest.fixture
def booking(all_day: Surgery) -> Json:
    """A whole request about Leroy, who is booking a visit."""
    call = all_day.a_call(leroy(), hook=BOOK)
    call["context"]["appointments"] = a_booking()
    return call
