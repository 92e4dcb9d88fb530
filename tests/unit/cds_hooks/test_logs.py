"""Events of our own: a value of a person has no way in."""

import json

import pytest

from cds_hooks import logs
from cds_hooks.logs import NotLoggable


def test_an_event_is_one_line_of_json(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "goodday")
    logs.event("asked", service="good-day-patient-view", rules=2, cards=0, ms=1.5)
    (record,) = caplog.records
    assert json.loads(record.message) == {
        "event": "asked",
        "service": "good-day-patient-view",
        "rules": 2,
        "cards": 0,
        "ms": 1.5,
    }


@pytest.mark.parametrize("field", ["person", "patient", "body", "token", "says", "nhs"])
def test_a_field_that_is_not_on_the_list_is_refused(field: str) -> None:
    with pytest.raises(NotLoggable):
        logs.event("asked", **{field: "x"})


@pytest.mark.parametrize(
    "value",
    [
        "Margaret Canary",
        "9434765919",
        "p-9434765919",
        "a b",
        "",
        "two\nlines",
        '{"a": 1}',
        "https://ehr.example/Patient?name=x",
        "x" * 62,
        "Ünlü",
        "_private",
    ],
)
def test_a_text_that_is_no_word_of_ours_is_refused(
    value: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "goodday")
    for given in (value, ("fine", value)):
        with pytest.raises(NotLoggable) as refused:
            logs.event("asked", reason=given)
        assert value not in str(refused.value) or not value
    assert not caplog.records
