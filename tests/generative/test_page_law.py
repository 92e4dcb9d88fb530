"""What a client sent of a list stays known, whatever its FHIR server does when asked for the rest.

The server has all of it, so that no honest answer speaks against a page.
"""

import json
from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_adapters.decode import read_value
from fhir_adapters.needs import needs_of
from fhir_adapters.prefetch import Found, Sent, record_from_prefetch, sent_along
from fhir_adapters.server import NoRoute
from rules.record import PatientRecord
from tests.builders import Resource, a_bundle
from tests.fhir_search import search
from tests.fhir_server import FhirServer, fetched
from tests.generative.test_fallback_law import CODES, FAULTS, KINDS, SAM, records

NEEDS = needs_of(dict.fromkeys(KINDS, CODES))


def sent_of(server: FhirServer, much: int) -> Sent:
    """The first so many entries of each list, each saying that more follow; and the Patient."""
    mine = [one for one in server.resources if "other" not in json.dumps(one)]
    link = [{"relation": "next", "url": f"{server.base}/next"}]
    values: dict[str, Resource] = {"patient": mine[0]}
    for key, template in NEEDS.templates.items():
        if key != "patient":
            values[key] = {**a_bundle(*search(template, mine)[:much]), "link": link}
    read = {key: read_value(json.dumps(value).encode())[0] for key, value in values.items()}
    return sent_along(read, NEEDS, SAM)


def entries(record: PatientRecord) -> set[str]:
    """Each entry with all that is known of it; entries themselves are told apart by identity."""
    return {repr(entry) for found in record.by_code.values() for entry in found}


def told(server: FhirServer, sent: Sent) -> Mapping[str, Found]:
    try:
        return fetched(server, sent.lacking, within=0.1)
    except NoRoute:
        return {}


@settings(max_examples=settings().max_examples // 4)
@given(
    record=records(),
    much=st.integers(0, 3),
    pages_of=st.integers(1, 4),
    faults=st.lists(st.sampled_from(list(FAULTS)), min_size=1, max_size=12),
)
def test_what_is_known_from_a_page_stays_known_whatever_the_server_does(
    record: list[Resource], much: int, pages_of: int, faults: Sequence[str]
) -> None:
    coming = iter(faults)
    server = FhirServer(
        record,
        pages_of=pages_of,
        fault=lambda me, asked: FAULTS[next(coming, "none")](me, asked),
    )
    sent = sent_of(server, much)
    alone = record_from_prefetch(sent, SAM, NEEDS)
    came = told(server, sent)
    both = record_from_prefetch(sent, SAM, NEEDS, fetched=came)
    assert entries(alone) <= entries(both)
    for query in NEEDS.queries:
        if query.key in came and came[query.key].doubt and query.kind is not None:
            assert query.kind in both.unread
