"""Practices whose rules show what the rules that we ship do not."""

from collections.abc import Iterator

import pytest

from tests.builders import load_files, rule_text
from tests.conformance.test_hooks import CONTEXTS
from tests.served import Surgery, in_pilot, surgery

_CARD = """
summary: What would help <first_name> on ordinary days?
question: What does a good day look like?
detail: Ask <first_name> first.
source: The test suite
choose: one
links:
  - label: About tea
    address: https://www.nhs.uk/tea/
  - label: About coughs
    address: https://www.nhs.uk/conditions/cough/
"""
_OFFERS = """
- refer:
    label: Refer <first_name> to the tea group
    service: tea-group
    recommended: yes
- record_offer:
    label: Record that <first_name> was offered it
    codes: tea-group
"""
# Between them these read every list that there is.
_FINDS = (
    *("condition", "entry", "medication", "message", "encounter", "questionnaire", "goal"),
    *("consent", "appointment", "referral", "procedure"),
)
_FACTS = "".join(f"\n{name}_seen: {{find: {name}, codes: cough}}" for name in _FINDS)
_FILED = "\nwas_filed: {find: observation, codes: blow-test, filed: yes}"
_WHEN = f"{{any: [{', '.join(f'{name}_seen' for name in _FINDS)}, was_filed]}}"
_PRACTICE = "name: A test\ninvented: yes\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surgery]:
    """A practice whose one card has links, one offer to be taken, and the name in every text."""
    rule = rule_text(card=_CARD, offers=_OFFERS, people=None, today=None, tests=None, exclude=None)
    loaded = load_files({"coughing.yaml": rule, "practice.yaml": _PRACTICE})
    assert not loaded.stops, loaded.stops
    with surgery(tmp_path_factory.mktemp("whole"), in_pilot(loaded.usable())) as open_now:
        yield open_now


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surgery]:
    """A practice that is asked at every hook there is, and one of its own, and reads every list."""
    hooks = f"[{', '.join(CONTEXTS)}]"
    facts = _FACTS + _FILED
    rule = rule_text(hook=hooks, facts=facts, when=_WHEN, people=None, today=None, tests=None)
    loaded = load_files({"coughing.yaml": rule, "practice.yaml": _PRACTICE})
    assert not loaded.stops, loaded.stops
    with surgery(tmp_path_factory.mktemp("everywhere"), in_pilot(loaded.usable())) as open_now:
        yield open_now
