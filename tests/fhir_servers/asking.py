"""Asking a FHIR server for all that rules need, through the service's own fallback, and no more."""

import asyncio

from fhir_adapters.allowed import Allowed
from fhir_adapters.needs import Needs
from fhir_adapters.prefetch import Found, record_from_prefetch, sent_along
from fhir_adapters.server import Access, Servers
from rules.record import PatientRecord

# Seconds. A server for tests, on a machine that does other things too, is not what is timed here.
PATIENTLY = 60.0


def record_from_server(
    address: str, token: str, patient_id: str, needs: Needs, *, within: float = PATIENTLY
) -> PatientRecord:
    """One person's record, as far as the server gives it for this token. Nothing was sent along."""
    fetched = asyncio.run(_fetched(address, token, patient_id, needs, within))
    sent = sent_along({}, needs, patient_id)
    return record_from_prefetch(sent, patient_id, needs, fetched=fetched, server=address)


async def _fetched(
    address: str, token: str, patient_id: str, needs: Needs, within: float
) -> dict[str, Found]:
    servers = Servers()
    allowed = [Allowed.parse(address, local=True)]
    try:
        return await servers.fetch(
            Access(address, token), allowed, needs.queries, patient_id, within=within
        )
    finally:
        await servers.close()
