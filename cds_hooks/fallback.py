"""What was not sent along is asked of the client's own FHIR server, where it lets us."""

from collections.abc import Mapping

import msgspec

from cds_hooks import logs, wire
from cds_hooks.clients.listed import Client
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.prefetch import Found, Sent
from fhir_adapters.server import Access, NoRoute, Servers

_LEAVE = msgspec.json.Decoder(wire.Authorization)


async def fetch(
    servers: Servers,
    client: Client,
    sent: Sent,
    patient_id: str,
    server: str | None,
    authorization: msgspec.Raw,
) -> Mapping[str, Found]:
    """What the client's server says of every search that was lacking; nothing, if it has no say.

    What comes late, in part or not at all is in doubt; what was never sent and cannot be asked for
    is then missing, and the caller is told (412).
    """
    if not sent.lacking or not server or not client.fhir_servers:
        return {}
    token = _token(authorization)
    if not token and not client.without_token:
        return {}
    try:
        found = await servers.fetch(
            Access(server, token), client.fhir_servers, sent.lacking, patient_id
        )
    except NoRoute:
        logs.event("no-route", count=len(sent.lacking))
        return {}
    doubtful = sum(1 for one in found.values() if one.doubt)
    logs.event("fetched", count=len(found), doubtful=doubtful)
    return found


def _token(authorization: msgspec.Raw) -> str:
    """The token, decoded for this one use; "" where there is none that can be read."""
    try:
        return _LEAVE.decode(authorization).access_token
    except UNREADABLE:
        return ""
