"""What was not sent along is asked of the client's own FHIR server, where it lets us."""

import re
from collections.abc import Mapping

import msgspec

from cds_hooks import logs, wire
from cds_hooks.clients.listed import Client
from cds_hooks.refusals import AnotherPatient
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.needs import Query
from fhir_adapters.pages import NOT_ITS_SCOPE
from fhir_adapters.prefetch import Found, Sent
from fhir_adapters.server import Access, NoRoute, Servers

_LEAVE = msgspec.json.Decoder(wire.Authorization)
_NONE = wire.Authorization("")
# SMART scopes of version 1 (patient/*.read) and 2 (patient/Condition.rs). One that has a query
# behind it gives a part of a list, which would be taken for the whole: it covers nothing here.
_SCOPE = re.compile(r"(?:patient|user|system)/([A-Za-z]+|\*)\.(read|\*|c?r?u?d?s?)")


async def fetch(
    servers: Servers,
    client: Client,
    sent: Sent,
    patient_id: str,
    server: str | None,
    authorization: msgspec.Raw,
) -> Mapping[str, Found]:
    """What the client's server says of every search that was lacking; nothing, if it has no say.

    What comes late, in part or not at all, or is beyond the token's scope, is in doubt; what was
    never sent and cannot be asked for is then missing, and the caller is told (412). Raises
    AnotherPatient for leave that is about somebody else than the call.
    """
    leave = _leave(authorization)
    if leave.patient is not None and leave.patient.removeprefix("Patient/") != patient_id:
        raise AnotherPatient(
            '"fhirAuthorization.patient" is not the patient of the context. Nothing was decided.'
        )
    if not sent.lacking or not server or not client.fhir_servers:
        return {}
    token = _token(leave)
    if not token and not client.without_token:
        return {}
    asked = [query for query in sent.lacking if not token or _covers(leave.scope, query)]
    if not asked:
        return {}
    # A page that was sent along stays what it is.
    beyond = {
        query.key: Found(doubt=NOT_ITS_SCOPE)
        for query in sent.lacking
        if query not in asked and query.key not in sent.found
    }
    try:
        found = await servers.fetch(Access(server, token), client.fhir_servers, asked, patient_id)
    except NoRoute:
        logs.event("no-route", count=len(sent.lacking))
        return {}
    found |= beyond
    doubtful = sum(1 for one in found.values() if one.doubt)
    logs.event("fetched", count=len(found), doubtful=doubtful)
    return found


def _leave(authorization: msgspec.Raw) -> wire.Authorization:
    """The leave, decoded for this one use; none where it cannot be read."""
    try:
        return _LEAVE.decode(authorization)
    except UNREADABLE:
        return _NONE


def _token(leave: wire.Authorization) -> str:
    """The token; "" where it has expired or is of a sort that we cannot send."""
    good = leave.token_type.lower() == "bearer" and leave.expires_in > 0
    return leave.access_token if good else ""


def _covers(scope: str, query: Query) -> bool:
    """Whether a scope lets us search for the type of a query, or read the Patient."""
    needed = "r" if query.kind is None else "s"
    for one in scope.split():
        found = _SCOPE.fullmatch(one)
        if found is None or found[1] not in ("*", query.resource_type):
            continue
        if found[2] in ("read", "*") or needed in found[2]:
            return True
    return False
