"""A rule moved on or back: two words change, and everything else stays as it was."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.care import Released
from rules.moving import moved
from rules.rule import Status
from tests.builders import load_text, rule_text

MARK = "8f3a5c0d9be14727"
DAY = date(2026, 11, 22)
RELEASED_2 = f'released: {{version: 2, fingerprint: "{MARK}", on: 2026-11-22}}'
# What may stand under ``released`` from the time before.
BEFORE = (
    "{version: 3, fingerprint: 0000000000000000}  # never by hand",
    '{fingerprint: "1111111111111111", version: "3"}',
    """
    fingerprint: 12345678901234e5  # never by hand
    version: 3
    """,
    '{version: 3, fingerprint: "1111111111111111", on: 2026-10-31}',
    """
    on: 2026-10-31  # never by hand
    version: 3
    fingerprint: "1111111111111111"
    """,
)
COMMENTED = """\
# The tea group asked for this.
format: 1
id: coughing   # never changes
version: "4"   # raised by release
status:   draft    # so far
title: Tea
"""


def test_comments_quotes_and_layout_stay() -> None:
    after = moved(COMMENTED, "coughing.yaml", Status.PILOT, 5, MARK, DAY)
    released = f'released: {{version: 5, fingerprint: "{MARK}", on: {DAY}}}\n'
    changed = COMMENTED.replace('"4"', "5").replace("  draft", "  pilot")
    assert after == changed.replace("version: 5", f"{released}version: 5")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_headings_that_are_not_written_yet_come_below_the_name(end: str) -> None:
    text = end.join(["format: 1", "id: coughing  # a name", "title: Tea", ""])
    after = moved(text, "coughing.yaml", Status.RETIRED, 2, MARK, DAY)
    assert after is not None
    new = ["status: retired", "version: 2", RELEASED_2]
    assert after.split(end)[2:5] == new
    assert after.replace(end.join([*new, ""]), "") == text


@pytest.mark.parametrize("text", ["id: coughing", "\n  id: coughing"])
def test_a_name_on_the_last_line_is_gone_on_from(text: str) -> None:
    after = moved(text, "coughing.yaml", Status.DRAFT, 2, MARK, DAY)
    margin = "  " if text.startswith("\n") else ""
    new = ["", "status: draft", "version: 2", RELEASED_2]
    assert after == text + f"\n{margin}".join(new)


@pytest.mark.parametrize(
    "text", ["", "- id: coughing", "title: Tea", "id: [a]", "id: {", "\tid: a"]
)
def test_what_is_no_rule_is_not_changed(text: str) -> None:
    assert moved(text, "coughing.yaml", Status.DRAFT, 2, MARK, DAY) is None


@given(
    st.sampled_from(Status),
    st.integers(1, 999),
    st.text("0123456789abcdef", min_size=16, max_size=16),
    st.sampled_from([None, "draft", '"draft"', "'draft'  # so far"]),
    st.sampled_from([None, "1", '"1"', "1   # the first"]),
    st.sampled_from([None, *BEFORE]),
    st.booleans(),
)
def test_the_rule_is_read_with_what_is_new_and_nothing_else_changed(
    to: Status,
    version: int,
    mark: str,
    status: str | None,
    old: str | None,
    released: str | None,
    windows: bool,
) -> None:
    text = rule_text(status=status, version=old, released=released)
    text = text.replace("\n", "\r\n") if windows else text
    after = moved(text, "coughing.yaml", to, version, mark, DAY)
    assert after is not None
    (rule,) = load_text(after).library.rules
    assert (rule.status, rule.version) == (to, version)
    assert rule.care.released == Released(version, mark, DAY)
    assert _others(after) == _others(text)
    assert ("# never by hand" in after) is ("# never by hand" in text)


def test_the_day_is_put_beside_what_was_released_before_it_was_written_down() -> None:
    text = "id: a\nversion: 1\nstatus: draft\nreleased:\n  version: 1\n  fingerprint: x  # so far\n"
    after = moved(text, "a.yaml", Status.LIVE, 2, MARK, DAY)
    assert after == (
        "id: a\nversion: 2\nstatus: live\nreleased:\n  version: 2\n  on: 2026-11-22\n"
        f'  fingerprint: "{MARK}"  # so far\n'
    )


def test_what_offers_are_remembered_as_is_put_beside_it_and_read_again() -> None:
    keys = ("goal:ghijkmnpqrabcdef", "tag:ask")
    for before in (None, *BEFORE):
        text = rule_text(released=before)
        for _ in range(2):
            after = moved(text, "coughing.yaml", Status.DRAFT, 2, MARK, DAY, keys)
            assert after is not None
            (rule,) = load_text(after).library.rules
            assert rule.care.released == Released(2, MARK, DAY, keys)
            text = after


def _others(text: str) -> list[str]:
    """The lines of a file that no release is about."""
    new = ("status", "version", "released", "  version", "  fingerprint", "  on")
    return [line for line in text.splitlines() if not line.startswith(new)]
