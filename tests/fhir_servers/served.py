"""The service for one client whose FHIR server it may ask; nothing is sent along with a call."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from starlette.testclient import TestClient

from cds_hooks.app import create_app
from cds_hooks.clients.callers import Clients
from cds_hooks.clients.making import new_pair, new_token
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from rules.load import load_library
from tests.fhir_servers.people import Somebody
from tests.fhir_servers.servers import FhirServer
from tests.served import VIEW, Json, Reply, in_pilot, until_reached

SYNTHEA = Path(__file__).parents[1] / "fixtures" / "synthea"
_ISSUER = "https://ehr.example"
_US = "https://good-day.example"
_WHERE = f"/cds-services/good-day-{VIEW}"
_PAIR = new_pair("ES384")
# A server for tests is not always within the third of a second that the service waits for it.
_TRIES = 40


class Asking:
    """The service, asked by its one client about people at this server."""

    def __init__(self, client: TestClient, server: FhirServer) -> None:
        self.now = datetime(2022, 1, 1, tzinfo=UTC)
        self._client = client
        self._server = server

    def about(self, somebody: Somebody, token: str) -> Reply:
        """One call, at noon of the day of their set, with leave to look and nothing else."""
        day = somebody.set.day
        self.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        call: Json = {
            "hook": VIEW,
            "hookInstance": str(uuid4()),
            "context": {"userId": f"Practitioner/gp-of-{somebody.id}", "patientId": somebody.id},
            "fhirServer": self._server.gate.address,
            "fhirAuthorization": {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": 300,
                "scope": "patient/*.rs",
                "subject": "good-day",
            },
        }
        now = int(self.now.timestamp())
        signed = new_token(_PAIR, _ISSUER, _US + _WHERE, now, minutes=5)
        headers = {"Authorization": f"Bearer {signed}"}
        return Reply(self._client.post(_WHERE, json=call, headers=headers))

    def once_reached(self, somebody: Somebody, token: str) -> Reply:
        """The same call until its server was reached in time."""
        return until_reached(lambda: self.about(somebody, token))

    def until_it_came_in_time(self, somebody: Somebody, token: str) -> list[Reply]:
        """The same call until no rule is held back for a list that came late."""
        replies: list[Reply] = []
        while len(replies) < _TRIES:
            replies.append(self.once_reached(somebody, token))
            if not replies[-1].held_back:
                break
        return replies


@contextmanager
def asking(folder: Path, server: FhirServer) -> Generator[Asking]:
    """The app over the rules for the shared data, for a client that registered this server."""
    told: list[Asking] = []
    listed = folder / "clients.toml"
    listed.write_text(
        f"""public_url = "{_US}"
[[client]]
name = "ehr"
issuer = "{_ISSUER}"
algorithms = ["ES384"]
keys = "keys.json"
fhir_servers = ["{server.gate.address}"]
local = true
""",
        encoding="utf-8",
    )
    (folder / "keys.json").write_text(json.dumps(_PAIR.public_set), encoding="utf-8")
    store = folder / "store"
    answers = Answers(store)
    app = create_app(
        Settings(data=store, clients=listed),
        in_pilot(load_library(SYNTHEA).usable()),
        answers,
        Clients.read(listed, store),
        clock=lambda: told[0].now,
    )
    with TestClient(app, base_url="http://good-day.example") as client:
        told.append(Asking(client, server))
        yield told[0]
