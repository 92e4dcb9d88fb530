"""The promises, kept with HAPI FHIR JPA."""

from collections.abc import Generator
from pathlib import Path

import pytest

from cds_hooks.commands import FINE
from tests.fhir_servers.fetching import fetched, rows
from tests.fhir_servers.gate import Wrong
from tests.fhir_servers.people import TWELVE
from tests.fhir_servers.promises import OfAnyServer, straight
from tests.fhir_servers.servers import FhirServer, hapi
from tests.sending import Sender

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def server(shared_data: Path) -> Generator[FhirServer]:
    """A server with the twelve on it."""
    with hapi() as started:
        for somebody in TWELVE.values():
            started.put(somebody.resources(shared_data))
        yield started


class TestWithHapi(OfAnyServer):
    """Each of them."""

    def test_everybody_by_export_comes_to_the_rows_of_a_folder(
        self, server: FhirServer, shared_data: Path, tmp_path: Path
    ) -> None:
        exported = fetched(server, tmp_path / "exported", level="")
        assert (exported.by, exported.came.told.unread, exported.came.left) == ("export", {}, False)
        assert rows(tmp_path / "exported") == straight(shared_data, tmp_path, exported)

    def test_what_came_about_late_is_found_by_a_search_that_was_made_before(
        self, server: FhirServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """HAPI answers a search with what it found a moment ago, unless it is asked not to."""
        sender = Sender(tmp_path, capsys, server)
        sender.registers(settle=20)
        sender.makes(people := [f"late-{number}" for number in range(3)])
        server.gate.wrong.append(Wrong.LATE)
        server.gate.late = 4.0
        code, said = sender.sends()
        assert (code, "3 reminders added, 0 there before" in said) == (FINE, True), said
        assert {one: sender.reminders()[one] for one in people} == dict.fromkeys(people, 1)

    def test_what_is_not_exported_with_people_is_unknown(
        self, server: FhirServer, tmp_path: Path
    ) -> None:
        exported = fetched(server, tmp_path / "exported")
        assert (exported.by, list(exported.came.told.unread)) == ("export", ["Task"])
