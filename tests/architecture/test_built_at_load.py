"""What can be worked out when rules are loaded is worked out then, and never in a request."""

import sys
from types import FrameType

from rules.engine import evaluate
from rules.outcome import Decision
from rules.record import Kind
from tests.benchmarks.bodies import TODAY
from tests.benchmarks.forty import RULES
from tests.benchmarks.many_rules import record_for, service_of
from tests.builders import TODAY as DAY
from tests.builders import a_record, a_rule, entry

# Where a pattern, a YAML text and a cel expression are turned into something that can be asked.
BUILDERS = (
    "/re/",
    "/yaml/",
    "/lark/parsers/",
    "/lark/lark.py",
    "rules/text.py",
    "rules/cel/check.py",
    "rules/schema/",
)
BUILDS = frozenset({"_build", "_environment", "program"})


class Watch:
    """Notes every function that builds something while it looks on."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        built = any(part in code.co_filename for part in BUILDERS)
        built = built or (code.co_name in BUILDS and "rules/cel" in code.co_filename)
        if event == "call" and built:
            self.seen.add(f"{code.co_filename}:{code.co_name}")

    def __enter__(self) -> "Watch":
        sys.setprofile(self)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)


def test_loading_builds() -> None:
    with Watch() as watch:
        service_of(2)
    assert any("/yaml/" in name for name in watch.seen)
    assert any("rules/schema/" in name for name in watch.seen)


def test_asking_forty_rules_builds_nothing() -> None:
    service = service_of()
    record = record_for(service)
    with Watch() as watch:
        outcomes = evaluate(service.rules, record, (), TODAY)
    assert len(outcomes) == RULES
    assert {outcome.decision for outcome in outcomes} == {Decision.PROMPT}
    assert watch.seen == set()


def test_asking_a_rule_with_a_cel_expression_builds_nothing() -> None:
    rule = a_rule(
        facts="""
        has_cough: {find: condition, codes: cough}
        coughs: {find: condition, codes: cough, give: count}
        often: {find: cel, cel: coughs > 0, means: has coughed at all}
        """,
        when="\nall:\n- has_cough\n- often\n",
    )
    record = a_record(entry(Kind.CONDITION, "cough", date="4 months ago"))
    with Watch() as watch:
        (outcome,) = evaluate((rule,), record, (), DAY)
    assert outcome.decision is Decision.PROMPT
    assert watch.seen == set()
