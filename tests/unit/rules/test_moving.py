"""A rule moved on or back: two words change, and everything else stays as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.moving import moved
from rules.rule import Status
from tests.builders import load_text, rule_text

COMMENTED = """\
# The tea group asked for this.
format: 1
id: coughing   # never changes
version: "4"   # raised by release
status:   draft    # so far
title: Tea
"""


def test_comments_quotes_and_layout_stay() -> None:
    after = moved(COMMENTED, "coughing.yaml", Status.PILOT, 5)
    assert after == COMMENTED.replace('"4"', "5").replace("  draft", "  pilot")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_headings_that_are_not_written_yet_come_below_the_name(end: str) -> None:
    text = end.join(["format: 1", "id: coughing  # a name", "title: Tea", ""])
    after = moved(text, "coughing.yaml", Status.RETIRED, 2)
    assert after is not None
    assert after.split(end)[2:4] == ["status: retired", "version: 2"]
    assert after.replace(f"status: retired{end}version: 2{end}", "") == text


@pytest.mark.parametrize("text", ["id: coughing", "\n  id: coughing"])
def test_a_name_on_the_last_line_is_gone_on_from(text: str) -> None:
    after = moved(text, "coughing.yaml", Status.DRAFT, 9)
    margin = "  " if text.startswith("\n") else ""
    assert after == f"{text}\n{margin}status: draft\n{margin}version: 9"


@pytest.mark.parametrize(
    "text", ["", "- id: coughing", "title: Tea", "id: [a]", "id: {", "\tid: a"]
)
def test_what_is_no_rule_is_not_changed(text: str) -> None:
    assert moved(text, "coughing.yaml", Status.DRAFT, 2) is None


@given(
    st.sampled_from(Status),
    st.integers(1, 999),
    st.sampled_from([None, "draft", '"draft"', "'draft'  # so far"]),
    st.sampled_from([None, "1", '"1"', "1   # the first"]),
    st.booleans(),
)
def test_the_rule_is_read_with_its_new_status_and_version_and_nothing_else_changed(
    to: Status, version: int, status: str | None, old: str | None, windows: bool
) -> None:
    text = rule_text(status=status, version=old)
    text = text.replace("\n", "\r\n") if windows else text
    after = moved(text, "coughing.yaml", to, version)
    assert after is not None
    (rule,) = load_text(after).library.rules
    assert (rule.status, rule.version) == (to, version)
    kept = [line for line in text.splitlines() if not line.startswith(("status", "version"))]
    assert [x for x in after.splitlines() if not x.startswith(("status", "version"))] == kept
