"""O: who may read an answer in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.rule import Library
from tests.served import Surgery, surgery

OURS, THEIRS = "https://ehr.example", "https://elsewhere.example"
CALL = "/cds-services/good-day-patient-view"


@pytest.fixture
def browsed(tmp_path: Path, library: Library) -> Iterator[Surgery]:
    with surgery(tmp_path, library, origins=(OURS,)) as open_now:
        yield open_now


@pytest.mark.parametrize("path", ["/cds-services", CALL, f"{CALL}/feedback"])
def test_o4_a_preflight_needs_no_token(browsed: Surgery, path: str) -> None:
    asking = {
        "origin": OURS,
        "access-control-request-method": "GET" if path == "/cds-services" else "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    reply = browsed.client.options(path, headers=asking)
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == OURS


@pytest.mark.parametrize(("path", "status"), [(CALL, 400), ("/cds-services/x", 404)])
def test_o6_a_refusal_can_be_read(browsed: Surgery, path: str, status: int) -> None:
    reply = browsed.client.post(path, json={}, headers={"origin": OURS})
    assert reply.status_code == status
    assert reply.headers["access-control-allow-origin"] == OURS


def test_o8_an_origin_that_is_not_listed_may_not_read(browsed: Surgery) -> None:
    reply = browsed.client.get("/cds-services", headers={"origin": THEIRS})
    assert "access-control-allow-origin" not in reply.headers


def test_o7_never_any_origin_with_credentials(browsed: Surgery) -> None:
    reply = browsed.client.get("/cds-services", headers={"origin": OURS})
    assert reply.headers["access-control-allow-origin"] != "*"
    assert "access-control-allow-credentials" not in reply.headers
