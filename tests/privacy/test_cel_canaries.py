"""cel-python quotes everything it was given, in exceptions and in its logs: none of it gets out.

Names and numbers of a person are given to expressions in every way there is, and every way to end
without an answer is taken.
"""

import logging
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rules.answer import CANNOT_TELL
from rules.explain import explain
from rules.fact import Expression
from rules.finding import Finding, RuleFault
from rules.record import Kind
from tests.builders import (
    PILOTED,
    a_condition,
    a_record,
    a_rule,
    entry,
    outcome,
    rule_text,
    write_folder,
)
from tests.cel_builders import Given, built, found
from tests.privacy.canaries import ID, NHS_NUMBER, SECRETS, found_in, zebedee
from tests.served import piloting, surgery

ZEBEDEE: dict[str, Given] = {
    "smoking": "Zebedee Quillfeather " + NHS_NUMBER,
    "last_cough": date(1933, 3, 3),
    "age": int(NHS_NUMBER),
    "coughs": 0,
}
NO_RESULT = (
    'age / coughs > 2 && (smoking == "smokes" || last_cough > "1900-01-01")',
    'smoking != "never" && age / (age - age) > 2',
    'last_cough > "1900-01-01" && (age / coughs) * age > age',
)
UNKNOWN = (
    'smoking != "smokes" && last_seen > last_cough',
    "age / coughs > hba1c",
    "!(age > hba1c) || last_cough > last_seen",
    'size && smoking != "smokes" && age > 2',
)


def expression(text: str) -> Expression:
    made = built(text).expression
    assert made is not None, built(text).slips
    return made


def findings(text: str) -> list[Finding]:
    return [found(fact.name, ZEBEDEE.get(fact.name)) for fact in expression(text).facts]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that any library writes, at the level where they write most."""
    for name in ("", "celpy", "celpy.Evaluator", "celpy.celpy.evaluation", "celpy.NameContainer"):
        caplog.set_level(logging.DEBUG, name)
    return caplog


@pytest.mark.parametrize("text", NO_RESULT)
def test_a_fault_says_one_sentence_and_holds_nothing(
    text: str, said: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(RuleFault) as raised:
        expression(text).answer(*findings(text))
    fault = raised.value
    assert str(fault) == "a computed fact could not be worked out"
    assert (fault.__cause__, fault.__context__) == (None, None)
    assert fault.args == (str(fault),)
    assert not found_in("".join(traceback.format_exception(fault)) + repr(fault))
    assert not found_in(said.text)
    assert not [r for r in said.records if r.name.startswith("celpy")]


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_cannot_be_told_says_nothing(text: str, said: pytest.LogCaptureFixture) -> None:
    assert expression(text).answer(*findings(text)) is CANNOT_TELL
    assert not found_in(said.text)
    assert not found_in(repr(expression(text)))


def test_the_library_itself_would_have_told() -> None:
    from celpy import Environment, celtypes

    limit = sys.getrecursionlimit()
    environment: Any = Environment()  # its own types leave open what its trees are of
    whole = environment.program(environment.compile("name == other"))
    sys.setrecursionlimit(limit)
    with pytest.raises(Exception, match="undeclared") as raised:
        whole.evaluate({"name": celtypes.StringType(f"Zebedee {NHS_NUMBER}")})
    assert set(found_in(str(raised.value))) == {"zebedee", NHS_NUMBER}
    assert {"zebedee", NHS_NUMBER} <= set(SECRETS)


def test_a_withheld_outcome_and_its_explanation_hold_nothing() -> None:
    facts = "\nwheezes: {find: observation, codes: wheeze, give: count}"
    rule = a_rule(facts=facts, when="{cel: age / wheezes > 2, means: wheezes seldom}")
    withheld = outcome(rule, a_record(entry(Kind.CONDITION, "cough")))
    explanation = explain(withheld)
    assert explanation.headline.endswith("a computed fact could not be worked out.")
    assert (explanation.who_for, explanation.who_not_for) == ((), ())


def test_nothing_is_in_the_answer_or_in_our_log(
    tmp_path: Path, said: pytest.LogCaptureFixture
) -> None:
    facts = """
        has_cough: {find: condition, codes: cough}
        wheezes: {find: observation, codes: wheeze, give: count}
    """
    for name, text in (("coughing", "age / wheezes > 2"), ("seldom", "10 / wheezes > age")):
        when = f"{{all: [has_cough, {{cel: {text}, means: wheezes seldom}}]}}"
        rule = rule_text(id=name, facts=facts, when=when, **PILOTED)
        write_folder(tmp_path / "practice", {f"{name}.yaml": rule})
    with surgery(tmp_path, piloting(tmp_path / "practice", "coughing", "seldom")) as service:
        cough = a_condition("cough", id="cough-1", subject={"reference": f"Patient/{ID}"})
        reply = service.ask(service.a_call([zebedee(), cough], of=ID))
    assert reply.decided("coughing") == reply.decided("seldom") == "withheld"
    assert not found_in(reply.text)
    ours = [r.getMessage() for r in said.records if not r.name.startswith("httpx")]
    assert [line for line in ours if '"withheld"' in line]
    assert not [line for line in ours if found_in(line)]
