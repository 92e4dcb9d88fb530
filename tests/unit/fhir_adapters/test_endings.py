"""Ending a Flag keeps everything that it had."""

import json
from datetime import date

from hypothesis import given

from fhir_adapters.drafts import prove
from fhir_adapters.endings import ended, sent_whole, whole
from tests.strategies import JSON

TODAY = date(2026, 11, 21)
FLAG = {
    "resourceType": "Flag",
    "id": "f1",
    "meta": {"versionId": "3"},
    "extension": [{"url": "https://ehr.example/x", "valueString": "kept"}],
    "status": "active",
    "code": {"text": "Ask about support"},
    "subject": {"reference": "Patient/p"},
    "period": {"start": "2026-09-01", "end": "2027-09-01"},
}


def bundle(*resources: object) -> dict[str, object]:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


def call(**prefetch: object) -> bytes:
    return json.dumps({"hook": "patient-view", "prefetch": prefetch}).encode()


def test_an_ended_flag_is_the_same_but_for_its_status_and_its_end() -> None:
    over = ended(FLAG, TODAY).resource
    assert over == {
        **FLAG,
        "status": "inactive",
        "period": {"start": "2026-09-01", "end": "2026-11-21"},
    }
    assert FLAG["status"] == "active"
    prove([over])


def test_a_flag_without_a_period_gets_an_end() -> None:
    bare = {name: value for name, value in FLAG.items() if name != "period"}
    assert ended(bare, TODAY).resource["period"] == {"end": "2026-11-21"}


def test_the_whole_resource_is_found_in_a_call_wherever_it_stands() -> None:
    assert sent_whole("Flag/f1", call(flags=bundle(FLAG))) == FLAG
    assert sent_whole("Flag/f1", call(other=FLAG)) == FLAG
    assert sent_whole("Flag/f1", call(a=bundle(FLAG), b=bundle(FLAG))) == FLAG


def test_what_is_not_there_or_not_one_thing_is_not_found() -> None:
    other = {**FLAG, "status": "inactive"}
    assert sent_whole("Flag/f2", call(flags=bundle(FLAG))) is None
    assert sent_whole("Flag/", call(flags=bundle({**FLAG, "id": ""}))) is None
    assert sent_whole("Flag/f1", call(flags=bundle(FLAG, other))) is None
    assert sent_whole("Flag/f1", b"not JSON") is None


@given(JSON)
def test_nothing_that_is_sent_breaks_it(value: object) -> None:
    assert whole("Flag/f1", [json.dumps(value).encode(), b"\xff", b""]) is None
