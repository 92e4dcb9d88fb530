"""cql-execution and we say the same of everybody: yes, no, and what the record cannot say."""

from collections import Counter
from pathlib import Path

import pytest

from tests.benchmarks.lists import crowd
from tests.crowd.page import TODAY
from tests.peers.asking import ELM, Answers, differences, ours, theirs, why_not
from tests.peers.drawing import drawn

WHY_NOT = why_not()
pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "it is here")]

PEOPLE = 200


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn(tmp_path_factory.mktemp("drawn") / "people", PEOPLE, 7, TODAY)


@pytest.fixture(scope="module")
def answers(people: Path) -> Answers:
    return ours(people, TODAY).answers


def test_thirty_of_the_invented_practice_are_answered_alike(tmp_path: Path) -> None:
    source = crowd(tmp_path / "practice", 30)
    mine, yours = ours(source, TODAY).answers, theirs(source, TODAY).answers
    assert len(mine) == 30
    assert differences(mine, yours) == []


def test_whoever_is_hard_to_read_is_answered_alike(people: Path, answers: Answers) -> None:
    came = Counter((question, said) for one in answers.values() for question, said in one.items())
    assert len(answers) == PEOPLE
    assert len(came) == 5 * 3  # every question has a yes, a no and somebody of whom it is not clear
    assert min(came.values()) >= 3
    assert differences(answers, theirs(people, TODAY).answers) == []


SPOILT = {
    "an age": ('"value": "18"', '"value": "19"'),
    "how many": ('"value": "2"', '"value": "3"'),
    "a window": ('"value": 12, "unit": "months"', '"value": 11, "unit": "months"'),
    "which side of a day": ("SameOrBefore", "SameOrAfter"),
    "a status": ('"value": "remission"', '"value": "active"'),
    "a doubt": ('"value": "provisional"', '"value": "confirmed"'),
    "something left out": ('"value": "SUBSETTED"', '"value": "WHOLE"'),
    "a list": ('"id": "ckd"', '"id": "depression"'),
    "what cannot be told": ('"type": "Null"', '"type": "IsNull", "operand": {"type": "Null"}'),
}


@pytest.mark.parametrize(("was", "becomes"), SPOILT.values(), ids=SPOILT)
def test_a_question_that_says_something_else_is_found_out(
    tmp_path: Path, people: Path, answers: Answers, was: str, becomes: str
) -> None:
    text = ELM.read_text("utf-8")
    assert was in text
    spoilt = tmp_path / "spoilt.json"
    spoilt.write_text(text.replace(was, becomes), "utf-8")
    found = differences(answers, theirs(people, TODAY, spoilt).answers)
    assert found
    assert all(one.startswith("p") for one in found)  # by name
