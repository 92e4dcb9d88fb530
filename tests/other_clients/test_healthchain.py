"""HealthChain's sandbox client calls, and reads the card into its own model of an answer."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Resource, a_patient
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, margaret
from tests.served import VIEW, Json, Running, a_call, piloting, prefetch_of, serving

PYTHON = Path(__file__).parent / "healthchain" / ".venv" / "bin" / "python"
# It makes the context up by itself, with a patient whom nobody knows, unless it is given one.
CALLER = """
import json, sys
from healthchain.sandbox import SandboxClient
from healthchain.sandbox.requestconstructors import CdsRequestConstructor
from healthchain.sandbox.workflows import Workflow

told = json.load(sys.stdin)
client = SandboxClient(url=told["url"], workflow="patient-view")
construct = CdsRequestConstructor().construct_request
client.requests.append(construct(told["prefetch"], Workflow.patient_view, told["context"]))
json.dump(client.send_requests(), sys.stdout)
"""

MADE = PYTHON.parents[1] / "made"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not MADE.exists(), reason="make callers was not run"),
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("practice")
    piloting(folder, COPD_RULE, RESULTS_RULE)
    with serving(tmp_path_factory.mktemp("store"), folder) as running:
        yield running


def the_call(service: Running, of: str, *resources: Resource) -> tuple[str, Json]:
    """Where to ask, and a whole request about somebody."""
    offered = service.send("GET", "/cds-services").body["services"]
    (view,) = (one for one in offered if one["hook"] == VIEW)
    call = a_call(prefetch_of(view["prefetch"], resources), of)
    return f"/cds-services/{view['id']}", call


def told(service: Running, where: str, call: Json) -> Json:
    """What its client says that it was told."""
    url = f"http://127.0.0.1:{service.port}{where}"
    asked = {"url": url, "prefetch": call["prefetch"], "context": call["context"]}
    done = subprocess.run(
        [str(PYTHON), "-c", CALLER],
        input=json.dumps(asked), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    (answer,) = json.loads(done.stdout)
    found: Json = answer
    return found


def test_a_person_whom_a_rule_is_for_gets_the_card(service: Running) -> None:
    where, call = the_call(service, "margaret", *margaret("margaret"))
    (card,) = told(service, where, call)["cards"]
    # Somebody just like her, since who was shown a card is not shown it again at once.
    (expected,) = service.post(*the_call(service, "another", *margaret("another"))).body["cards"]
    assert card["summary"].startswith("No self-management offer is recorded")
    for member in ("summary", "detail", "indicator", "source", "selectionBehavior", "links"):
        assert card.get(member) == expected.get(member)
    labels = [one["label"] for one in card["suggestions"]]
    assert labels == [one["label"] for one in expected["suggestions"]]


def test_a_person_whom_no_rule_is_for_gets_none(service: Running) -> None:
    where, call = the_call(service, "sam", a_patient("sam"))
    assert told(service, where, call)["cards"] == []
