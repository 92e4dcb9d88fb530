"""Browser clients: an allowed origin can read every answer and refusal, and no other can (T17)."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from cds_hooks.store.tables import FILE
from rules.rule import Library
from tests.conformance.standard import check_refusal
from tests.fhir_builders import margaret
from tests.served import NOW, VIEW, Reply, Surgery, closed, surgery

ORIGIN, STRANGER = "https://ehr.example", "https://elsewhere.example"
CALL = f"/cds-services/good-day-{VIEW}"
MIB_2 = 2 * 1024 * 1024

# ---- browsers -------------------------------------------------------------------------------


@pytest.fixture
def browsed(tmp_path: Path, library: Library) -> Iterator[Surgery]:
    """A practice that one browser origin may call."""
    with surgery(tmp_path, library, origins=(ORIGIN,)) as open_now:
        yield open_now


def refusals(service: Surgery) -> Iterator[tuple[int, Callable[[dict[str, str]], Reply]]]:
    """A way to be answered with each status."""
    json_type = {"content-type": "application/json"}

    def post(address: str, body: bytes, **headers: str) -> Callable[[dict[str, str]], Reply]:
        return lambda origin: Reply(
            service.client.post(address, content=body, headers={**json_type, **headers, **origin})
        )

    call = service.a_call(margaret())
    yield 200, post(CALL, json.dumps(call).encode())
    yield 400, post(CALL, b"{")
    yield 404, post("/cds-services/none", b"{}")
    yield 405, lambda origin: Reply(service.client.get(CALL, headers=origin))
    yield 412, post(CALL, json.dumps({**call, "prefetch": {}}).encode())
    yield 413, post(CALL, b" " * (MIB_2 + 1))
    yield 415, post(CALL, b"{}", **{"content-type": "text/plain"})
    yield 400, post(f"{CALL}/feedback", b"{")
    yield 415, post(f"{CALL}/feedback", b"{}", **{"content-encoding": "gzip"})


def test_every_answer_and_refusal_can_be_read_by_an_allowed_origin_and_by_no_other(
    browsed: Surgery,
) -> None:
    for status, send in refusals(browsed):
        allowed = send({"origin": ORIGIN})
        assert allowed.status == status
        assert allowed.headers["access-control-allow-origin"] == ORIGIN
        assert "origin" in allowed.headers["vary"].lower()
        assert "access-control-allow-credentials" not in allowed.headers
        for other in (STRANGER, "null", f"{ORIGIN}.evil.example", "http://ehr.example"):
            assert "access-control-allow-origin" not in send({"origin": other}).headers


def test_a_store_that_fails_can_be_read_by_an_allowed_origin(browsed: Surgery) -> None:
    (browsed.store / FILE).unlink()
    told = {"feedback": [closed({"uuid": str(uuid4())}, NOW, "limited-time")]}
    response = browsed.client.post(f"{CALL}/feedback", json=told, headers={"origin": ORIGIN})
    check_refusal(Reply(response), 503)
    assert response.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    ("address", "method", "headers"),
    [
        ("/cds-services", "GET", "authorization"),
        (CALL, "POST", "authorization,content-type"),
        (f"{CALL}/feedback", "POST", "authorization,content-type"),
    ],
)
def test_a_browser_may_ask_first(browsed: Surgery, address: str, method: str, headers: str) -> None:
    def ask(origin: str) -> Reply:
        asked = {
            "origin": origin,
            "access-control-request-method": method,
            "access-control-request-headers": headers,
        }
        return Reply(browsed.client.options(address, headers=asked))

    allowed = ask(ORIGIN)
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert method in allowed.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in allowed.headers
    for name in headers.split(","):
        assert name in allowed.headers["access-control-allow-headers"].lower()
    refused = ask(STRANGER)
    check_refusal(refused, 400)
    assert "access-control-allow-origin" not in refused.headers
    assert "origin" in refused.headers["vary"].lower()


def test_without_any_origin_in_the_settings_no_browser_may_call(all_day: Surgery) -> None:
    for origin in (ORIGIN, "http://localhost", "null"):
        response = all_day.client.get("/cds-services", headers={"origin": origin})
        assert "access-control-allow-origin" not in response.headers
