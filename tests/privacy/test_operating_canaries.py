"""Nothing of a person in what an operator reads: figures, spans, the state and its page.

The person is in every call, in addresses, and pasted into rule files, where nobody expects them.
"""

from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from cds_hooks.app import create_app
from cds_hooks.live import Live, in_force
from cds_hooks.reloading import Reloading, fingerprint
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.tracing import Tracing
from cds_hooks.traffic import Traffic
from rules.load import load_library
from tests.fhir_builders import COPD_RULE, RESULTS_RULE
from tests.privacy.canaries import (
    CALL,
    HEADERS,
    NHS_NUMBER,
    WORDS,
    answered,
    calls,
    found_in,
    heard,
    refused,
)
from tests.served import NOW, Surgery, piloting

# Rule files that somebody pasted a person into, in ways that keep them from being taken.
PASTED = {
    "a heading": f'"Zebedee Quillfeather": {NHS_NUMBER}\n',
    "a value": f'pilots: ["Zebedee Quillfeather {NHS_NUMBER}"]\n',
    "no file of rules at all": f"{WORDS}\nZebedee Quillfeather {NHS_NUMBER}\n",
}


@pytest.mark.parametrize("pasted", PASTED.values(), ids=PASTED)
def test_nothing_of_a_person_is_where_an_operator_looks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, pasted: str
) -> None:
    caplog.set_level("DEBUG")
    folder = tmp_path / "practice"
    piloting(folder, COPD_RULE, RESULTS_RULE)
    live = Live(in_force(load_library(folder).usable(), NOW, fingerprint(folder)))
    traffic, kept = Traffic(), InMemorySpanExporter()
    tracing = Tracing(live, traffic, lambda: NOW, kept)
    reloading = Reloading(folder, live, lambda: NOW, 0)
    (folder / "practice.yaml").write_text(f"name: A practice\n{pasted}", encoding="utf-8")
    app = create_app(
        Settings(), live, Answers(tmp_path / "store"), clock=lambda: NOW, traffic=traffic
    )
    with TestClient(app, base_url="http://good-day.example") as client:
        here = Surgery(client, tmp_path / "store")
        view, book = calls(here.templates)
        for _, address, body, headers in refused(view, book):
            client.post(address, content=body, headers=headers)
        cards = [
            card
            for address, body in answered(view, book)
            for card in client.post(address, content=body, headers=HEADERS).json().get("cards", ())
        ]
        for feedback in heard(cards[0]):
            client.post(f"{CALL}/feedback", json=feedback, headers=HEADERS)
        reloading.look(at_once=True)
        assert live.last is not None
        assert live.last.wrong
        for address in ("/metrics", "/status", "/health/live", "/health/ready"):
            for accept in ("text/html", "application/json"):
                said = client.get(f"{address}?nhs={NHS_NUMBER}", headers={"accept": accept})
                assert said.status_code == 200
                assert not found_in(said.text), address
    tracing.close()
    spans = [span.to_json() for span in kept.get_finished_spans()]
    assert len(spans) > 100
    assert not [span for span in spans if found_in(span)]
    # The test's own client logs the address that it calls; everything else is ours to answer for.
    logged = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("httpx"))
    assert '"event":"reload-failed"' in logged
    assert not found_in(logged)
