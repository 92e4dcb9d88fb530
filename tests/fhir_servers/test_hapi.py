"""The promises, kept with HAPI FHIR JPA."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.fhir_servers.people import TWELVE
from tests.fhir_servers.promises import OfAnyServer
from tests.fhir_servers.servers import FhirServer, hapi

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
