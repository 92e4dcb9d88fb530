"""The promises, kept with Medplum's FHIR engine."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.fhir_servers.people import TWELVE
from tests.fhir_servers.promises import OfAnyServer
from tests.fhir_servers.servers import FhirServer, medplum

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def server(shared_data: Path) -> Generator[FhirServer]:
    """A server with the twelve on it."""
    with medplum() as started:
        for somebody in TWELVE.values():
            started.put(somebody.resources(shared_data))
        yield started


class TestWithMedplum(OfAnyServer):
    """Each of them."""
