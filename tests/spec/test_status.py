"""``status:``: which of FHIR's words count. Without it, the clinically valid ones of each list."""

import pytest

from rules.answer import Answer
from rules.record import Kind
from tests.builders import entry
from tests.spec.table import NO, UNSURE, YES, answer, refusals

FIND = {
    Kind.CONDITION: "condition",
    Kind.OBSERVATION: "observation",
    Kind.PROCEDURE: "procedure",
    Kind.REFERRAL: "referral",
    Kind.TAG: "tag",
    Kind.TASK: "entry",
    Kind.CARE_PLAN: "care_plan",
    Kind.MESSAGE: "message",
    Kind.DRAFT_MESSAGE: "message",
    Kind.DOCUMENT: "entry",
    Kind.APPOINTMENT: "appointment",
    Kind.REPORT: "report",
}

# The table of RULES 4.4 and CONTENT 3.2: what counts, what does not, what says nothing.
TABLE: dict[Kind, tuple[str, str, str]] = {
    Kind.CONDITION: (
        "active, recurrence, relapse, -",
        "inactive, remission, resolved",
        "unknown, something-else",
    ),
    Kind.OBSERVATION: (
        "final, amended, corrected",
        "registered, preliminary, partial, cancelled",
        "-, unknown",
    ),
    Kind.PROCEDURE: (
        "completed",
        "not-done, preparation, in-progress, on-hold, stopped",
        "-, unknown",
    ),
    Kind.REFERRAL: ("active, completed, on-hold", "draft, revoked", "-, unknown"),
    Kind.TAG: ("active", "inactive", "-, unknown"),
    Kind.TASK: (
        "requested, received, accepted, ready, in-progress, on-hold, completed",
        "draft, rejected, cancelled, failed",
        "-, unknown",
    ),
    Kind.CARE_PLAN: ("active", "draft, on-hold, revoked, completed", "-, unknown"),
    Kind.MESSAGE: (
        "completed, in-progress",
        "preparation, not-done, on-hold, stopped",
        "-, unknown",
    ),
    Kind.DRAFT_MESSAGE: ("active, completed", "draft, on-hold, revoked", "-, unknown"),
    Kind.DOCUMENT: ("current", "superseded", "-, unknown"),
    Kind.APPOINTMENT: (
        "booked, pending, arrived, checked-in, fulfilled",
        "proposed, cancelled, noshow, waitlist",
        "-, unknown",
    ),
    Kind.REPORT: (
        "final, amended, corrected, appended",
        "registered, partial, preliminary, cancelled",
        "-, unknown",
    ),
}
ROWS = [
    pytest.param(kind, "" if word == "-" else word, expected, id=f"{kind} {word} is {expected}")
    for kind, columns in TABLE.items()
    for expected, words in zip((YES, NO, UNSURE), columns, strict=True)
    for word in words.split(", ")
]


@pytest.mark.parametrize(("kind", "status", "expected"), ROWS)
def test_what_counts_where_the_rule_says_nothing(kind: Kind, status: str, expected: Answer) -> None:
    line = entry(kind, "cough", date="2026-01-01", status=status)
    assert answer(f"find: {FIND[kind]}\ncodes: cough", line) is expected


@pytest.mark.parametrize(
    ("kind", "asked", "status", "expected"),
    [
        pytest.param(Kind.CONDITION, "resolved", "resolved", YES, id="resolved is asked for"),
        pytest.param(Kind.CONDITION, "resolved", "active", NO, id="and active is not it"),
        pytest.param(Kind.CONDITION, "resolved", "", NO, id="no status on a condition is active"),
        pytest.param(Kind.CONDITION, "active", "recurrence", YES, id="a recurrence is active"),
        pytest.param(Kind.CONDITION, "active", "", YES, id="no status on a condition counts"),
        pytest.param(Kind.CONDITION, "active", "remission", NO, id="remission is not active"),
        pytest.param(Kind.CONDITION, "any", "resolved", YES, id="any takes resolved"),
        pytest.param(Kind.CONDITION, "any", "", YES, id="any takes no status"),
        pytest.param(Kind.OBSERVATION, "preliminary", "preliminary", YES, id="preliminary"),
        pytest.param(Kind.OBSERVATION, "preliminary", "final", NO, id="final is not preliminary"),
        pytest.param(Kind.OBSERVATION, "preliminary", "unknown", UNSURE, id="nobody knows"),
        pytest.param(Kind.OBSERVATION, "preliminary", "", UNSURE, id="no status says nothing"),
        pytest.param(Kind.OBSERVATION, "[final, partial]", "partial", YES, id="one of several"),
        pytest.param(Kind.OBSERVATION, "[final, partial]", "amended", NO, id="none of several"),
        pytest.param(Kind.REFERRAL, "draft", "draft", YES, id="a draft is asked for"),
        pytest.param(Kind.PROCEDURE, "not-done", "not-done", YES, id="not done is asked for"),
        pytest.param(Kind.TAG, "inactive", "inactive", YES, id="a tag that was ended"),
        pytest.param(Kind.APPOINTMENT, "cancelled", "cancelled", YES, id="a visit called off"),
    ],
)
def test_what_counts_where_the_rule_says_which(
    kind: Kind, asked: str, status: str, expected: Answer
) -> None:
    line = entry(kind, "cough", date="2026-01-01", status=status)
    assert answer(f"find: {FIND[kind]}\ncodes: cough\nstatus: {asked}", line) is expected


@pytest.mark.parametrize("kind", [Kind.TAG, Kind.CARE_PLAN])
@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        pytest.param("2026-11-20", NO, id="ended yesterday"),
        pytest.param("2026-11-21", YES, id="ends today, and today is included"),
        pytest.param("2026-11-22", YES, id="ends tomorrow"),
        pytest.param("2026-11", UNSURE, id="ends some time this month"),
        pytest.param("2026-10", NO, id="ended some time last month"),
        pytest.param("2027", YES, id="ends next year"),
        pytest.param("", YES, id="no end"),
    ],
)
def test_tags_and_plans_stop_counting_when_their_period_is_over(
    kind: Kind, ends: str, expected: Answer
) -> None:
    line = entry(kind, "cough", date="2025-01-01", ends=ends)
    assert answer(f"find: {FIND[kind]}\ncodes: cough", line) is expected


@pytest.mark.parametrize(
    ("kind", "asked", "status"),
    [
        pytest.param(Kind.CARE_PLAN, "completed", "completed", id="a plan that was completed"),
        pytest.param(Kind.CARE_PLAN, "[active, completed]", "completed", id="either"),
        pytest.param(Kind.CARE_PLAN, "any", "revoked", id="any plan there ever was"),
        pytest.param(Kind.TAG, "inactive", "inactive", id="a tag that was ended"),
        pytest.param(Kind.TAG, "any", "active", id="any tag there ever was"),
    ],
)
def test_what_is_over_counts_where_the_rule_asks_for_what_is_over(
    kind: Kind, asked: str, status: str
) -> None:
    line = entry(kind, "cough", date="2025-01-01", ends="2026-01-01", status=status)
    assert answer(f"find: {FIND[kind]}\ncodes: cough\nstatus: {asked}", line) is YES


@pytest.mark.parametrize("kind", [Kind.CONDITION, Kind.PROCEDURE, Kind.REFERRAL])
def test_an_end_ends_nothing_else(kind: Kind) -> None:
    line = entry(kind, "cough", date="2025-01-01", ends="2026-01-01")
    assert answer(f"find: {FIND[kind]}\ncodes: cough", line) is YES


def test_what_the_record_itself_calls_unconfirmed_is_neither_yes_nor_no() -> None:
    unsure = entry(Kind.CONDITION, "cough", sure=False)
    assert answer("find: condition\ncodes: cough", unsure) is UNSURE
    assert answer("find: condition\ncodes: cough", unsure, entry(Kind.CONDITION, "cough")) is YES


def test_what_is_unconfirmed_and_does_not_count_anyway_is_no() -> None:
    line = entry(Kind.CONDITION, "cough", sure=False, status="resolved")
    assert answer("find: condition\ncodes: cough", line) is NO


def test_one_certain_entry_settles_it_beside_one_that_says_nothing() -> None:
    lines = [entry(Kind.PROCEDURE, "cough", status=word) for word in ("unknown", "completed")]
    assert answer("find: procedure\ncodes: cough", *lines) is YES


def test_a_status_that_a_list_cannot_have_is_refused() -> None:
    facts = "\nhas_cough: {find: condition, codes: cough, status: final}"
    assert refusals(facts=facts) == ['"final" is not a status that this list can have.']
