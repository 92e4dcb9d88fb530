"""What whoever runs the service can ask: health, figures and state, and what is said when busy."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient
from starlette.types import Message

from cds_hooks.app import create_app
from cds_hooks.live import Live, in_force
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.tables import FILE
from cds_hooks.tracing import Tracing
from cds_hooks.traffic import Call, Counting, Traffic
from rules.rule import Library
from tests.conformance.standard import check_no_empties, check_refusal, parts
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import NOW, VIEW, Reply, Surgery

CALL = f"/cds-services/good-day-{VIEW}"


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


@pytest.fixture
def live(library: Library) -> Live:
    return Live(in_force(library, NOW))


@pytest.fixture
def here(tmp_path: Path, live: Live, traffic: Traffic) -> Iterator[Surgery]:
    """The app with its rules and its traffic in our hands."""
    answers = Answers(tmp_path / "store")
    app = create_app(Settings(), live, answers, clock=lambda: NOW, traffic=traffic)
    with TestClient(app, base_url="http://good-day.example") as client:
        yield Surgery(client, tmp_path / "store")


# ---- health ---------------------------------------------------------------------------------


def test_it_lives_and_is_ready(here: Surgery) -> None:
    assert here.client.get("/health/live").json() == {"alive": True}
    ready = here.client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "rules": 2})


def test_without_its_store_it_is_ready_and_says_what_it_lacks(here: Surgery) -> None:
    (here.store / FILE).unlink()
    assert here.client.get("/health/live").status_code == 200
    ready = here.client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["without"] == ["the store of answers"]
    assert here.client.get("/status").json()["store"] is False


def test_once_it_stops_it_is_not_ready_and_still_answers_and_lets_go_of_connections(
    here: Surgery, traffic: Traffic
) -> None:
    traffic.stopping = True
    assert here.client.get("/health/ready").status_code == 503
    reply = here.ask(here.a_call(margaret()))
    assert reply.decided(COPD_RULE) == "card"
    assert reply.headers["connection"] == "close"


# ---- how many at once -----------------------------------------------------------------------


def test_as_many_calls_as_may_be_are_at_work_and_the_next_is_told_to_come_again(
    here: Surgery, traffic: Traffic
) -> None:
    call = here.a_call(margaret())
    traffic.at_work = traffic.most - 1
    assert here.ask(call).decided(COPD_RULE) == "card"
    traffic.at_work = traffic.most
    reply = here.ask(call)
    check_refusal(reply, 503, "Nothing was decided")
    assert reply.headers["retry-after"] == "1"
    assert here.client.get("/health/live").status_code == 200
    assert "goodday_calls_too_many_total 1.0" in here.client.get("/metrics").text
    traffic.at_work = 0
    assert here.ask(call).status == 200


def test_every_call_is_counted_out_however_it_ends() -> None:
    traffic = Traffic()

    async def breaks(*_: object) -> None:
        raise ConnectionResetError

    async def sent(_: Message) -> None:
        return None

    async def nothing(*_: object) -> Message:
        return {}

    async def one() -> None:
        scope = {"type": "http", "method": "POST", "path": CALL}
        with pytest.raises(ConnectionResetError):
            await Counting(breaks, traffic)(scope, nothing, sent)

    told: list[Call] = []
    traffic.told.append(told.append)
    asyncio.run(one())
    assert traffic.at_work == 0
    assert [call.status for call in told] == [500]


# ---- figures --------------------------------------------------------------------------------

_SAMPLE = re.compile(r"^(goodday_[a-z_]+)(?:\{(.*)\})? ([0-9.e+-]+|\+Inf)$")


def figures(here: Surgery) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in here.client.get("/metrics").text.splitlines():
        if not line.startswith("#"):
            sample = _SAMPLE.match(line)
            assert sample, line
            labels = ",".join(sorted((sample[2] or "").split(",")))
            found[f"{sample[1]}{{{labels}}}"] = float(sample[3])
    return found


def test_calls_rules_and_cards_are_counted_by_our_own_names(here: Surgery) -> None:
    assert here.ask(here.a_call(margaret())).cards
    here.post(b"{")
    here.client.post("/cds-services/9434765919", json={})
    here.client.get("/cds-services")
    found = figures(here)
    ours = f'kind="call",service="good-day-{VIEW}"'
    nobody = 'service="none"'
    assert found[f'goodday_calls_total{{{ours},status="2xx"}}'] == 1
    assert found[f'goodday_calls_total{{{ours},status="4xx"}}'] == 1
    assert found[f'goodday_calls_total{{kind="call",{nobody},status="4xx"}}'] == 1
    assert found[f'goodday_calls_total{{kind="discovery",{nobody},status="2xx"}}'] == 2
    assert found[f'goodday_call_seconds_bucket{{kind="call",le="+Inf",{ours[12:]}}}'] == 2
    assert found[f"goodday_call_seconds_count{{{ours}}}"] == 2
    rule = f'outcome="prompt",rule="{COPD_RULE}",{ours[12:]}'
    assert found[f"goodday_rule_outcomes_total{{{rule}}}"] == 1
    assert found[f"goodday_cards_total{{{ours[12:]}}}"] == 1
    assert found["goodday_rules{}"] == 2
    assert found["goodday_calls_at_work{}"] == 0
    assert "9434765919" not in str(found)


def test_a_rule_that_is_no_longer_in_force_is_no_longer_a_label(
    here: Surgery, live: Live, library: Library
) -> None:
    here.ask(here.a_call(margaret()))
    others = tuple(rule for rule in library.rules if rule.id != COPD_RULE)
    live.take(in_force(Library(others, library.code_lists, library.practice), NOW))
    assert COPD_RULE not in here.client.get("/metrics").text


# ---- state ----------------------------------------------------------------------------------


def test_the_state_says_which_rules_are_in_force_and_what_was_wrong(
    here: Surgery, live: Live
) -> None:
    state = here.client.get("/status").json()
    check_no_empties(state, "rules")
    assert state["ready"]
    assert state["since"] == "2026-11-21T09:30:00+00:00"
    assert {rule["id"]: rule["status"] for rule in state["rules"]}[COPD_RULE] == "pilot"
    assert state["reviewed"] == "Nothing here has been reviewed by a clinical safety officer."
    assert "lastReload" not in state
    live.keep(NOW, "a.yaml, line 3: A heading we do not know (E01).")
    wrong = here.client.get("/status").json()["lastReload"]
    assert wrong == {
        "at": "2026-11-21T09:30:00+00:00",
        "taken": False,
        "wrong": ["a.yaml, line 3: A heading we do not know (E01)."],
    }
    assert [value for _, value in parts(state) if value is None] == []


def test_the_page_says_the_same_in_plain_words(here: Surgery, live: Live) -> None:
    def page() -> str:
        response = here.client.get("/status", headers={"accept": "text/html,*/*"})
        assert response.headers["content-type"].startswith("text/html")
        return re.sub(r"\s+", " ", response.text)

    assert "Good Day answers calls" in page()
    assert "in force since 21 November 2026, 09:30" in page()
    assert "reviewed by a clinical safety officer" in page()
    live.keep(NOW, "a.yaml, line 3: <b>A heading</b> (E01).")
    assert "were not taken" in page()
    assert "&lt;b&gt;A heading" in page()
    (here.store / FILE).unlink()
    assert "The store of answers cannot be used." in page()


# ---- spans ----------------------------------------------------------------------------------


def test_a_span_for_each_call_holds_counts_and_our_own_words(
    here: Surgery, live: Live, traffic: Traffic
) -> None:
    kept = InMemorySpanExporter()
    tracing = Tracing(live, traffic, lambda: NOW, kept)
    here.ask(here.a_call(margaret()))
    here.client.post("/cds-services/9434765919", json={})
    tracing.close()
    spans = [(span.name, dict(span.attributes or {})) for span in kept.get_finished_spans()]
    assert spans[-2:] == [
        ("call", {
            "goodday.service": f"good-day-{VIEW}", "goodday.rules": 2, "goodday.cards": 1,
            "http.response.status_code": 200,
        }),
        ("call", {
            "goodday.service": "none", "goodday.rules": 0, "goodday.cards": 0,
            "http.response.status_code": 404,
        }),
    ]  # fmt: skip
    whole = "".join(span.to_json() for span in kept.get_finished_spans())
    assert "9434765919" not in whole
    assert "test-person" not in whole


def test_nothing_here_is_at_an_address_where_calls_are(here: Surgery) -> None:
    for address in ("/health", "/health/", "/metrics/x", "/status/x"):
        check_refusal(Reply(here.client.get(address)), 404)
