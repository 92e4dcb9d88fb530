"""What cards become on somebody's screen, whatever a record holds: words, emphasis and lists.

Threat T8: payloads stand wherever a record has words, and in any one place of it; the answers of
the service go through the sandbox's renderer in Chromium. 300 payloads in ``make test``, 5,000 in
``make soak``.
"""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import settings

from tests.builders import Resource, a_condition, a_patient, a_resource, load_files, rule_text
from tests.conformance.standard import members, parts
from tests.fhir_builders import (
    COPD_RULE,
    RESULTS_RULE,
    SPIROMETRY_DAY,
    a_booking,
    a_report,
    a_sheet,
    leroy,
    margaret,
)
from tests.lengths import examples
from tests.sandbox.page import NEEDED, Ehr, check_shown, texts_of
from tests.sandbox.payloads import payloads
from tests.served import BOOK, VIEW, Json, Surgery, in_pilot, piloting, surgery

SOAK = settings().max_examples > 200
MANY = 5_000 if SOAK else examples(100, 300)

pytestmark = [*NEEDED, pytest.mark.long]

SHIPPED = (COPD_RULE, RESULTS_RULE, "agenda-sheet")
# A rule that quotes all that a card can quote of a record, and one that cannot tell.
QUOTING = rule_text(
    id="quoting",
    people=None,
    today=None,
    tests=None,
    facts="""
        has_cough: {find: condition, codes: cough}
        blown_on: {find: observation, codes: blow-test, give: latest date}
    """,
    card="""
        summary: What would help <first_name>, <age>, since <blown_on>?
        question: What does a good day look like?
        detail: |
          <first_name>
          <first_name>: <age>, <blown_on>. Ask <first_name>.

          - <first_name>
          - *<first_name>* and **<first_name>**
          <blown_on>
        source: The test suite
    """,
    offers="""
        - refer: {label: Refer <first_name> to the tea group, service: tea-group}
        - results_ahead: {label: A letter for <first_name>, include: blow-test, within: 42 days}
        - task: {label: Ring <first_name>, code: ring, for: nurse}
    """,
)
UNSURE = rule_text(
    id="unsure",
    people=None,
    today=None,
    tests=None,
    facts="""
        blow: {find: observation, codes: blow-test, unit: "%", give: latest value}
        cough_state: {find: condition, codes: cough, within: 12 months}
    """,
    when="{all: [{blow: {below: 50 %}}, cough_state]}",
    exclude="\n- if: {blow: {above: 90 %}}\n  because: Their breath is strong",
)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surgery]:
    folder = tmp_path_factory.mktemp("shipped")
    with surgery(folder, piloting(folder / "practice", *SHIPPED)) as open_now:
        yield open_now


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surgery]:
    practice = "name: A test\ninvented: yes\n"
    files = {"quoting.yaml": QUOTING, "unsure.yaml": UNSURE, "practice.yaml": practice}
    with surgery(tmp_path_factory.mktemp("own"), in_pilot(load_files(files).usable())) as open_now:
        yield open_now


# ---- the page notices what it is there for ----------------------------------------------------


ASKING = {
    "https://evil.example/p.png": "![x](https://evil.example/p.png)",
    "https://evil.example/q.png": "<img src='https://evil.example/q.png'>",
    "https://evil.example/c.css": "<style>@import 'https://evil.example/c.css'</style>",
    "https://evil.example/i.svg": "<svg><image href='https://evil.example/i.svg'/></svg>",
}
MARKED = {
    "[x](https://evil.example)": "a href=https://evil.example",
    "www.evil.example": "a href=http://www.evil.example",
    "https&#58;//evil.example": "a href=https://evil.example",
    "a@evil.example": "a href=mailto:a@evil.example",
    "[x]\n\n[x]: //evil.example": "a href=//evil.example",
    "# x": "h1",
    "a\n:-": "table",
    "<b>x</b>": "b",
    "<p title=x>x</p>": "p title=x",
}


def test_what_a_text_asks_for_or_runs_is_noticed(ehr: Ehr) -> None:
    script = "<iframe srcdoc='<script>parent.trap(7)</script>'></iframe>"
    shown = ehr.show(["**Well.**", *ASKING.values(), script])
    assert set(shown.asked) == set(ASKING)
    assert shown.ran == ("7",)
    assert set(shown.besides) == {*ASKING.values(), script}


def test_a_text_that_leads_the_page_away_is_noticed(ehr: Ehr) -> None:
    shown = ehr.show(["<meta http-equiv=refresh content='0;url=https://evil.example/'>"])
    assert "https://evil.example/" in shown.asked


def test_what_is_no_part_of_a_card_is_noticed(ehr: Ehr) -> None:
    shown = ehr.show(MARKED)
    assert {text: marks[0] for text, marks in shown.besides.items()} == MARKED
    assert shown.ran == shown.asked == ()


def test_words_emphasis_and_lists_are_shown_as_they_are(ehr: Ehr) -> None:
    text = "**What** helps?\n\n- *tea*\n- rest\n\n3. more"
    shown = ehr.show([text])
    check_shown(shown)
    assert shown.words[text].split() == ["What", "helps?", "tea", "rest", "more"]


def test_most_payloads_would_do_something_if_they_came_through(ehr: Ehr) -> None:
    shown = ehr.show(one for one in payloads(300) if "refresh" not in one.lower())
    assert len(shown.besides) > 100
    assert "1" in shown.ran
    assert len({address for address in shown.asked if "evil" in address}) > 8


# ---- whatever stands in the record ------------------------------------------------------------


def words_everywhere(resource: Resource, payload: str) -> Resource:
    """The same resource, where every member for words holds the payload."""
    # Any: JSON.
    told: dict[str, Any] = deepcopy(dict(resource))
    told["text"] = {"status": "generated", "div": payload}
    if told["resourceType"] == "Patient":
        called = {"use": "usual", "given": [payload], "family": payload, "text": payload}
        return {**told, "name": [called], "telecom": [{"system": "email", "value": payload}]}
    told["note"] = [{"text": payload}]
    for item in told.get("item", ()):
        item["answer"] = [{"valueString": payload}]
    for name in ("description", "comment", "conclusion", "patientInstruction"):
        told[name] = payload
    for name in ("subject", "performer", "recorder"):
        if isinstance(told.get(name), dict):
            told[name]["display"] = payload
    for concept in (told.get("code"), told.get("clinicalStatus")):
        if concept:
            concept["text"] = payload
            for coding in concept["coding"]:
                coding["display"] = payload
    if "valueQuantity" in told:
        told["valueQuantity"]["unit"] = payload
        part = {"valueQuantity": {"value": 7, "unit": payload, "code": payload}}
        whole = {"code": {"text": payload}, "valueQuantity": {"value": 8, "unit": "%"}}
        named = {"code": {"coding": [{"display": payload}]}, **part}
        told["component"] = [whole, named]
    return told


def words_everywhere_in(call: Json, payload: str) -> Json:
    """A call in which every resource has the payload for its words."""
    prefetch = {
        key: words_everywhere(value, payload)
        if value.get("resourceType") != "Bundle"
        else {
            **value,
            "entry": [
                {"resource": words_everywhere(one["resource"], payload)} for one in value["entry"]
            ],
        }
        for key, value in call["prefetch"].items()
    }
    context = {**call["context"], "userId": f"Practitioner/{payload}"}
    return {**call, "prefetch": prefetch, "context": context}


def somewhere_in(call: Json, payload: str, chance: random.Random) -> Json:
    """A call that has the payload for one of its texts, whichever that is."""
    spoilt = deepcopy(call)
    holders = [
        (value, name)
        for _, value in parts({"prefetch": spoilt["prefetch"], "context": spoilt["context"]})
        for name, inner in members(value)
        if isinstance(inner, str)
    ]
    holder, name = chance.choice(holders)
    holder[name] = payload
    return spoilt


def sam(of: str) -> list[Resource]:
    """Coughs, and has a filed blow test of a week ago."""
    about = {"reference": f"Patient/{of}"}
    blow = a_resource(
        "Observation", "blow-test", of=of, id="blow-1", status="final",
        effectiveDateTime=SPIROMETRY_DAY, valueQuantity={"value": 71, "unit": "%"},
    )  # fmt: skip
    cough = a_condition("cough", subject=about, id="cough-1")
    return [{**a_patient(), "id": of}, cough, blow, a_report("Observation/blow-1", of=of)]


def calls(shipped: Surgery, own: Surgery) -> list[tuple[Surgery, str, str]]:
    """Three calls, each with a place for whom it is about, so that nobody is asked twice."""
    of = "somebody-0"
    booked = shipped.a_call(leroy(of=of), of=of, hook=BOOK)
    booked["context"]["appointments"] = a_booking(of=of)
    sheet = a_sheet(of)
    whole = [
        (shipped, VIEW, shipped.a_call([*margaret(of=of), sheet], of=of)),
        (shipped, BOOK, booked),
        (own, VIEW, own.a_call(sam(of), of=of)),
    ]
    return [(service, hook, json.dumps(call)) for service, hook, call in whole]


def test_nothing_of_a_record_does_more_on_a_screen_than_be_read(
    ehr: Ehr, shipped: Surgery, own: Surgery
) -> None:
    chance = random.Random(38)
    asked = calls(shipped, own)
    texts: set[str] = set()
    cards, unsure = 0, 0
    for number, payload in enumerate(payloads(MANY)):
        for service, hook, whole in (asked[number % 2], asked[2]):
            call = json.loads(whole.replace("somebody-0", f"somebody-{number}"))
            reply = service.post(json.dumps(words_everywhere_in(call, payload)).encode(), hook)
            cards += len(reply.cards)
            unsure += bool(reply.held_back)
            texts.update(texts_of(reply.body))
        service, hook, whole = chance.choice(asked)
        call = json.loads(whole.replace("somebody-0", f"another-{number}"))
        reply = service.post(json.dumps(somewhere_in(call, payload, chance)).encode(), hook)
        assert reply.status < 500, reply.text
        texts.update(texts_of(reply.body))
    assert cards >= 1.8 * MANY  # words alone take no card away
    assert unsure >= 0.5 * MANY
    check_shown(ehr.show(texts))
