"""Where anybody may call it is said; where callers are listed, state is for this machine."""

import json
from pathlib import Path
from socket import socket

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from cds_hooks import logs
from cds_hooks.commands import demo
from rules.rule import Library
from tests.callers import Caller, guarded
from tests.fhir_builders import COPD_RULE
from tests.served import piloting, surgery

OPEN = "The service is open: whoever can reach this address can call it."


def test_the_demo_says_that_it_is_open_on_its_page_and_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    apps: list[FastAPI] = []

    def taken(app: FastAPI, listening: socket, *_: object) -> None:
        apps.append(app)
        listening.close()

    monkeypatch.setattr(demo, "run", taken)
    monkeypatch.setattr(logs, "to_stderr", lambda: None)
    assert demo.demo(0, tmp_path) == 0
    with TestClient(apps[0]) as client:
        assert "The service runs open on this machine, without sign-in." in client.get("/demo").text
        assert client.get("/status").json()["open"] is True
    told = [json.loads(one.getMessage()) for one in caplog.records if one.name == "goodday"]
    assert {"event": "open", "reason": "no-sign-in"} in told


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return piloting(tmp_path / "practice", COPD_RULE)


def test_an_open_service_says_so_at_status(tmp_path: Path, library: Library) -> None:
    with surgery(tmp_path, library) as here:
        assert here.client.get("/status").json()["open"] is True
        assert OPEN in here.client.get("/status", headers={"accept": "text/html"}).text


@pytest.mark.parametrize("address", ["/status", "/metrics"])
def test_with_a_list_of_clients_figures_and_state_are_for_this_machine(
    tmp_path: Path, library: Library, address: str
) -> None:
    with guarded(tmp_path, library, Caller().table()) as service:
        for host, headers, status in (
            ("127.0.0.1", {}, 200),
            ("::1", {}, 200),
            ("192.0.2.7", {}, 404),
            ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 404),
            ("127.0.0.1", {"forwarded": "for=192.0.2.7"}, 404),
        ):
            caller = TestClient(service.client.app, client=(host, 50000))
            found = caller.get(address, headers=headers)
            assert found.status_code == status, (host, headers)
            assert status == 200 or "Two Rivers" not in found.text
            assert caller.get("/health/live").status_code == 200
        here = TestClient(service.client.app, client=("127.0.0.1", 50000))
        assert here.get("/status").json()["open"] is False
