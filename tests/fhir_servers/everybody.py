"""Everybody of the shared data at both servers, a few people at a time: for ``make soak``."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.fhir_servers.people import EDITED, PLAIN, Set
from tests.fhir_servers.promises import asked_and_told
from tests.fhir_servers.servers import FhirServer, hapi, medplum

# Medplum's repository looks through everything it has for each page.
AT_A_TIME = 12


@pytest.mark.parametrize("people", [PLAIN, EDITED], ids=lambda people: people.name)
@pytest.mark.parametrize(("start", "at_a_time"), [(medplum, AT_A_TIME), (hapi, 100)])
def test_everybody_is_decided_about_as_from_their_bundle(
    shared_data: Path,
    start: Callable[[], AbstractContextManager[FhirServer]],
    at_a_time: int,
    people: Set,
) -> None:
    everybody = people.everybody(shared_data)
    assert len(everybody) > 40
    differing: list[str] = []
    for first in range(0, len(everybody), at_a_time):
        with start() as server:
            some = everybody[first : first + at_a_time]
            for somebody in some:
                server.put(somebody.resources(shared_data))
            for somebody in some:
                asked, told = asked_and_told(server, somebody, shared_data)
                if asked != told:
                    differing.append(somebody.id)
    assert differing == []
