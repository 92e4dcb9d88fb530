"""Rules that take as much time as a rule may: those beside them decide and say what they did."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from cds_hooks.live import Live, in_force
from cds_hooks.reloading import Reloading
from prompts.choose import choose
from prompts.history import History
from rules.engine import evaluate
from rules.load import load_library
from rules.outcome import Decision, Outcome
from rules.people import record_of
from rules.rule import Library
from rules.schema.size import MOST_CONDITIONS
from tests.benchmarks.bodies import CONDITION, OBSERVATION, PROCEDURE, concept, for_person, request
from tests.benchmarks.forty import write_forty
from tests.builders import load_files, rule_text, shipped, write_folder
from tests.fhir_builders import COPD, COPD_RULE
from tests.hostile_rules import SORTS, everything, hostile_rules
from tests.lengths import only
from tests.served import NOW, VIEW, Json, Reply, Surgery, in_pilot, piloting, surgery

SOAK = settings().max_examples > 200
HOSTILE = 500 if SOAK else len(SORTS)
CALLS = 20 if SOAK else 2
CODES = [
    COPD,
    *(concept(sort, n) for sort in (CONDITION, PROCEDURE, OBSERVATION) for n in range(60)),
]
SHIPPED = shipped()
PEOPLE = [
    (*record_of(story), story.today)
    for rule in SHIPPED.library.rules
    for story in SHIPPED.stories[rule.id]
]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Twenty good rules: those that we ship, and fourteen that are not alike."""
    folder = tmp_path_factory.mktemp("good")
    write_forty(folder, 20 - len(SHIPPED.library.rules))
    own = load_library(folder).usable()
    lists = {**own.code_lists, **SHIPPED.library.code_lists}
    return in_pilot(replace(own, rules=(*SHIPPED.library.rules, *own.rules), code_lists=lists))


@pytest.fixture(scope="module")
def hostile() -> Library:
    loaded = load_files({**everything(CODES), **hostile_rules(HOSTILE)})
    assert not loaded.stops, "each of them may be loaded"
    assert len(loaded.library.rules) == HOSTILE
    return in_pilot(loaded.library)


@pytest.fixture(scope="module")
def beside(good: Library, hostile: Library) -> Library:
    """The good ones among the others, which are asked first."""
    return replace(good, rules=(*hostile.rules, *good.rules))


def test_the_good_ones_decide_and_say_for_everybody_what_they_did(
    good: Library, beside: Library
) -> None:
    cards = 0
    for record, said, today in PEOPLE[:: 1 if SOAK else only(20, in_ci=5)]:
        alone = evaluate(good.rules, record, said, today)
        among = evaluate(beside.rules, record, said, today)
        ours = among[-len(good.rules) :]
        assert [replaced(one) for one in ours] == [replaced(one) for one in alone]
        assert not [one for one in among[: -len(good.rules)] if one.decision is Decision.PROMPT]
        known = History(said)
        prompt = choose(alone, known, today, good.practice).prompt
        assert choose(among, known, today, good.practice).prompt == prompt
        cards += prompt is not None
    assert cards > 3


def replaced(outcome: Outcome) -> tuple[object, ...]:
    """All of an outcome but how it was looked up."""
    return outcome.rule, outcome.decision, outcome.because, outcome.offers


def test_what_cannot_be_worked_out_is_withheld_and_nothing_else_is(beside: Library) -> None:
    record, said, today = PEOPLE[0]
    withheld = {
        one.rule.id
        for one in evaluate(beside.rules, record, said, today)
        if one.decision is Decision.WITHHELD
    }
    at_fault = [
        n for n, sort in enumerate(SORTS) if sort in ("divided by nothing", "without a result")
    ]
    told = {f"hostile-{n:03}" for n in range(HOSTILE) if n % len(SORTS) in at_fault}
    # Of so many, others are withheld for want of time, and none of the good ones.
    assert told <= withheld if SOAK else told == withheld
    assert all(rule.startswith("hostile-") for rule in withheld)


# ---- as clients meet it ---------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path, good: Library, beside: Library) -> Iterator[tuple[Surgery, Surgery]]:
    with ExitStack() as stack:
        yield (
            stack.enter_context(surgery(tmp_path / "good", good)),
            stack.enter_context(surgery(tmp_path / "beside", beside)),
        )


def said_by(reply: Reply) -> tuple[str, Json]:
    """The cards but for what is drawn anew each time, and what is said of good rules besides."""
    ids = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    held = {rule: says for rule, says in reply.held_back.items() if not rule.startswith("hostile-")}
    return ids.sub("", json.dumps(reply.cards)), held


def test_the_cards_are_the_same(two: tuple[Surgery, Surgery]) -> None:
    cards = 0
    for number in range(CALLS):
        answers: list[tuple[str, Json]] = []
        for here in two:
            body = request(here.templates(), VIEW, 300, offered=number % 2 == 1)
            answers.append(said_by(here.post(for_person(body, number))))
        assert answers[0] == answers[1]
        cards += answers[0][0] != "[]"
    assert cards


# ---- and what is not taken ------------------------------------------------------------------

_ONE = "{age: {above: 99}}, "
_CHAIN = """
has_cough: {find: condition, codes: cough}
d0: {find: condition, codes: cough, give: latest date}
"""
TOO_MUCH: dict[str, dict[str, str]] = {
    "too many conditions": {"when": f"{{all: [has_cough, {{any: [{_ONE * MOST_CONDITIONS}]}}]}}"},
    "too many facts": {
        "facts": _CHAIN
        + "".join(
            f"f{n}: {{find: condition, codes: cough, within: {n} days}}\n" for n in range(1, 101)
        )
    },
    "facts one on another": {
        "facts": _CHAIN
        + "".join(
            f"d{n}: {{find: condition, codes: cough, since: d{n - 1}, give: latest date}}\n"
            for n in range(1, 400)
        )
    },
}


@pytest.mark.parametrize("changed", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_rule_that_asks_for_too_much_is_not_taken_and_the_last_good_set_stays(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    folder = tmp_path / "practice"
    before = in_force(piloting(folder, COPD_RULE), NOW)
    live = Live(before)
    looks = Reloading(folder, live, lambda: NOW, 1)
    write_folder(folder, {"coughing.yaml": rule_text(**changed)})
    looks.look(at_once=True)
    assert live.rules is before
    assert live.last is not None
    assert "A rule that asks for too much (E36)." in live.last.wrong[0]
    assert live.last.wrong[0].startswith("coughing.yaml, line ")
