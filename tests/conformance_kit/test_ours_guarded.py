"""The kit finds nothing in our service as clients call it: with tokens, and a server of theirs."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

from tests.builders import Resource, a_bundle
from tests.callers import Caller, registered
from tests.fhir_builders import COPD_RULE, margaret
from tests.fhir_server import FhirServer, up
from tests.running import GOODDAY
from tests.served import Json, piloting, serving

pytestmark = pytest.mark.long

ORIGIN = "https://ehr.st-marys.example"
US = Caller()


def examined(folder: Path, held: list[Resource]) -> Json:
    """What ``goodday conformance`` says of ``goodday serve`` beside a server that holds these."""
    piloting(folder / "practice", COPD_RULE)
    (folder / "key.json").write_text(json.dumps(US.pair.private), encoding="utf-8")
    (folder / "margaret.json").write_text(json.dumps(a_bundle(*margaret())), encoding="utf-8")
    with up(FhirServer(held)) as fhir:
        table = US.table(origins=[ORIGIN], fhir_servers=[fhir.base], local=True, without_token=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        listed = registered(folder, table, public_url=f"http://127.0.0.1:{port}")
        options = ["--clients", str(listed), "--port", str(port)]
        with serving(folder, folder / "practice", *options):
            done = subprocess.run(
                [
                    GOODDAY, "conformance", f"http://127.0.0.1:{port}", "--format", "json",
                    "--key", folder / "key.json", "--issuer", US.issuer, "--origin", ORIGIN,
                    "--patient", folder / "margaret.json", "--fhir-server", fhir.base,
                ],
                capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    report: Json = json.loads(done.stdout)
    return report


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Json:
    """As it is meant to be."""
    return examined(tmp_path_factory.mktemp("guarded"), margaret())


@pytest.mark.long
def test_nothing_is_found(report: Json) -> None:
    found = [one for one in report["results"] if one["status"] == "found"]
    assert found == [], json.dumps(found)


def test_tokens_and_the_fhir_server_were_tried(report: Json) -> None:
    passed = {one["id"] for one in report["results"] if one["status"] == "passed"}
    assert {
        "A1",
        "A2",
        "A4",
        "A5",
        "A6",
        "A8",
        "A9",
        "A10",
        "A11",
        "A12",
        "F1",
        "F5",
    } - passed == set()


@pytest.mark.long
def test_a_service_that_learns_nothing_from_the_server_is_found(tmp_path: Path) -> None:
    results = examined(tmp_path, [])["results"]
    assert [one["id"] for one in results if one["status"] == "found"] == ["F1"]
